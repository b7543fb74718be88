package xlsx

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// FuzzAgainstExcelize lets excelize write texts in both of its ways and reads them as it does.
func FuzzAgainstExcelize(f *testing.F) {
	for _, text := range []string{"", "a", " b ", "svc_user", "_x0041_", "_x005F_", "_x005F_x0041_", "a\r\nb\rc\n", "<&>\"'", "]]>",
		"é€😀", "\x01", "\xff", "\ufffe", "=1+3", "\t"} {
		f.Add(text, "x", "")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if halfPair.MatchString(a + "|" + b + "|" + c) {
			t.Skip("excelize drops halves of surrogate pairs, we mark them")
		}
		compare(t, writtenAtOnce(t, a, b, c))
		compare(t, writtenAsStream(t, a, b, c))
	})
}

var halfPair = regexp.MustCompile(`_x[dD][89a-fA-F][0-9a-fA-F]{2}_`)

func writtenAtOnce(t *testing.T, texts ...string) string {
	file := excelize.NewFile()
	defer file.Close()
	for i, text := range texts {
		if err := file.SetCellStr("Sheet1", fmt.Sprintf("%s%d", columnName(i%2), i/2+1), text); err != nil {
			t.Fatal(err)
		}
	}
	return savedBy(t, file)
}

func writtenAsStream(t *testing.T, texts ...string) string {
	file := excelize.NewFile()
	defer file.Close()
	w, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), []any{text, i, nil, text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return savedBy(t, file)
}

func savedBy(t *testing.T, file *excelize.File) string {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := file.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// FuzzSheet reads arbitrary bytes as sheet XML, as they are and as the rows of a sheet: with and without
// shortcuts the same must come out, and what we take for well-formed encoding/xml must take for that too.
func FuzzSheet(f *testing.F) {
	for _, rows := range []string{oneCell, `<row r="2" hidden="1"><c r="B2" s="1" t="s"><v>1</v></c><c t="b"><v>1</v></c></row>`,
		`<row><c r="A1" t="inlineStr"><is><t xml:space="preserve">a_x0042_&amp; </t></is></c><c r="C1" t="str"><v> </v></c></row>`,
		`<row><c xmlns="urn:x"/></row>`, `<row><c t="e"><f>1</f><v>#N/A</v></c><!-- --></row>`, `<row><c><v><![CDATA[1]]></v></c></row>`,
		`<row><c r="A1" t="n"><v>1e5</v></c><c r="AA1"><v>&#49;</v></c></row><row r="9"/>`, `<row xmlns:x="urn:x"><?p?><x:c/></row>`} {
		f.Add([]byte(rows))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, text := range []string{string(raw), sheetXML(string(raw))} {
			quick, quickErr := fuzzedRows(text, false)
			slow, slowErr := fuzzedRows(text, true)
			if quick != slow || fmt.Sprint(quickErr) != fmt.Sprint(slowErr) {
				t.Errorf("quick: %s %v\nthorough: %s %v", quick, quickErr, slow, slowErr)
			}
			if slowErr == nil {
				checkWellFormed(t, text)
			}
		}
	})
}

func fuzzedRows(text string, thorough bool) (string, error) {
	table := new(sharedStrings)
	for _, s := range []string{"a", "b"} {
		if err := table.add([]byte(s), 16); err != nil {
			return "", err
		}
	}
	var out strings.Builder
	r := &sheetReader{book: &Workbook{shared: func() (*sharedStrings, error) { return table, nil }}}
	r.yield = func(row *Row, _ error) bool { fmt.Fprintln(&out, *row); return true }
	r.scanner = newScanner(strings.NewReader(text), 64) // a small window has many borders
	r.thorough = thorough
	err := r.readSheet()
	return out.String(), err
}

// FuzzStrings does the same with shared strings.
func FuzzStrings(f *testing.F) {
	for _, items := range []string{`<si><t>a</t></si><si/>`, `<si><r><rPr/><t>a</t></r><rPh><t>b</t></rPh></si>`,
		`<si><t xml:space="preserve">_x005F_&lt;</t></si>`, `<si><t><![CDATA[a]]></t></si><extLst/>`, "<si><t>é\r\n</t></si>"} {
		f.Add([]byte(items))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, text := range []string{string(raw), sharedXML(string(raw))} {
			quick, quickErr := fuzzedStrings(text, false)
			slow, slowErr := fuzzedStrings(text, true)
			if quick != slow || fmt.Sprint(quickErr) != fmt.Sprint(slowErr) {
				t.Errorf("quick: %s %v\nthorough: %s %v", quick, quickErr, slow, slowErr)
			}
			if slowErr == nil {
				checkWellFormed(t, text)
			}
		}
	})
}

func fuzzedStrings(text string, thorough bool) (string, error) {
	table := new(sharedStrings)
	s := newScanner(strings.NewReader(text), 64)
	s.thorough = thorough
	err := table.readItems(s, 16)
	var out strings.Builder
	for i := range table.spans {
		item, err := table.get(uint64(i))
		fmt.Fprintf(&out, "%q %v\n", item, err)
	}
	return out.String(), err
}

// checkWellFormed asks encoding/xml for its opinion about what we accepted.
func checkWellFormed(t *testing.T, text string) {
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("accepted, but encoding/xml says: %v\n%q", err, text)
		}
	}
}

// FuzzFile reads arbitrary bytes as a file.
func FuzzFile(f *testing.F) {
	f.Add(zipped(f, book(sheetXML(oneCell), sharedXML(`<si><t>a</t></si>`))))
	f.Fuzz(func(t *testing.T, content []byte) {
		book, err := Open(saved(t, content))
		if err != nil {
			return
		}
		defer book.Close()
		for i := range book.Sheets() {
			for range book.Rows(i) {
			}
		}
	})
}
