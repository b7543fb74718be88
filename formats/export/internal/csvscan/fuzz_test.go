package csvscan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

var seeds = []string{
	"", "\n", "\r", "\r\n\r\n", "a,b\r\n1,\"2\"\r\n", "\"a\"\"\r\n\"\n", "a\"b,\"c\"d\n\"e", ",,\n\"\",\"\"",
	"\"x\",\"CN=a,OU=b\",\"line\r\nline\"\r\n\r\n\"y\",,\"z\"", "\"a\r\r\n\",b\r\r\n", "\"a\\\"b\",c\r\n", "\x00,\xff\n",
	"\"\n\n\",\"\n\"\"\",\"\"\n;\t|", "a,\"b\n", "\"a\"\r", "\"a\r\"\r\n",
}

func addSeeds(f *testing.F) {
	for i, seed := range seeds {
		f.Add([]byte(seed), byte(",;\t|"[i%4]), uint64(i))
	}
}

// usable maps any byte to a delimiter that both scanners take; most inputs keep theirs.
func usable(delimiter byte) byte {
	if delimiter == 0 || delimiter >= 0x80 || strings.IndexByte("\"\r\n", delimiter) >= 0 {
		return ','
	}
	return delimiter
}

// FuzzAgainstEncodingCSV: the same rows, to the last byte apart from CR LF in quotes, up to the
// first record that encoding/csv refuses, and on the same lines.
func FuzzAgainstEncodingCSV(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte, _ uint64) {
		delimiter = usable(delimiter)
		theirs := csv.NewReader(bytes.NewReader(text))
		theirs.Comma = rune(delimiter)
		theirs.FieldsPerRecord = -1
		ours := newReader(bytes.NewReader(text), delimiter, 16)
		for {
			want, wantErr := theirs.Read()
			row, err := ours.Read()
			if wantErr == io.EOF {
				if err != io.EOF {
					t.Fatalf("encoding/csv is at the end, got %v, %v", row, err)
				}
				return
			}
			if wantErr != nil {
				if err == nil && row.Damage == 0 {
					t.Fatalf("encoding/csv says %v, no damage in %q", wantErr, row.Fields)
				}
				for err == nil {
					_, err = ours.Read()
				}
				return
			}
			if err != nil {
				t.Fatalf("encoding/csv reads %q, got %v", want, err)
			}
			compareRow(t, row, want)
			if line, _ := theirs.FieldPos(0); line != row.Line {
				t.Fatalf("row %d is on line %d, encoding/csv says %d", row.Number, row.Line, line)
			}
		}
	})
}

func compareRow(t *testing.T, row *Row, want []string) {
	t.Helper()
	if row.Damage != 0 || len(row.Fields) != len(want) {
		t.Fatalf("got %q with damage %d, encoding/csv reads %q", row.Fields, row.Damage, want)
	}
	for i, field := range row.Fields {
		if folded := strings.ReplaceAll(string(field), "\r\n", "\n"); folded != want[i] {
			t.Fatalf("field %d is %q, encoding/csv reads %q", i, field, want[i])
		}
	}
}

// FuzzAgainstReference: the same rows and the same end for damaged text too, however the text
// arrives and however small the buffer is at first.
func FuzzAgainstReference(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte, seed uint64) {
		delimiter = usable(delimiter)
		ref := reference{text: string(text), delimiter: delimiter}
		unclosed := ref.run()
		random := rand.New(rand.NewPCG(seed, 1))
		for name, src := range map[string]io.Reader{
			"whole":         bytes.NewReader(text),
			"byte by byte":  iotest.OneByteReader(bytes.NewReader(text)),
			"pieces":        &pieces{text, random},
			"error at once": iotest.DataErrReader(bytes.NewReader(text)),
		} {
			size := 1 + random.IntN(40)
			got, err := readAll(newReader(src, delimiter, size))
			if !reflect.DeepEqual(got, ref.rows) {
				t.Fatalf("%s, buffer of %d:\ngot  %+v\nwant %+v", name, size, got, ref.rows)
			}
			gotUnclosed, _ := errors.AsType[*UnclosedQuoteError](err)
			if !reflect.DeepEqual(gotUnclosed, unclosed) || (err != nil && gotUnclosed == nil) {
				t.Fatalf("%s, buffer of %d: error %v, want %v", name, size, err, unclosed)
			}
		}
	})
}

// pieces gives its text in random pieces, some of them empty.
type pieces struct {
	text   []byte
	random *rand.Rand
}

func (p *pieces) Read(buf []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(buf, p.text[:min(len(p.text), p.random.IntN(8))])
	p.text = p.text[n:]
	return n, nil
}

// FuzzLimits: whatever the size of the buffer, the same record is refused.
func FuzzLimits(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte, seed uint64) {
		delimiter = usable(delimiter)
		var want []plainRow
		var wantErr error
		for i, size := range []int{1 << 12, 1 + int(seed%64)} {
			r := newReader(bytes.NewReader(text), delimiter, size)
			r.maxField, r.maxRow = 6, 18
			rows, err := readAll(r)
			if i == 0 {
				want, wantErr = rows, err
			} else if !reflect.DeepEqual(rows, want) || reflect.TypeOf(err) != reflect.TypeOf(wantErr) {
				t.Fatalf("buffer of %d:\ngot  %+v, %v\nwant %+v, %v", size, rows, err, want, wantErr)
			}
		}
	})
}

// FuzzLead: finding delimiter and header never panics and never skips a line that is neither.
func FuzzLead(f *testing.F) {
	addSeeds(f)
	f.Add([]byte("#TYPE A;;\r\nsep=;\r\n\r\nh"), byte(0), uint64(0))
	f.Fuzz(func(t *testing.T, text []byte, _ byte, _ uint64) {
		lead := FirstLines(text)
		skipped := text[:lead.Header]
		if n := bytes.Count(skipped, []byte("\n")); lead.Header < len(text) && n != lead.Line-1 {
			t.Fatalf("%d line ends skipped, the header is on line %d", n, lead.Line)
		}
		for line := range bytes.Lines(skipped) {
			line = bytes.TrimRight(line, "\r\n")
			if len(line) > 0 && !bytes.Contains(line, []byte("#TYPE ")) && !bytes.Contains(bytes.ToLower(line), []byte("sep=")) {
				t.Fatalf("skipped %q", line)
			}
		}
		Delimiter(text[lead.Header:])
	})
}

// FuzzFromCR: a table whose rows end with CR has the same cells, whatever quotes and line ends they hold, and
// however the text arrives.
func FuzzFromCR(f *testing.F) {
	for i, cells := range []string{"a\x00b\x00c\x00d", "5\" wide\x00\"x\"\x00\r\n\x00\n\"\r", "\"\x00\"\"\x00\r\x00,;\t|", "x\"\"y\x00\x00\x00\"a\"b"} {
		f.Add([]byte(cells), byte(",;\t|"[i%4]), uint64(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte, seed uint64) {
		delimiter = usable(delimiter)
		var want [][]string
		var out strings.Builder
		for row := range slices.Chunk(strings.Split(string(text), "\x00"), 3) {
			want = append(want, row)
			for i, cell := range row {
				if i > 0 {
					out.WriteByte(delimiter)
				}
				if cell == "" && len(row) == 1 || strings.HasPrefix(cell, "\"") || strings.ContainsAny(cell, "\r\n") || strings.IndexByte(cell, delimiter) >= 0 {
					cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
				}
				out.WriteString(cell)
			}
			out.WriteByte('\r')
		}
		random := rand.New(rand.NewPCG(seed, 1))
		rows, err := readAll(newReader(FromCR(&pieces{[]byte(out.String()), random}, delimiter), delimiter, 16))
		if err != nil || len(rows) != len(want) {
			t.Fatalf("%q: %d rows, %v; want %d", out.String(), len(rows), err, len(want))
		}
		for i := range rows {
			if !slices.Equal(rows[i].Fields, want[i]) {
				t.Fatalf("row %d is %q, want %q", i, rows[i].Fields, want[i])
			}
		}
	})
}
