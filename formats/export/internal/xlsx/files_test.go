package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	mainNS = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	linkNS = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
)

// entry is a part of a workbook under test.
type entry struct{ name, text string }

// book gives the parts of a workbook with one sheet "Users", and with shared strings if they are not "".
func book(sheet, shared string) []entry {
	parts := []entry{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ` +
			`ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`},
		{"_rels/.rels", rels(`<Relationship Id="r1" Type="` + linkNS + `/officeDocument" Target="xl/workbook.xml"/>`)},
		{"xl/workbook.xml", `<workbook xmlns="` + mainNS + `" xmlns:r="` + linkNS + `"><sheets>` +
			`<sheet name="Users" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", rels(`<Relationship Id="r1" Type="` + linkNS +
			`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="` + linkNS +
			`/sharedStrings" Target="/xl/sharedStrings.xml"/>`)},
		{"xl/worksheets/sheet1.xml", sheet},
	}
	if shared != "" {
		parts = append(parts, entry{"xl/sharedStrings.xml", shared})
	}
	return parts
}

func rels(lines string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + lines +
		`</Relationships>`
}

// with gives the parts with one replaced, or added, or left out if its text is "-".
func with(parts []entry, name, text string) []entry {
	var out []entry
	for _, p := range parts {
		if p.name != name {
			out = append(out, p)
		}
	}
	if text == "-" {
		return out
	}
	return append(out, entry{name, text})
}

func sheetXML(rows string) string {
	return `<worksheet xmlns="` + mainNS + `"><sheetData>` + rows + `</sheetData></worksheet>`
}

func sharedXML(items string) string { return `<sst xmlns="` + mainNS + `">` + items + `</sst>` }

// zipped packs the parts.
func zipped(tb testing.TB, parts []entry) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) })
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(f, p.text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// saved writes a file for the time of the test.
func saved(tb testing.TB, content []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "book.xlsx")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// dump reads the first sheet: one line a row, its cells as A:s"text" (s n b e; = before it for a formula).
func dump(path string) (string, error) {
	book, err := Open(path)
	if err != nil {
		return "", err
	}
	defer book.Close()
	return dumpSheet(book, 0)
}

func dumpSheet(book *Workbook, i int) (string, error) {
	var out strings.Builder
	for row, err := range book.Rows(i) {
		if err != nil {
			return out.String(), err
		}
		fmt.Fprintf(&out, "%d", row.Number)
		if row.Hidden {
			out.WriteString(" hidden")
		}
		for _, c := range row.Cells {
			fmt.Fprintf(&out, " %s:", columnName(c.Column))
			if c.Formula {
				out.WriteString("=")
			}
			fmt.Fprintf(&out, "%c%q", "snbe"[c.Kind], c.Text)
		}
		out.WriteString("\n")
	}
	return out.String(), nil
}
