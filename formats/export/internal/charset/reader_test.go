package charset

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestReader(t *testing.T) {
	long := strings.Repeat("abcdefg", 3*readSize/7)
	for _, test := range []struct {
		name, reason string
		encoding     Encoding
		text, want   string
		replaced     int64
		err          error
	}{
		{"UTF-8", "as it is", UTF8, "Müller", "Müller", 0, nil},
		{"short UTF-8", "less than a mark", UTF8, "a", "a", 0, nil},
		{"UTF-8 with mark", "taken off once", UTF8, "\xEF\xBB\xBF\xEF\xBB\xBFa", "\uFEFFa", 0, nil},
		{"only a mark", "an empty file", UTF8, "\xEF\xBB\xBF", "", 0, nil},
		{"bad UTF-8", "the Validator tells", UTF8, "a\xFFbc\xC3", "a\xFFbc\xC3", 0, nil},
		{"UTF-16LE", "with mark", UTF16LE, "\xFF\xFEa\x00\xE4\x00\xAC\x20\x3D\xD8\x00\xDE", "aä€😀", 0, nil},
		{"UTF-16BE", "without mark", UTF16BE, "\x00a\x00\xE4\x20\xAC\xD8\x3D\xDE\x00", "aä€😀", 0, nil},
		{"rows of U+xx00", "looks like ASCII of the other order", UTF16LE, strings.Repeat("\x00\x4E", 9), strings.Repeat("一", 9), 0, nil},
		{"rows of U+xx00, big-endian", "same", UTF16BE, strings.Repeat("\x4E\x00", 9), strings.Repeat("一", 9), 0, nil},
		{"rows of ASCII", "decoded in fours", UTF16LE, wide("abcdefghijklmä", 2, 0), "abcdefghijklmä", 0, nil},
		{"rows of ASCII, big-endian", "decoded in fours", UTF16BE, wide("abcdefghijklmä", 2, 1), "abcdefghijklmä", 0, nil},
		{"rows of U+0080", "just beyond ASCII", UTF16LE, strings.Repeat("\x80\x00", 9), strings.Repeat("\u0080", 9), 0, nil},
		{"rows of U+0080, big-endian", "same", UTF16BE, strings.Repeat("\x00\x80", 9), strings.Repeat("\u0080", 9), 0, nil},
		{"UTF-16 by mark", "the user said utf-16", UTF16, "\xFE\xFF\x00a", "a", 0, nil},
		{"UTF-16 without mark", "little-endian, as Windows writes", UTF16, "a\x00", "a", 0, nil},
		{"UTF-16 with NUL", "its mark begins like that of UTF-32", UTF16LE, "\xFF\xFE\x00\x00a\x00", "\x00a", 0, nil},
		{"odd UTF-16", "cut", UTF16LE, "a\x00b", "a", 0, &CutError{UTF16LE, 1}},
		{"half a pair at the end", "cut", UTF16LE, "a\x00\x3D\xD8", "a", 0, &CutError{UTF16LE, 2}},
		{"three quarters of a pair", "cut", UTF16BE, "\xD8\x3D\xDE", "", 0, &CutError{UTF16BE, 3}},
		{"lone high surrogate", "damage", UTF16LE, "\x3D\xD8a\x00", "\uFFFDa", 1, nil},
		{"two high surrogates", "the second has a partner", UTF16BE, "\xD8\x3D\xD8\x3D\xDE\x00", "\uFFFD😀", 1, nil},
		{"lone low surrogate", "damage, at the end too", UTF16BE, "\xDE\x00\x00a\xDE\x00", "\uFFFDa\uFFFD", 2, nil},
		{"U+FFFD in the file", "was damaged before: not counted here", UTF16LE, "\xFD\xFF", "\uFFFD", 0, nil},
		{"UTF-32LE", "", UTF32LE, "\xFF\xFE\x00\x00a\x00\x00\x00\x00\xF6\x01\x00", "a😀", 0, nil},
		{"UTF-32BE damage", "surrogate, beyond Unicode", UTF32, "\x00\x00\xFE\xFF\x00\x00\xD8\x00\x00\x11\x00\x00\xFF\xFF\xFF\xFF\x00\x00\x00a", "\uFFFD\uFFFD\uFFFDa", 3, nil},
		{"cut UTF-32", "cut", UTF32LE, "a\x00\x00\x00b\x00", "a", 0, &CutError{UTF32LE, 2}},
		{"Windows-1252", "quotes and the euro", Windows1252, "M\xFCller \x93x\x94 \x80", "Müller “x” €", 0, nil},
		{"undefined in Windows-1252", "no control characters in names", Windows1252, "a\x81\x8D\x8F\x90\x9Db", "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDb", 5, nil},
		{"Windows-1250", "Polish", "windows-1250", "\xA3\xF3d\x9F", "Łódź", 0, nil},
		{"undefined in ISO-8859-2", "the text is windows-1250 in truth", "iso-8859-2", "a\x8A\xE8", "a\uFFFDč", 1, nil},
		{"code page 850", "OEM", "ibm850", "M\x81ller", "Müller", 0, nil},
		{"ASCII", "beyond is damage", ASCII, "M\xFCller", "M\uFFFDller", 1, nil},
		{"Shift-JIS", "Japanese PCs", "shift_jis", "\x93\x8C\x8B\x9E,a", "東京,a", 0, nil},
		{"cut Shift-JIS", "replaced", "shift_jis", "abcd\x93", "abcd\uFFFD", 1, nil},
		{"long", "more than a buffer", Windows1252, long + "\xE4" + long, long + "ä" + long, 0, nil},
		{"long UTF-16", "pairs across buffers", UTF16LE, "a\x00" + strings.Repeat("\x3D\xD8\x00\xDE", readSize), "a" + strings.Repeat("😀", readSize), 0, nil},
		{"long Shift-JIS", "one byte becomes three", "shift_jis", strings.Repeat("\xB1", 3*readSize), strings.Repeat("ｱ", 3*readSize), 0, nil},
		{"wrong mark", "the file knows better", Windows1252, "\xEF\xBB\xBFa", "", 0, &MarkError{Windows1252, UTF8}},
		{"other order", "the file knows better", UTF16LE, "\xFE\xFF\x00a", "", 0, &MarkError{UTF16LE, UTF16BE}},
		{"UTF-16 as UTF-8", "the file knows better", UTF8, "\xFF\xFEa\x00", "", 0, &MarkError{UTF8, UTF16LE}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, src := range arrivals([]byte(test.text)) {
				r := NewReader(src, test.encoding)
				got, err := io.ReadAll(r)
				if string(got) != test.want || r.Replaced() != test.replaced {
					t.Errorf("%s (%s): got %.99q, %d replaced, want %.99q, %d", test.reason, name, got, r.Replaced(), test.want, test.replaced)
				}
				if !reflect.DeepEqual(err, test.err) {
					t.Errorf("%s (%s): error %v, want %v", test.reason, name, err, test.err)
				}
				if _, again := r.Read(make([]byte, 1)); test.err != nil && again != err {
					t.Errorf("%s: the next Read gives %v", name, again)
				}
			}
		})
	}
}

// arrivals are ways in which the same bytes can come.
func arrivals(text []byte) map[string]io.Reader {
	return map[string]io.Reader{
		"whole":         bytes.NewReader(text),
		"byte by byte":  iotest.OneByteReader(bytes.NewReader(text)),
		"halves":        iotest.HalfReader(bytes.NewReader(text)),
		"error at once": iotest.DataErrReader(bytes.NewReader(text)),
	}
}

func TestSourceError(t *testing.T) {
	for _, text := range []string{"", "ab", "abcdef"} {
		for _, e := range []Encoding{UTF8, Windows1252, UTF16LE} {
			broken := errors.New("disk")
			src := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
			got, err := io.ReadAll(NewReader(src, e))
			if err != broken || e != UTF16LE && string(got) != text {
				t.Errorf("%s after %q: %q, %v", e, text, got, err)
			}
		}
	}
}

// coders are encodings as x/text writes them, with a mark where there is one.
var coders = map[Encoding]encoding.Encoding{
	UTF8:           unicode.UTF8BOM,
	UTF16LE:        unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	UTF16BE:        unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	UTF32LE:        utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
	UTF32BE:        utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	Windows1252:    charmap.Windows1252,
	"windows-1251": charmap.Windows1251,
	"ibm850":       charmap.CodePage850,
}

// FuzzRoundTrip: what x/text writes with a mark is recognised, and every encoding is read back.
func FuzzRoundTrip(f *testing.F) {
	f.Add("Müller, \"東京\" 😀\r\n")
	f.Add("a")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.HasPrefix(text, "\x00") {
			t.Skip("UTF-16 with a mark and NUL is UTF-32")
		}
		for name, coder := range coders {
			written, err := coder.NewEncoder().String(text)
			if err != nil || hasC1(text) {
				continue // not in this code page
			}
			_, isPage := coder.(*charmap.Charmap)
			if isPage && markOf([]byte(written)).encoding != "" {
				continue // by chance
			}
			if guess := Detect([]byte(written), true); !isPage && text != "" && (guess.Encoding != name || !guess.BOM) {
				t.Fatalf("%s is taken for %+v", name, guess)
			}
			r := NewReader(strings.NewReader(written), name)
			got, err := io.ReadAll(r)
			if err != nil || string(got) != text || r.Replaced() != 0 {
				t.Fatalf("%s: got %q, %v, %d replaced, want %q", name, got, err, r.Replaced(), text)
			}
		}
	})
}

func hasC1(text string) bool {
	return strings.ContainsFunc(text, func(char rune) bool { return 0x80 <= char && char < 0xA0 })
}

// FuzzDecode: any bytes, read in any encoding, guessed ones too, give valid UTF-8, the same however
// they arrive, or an error that says why not.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("M\xFCller"), "windows-1252")
	f.Add([]byte("\xFF\xFE\x3D\xD8a"), "utf-16")
	f.Add([]byte("\x93\x8C\x8B"), "shift_jis")
	f.Add([]byte("\x81\x30\x81"), "gb18030")
	f.Add([]byte("a\x00\x00\x00b"), "utf-32le")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		guess := Detect(text, true)
		Detect(text, false)
		decodeBoth(t, text, guess.Encoding)
		if e, err := ByName(name); err == nil {
			decodeBoth(t, text, e)
		}
	})
}

func decodeBoth(t *testing.T, text []byte, e Encoding) {
	t.Helper()
	var want []byte
	var wantErr error
	for i, src := range []io.Reader{bytes.NewReader(text), iotest.OneByteReader(bytes.NewReader(text))} {
		r := NewReader(src, e)
		got, err := io.ReadAll(r)
		if e != UTF8 && !utf8.Valid(got) {
			t.Fatalf("%s: %q is not UTF-8", e, got)
		}
		if int64(strings.Count(string(got), replacement)) < r.Replaced() {
			t.Fatalf("%s: %d replaced in %q", e, r.Replaced(), got)
		}
		if i == 0 {
			want, wantErr = got, err
		} else if !bytes.Equal(got, want) || !reflect.DeepEqual(err, wantErr) {
			t.Fatalf("%s, byte by byte: %q, %v; whole: %q, %v", e, got, err, want, wantErr)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	text := strings.Repeat(`"Müller, Anna","anna.mueller@contoso.com","SMTP:anna.mueller@contoso.com"`+"\r\n", 100_000)
	for _, e := range []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252} {
		written, err := coders[e].NewEncoder().String(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(e), func(b *testing.B) {
			b.SetBytes(int64(len(written)))
			buf := make([]byte, 256<<10)
			for b.Loop() {
				r := NewReader(strings.NewReader(written), e)
				for err := error(nil); err == nil; {
					_, err = r.Read(buf)
				}
			}
		})
	}
}

func BenchmarkDetector(b *testing.B) {
	text := []byte(strings.Repeat(`"Müller, Anna","anna.mueller@contoso.com","SMTP:anna.mueller@contoso.com"`+"\r\n", 100_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var d Detector
		d.Write(text)
		d.Guess()
	}
}
