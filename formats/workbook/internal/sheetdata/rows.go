// Package sheetdata writes the rows of worksheets, what stands between <sheetData> and </sheetData> in their
// XML, many times faster than a library that builds each cell as a tree, and in bounded memory.
//
// Rows are appended as XML. A sheet of a few thousand rows stays as it is and is compressed with its frame,
// the rest of its XML, at the end. A larger one is cut into blocks on the way: each is deflated by itself, on
// any processor, and ends with a sync flush, so that the blocks, put one behind the other, are one deflate
// stream. [Store] keeps them, in memory as long as they are few, else in a file of its own.
//
// The XML of a cell is byte for byte that of excelize, which is the oracle in the tests. A cell is a text, a
// number or empty: there is no way to write a formula.
package sheetdata

import (
	"strconv"
)

// Rows are the rows of one sheet while they are written. Rows and cells follow one another: Start, cells from
// the first column on, End.
type Rows struct {
	store  *Store
	xml    []byte // what is in no block yet
	blocks []*block
	size   int64 // of all rows, in bytes of XML
	row    int
	digits []byte // of row, and the quote behind a cell's reference
	column int
}

// Sizes in bytes of XML.
const (
	blockSize = 1 << 20
	smallSize = 4 << 20 // below it a sheet has no blocks
)

// NewRows begins the rows of a sheet.
func (s *Store) NewRows() *Rows { return &Rows{store: s} }

// NewSection gives rows that are written apart from their sheet, to be appended to it. Restart comes first.
func NewSection() *Rows { return &Rows{} }

// Restart begins a section anew, behind so many rows of its sheet.
func (r *Rows) Restart(rows int) { r.xml, r.row = r.xml[:0], rows }

// Append appends the rows of a section, which must be those that follow.
func (r *Rows) Append(section *Rows) error {
	r.xml, r.row = append(r.xml, section.xml...), section.row
	return r.cutIfLong()
}

// Size is how many bytes of XML the rows have so far.
func (r *Rows) Size() int64 { return r.size + int64(len(r.xml)) }

// Start begins the next row, height points high.
func (r *Rows) Start(height float64) {
	r.row++
	r.column = 0
	r.digits = append(strconv.AppendInt(r.digits[:0], int64(r.row), 10), '"')
	r.xml = append(r.xml, `<row r="`...)
	r.xml = append(r.xml, r.digits...)
	r.xml = append(r.xml, ` ht="`...)
	r.xml = strconv.AppendFloat(r.xml, height, 'f', -1, 64)
	r.xml = append(r.xml, `" customHeight="1">`...)
}

// Empty appends a cell without a value.
func (r *Rows) Empty(style int) {
	r.startCell(style)
	r.xml = append(r.xml, `></c>`...)
}

// Number appends a cell with a number.
func (r *Rows) Number(style, number int) {
	r.startCell(style)
	r.xml = append(r.xml, `><v>`...)
	r.xml = strconv.AppendInt(r.xml, int64(number), 10)
	r.xml = append(r.xml, `</v></c>`...)
}

// Text appends a cell with a text, whatever that is.
func (r *Rows) Text(style int, text string) {
	r.startCell(style)
	r.xml = append(r.xml, ` t="inlineStr"><is>`...)
	r.xml = appendText(r.xml, text, "\n")
	r.xml = append(r.xml, `</is></c>`...)
}

// Run is a piece of a cell's text with a look of its own.
type Run struct {
	Properties string // the XML of the look: <rPr>…</rPr>
	Text       string
}

// Rich appends a cell with a text in several looks.
func (r *Rows) Rich(style int, runs []Run) {
	r.startCell(style)
	r.xml = append(r.xml, ` t="inlineStr"><is>`...)
	for _, run := range runs {
		r.xml = append(r.xml, `<r>`...)
		r.xml = append(r.xml, run.Properties...)
		r.xml = appendText(r.xml, run.Text, "&#xA;")
		r.xml = append(r.xml, `</r>`...)
	}
	r.xml = append(r.xml, `</is></c>`...)
}

func (r *Rows) startCell(style int) {
	r.column++
	r.xml = append(r.xml, `<c r="`...)
	r.xml = appendColumn(r.xml, r.column)
	r.xml = append(r.xml, r.digits...)
	if style > 0 {
		r.xml = append(r.xml, ` s="`...)
		r.xml = strconv.AppendInt(r.xml, int64(style), 10)
		r.xml = append(r.xml, '"')
	}
}

// appendColumn appends a column's letters; the first column is 1.
func appendColumn(xml []byte, column int) []byte {
	if column > 26 {
		xml = appendColumn(xml, (column-1)/26)
	}
	return append(xml, 'A'+byte((column-1)%26))
}

// End ends the row. An error is one of the store, and comes again with every further row.
func (r *Rows) End() error {
	r.xml = append(r.xml, `</row>`...)
	return r.cutIfLong()
}

// cutIfLong cuts off a block when there is enough for one. A section is never cut.
func (r *Rows) cutIfLong() error {
	if r.store == nil {
		return nil
	}
	if len(r.xml) >= smallSize || len(r.xml) >= blockSize && len(r.blocks) > 0 {
		return r.cut()
	}
	return nil
}

// Done says that no row will follow, so that a large sheet keeps nothing in memory.
func (r *Rows) Done() error {
	if len(r.blocks) == 0 || len(r.xml) == 0 {
		return nil
	}
	return r.cut()
}

// cut makes a block of what was written.
func (r *Rows) cut() error {
	b, empty, err := r.store.deflate(r.xml)
	r.size += int64(len(r.xml))
	r.blocks, r.xml = append(r.blocks, b), empty
	return err
}
