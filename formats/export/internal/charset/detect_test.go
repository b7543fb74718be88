package charset

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDetect(t *testing.T) {
	const header = `"DisplayName","Mail"` + "\r\n"
	for _, test := range []struct {
		name, reason, text string
		want               Guess
	}{
		{"empty", "nothing speaks against it", "", Guess{Encoding: UTF8}},
		{"ASCII", "is UTF-8", header, Guess{Encoding: UTF8}},
		{"UTF-8", "PowerShell 7", header + "Müller", Guess{Encoding: UTF8, Multibyte: 1}},
		{"UTF-8 with mark", "Windows PowerShell -Encoding UTF8", "\xEF\xBB\xBF" + header + "ü", Guess{Encoding: UTF8, BOM: true, Multibyte: 1}},
		{"mark and bad bytes", "the mark is proof; the damage is told", "\xEF\xBB\xBF\xFC", Guess{Encoding: UTF8, BOM: true, Invalid: 1}},
		{"Windows-1252", "Excel's CSV", header + "M\xFCller", Guess{Encoding: Windows1252, Invalid: 1}},
		{"accent as last byte", "is no cut UTF-8", "Ren\xE9", Guess{Encoding: Windows1252, Invalid: 1}},
		{"two as last bytes", "counted each", "\xE4\xBC", Guess{Encoding: Windows1252, Invalid: 2}},
		{"cut UTF-8", "other characters are UTF-8", "Müller,Ren\xC3", Guess{Encoding: UTF8, Multibyte: 1, Cut: true}},
		{"mixed", "-Append to an ANSI file", "M\xFCller,Müller", Guess{Encoding: Windows1252, Multibyte: 1, Invalid: 1}},
		{"UTF-16LE with mark", "-Encoding Unicode, Excel's Unicode text", "\xFF\xFEa\x00", Guess{Encoding: UTF16LE, BOM: true}},
		{"UTF-16BE with mark", "-Encoding BigEndianUnicode", "\xFE\xFF\x00a", Guess{Encoding: UTF16BE, BOM: true}},
		{"UTF-32LE with mark", "begins like UTF-16LE", "\xFF\xFE\x00\x00a\x00\x00\x00", Guess{Encoding: UTF32LE, BOM: true}},
		{"UTF-32BE with mark", "", "\x00\x00\xFE\xFF\x00\x00\x00a", Guess{Encoding: UTF32BE, BOM: true}},
		{"UTF-16LE", "a mark that was cut off", wide(header+"Ā€", 2, 0), Guess{Encoding: UTF16LE}},
		{"UTF-16BE", "same", wide(header+"Ā€", 2, 1), Guess{Encoding: UTF16BE}},
		{"short UTF-16LE", "two units are no UTF-32", "a\x00\n\x00", Guess{Encoding: UTF16LE}},
		{"Cyrillic UTF-16LE", "only quotes and commas have NULs", wide(`"Имя","Почта"`, 2, 0), Guess{Encoding: UTF16LE}},
		{"UTF-32LE", "same", wide(header, 4, 0), Guess{Encoding: UTF32LE}},
		{"UTF-32BE", "same", wide(header, 4, 3), Guess{Encoding: UTF32BE}},
		{"odd UTF-16LE", "cut, but still UTF-16", wide(header, 2, 0) + "a", Guess{Encoding: UTF16LE}},
		{"a NUL in text", "damage, not UTF-16", header + "a\x00b,some more text", Guess{Encoding: UTF8}},
		{"many NULs in text", "on both sides: not UTF-16", header + strings.Repeat("\x00", 100), Guess{Encoding: UTF8}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Detect([]byte(test.text), true); got != test.want {
				t.Errorf("%s: got %+v, want %+v", test.reason, got, test.want)
			}
			var d Detector
			for i := range len(test.text) {
				d.Write([]byte(test.text[i : i+1]))
			}
			if got := d.Guess(); got != test.want {
				t.Errorf("byte by byte: got %+v, want %+v", got, test.want)
			}
		})
	}
}

// wide writes runes below U+10000 with size bytes each, the lowest at index low.
func wide(text string, size, low int) string {
	var b []byte
	for _, char := range text {
		unit := make([]byte, size)
		unit[low] = byte(char)
		if low == 0 {
			unit[1] = byte(char >> 8)
		} else {
			unit[low-1] = byte(char >> 8)
		}
		b = append(b, unit...)
	}
	return string(b)
}

func TestDetectInPart(t *testing.T) {
	cut := []byte("Müller,Ren\xC3")
	if got, want := Detect(cut, false), (Guess{Encoding: UTF8, Multibyte: 1}); got != want {
		t.Errorf("a sample may end anywhere: got %+v, want %+v", got, want)
	}
}

// What the first bytes cannot show, the whole file does.
func TestDetectorSeesTheLastByte(t *testing.T) {
	var d Detector
	d.Write(bytes.Repeat([]byte("plain text\r\n"), 10000))
	if got := d.Guess().Encoding; got != UTF8 {
		t.Errorf("ASCII is %s", got)
	}
	d.Write([]byte("Ren\xE9,x"))
	if got := d.Guess(); got.Encoding != Windows1252 || got.Mixed() {
		t.Errorf("after an accent: %+v", got)
	}
	d.Write([]byte("é"))
	if !d.Guess().Mixed() {
		t.Errorf("after both: %+v", d.Guess())
	}
}

// validated is what a Validator should say of text, found without chunks.
func validated(text []byte) (multibyte, invalid int64, cut bool) {
	for len(text) > 0 {
		if !utf8.FullRune(text) {
			return multibyte, invalid, true
		}
		char, size := utf8.DecodeRune(text)
		if char == utf8.RuneError && size == 1 {
			invalid++
		} else if size > 1 {
			multibyte++
		}
		text = text[size:]
	}
	return multibyte, invalid, false
}

func FuzzValidator(f *testing.F) {
	f.Add([]byte("Müller \xE9\xE9a \xF0\x9F\x98 😀 \xC3"), uint8(3))
	f.Add([]byte("\xED\xA0\x80\xF4\x90\x80\x80\xC0\x80"), uint8(1))
	f.Add(bytes.Repeat([]byte("plain text, "), 20), uint8(33))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		var v Validator
		for rest := text; len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			chunk := bytes.Clone(rest[:n])
			v.Write(chunk)
			clear(chunk) // the Validator must not keep it
			rest = rest[n:]
		}
		multibyte, invalid, cut := validated(text)
		if v.Multibyte() != multibyte || v.Invalid() != invalid || v.Cut() != cut {
			t.Fatalf("got %d, %d, %v, want %d, %d, %v", v.Multibyte(), v.Invalid(), v.Cut(), multibyte, invalid, cut)
		}
		if v.Valid() != utf8.Valid(text) {
			t.Fatalf("Valid is %v", v.Valid())
		}
	})
}
