package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/gocarina/gocsv"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/formats/export/internal/xlsx"
)

// Side files are small and decided by people or read in one piece: every row of them must be right, so
// any mistake refuses the file.

// sideTable is the table of a side file. Blank rows are left out.
type sideTable struct {
	name   string // the file's, without its folder
	sheet  string // of a workbook
	header []string
	top    int // the header's row
	rows   []sideRow
}

// sideRow is one row, as wide as the header.
type sideRow struct {
	number int // as [reconcile.Record.Row]
	cells  []string
}

// readSide reads a side file, CSV or XLSX. The error is a [*Refusal] or what reading failed with.
func readSide(path string) (*sideTable, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &sideTable{name: filepath.Base(path)}
	if isWorkbook(text) {
		err = t.readSheet(path, excelRows)
	} else {
		err = t.readText(text)
	}
	if err == nil && t.header == nil {
		err = errors.New("the file holds nothing")
	}
	if err != nil {
		return nil, refuse(t.name, "", err.Error()+".", "Write the file again, as CSV or XLSX.")
	}
	beside, err := readCollected(path)
	if err != nil {
		return nil, err
	}
	if reason := beside.contradicts(hashOf(text), len(t.rows), t.hasHeader); reason != "" {
		return nil, refuse(t.name, "Changed", reason, collectAgain)
	}
	return t, nil
}

// collectAgain is the cure of a side file that is not as it was written.
const collectAgain = "Export again, or take the .export.json away if the file was changed on purpose."

func (t *sideTable) hasHeader(header string) bool {
	return slices.ContainsFunc(t.header, func(h string) bool { return headerKey(h) == headerKey(header) })
}

func (t *sideTable) readText(text []byte) error {
	decoded, err := decodeAll(text)
	if err != nil {
		return err
	}
	if csvscan.LineEnds(decoded) == csvscan.CR {
		if decoded, err = io.ReadAll(csvscan.FromCR(bytes.NewReader(decoded), 0)); err != nil {
			return err
		}
	}
	lead := csvscan.FirstLines(decoded)
	decoded = decoded[lead.Header:]
	reader := csv.NewReader(bytes.NewReader(decoded))
	if delimiter, ok := csvscan.Delimiter(decoded); lead.Separator != 0 {
		reader.Comma = rune(lead.Separator)
	} else if ok {
		reader.Comma = rune(delimiter)
	}
	rows, err := reader.ReadAll()
	for i, row := range rows {
		if err := t.add(i+1, row); err != nil {
			return err
		}
	}
	return err
}

func decodeAll(text []byte) ([]byte, error) {
	guess := charset.Detect(text, true)
	return io.ReadAll(charset.NewReader(bytes.NewReader(text), guess.Encoding))
}

// readSheet reads the first sheet of a workbook, at most so many rows.
func (t *sideTable) readSheet(path string, rows int) error {
	book, err := xlsx.Open(path)
	if err != nil {
		return err
	}
	defer book.Close()
	if len(book.Sheets()) == 0 {
		return nil
	}
	t.sheet = book.Sheets()[0].Name
	for found, err := range book.Rows(0) {
		if err != nil {
			return err
		}
		if rows--; rows < 0 {
			break
		}
		var row []string
		for _, cell := range found.Cells {
			for len(row) < cell.Column {
				row = append(row, "")
			}
			row = append(row, string(cell.Text))
		}
		if err := t.add(found.Number, row); err != nil {
			return err
		}
	}
	return nil
}

// add takes a row, the header first, and makes it as wide as the header.
func (t *sideTable) add(number int, row []string) error {
	isBlankRow := !slices.ContainsFunc(row, func(cell string) bool { return !isBlank([]byte(cell)) })
	switch {
	case isBlankRow:
		return nil
	case t.header == nil:
		t.header, t.top = slices.Clone(row), number
		return nil
	case len(row) > len(t.header):
		return fmt.Errorf("row %d has %d cells, the header has %d", number, len(row), len(t.header))
	}
	cells := make([]string, len(t.header))
	copy(cells, row)
	t.rows = append(t.rows, sideRow{number, cells})
	return nil
}

// unmarshalRows lays the rows into structs with csv tags, one for each. Headers are compared like those
// of the exports; the first field must be there.
func unmarshalRows[T any](t *sideTable) (list []*T, err error) {
	var zero T
	s := schemaOf(zero)
	header := slices.Clone(t.header)
	b := bind(s, header)
	for i, columns := range b.columns {
		if len(columns) > 0 {
			header[columns[0]] = s[i].name()
		}
	}
	if !b.has(s[0].name()) {
		return nil, fmt.Errorf("there is no column %s; the header is: %s", s[0].name(), headerText(t.header))
	}
	rows := [][]string{header}
	for _, row := range t.rows {
		rows = append(rows, row.cells)
	}
	return list, gocsv.UnmarshalCSV(&rowReader{rows}, &list)
}

// rowReader hands rows to gocsv.
type rowReader struct{ rows [][]string }

func (r *rowReader) Read() ([]string, error) {
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

func (r *rowReader) ReadAll() ([][]string, error) {
	rows := r.rows
	r.rows = nil
	return rows, nil
}
