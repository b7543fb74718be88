// Package tables writes what was found as CSV tables for people and programs: UTF-8 with BOM and CRLF,
// so that Excel opens them right, with cells that a spreadsheet would run as a formula neutralised.
package tables

import (
	"bufio"
	"io"
	"strings"
)

// writer appends rows. Its first error stays and is what close gives.
type writer struct {
	out  *bufio.Writer
	line []byte
	rows int // without the header
	err  error
}

func newWriter(w io.Writer, header string) *writer {
	t := &writer{out: bufio.NewWriterSize(w, 1<<16)}
	_, t.err = t.out.WriteString("\ufeff" + header + "\r\n")
	return t
}

// row appends one row; cells come in the order of the header.
func (t *writer) row(cells ...string) {
	t.line = t.line[:0]
	for i, cell := range cells {
		if i > 0 {
			t.line = append(t.line, ',')
		}
		t.line = appendCell(t.line, cell)
	}
	t.line = append(t.line, "\r\n"...)
	if t.err == nil {
		_, t.err = t.out.Write(t.line)
		t.rows++
	}
}

// close gives the number of rows.
func (t *writer) close() (int, error) {
	if t.err == nil {
		t.err = t.out.Flush()
	}
	return t.rows, t.err
}

func appendCell(line []byte, cell string) []byte {
	neutral := isFormula(cell)
	if !neutral && !strings.ContainsAny(cell, ",\"\r\n") && cell == strings.TrimSpace(cell) {
		return append(line, cell...)
	}
	line = append(line, '"')
	if neutral {
		line = append(line, '\'')
	}
	for i := range len(cell) {
		if cell[i] == '"' {
			line = append(line, '"')
		}
		line = append(line, cell[i])
	}
	return append(line, '"')
}

// isFormula says whether a spreadsheet would run the cell, or our own reader would take an apostrophe
// off it that was in the input: = + - @ TAB or CR, after any number of apostrophes (ASVS 1.2.10).
func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0
}
