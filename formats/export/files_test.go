package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"smtpmatch/reconcile"
)

// What the tests of whole files share: tables that are changed for each case, the ways to write them,
// and what was read of them.

// grid is a table with its header.
type grid [][]string

const (
	guid1   = "a1b2c3d4-e5f6-4789-abcd-1234567890ab"
	guid2   = "f7cc07d7-7c15-447d-876d-c01b0e5a9e38"
	guid3   = "d08f810b-a35c-49a8-a4cd-c6923dfc031e"
	anchor1 = "1MOyofbliUerzRI0VniQqw=="
	anchor2 = "1wfM9xV8fUSHbcAbDlqeOA=="
)

// goodAD and goodCloud are files that can be used, without findings. They hold accents that
// Windows-1252 has too, quotes, delimiters and a line break in values, and blanks at the end of rows.
func goodAD() grid {
	return grid{
		{"ObjectGUID", "ObjectClass", "SID", "SamAccountName", "UserPrincipalName", "mail", "proxyAddresses", "mS-DS-ConsistencyGuid", "DisplayName", "Enabled", "Title"},
		{guid1, "user", "S-1-5-21-1-2-3-1001", "asa", "asa@contoso.com", "asa@contoso.com", "SMTP:asa@contoso.com;smtp:a.o@contoso.com", anchor1, "Åsa Öberg", "True", "Head of\nSales, \"North\"; EMEA"},
		{guid2, "user", "S-1-5-21-1-2-3-1002", "bert", "bert@contoso.com", "", "", "", "Bert", "False", ""},
	}
}

func goodCloud() grid {
	return grid{
		{"Id", "UserPrincipalName", "Mail", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesImmutableId", "DisplayName", "UserType", "AccountEnabled", "JobTitle"},
		{guid1, "asa@contoso.com", "asa@contoso.com", "SMTP:asa@contoso.com;smtp:a.o@contoso.com", "True", anchor1, "Åsa Öberg", "Member", "True", "Head of\nSales, \"North\"; EMEA"},
		{guid2, "bert@contoso.com", "", "", "", "", "Bert", "Guest", "False", ""},
	}
}

func good(side reconcile.Side) grid {
	if side == reconcile.AD {
		return goodAD()
	}
	return goodCloud()
}

func (g grid) column(name string) int {
	at := slices.Index(g[0], name)
	if at < 0 {
		panic("no column " + name)
	}
	return at
}

// set changes a cell; row 2 is the first below the header, as in the records.
func (g grid) set(row int, column, value string) grid {
	g[row-1][g.column(column)] = value
	return g
}

// setAll changes a column.
func (g grid) setAll(column, value string) grid {
	for row := range g[1:] {
		g.set(row+2, column, value)
	}
	return g
}

// without takes columns away.
func (g grid) without(columns ...string) grid {
	for _, column := range columns {
		at := g.column(column)
		for i := range g {
			g[i] = slices.Delete(g[i], at, at+1)
		}
	}
	return g
}

// with puts a column at the end, of the header and the values given.
func (g grid) with(column ...string) grid {
	for i := range g {
		g[i] = append(g[i], column[i])
	}
	return g
}

func (g grid) renamed(column, name string) grid {
	g[0][g.column(column)] = name
	return g
}

// first keeps the header and the first rows.
func (g grid) first(rows int) grid { return g[:rows+1] }

// csv writes the table as CSV: every value in quotes, as PowerShell does.
func (g grid) csv() string { return g.text(",", "\r\n", true) }

func (g grid) text(delimiter, lineEnd string, quoteAll bool) string {
	var b strings.Builder
	for _, row := range g {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(delimiter)
			}
			if quoteAll || strings.ContainsAny(cell, delimiter+"\"\r\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(lineEnd)
	}
	return b.String()
}

// save writes a file of that name into a folder of its own.
func save(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sheetGrid is a table on a sheet, its first row in row from (1 if 0).
type sheetGrid struct {
	name string
	grid grid
	from int
}

// workbook writes sheets with shared strings; true and false become booleans.
func workbook(t testing.TB, sheets ...sheetGrid) string {
	t.Helper()
	book := excelize.NewFile()
	for i, s := range sheets {
		if i == 0 {
			check(t, book.SetSheetName("Sheet1", s.name))
		} else if _, err := book.NewSheet(s.name); err != nil {
			t.Fatal(err)
		}
		for y, row := range s.grid {
			for x, cell := range row {
				setCell(t, book, s.name, cellName(x, y+max(s.from, 1)), cell)
			}
		}
	}
	return saveBook(t, book)
}

func setCell(t testing.TB, book *excelize.File, sheet, at, value string) {
	switch value {
	case "":
	case "True", "False":
		check(t, book.SetCellBool(sheet, at, value == "True"))
	default:
		check(t, book.SetCellStr(sheet, at, value))
	}
}

// streamed writes one sheet with inline strings.
func streamed(t testing.TB, g grid) string {
	t.Helper()
	book := excelize.NewFile()
	w, err := book.NewStreamWriter("Sheet1")
	check(t, err)
	for y, row := range g {
		cells := make([]any, len(row))
		for x, cell := range row {
			cells[x] = cell
		}
		check(t, w.SetRow(cellName(0, y+1), cells))
	}
	check(t, w.Flush())
	return saveBook(t, book)
}

func saveBook(t testing.TB, book *excelize.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.xlsx")
	check(t, book.SaveAs(path))
	return path
}

// rawWorkbook writes a workbook of one sheet by hand: cells of type str, booleans as numbers.
func rawWorkbook(t testing.TB, g grid) string {
	t.Helper()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	rels := func(id, kind, target string) string {
		return fmt.Sprintf(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="%s" Type="%s/%s" Target="%s"/></Relationships>`, id, office, kind, target)
	}
	var rows strings.Builder
	for y, row := range g {
		fmt.Fprintf(&rows, `<row r="%d">`, y+1)
		for x, cell := range row {
			switch cell {
			case "":
			case "True":
				fmt.Fprintf(&rows, `<c r="%s" t="b"><v>1</v></c>`, cellName(x, y+1))
			case "False":
				fmt.Fprintf(&rows, `<c r="%s" t="b"><v>0</v></c>`, cellName(x, y+1))
			default:
				fmt.Fprintf(&rows, `<c r="%s" t="str"><v>%s</v></c>`, cellName(x, y+1), escaped(cell))
			}
		}
		rows.WriteString("</row>")
	}
	return save(t, "users.xlsx", zipped(t, map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":                rels("r1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml":            `<workbook ` + main + ` xmlns:r="` + office + `"><sheets><sheet name="Users" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": rels("r1", "worksheet", "worksheets/sheet1.xml"),
		"xl/worksheets/sheet1.xml":   `<worksheet ` + main + `><sheetData>` + rows.String() + `</sheetData></worksheet>`,
	}))
}

func zipped(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts {
		part, err := w.Create(name)
		check(t, err)
		_, err = part.Write([]byte(text))
		check(t, err)
	}
	check(t, w.Close())
	return b.String()
}

// withPart gives the workbook with one part changed.
func withPart(t testing.TB, path, name string, change func(string) string) string {
	t.Helper()
	book, err := zip.OpenReader(path)
	check(t, err)
	defer book.Close()
	parts := make(map[string]string)
	for _, part := range book.File {
		in, err := part.Open()
		check(t, err)
		text, err := io.ReadAll(in)
		check(t, err)
		parts[part.Name] = string(text)
	}
	parts[name] = change(parts[name])
	return zipped(t, parts)
}

func escaped(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text))
	return b.String()
}

func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		panic(err)
	}
	return name
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open opens a file that can be used.
func open(t testing.TB, path string, side reconcile.Side, o Options) *File {
	t.Helper()
	f, err := Open(context.Background(), path, side, o)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return f
}

// refused opens a file that must be refused.
func refused(t testing.TB, path string, side reconcile.Side, o Options) *Refusal {
	t.Helper()
	_, err := Open(context.Background(), path, side, o)
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("%s: refused by %v, want a refusal", filepath.Base(path), err)
	}
	return refusal
}

// records reads a file and checks that the counts close.
func records(t testing.TB, f *File) (list []reconcile.Record) {
	t.Helper()
	used := 0
	for r, err := range f.Records(context.Background()) {
		check(t, err)
		kept := *r
		kept.Findings = slices.Clone(r.Findings)
		kept.ProxyAddresses = slices.Clone(r.ProxyAddresses)
		list = append(list, kept)
		if !r.Rejected {
			used++
		} else if !hasRefusal(r.Findings) {
			t.Errorf("%s: row %d is rejected, and no finding says why", f.Name(), r.Row)
		}
		if r.Side != f.Side() || r.Source != f.Name() {
			t.Errorf("a record of %s, %s in a file %s, %s", r.Source, r.Side, f.Name(), f.Side())
		}
	}
	if len(list) != f.rows || used != f.used {
		t.Errorf("%s: %d records of which %d can be used; the first reading counted %d and %d", f.Name(), len(list), used, f.rows, f.used)
	}
	return list
}

func hasRefusal(findings []reconcile.Finding) bool {
	return slices.ContainsFunc(findings, func(f reconcile.Finding) bool { return f.Severity == reconcile.SeverityRefuse })
}

// sameRecords compares what the rows hold, not where they stand.
func sameRecords(t testing.TB, what string, got, want []reconcile.Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d records, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		a, b := got[i], want[i]
		a.Row, a.Source, b.Row, b.Source = 0, "", 0, ""
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: record %d\n got %+v\nwant %+v", what, i, a, b)
		}
	}
}

// codes lists findings as "severity code".
func codes(findings []reconcile.Finding) (list []string) {
	for _, f := range findings {
		list = append(list, string(f.Severity)+" "+f.Code)
	}
	return list
}
