package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// Excel's limits, which are part of the format.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
	maxRowText = 64 << 20 // bytes; ours
)

// Kind is what a cell's value is.
type Kind uint8

const (
	String Kind = iota
	Number
	Bool
	Error
)

// Row is a row with at least one value. It belongs to the reader and is valid until the next one; the texts
// of its cells are ordinary strings, but each keeps those of the whole row in memory.
type Row struct {
	Number int // as Excel shows it, from 1
	Hidden bool
	Cells  []Cell // from left to right
}

// Cell is a cell with a value or a formula.
type Cell struct {
	Column int // from 0
	Kind   Kind
	// Text is the decoded text of a String (ISO dates are strings too), the digits of a Number as they stand
	// in the file, true or false, or the name of an Error like #N/A. It is empty for a formula whose result
	// was not saved.
	Text    string
	Formula bool // the cell computes its value; Text is the last result
}

// Rows reads the sheet Sheets()[i] from its start. Rows without any value are left out, those that a filter
// hides are not. An error is the last thing yielded, comes behind all rows before the damage, and names
// the sheet and the row; only without one was the sheet read completely.
func (b *Workbook) Rows(i int) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		r := &sheetReader{book: b, yield: yield}
		if err := r.readPart(b.targets[i]); err != nil && err != errStopped {
			yield(nil, fmt.Errorf("sheet %q%s: %w", b.sheets[i].Name, r.place(), err))
		}
	}
}

// errStopped says that the consumer wants no more rows.
var errStopped = errors.New("stopped by the consumer")

// errInlineToo says that a cell has two values, of which other programs show one or the other.
var errInlineToo = errors.New("it has an inline text beside a value or another type")

// sheetReader reads one sheet once.
type sheetReader struct {
	*scanner
	book  *Workbook
	yield func(*Row, error) bool

	row    Row
	inRow  bool
	digits []byte     // of the row's number
	texts  []byte     // of the row's cells, which become one string when the row is complete
	spans  []textSpan // of each cell
	cell   rawCell
	last   int // column of the last cell, -1 before the first
}

// textSpan is a piece of texts; it is negative if the cell's text is elsewhere.
type textSpan struct{ start, end int }

// rawCell is a cell being read.
type rawCell struct {
	column  int
	kind    cellType
	start   int // of its text in texts
	formula bool
	value   bool // has a <v>
	inline  bool // has an <is>
}

// cellType is the t attribute.
type cellType uint8

const (
	typeNumber cellType = iota
	typeShared
	typeInline
	typeFormula // a text too
	typeBool
	typeError
	typeDate
)

// place says where in the sheet we are, for messages.
func (r *sheetReader) place() string {
	switch {
	case r.row.Number == 0:
		return ""
	case r.inRow:
		return fmt.Sprintf(" row %d", r.row.Number)
	}
	return fmt.Sprintf(" after row %d", r.row.Number)
}

func (r *sheetReader) readPart(part string) error {
	in, err := r.book.parts.open(part, maxSheet)
	if err != nil {
		return err
	}
	return ahead(in, func(ahead io.Reader) error {
		r.scanner = newScanner(ahead, in.size)
		return r.readSheet()
	})
}

// readSheet reads the whole part from the scanner, which is at its start.
func (r *sheetReader) readSheet() error {
	if err := r.root(spaceSheet, "worksheet"); err != nil {
		return err
	}
	tables := 0
	err := r.each(func() error {
		if !r.isSheet("sheetData") {
			return r.skip()
		}
		if tables++; tables > 1 {
			return errors.New("a second <sheetData>")
		}
		return r.each(r.readRow)
	})
	if err != nil {
		return err
	}
	if tables == 0 {
		return errors.New("the sheet has no <sheetData>")
	}
	_, err = r.next()
	return err
}

// readRow reads a row and passes it on.
func (r *sheetReader) readRow() error {
	if !r.isSheet("row") {
		return fmt.Errorf("<%.50s> where <row> should be", r.name)
	}
	if err := r.beginRow(); err != nil {
		return err
	}
	r.inRow = true
	if err := r.eachQuick(r.quickCell, r.rowChild); err != nil {
		return err
	}
	err := r.pass()
	r.inRow = false
	return err
}

// beginRow takes the row's number and whether it is hidden from its tag.
func (r *sheetReader) beginRow() error {
	number, hidden := r.row.Number+1, false
	for i := range r.attrs {
		var err error
		switch a := &r.attrs[i]; string(a.name) {
		case "r":
			number, err = rowNumber(a, r.row.Number)
		case "hidden":
			hidden, err = boolean(bytes.Trim(a.value, xmlSpace))
		}
		if err != nil {
			return err
		}
	}
	if number > maxRows {
		return fmt.Errorf("row %d is behind Excel's last row, %d", number, maxRows)
	}
	r.row = Row{Number: number, Hidden: hidden, Cells: r.row.Cells[:0]}
	r.digits = strconv.AppendInt(r.digits[:0], int64(number), 10)
	r.texts, r.spans, r.last = r.texts[:0], r.spans[:0], -1
	return nil
}

// rowNumber reads a row's r attribute; previous is the number of the row before.
func rowNumber(a *attr, previous int) (int, error) {
	number, err := strconv.Atoi(string(a.value))
	if err != nil || number < 1 {
		return 0, fmt.Errorf("a row has the number %.50q", a.value)
	}
	if number <= previous {
		return 0, fmt.Errorf("row %d comes behind row %d: it is there twice or out of order", number, previous)
	}
	return number, nil
}

func boolean(value []byte) (bool, error) {
	switch string(value) {
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	}
	return false, fmt.Errorf("%.50q is neither true nor false", value)
}

// rowChild reads a child element of a row.
func (r *sheetReader) rowChild() error {
	switch {
	case r.isSheet("c"):
		return r.readCell()
	case r.isSheet("extLst"):
		return r.skip()
	}
	return fmt.Errorf("<%.50s> where <c> should be", r.name)
}

// readCell reads a cell and appends it to the row if it has a value.
func (r *sheetReader) readCell() error {
	if err := r.beginCell(); err != nil {
		return err
	}
	return r.closeCell(r.each(r.cellChild))
}

// closeCell ends the cell; err is what went wrong before, if anything.
func (r *sheetReader) closeCell(err error) error {
	if err == nil {
		err = r.endCell()
	}
	if err != nil {
		return fmt.Errorf("cell %s%d: %w", columnName(r.cell.column), r.row.Number, err)
	}
	return nil
}

// beginCell takes column and type from the cell's tag.
func (r *sheetReader) beginCell() error {
	r.cell = rawCell{column: r.last + 1, start: len(r.texts)}
	for i := range r.attrs {
		a := &r.attrs[i]
		if len(a.name) != 1 {
			continue
		}
		var err error
		switch a.name[0] {
		case 'r':
			r.cell.column, err = r.reference(a.value)
		case 't':
			r.cell.kind, err = typeOf(a.value)
		}
		if err != nil {
			return err
		}
	}
	if r.cell.column >= maxColumns {
		return fmt.Errorf("a cell behind Excel's last column, %s", columnName(maxColumns-1))
	}
	r.last = r.cell.column
	return nil
}

// reference gives the column of a cell's r attribute, which must fit the row and the cell before.
func (r *sheetReader) reference(value []byte) (int, error) {
	column, size := 0, 0
	for size < len(value) && size < 4 && value[size]-'A' < 26 {
		column = column*26 + int(value[size]-'A') + 1
		size++
	}
	column--
	switch {
	case size == 0 || size > 3 || len(value) == size || value[size]-'0' > 9:
		return 0, fmt.Errorf("a cell has the reference %.50q", value)
	case string(value[size:]) != string(r.digits):
		return 0, fmt.Errorf("the cell %.50s stands in another row", value)
	case column <= r.last:
		return 0, fmt.Errorf("the cell %.50s comes behind %s%d: it is there twice or out of order",
			value, columnName(r.last), r.row.Number)
	}
	return column, nil
}

// columnName gives A for 0.
func columnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

func typeOf(value []byte) (cellType, error) {
	switch string(value) {
	case "s":
		return typeShared, nil
	case "inlineStr":
		return typeInline, nil
	case "str":
		return typeFormula, nil
	case "n":
		return typeNumber, nil
	case "b":
		return typeBool, nil
	case "e":
		return typeError, nil
	case "d":
		return typeDate, nil
	}
	return 0, fmt.Errorf("a cell has the unknown type %.50q", value)
}

// cellChild reads a child element of a cell and leaves its text in texts.
func (r *sheetReader) cellChild() (err error) {
	switch {
	case r.isSheet("v"):
		if r.cell.value {
			return errors.New("it has two values")
		}
		r.cell.value = true
		err = r.readValue()
	case r.isSheet("is"):
		if r.cell.inline {
			return errors.New("it has two texts")
		}
		r.cell.inline = true
		if r.cell.value || r.cell.kind != typeInline {
			return errInlineToo
		}
		r.texts, err = r.richText(r.texts)
	case r.isSheet("f"):
		if r.cell.formula {
			return errors.New("it has two formulas")
		}
		r.cell.formula = true
		r.discards, _, err = r.leaf(r.discards[:0])
	case r.isSheet("extLst"):
		err = r.skip()
	default:
		err = fmt.Errorf("<%.50s> is unknown in a cell", r.name)
	}
	return err
}

// readValue reads a <v>.
func (r *sheetReader) readValue() (err error) {
	if r.cell.inline {
		return errInlineToo
	}
	var kinds classes
	if r.texts, kinds, err = r.leaf(r.texts); err != nil {
		return err
	}
	return r.settle(kinds)
}

// settle ends the raw text of the cell, which is all of texts from the cell's start on: texts lose Excel's
// escapes, and anything else the white space around it.
func (r *sheetReader) settle(kinds classes) error {
	start := r.cell.start
	switch r.cell.kind {
	case typeFormula, typeInline, typeDate:
		if kinds&(isScore|isMark) != 0 {
			r.texts = unescape(r.texts, start)
		}
		if len(r.texts)-start > maxText {
			return fmt.Errorf("the text is longer than %d bytes", maxText)
		}
	default:
		if kinds&(isSpace|isMark) != 0 {
			r.texts = append(r.texts[:start], bytes.Trim(r.texts[start:], xmlSpace)...)
		}
	}
	return nil
}

// endCell makes a Cell of what was read.
func (r *sheetReader) endCell() error {
	c := &r.cell
	text := r.texts[c.start:]
	if !c.formula && !c.inline && (!c.value || len(text) == 0 && c.kind == typeNumber) {
		return nil
	}
	cell, shared, err := r.finished(text)
	if err != nil {
		return err
	}
	span := textSpan{c.start, len(r.texts)}
	if shared {
		r.texts, span = r.texts[:c.start], textSpan{-1, -1}
	}
	r.row.Cells, r.spans = append(r.row.Cells, cell), append(r.spans, span)
	if len(r.texts) > maxRowText {
		return fmt.Errorf("the texts of the row are longer than %d bytes", maxRowText)
	}
	return nil
}

// finished gives the cell for its raw text. If done, its Text is set and not the raw text.
func (r *sheetReader) finished(text []byte) (cell Cell, done bool, err error) {
	cell = Cell{Column: r.cell.column, Formula: r.cell.formula}
	unsaved := cell.Formula && len(text) == 0
	switch r.cell.kind {
	case typeNumber:
		cell.Kind = Number
		if !unsaved {
			err = checkNumber(text)
		}
	case typeBool:
		cell.Kind, done = Bool, true
		if !unsaved {
			cell.Text, err = booleanText(text)
		}
	case typeError:
		cell.Kind = Error
		if !unsaved && len(text) == 0 {
			err = errors.New("it has an error value without a name")
		}
	case typeShared:
		done = true
		if !unsaved {
			cell.Text, err = r.sharedText(text)
		}
	}
	return cell, done, err
}

func booleanText(text []byte) (string, error) {
	value, err := boolean(text)
	return strconv.FormatBool(value), err
}

// checkNumber refuses what is no number. NaN and infinity are none for Excel, but writers let them pass.
func checkNumber(text []byte) error {
	for i, c := range text {
		if c-'0' > 9 && (c != '-' || i > 0) {
			return checkFloat(text)
		}
	}
	if len(text) == 0 || text[len(text)-1] == '-' {
		return checkFloat(text)
	}
	return nil
}

// checkFloat refuses what strconv does, and the notations that it has besides those of the format.
func checkFloat(text []byte) error {
	_, err := strconv.ParseFloat(string(text), 64)
	if errors.Is(err, strconv.ErrRange) {
		err = nil
	}
	if err != nil || bytes.ContainsAny(text, "_xXpP") {
		return fmt.Errorf("the value %.50q is no number", text)
	}
	return nil
}

// sharedText looks a shared string up; the first look-up reads them all.
func (r *sheetReader) sharedText(text []byte) (string, error) {
	index, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return "", fmt.Errorf("%.50q is no number of a shared string", text)
	}
	table, err := r.book.shared()
	if err != nil {
		return "", err
	}
	return table.get(index)
}

// pass gives the row to the consumer.
func (r *sheetReader) pass() error {
	if len(r.row.Cells) == 0 {
		return nil
	}
	texts := string(r.texts)
	for i, span := range r.spans {
		if span.start >= 0 {
			r.row.Cells[i].Text = texts[span.start:span.end]
		}
	}
	if !r.yield(&r.row, nil) {
		return errStopped
	}
	return nil
}
