// Package tables writes what was found as CSV tables for people and programs: UTF-8 with BOM and CRLF,
// so that Excel opens them right, with cells that a spreadsheet would run as a formula neutralised.
//
// Rows are appended to one buffer, without an allocation a cell: a large tenant's tables have more bytes
// than its exports.
package tables

import (
	"io"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// writeSize is how many bytes are gathered before they are written.
const writeSize = 1 << 16

// writer gathers rows, cell by cell in the order of the header, each row ended by end. Its first error stays
// and is what close gives.
type writer struct {
	out  io.Writer
	buf  []byte
	rows int // without the header
	err  error
}

func newWriter(w io.Writer, header string) *writer {
	t := &writer{out: w, buf: make([]byte, 0, writeSize+writeSize/4)}
	t.buf = append(t.buf, "\ufeff"+header+"\r\n"...)
	return t
}

// text appends a cell with any text.
func (t *writer) text(cell string) {
	t.buf = append(appendCell(t.buf, cell), ',')
}

// list appends a cell with values, joined with LF.
func (t *writer) list(values []string) {
	switch len(values) {
	case 0:
		t.buf = append(t.buf, ',')
	case 1:
		t.text(values[0])
	default:
		t.buf = append(appendList(t.buf, values), ',')
	}
}

// guid appends a cell with an id, empty for the zero GUID.
func (t *writer) guid(g reconcile.GUID) {
	t.buf = append(g.AppendTo(t.buf), ',')
}

// number appends a cell with a number that is not negative.
func (t *writer) number(n int) {
	t.buf = append(strconv.AppendInt(t.buf, int64(n), 10), ',')
}

// end ends a row, whose last cell left a comma.
func (t *writer) end() {
	t.buf = append(t.buf[:len(t.buf)-1], "\r\n"...)
	t.rows++
	if len(t.buf) >= writeSize {
		t.flush()
	}
}

func (t *writer) flush() {
	if t.err == nil {
		_, t.err = t.out.Write(t.buf)
	}
	t.buf = t.buf[:0]
}

// close gives the number of rows.
func (t *writer) close() (int, error) {
	t.flush()
	return t.rows, t.err
}

// appendCell quotes a cell if it has a delimiter, quote or line break, blanks around it that some readers
// would lose, or what a spreadsheet would run.
func appendCell(buf []byte, cell string) []byte {
	if isPlain(cell) {
		return append(buf, cell...)
	}
	buf = append(buf, '"')
	if isFormula(cell) {
		buf = append(buf, '\'')
	}
	return append(appendDoubled(buf, cell), '"')
}

// appendList quotes several values, joined with LF.
func appendList(buf []byte, values []string) []byte {
	buf = append(buf, '"')
	if isFormula(values[0]) {
		buf = append(buf, '\'')
	}
	for i, value := range values {
		if i > 0 {
			buf = append(buf, '\n')
		}
		buf = appendDoubled(buf, value)
	}
	return append(buf, '"')
}

// appendDoubled appends text with its quotes doubled.
func appendDoubled(buf []byte, text string) []byte {
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			return append(buf, text...)
		}
		buf = append(append(buf, text[:i]...), `""`...)
		text = text[i+1:]
	}
}

// isPlain says that a cell stands in the file as it is.
func isPlain(cell string) bool {
	if cell == "" {
		return true
	}
	if hasSpecial(cell) {
		return false
	}
	if suspicious[cell[0]]|suspicious[cell[len(cell)-1]] != 0 {
		return !isFormula(cell) && cell == strings.TrimSpace(cell)
	}
	return true
}

// hasSpecial says whether one of the bytes needs quotes. It looks at eight of them for a branch, which
// makes ad.csv a third faster.
func hasSpecial(cell string) bool {
	for len(cell) >= 8 {
		if special[cell[0]]|special[cell[1]]|special[cell[2]]|special[cell[3]]|
			special[cell[4]]|special[cell[5]]|special[cell[6]]|special[cell[7]] != 0 {
			return true
		}
		cell = cell[8:]
	}
	for i := range len(cell) {
		if special[cell[i]] != 0 {
			return true
		}
	}
	return false
}

// special has 1 for the bytes that need quotes anywhere, suspicious for those that can need them at either
// end: beginnings of formulas, blanks, and bytes of other characters, which can be blanks.
var special, suspicious = func() (anywhere, atEnds [256]byte) {
	for c := range 256 {
		if strings.IndexByte(",\"\r\n", byte(c)) >= 0 {
			anywhere[c] = 1
		}
		if c <= ' ' || c >= 0x80 || strings.IndexByte("=+-@'", byte(c)) >= 0 {
			atEnds[c] = 1
		}
	}
	return anywhere, atEnds
}()

// isFormula says whether a spreadsheet would run the cell, or our own reader would take an apostrophe
// off it that was in the input: = + - @ TAB or CR, after any number of apostrophes (ASVS 1.2.10).
func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0
}
