package csvscan

import (
	"io"
	"strings"
)

// Ends says how the lines of a text end.
type Ends string

// The ways in which lines end. Classic Macintosh programs, and Excel's "CSV (Macintosh)", write CR alone.
const (
	CRLF  Ends = "crlf"
	LF    Ends = "lf"
	CR    Ends = "cr"
	Mixed Ends = "mixed"
)

// LineEnds tells how the lines of the sample end, as far as they end outside quotes: that a value holds
// other line breaks says nothing. A text without any is taken as LF.
func LineEnds(sample []byte) Ends {
	var crlf, lf, cr int
	q := quotes{delimiters: delimiters}
	for i, b := range sample {
		switch {
		case q.isInside(b):
		case b == '\n' && i > 0 && sample[i-1] == '\r':
			crlf++
		case b == '\n':
			lf++
		case b == '\r' && i+1 < len(sample) && sample[i+1] != '\n':
			cr++
		}
	}
	switch {
	case crlf > 0 && lf == 0:
		return CRLF
	case crlf > 0:
		return Mixed
	case lf == 0 && cr > 0:
		return CR
	}
	return LF
}

// quotes follows a text byte by byte and tells which bytes are of a quoted value. A quote within an unquoted
// value (5" wide) opens none.
type quotes struct {
	delimiters string
	inside     bool
	inValue    bool // the byte before is one of a value, and no delimiter or line end
	closed     bool // the byte before is a quote that ended a value
}

// isInside takes the next byte and says whether it is of a quoted value, its quotes included.
func (q *quotes) isInside(b byte) bool {
	if b != '"' {
		q.closed = false
		q.inValue = q.inside || b != '\r' && b != '\n' && strings.IndexByte(q.delimiters, b) < 0
		return q.inside
	}
	if q.inside {
		q.inside, q.closed = false, true
	} else {
		q.inside = !q.inValue || q.closed // at the beginning, or the second of "" within
		q.closed = false
	}
	q.inValue = true
	return true
}

// FromCR reads a text whose lines end with CR and gives them with LF. A CR inside quotes belongs to its
// value and stays. delimiter is 0 for any of the usual ones.
func FromCR(in io.Reader, delimiter byte) io.Reader {
	r := &crReader{in: in, quotes: quotes{delimiters: delimiters}}
	if delimiter != 0 {
		r.quotes.delimiters = string(rune(delimiter))
	}
	return r
}

type crReader struct {
	in     io.Reader
	quotes quotes
}

func (r *crReader) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	for i, c := range b[:n] {
		if !r.quotes.isInside(c) && c == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}
