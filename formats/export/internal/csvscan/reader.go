package csvscan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxField is the longest field, in bytes, that a Reader gives. A directory's longest value, a
// photo, stays far below; a quote that was lost in a file of 10 GB does not.
const MaxField = 16 << 20

// MaxRow is the longest record. Text without any line end (such as one with CR alone) exceeds it.
const MaxRow = 64 << 20

// UnclosedQuoteError says that the text ends within a quoted field: it is cut off, or a quote is
// missing or too many, and nothing from there on can be told apart.
type UnclosedQuoteError struct {
	Line int // on which the field begins
	Row  int // number of the record
}

func (e *UnclosedQuoteError) Error() string {
	return fmt.Sprintf("a quoted value that begins on line %d (record %d) never ends", e.Line, e.Row)
}

// TooLongError says that a field is longer than MaxField, or a record longer than MaxRow.
type TooLongError struct {
	Line  int  // on which the field or record begins
	Row   int  // number of the record
	Field bool // a field is too long, not just the record
	Limit int  // in bytes
}

func (e *TooLongError) Error() string {
	what := "a record"
	if e.Field {
		what = "a value"
	}
	return fmt.Sprintf("%s that begins on line %d (record %d) is longer than %d bytes: is a quote or line end missing?",
		what, e.Line, e.Row, e.Limit)
}

// bufferSize is where a Reader's buffer begins; a longer record makes it grow.
const bufferSize = 256 << 10

// Reader gives the rows of a text one after the other, without allocating for each.
type Reader struct {
	src       io.Reader
	delimiter byte
	maxField  int
	maxRow    int

	buf    []byte // read and not given out, within store
	store  []byte
	srcErr error // why there is no more to read
	row    Row
	number int // of the last row given out
	line   int // on which buf begins
	err    error
}

// NewReader reads rows from UTF-8 text, whose byte order mark and lines that are no records (see
// FirstLines) are off. The delimiter is an ASCII byte other than NUL, CR, LF and the quote; Read
// fails at once for others.
func NewReader(r io.Reader, delimiter byte) *Reader {
	return newReader(r, delimiter, bufferSize)
}

func newReader(src io.Reader, delimiter byte, size int) *Reader {
	r := &Reader{src: src, delimiter: delimiter, maxField: MaxField, maxRow: MaxRow, line: 1}
	r.store = make([]byte, size)
	if delimiter == 0 || delimiter >= 0x80 || bytes.IndexByte([]byte("\"\r\n"), delimiter) >= 0 {
		r.err = fmt.Errorf("the byte %q cannot delimit fields", delimiter)
	}
	return r
}

// SetLine says on which line of the file the text begins that is still to be read, for Row.Line and
// errors; without it, on line 1. It is to be called before the first Read.
func (r *Reader) SetLine(line int) { r.line = line }

// Read gives the next row, which belongs to the Reader and changes with the next Read. At the end
// of the text it gives io.EOF, before that an *UnclosedQuoteError, a *TooLongError or the error of
// the source; rows that are complete before the error come first, the record it hits does not
// come. After an error every Read gives the same.
func (r *Reader) Read() (*Row, error) {
	for r.err == nil {
		length, err := r.scan()
		if err != nil {
			r.err = err
			break
		}
		r.row.Line = r.line
		r.line += r.row.lines
		r.buf = r.buf[length:]
		if len(r.row.Fields) > 0 {
			r.number++
			r.row.Number = r.number
			r.row.unquote()
			return &r.row, nil
		}
	}
	return nil, r.err
}

// scan scans the next record, reading until all of it is in buf.
func (r *Reader) scan() (length int, err error) {
	for {
		last := r.srcErr == io.EOF
		if last && len(r.buf) == 0 {
			return 0, io.EOF
		}
		length, err = scanRow(&r.row, r.buf, r.delimiter, last)
		switch {
		case err == nil:
			return length, r.checkLength(length)
		case errors.Is(err, errUnclosed):
			return 0, r.unclosed()
		case r.srcErr != nil:
			return 0, r.srcErr
		}
		if err := r.checkPending(); err != nil {
			return 0, err
		}
		r.fill()
	}
}

// fill moves what is left to the front of the store, or of a larger one, and fills it.
func (r *Reader) fill() {
	store := r.store
	if len(r.buf) > len(store)/2 {
		store = make([]byte, 2*len(store))
	}
	n := copy(store, r.buf)
	for n < len(store) && r.srcErr == nil {
		var read int
		read, r.srcErr = r.src.Read(store[n:])
		n += read
	}
	r.store, r.buf = store, store[:n]
}

// unclosed gives the error for the record in row that has no end.
func (r *Reader) unclosed() error {
	if err := r.checkLength(len(r.buf)); err != nil {
		return err
	}
	return &UnclosedQuoteError{Line: r.fieldLine(len(r.row.Fields) - 1), Row: r.number + 1}
}

// checkPending judges by its length a record that is not complete yet: scanned as if it were, to
// see where its last field begins.
func (r *Reader) checkPending() error {
	if len(r.buf) <= r.maxField {
		return nil
	}
	scanRow(&r.row, r.buf, r.delimiter, true) // the error would be an open quote
	return r.checkLength(len(r.buf))
}

// checkLength refuses the record in row, the first length bytes of buf, when it exceeds a limit.
func (r *Reader) checkLength(length int) error {
	if length <= r.maxField {
		return nil
	}
	for i, field := range r.row.Fields {
		if len(field) > r.maxField {
			return &TooLongError{Line: r.fieldLine(i), Row: r.number + 1, Field: true, Limit: r.maxField}
		}
	}
	if length > r.maxRow {
		return &TooLongError{Line: r.line, Row: r.number + 1, Limit: r.maxRow}
	}
	return nil
}

// fieldLine gives the line on which field i of the row begins: line ends before it are within fields.
func (r *Reader) fieldLine(i int) int {
	line := r.line
	for _, field := range r.row.Fields[:i] {
		line += bytes.Count(field, []byte{'\n'})
	}
	return line
}
