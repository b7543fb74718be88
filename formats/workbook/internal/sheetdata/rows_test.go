package sheetdata

import (
	"bytes"
	"compress/flate"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

const frame = `<worksheet><cols></cols><sheetData></sheetData><autoFilter ref="A1:B9"></autoFilter></worksheet>`

// store gives a store that is closed at the end of the test.
func store(t testing.TB) *Store {
	t.Helper()
	s := NewStore(t.TempDir())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// fill writes n rows of about a kilobyte, each unlike the others.
func fill(t testing.TB, r *Rows, from, n int) {
	t.Helper()
	for i := range n {
		r.Start(15.7)
		r.Text(2, fmt.Sprintf("anna.%d@contoso.com", from+i))
		r.Number(3, from+i)
		r.Empty(4)
		r.Text(2, strings.Repeat(fmt.Sprintf("<%d>", from+i), 100))
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
	}
}

// inflated gives the XML of a part, and holds its sizes and its sum against it.
func inflated(t testing.TB, p *Part) string {
	t.Helper()
	var deflated bytes.Buffer
	if n, err := p.WriteTo(&deflated); n != p.Deflated || err != nil {
		t.Fatalf("%d bytes written, %d promised, %v", n, p.Deflated, err)
	}
	rest := bytes.NewReader(deflated.Bytes())
	text, err := io.ReadAll(flate.NewReader(rest))
	if err != nil || rest.Len() > 0 {
		t.Fatalf("%d bytes behind the end, %v", rest.Len(), err)
	}
	if int64(len(text)) != p.Size || crc32.ChecksumIEEE(text) != p.CRC32 {
		t.Errorf("%d bytes, %d promised; CRC-32 %08x, %08x promised", len(text), p.Size, crc32.ChecksumIEEE(text), p.CRC32)
	}
	return string(text)
}

func part(t testing.TB, r *Rows) string {
	t.Helper()
	p, err := r.Part([]byte(frame))
	if err != nil {
		t.Fatal(err)
	}
	return inflated(t, p)
}

// TestSizes: however many rows there are, they stand in the frame, each once; small sheets have no blocks.
func TestSizes(t *testing.T) {
	s := store(t)
	s.memory = blockSize
	for _, n := range []int{0, 1, 2000, 3000, 9000, 40000} {
		r := s.NewRows()
		fill(t, r, 0, n)
		if err := r.Done(); err != nil {
			t.Fatal(err)
		}
		want := &Rows{} // never cut
		fill(t, want, 0, n)
		if got := r.Size(); got != int64(len(want.xml)) {
			t.Errorf("%d rows: the size is %d, want %d", n, got, len(want.xml))
		}
		if large := len(r.blocks) > 0; large != (len(want.xml) >= smallSize) || large && len(r.xml) > 0 {
			t.Errorf("%d rows of %d bytes: %d blocks, %d bytes beside", n, len(want.xml), len(r.blocks), len(r.xml))
		}
		if got := part(t, r); got != strings.Replace(frame, "<sheetData>", "<sheetData>"+string(want.xml), 1) {
			t.Errorf("%d rows are not as they were written", n)
		}
	}
	if s.file == nil {
		t.Error("nothing was put into the file: write more")
	}
}

// TestSections: rows that were written apart are those that would have been written at once.
func TestSections(t *testing.T) {
	s := store(t)
	r, want := s.NewRows(), &Rows{}
	fill(t, r, 0, 1)
	fill(t, want, 0, 1)
	section := NewSection()
	for i := 1; i < 9000; i += 300 {
		section.Restart(i)
		fill(t, section, i, 300)
		if err := r.Append(section); err != nil {
			t.Fatal(err)
		}
		fill(t, want, i, 300)
	}
	if len(r.blocks) < 2 || part(t, r) != strings.Replace(frame, "<sheetData>", "<sheetData>"+string(want.xml), 1) {
		t.Errorf("%d blocks, or other rows", len(r.blocks))
	}
}

// TestSameBytes: the deflated bytes do not depend on how many processors there are, nor on what was worked
// on at the same time.
func TestSameBytes(t *testing.T) {
	deflated := func(processors int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		s := store(t)
		rows := []*Rows{s.NewRows(), s.NewRows()}
		for i := range 12000 {
			fill(t, rows[i%2], i, 1)
		}
		var out bytes.Buffer
		for _, r := range rows {
			p, err := r.Part([]byte(frame))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.WriteTo(&out); err != nil {
				t.Fatal(err)
			}
		}
		return out.Bytes()
	}
	first := deflated(1)
	for _, processors := range []int{2, 3, 8} {
		if !bytes.Equal(deflated(processors), first) {
			t.Errorf("%d processors give other bytes", processors)
		}
	}
}

// TestFile: the file is the owner's, and gone when the store is closed, where the system allows it before.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	s := NewStore(dir)
	s.memory = 0
	fill(t, s.NewRows(), 0, 5000)
	if err := s.wait(); err != nil || s.file == nil {
		t.Fatal("there is no file", err)
	}
	if info, err := s.file.Stat(); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("the file is open to others: %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 && runtime.GOOS != "windows" {
		t.Errorf("it has a name: %v", left)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("it was left: %v", left)
	}
}

// TestErrors: what the store fails with comes from the rows at the latest when they are put into their frame.
func TestErrors(t *testing.T) {
	s := NewStore(filepath.Join(t.TempDir(), "missing"))
	defer s.Close()
	s.memory = 0
	r := s.NewRows()
	var err error
	for i := 0; err == nil && i < 100_000; i++ {
		r.Start(1)
		r.Text(0, strings.Repeat("x", 1000))
		err = r.End()
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder gave %v", err)
	}
	if _, err := r.Part([]byte(frame)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the part gave %v", err)
	}
	if _, err := s.NewRows().Part([]byte("<worksheet/>")); !errors.Is(err, errFrame) {
		t.Errorf("a frame without a place gave %v", err)
	}
}

func TestColumns(t *testing.T) {
	for column, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 53: "BA", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		if got := string(appendColumn(nil, column)); got != want {
			t.Errorf("column %d is %s, want %s", column, got, want)
		}
	}
}

// TestText: how text is written that XML or a spreadsheet would read as something else.
func TestText(t *testing.T) {
	for _, c := range []struct{ text, want, reason string }{
		{"Ann", "<t>Ann</t>", "nothing to do"},
		{"", "<t></t>", "nothing at all"},
		{" a", `<t xml:space="preserve"> a</t>`, "a blank at the beginning"},
		{"a\n", "<t xml:space=\"preserve\">a\n</t>", "a line feed at the end"},
		{`<&>"'`, "<t>&lt;&amp;&gt;&#34;&#39;</t>", "what XML reserves"},
		{"a\tb", "<t>a&#x9;b</t>", "a tab"},
		{"a\rb", "<t>a_x000D_b</t>", "XML would make a line feed of it"},
		{"\x00\x1b", "<t>_x0000__x001B_</t>", "characters that XML cannot carry"},
		{"a\uFFFE\uFFFFb", "<t>a_xFFFE__xFFFF_b</t>", "likewise"},
		{"a\uFFFDb", "<t>a\uFFFDb</t>", "this one it can"},
		{"_x0041_", "<t>_x005F_x0041_</t>", "it would be read as A"},
		{"_x005F_x0041_", "<t>_x005F_x005F_x005F_x0041_</t>", "it would be read as _x0041_"},
		{"_x0041_x0042_", "<t>_x005F_x0041_x005F_x0042_</t>", "both escapes, though they share an underscore"},
		{"_x0041\r", `<t xml:space="preserve">_x005F_x0041_x000D_</t>`, "the escape behind it would make it one"},
		{"_x0041\n", "<t xml:space=\"preserve\">_x0041\n</t>", "a line feed would not"},
		{"_x004g_ _X0041_", "<t>_x004g_ _X0041_</t>", "no escapes"},
		{"a\xffb", "<t>a\uFFFDb</t>", "no UTF-8"},
		{"M\u00fcller \U0001F600", "<t>M\u00fcller \U0001F600</t>", "other characters"},
		{"=1+1", "<t>=1+1</t>", "a text, whatever it looks like"},
	} {
		if got := string(appendText(nil, c.text, "\n")); got != c.want {
			t.Errorf("%q became %s, want %s: %s", c.text, got, c.want, c.reason)
		}
	}
}

// FuzzText: any text is well-formed XML, and read as it was, by XML's and the spreadsheet's rules.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a", "_x0041_x0042_", "\x00_x0000_", "\uFFFF", "a\xff", "</t>", "]]>", "_x005f_", "\r\n", "_x0000\x1f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lineFeed := range []string{"\n", "&#xA;"} {
			var element struct {
				Text string `xml:",chardata"`
			}
			written := appendText(nil, text, lineFeed)
			if err := xml.Unmarshal(written, &element); err != nil {
				t.Fatalf("%q became %q: %v", text, written, err)
			}
			if got, want := unescaped(t, element.Text), strings.ToValidUTF8(text, "\uFFFD"); got != want {
				t.Errorf("%q became %q, which reads %q", text, written, got)
			}
		}
	})
}

var escapes = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// unescaped reads a spreadsheet's text.
func unescaped(t *testing.T, text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		at := escapes.FindStringIndex(text[i:])
		if at == nil {
			b.WriteByte(text[i])
			continue
		}
		r, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteRune(rune(r))
		i += at[1] - 1
	}
	return b.String()
}

// FuzzJoinedSum: the sum of two texts is made from their sums.
func FuzzJoinedSum(f *testing.F) {
	f.Add([]byte("a"), []byte("b"))
	f.Add([]byte{}, []byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		want := crc32.ChecksumIEEE(append(bytes.Clone(a), b...))
		if got := joinedSum(crc32.ChecksumIEEE(a), crc32.ChecksumIEEE(b), int64(len(b))); got != want {
			t.Errorf("%08x, want %08x", got, want)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	b.ReportAllocs()
	size := int64(0)
	for b.Loop() {
		s := NewStore("")
		r := s.NewRows()
		fill(b, r, 0, 20000)
		if err := s.wait(); err != nil {
			b.Fatal(err)
		}
		size = r.Size()
		s.Close()
	}
	b.SetBytes(size)
}
