package export

import (
	"bytes"
	"context"
	"iter"
	"unicode/utf8"

	"smtpmatch/reconcile"
)

// table is the rows of a file, its header and what stands above it included. It can be read again.
type table interface {
	// rows yields every row that is not blank, in order. A row is valid until the next one is asked for.
	// An error is the last thing yielded.
	rows(ctx context.Context) iter.Seq2[*row, error]
}

// row is one row of a table.
type row struct {
	number int       // of a CSV file: the record's number, the first as 1; of a sheet: the sheet's row
	cells  [][]byte  // may be shorter than the header
	states []state   // of the cells; nil where all are sound
	damage rowDamage // of the row as a whole
	sparse bool      // blank cells at the end are left out: a sheet's row
	hidden bool      // by a filter or by hand: of a sheet's row
	stable bool      // the cells' bytes never change, so that strings may share them
	glued  bool      // a byte order mark stood before it: the first row of a file that was glued to this one
}

// state says what a spreadsheet did to a cell.
type state uint8

const (
	sound   state = iota
	errored       // a spreadsheet error such as #N/A
	formula       // a formula whose value is no text of its own: a text that began with = became one
)

// rowDamage is damage that the reader of the rows saw.
type rowDamage uint8

const (
	noDamage rowDamage = iota
	textAfterQuote
)

// text gives a cell, nothing for one beyond the row's end.
func (r *row) text(column int) []byte {
	if column >= len(r.cells) {
		return nil
	}
	return r.cells[column]
}

func (r *row) state(column int) state {
	if column >= len(r.states) {
		return sound
	}
	return r.states[column]
}

// isBlankRow says whether no cell holds anything: what spreadsheets leave at the end of a table.
func (r *row) isBlankRow() bool {
	for i, cell := range r.cells {
		if r.state(i) != sound || !isBlank(cell) {
			return false
		}
	}
	return true
}

// isBlank says whether a cell holds nothing but blanks and zero-width characters.
func isBlank(cell []byte) bool {
	for len(cell) > 0 {
		if cell[0] > ' ' && cell[0] < utf8.RuneSelf {
			return false
		}
		r, size := utf8.DecodeRune(cell)
		if !reconcile.IsBlank(r) {
			return false
		}
		cell = cell[size:]
	}
	return true
}

// trimmed takes blanks off both ends. Most cells have none, which two bytes tell.
func trimmed(cell []byte) []byte {
	if n := len(cell); n == 0 || isInk(cell[0]) && isInk(cell[n-1]) {
		return cell
	}
	return bytes.TrimFunc(cell, reconcile.IsBlank)
}

func isInk(c byte) bool { return ' ' < c && c < 0x7F }
