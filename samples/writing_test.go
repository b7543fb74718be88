package samples

import (
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// format writes a table to a file.
type format interface {
	ending() string // of the names that such files have
	write(t *testing.T, path string, rows [][]string)
}

// csvFormat is a way to write CSV.
type csvFormat struct {
	encoding  string
	mark      bool // a byte order mark begins the file
	delimiter rune
	end       string   // of a line
	asNeeded  bool     // quotes only where there is no way without
	lead      []string // lines above the header
}

// plain is CSV as `collect` and Export-Csv -Encoding UTF8 of Windows PowerShell write it.
var plain = csvFormat{encoding: "utf-8", mark: true, delimiter: ',', end: "\r\n"}

func (f csvFormat) encoded(encoding string, mark bool) csvFormat {
	f.encoding, f.mark = encoding, mark
	return f
}

func (csvFormat) ending() string { return ".csv" }

func (f csvFormat) write(t *testing.T, path string, rows [][]string) {
	t.Helper()
	var b strings.Builder
	for _, line := range f.lead {
		b.WriteString(line + f.end)
	}
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteRune(f.delimiter)
			}
			b.WriteString(f.quoted(cell))
		}
		b.WriteString(f.end)
	}
	if err := os.WriteFile(path, f.encode(t, b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f csvFormat) quoted(cell string) string {
	if f.asNeeded && !strings.ContainsAny(cell, "\"\r\n"+string(f.delimiter)) {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}

func (f csvFormat) encode(t *testing.T, text string) []byte {
	t.Helper()
	if f.mark {
		text = "\ufeff" + text
	}
	switch f.encoding {
	case "utf-16le":
		return encode16(text, binary.LittleEndian)
	case "utf-16be":
		return encode16(text, binary.BigEndian)
	case "utf-32le":
		return encode32(text, binary.LittleEndian)
	case "utf-32be":
		return encode32(text, binary.BigEndian)
	case "windows-1252":
		b, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(b)
	}
	return []byte(text)
}

func encode16(text string, order binary.AppendByteOrder) (b []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

func encode32(text string, order binary.AppendByteOrder) (b []byte) {
	for _, r := range text {
		b = order.AppendUint32(b, uint32(r))
	}
	return b
}

// workbookFormat is a way to write a workbook. Excelize writes the cells that are set one by one as shared
// strings, and those of its stream as inline ones.
type workbookFormat struct {
	inline   bool
	booleans bool       // True and False are boolean cells
	before   bool       // a sheet that is no export stands before
	titles   [][]string // rows above the header of an export
}

func (workbookFormat) ending() string { return ".xlsx" }

func (f workbookFormat) write(t *testing.T, path string, rows [][]string) {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	sheet := "Sheet1"
	if f.isExport(rows) {
		if f.before {
			sheet = addSheet(t, book)
		}
		rows = append(slices.Clone(f.titles), rows...)
	}
	f.writeSheet(t, book, sheet, rows)
	b, err := book.WriteToBuffer() // SaveAs refuses the endings of other formats
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// isExport says whether the rows are an export: in a side file the header is the first row of the first
// sheet.
func (workbookFormat) isExport(rows [][]string) bool { return len(rows[0]) > 5 }

// addSheet puts a text on the first sheet and gives a second one.
func addSheet(t *testing.T, book *excelize.File) (name string) {
	t.Helper()
	if err := book.SetCellStr("Sheet1", "A1", "See the second sheet."); err != nil {
		t.Fatal(err)
	}
	if _, err := book.NewSheet("Users"); err != nil {
		t.Fatal(err)
	}
	return "Users"
}

func (f workbookFormat) writeSheet(t *testing.T, book *excelize.File, sheet string, rows [][]string) {
	t.Helper()
	put := func(cell string, values []any) error { return book.SetSheetRow(sheet, cell, &values) }
	if f.inline {
		stream, err := book.NewStreamWriter(sheet)
		if err != nil {
			t.Fatal(err)
		}
		put = func(cell string, values []any) error { return stream.SetRow(cell, values) }
		defer func() {
			if err := stream.Flush(); err != nil {
				t.Fatal(err)
			}
		}()
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil && len(row) > 0 {
			err = put(cell, f.values(row))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (f workbookFormat) values(row []string) []any {
	values := make([]any, len(row))
	for i, cell := range row {
		switch {
		case cell == "":
		case f.booleans && (cell == "True" || cell == "False"):
			values[i] = cell == "True"
		default:
			values[i] = cell
		}
	}
	return values
}
