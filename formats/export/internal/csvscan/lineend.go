package csvscan

import "io"

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
	inside := false
	for i, b := range sample {
		switch {
		case b == '"':
			inside = !inside
		case inside:
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

// FromCR reads a text whose lines end with CR and gives them with LF. A CR inside quotes belongs to its
// value and stays.
func FromCR(in io.Reader) io.Reader { return &crReader{in: in} }

type crReader struct {
	in     io.Reader
	inside bool
}

func (r *crReader) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	for i, c := range b[:n] {
		switch {
		case c == '"':
			r.inside = !r.inside
		case c == '\r' && !r.inside:
			b[i] = '\n'
		}
	}
	return n, err
}
