package csvscan

import (
	"bytes"
	"errors"
)

var (
	errMore     = errors.New("the record goes on beyond the buffer")
	errUnclosed = errors.New("the text ends within a quoted field")
)

// scanRow reads the record at the start of buf into row and gives its length, line end included.
// It sets all but Number and Line. buf is not changed, so that a record can be scanned again once
// more of it is there: fields still have their doubled quotes until row.unquote. A row without
// fields is an empty line.
//
// last says that the text ends with buf. If not, a record that has no end in buf gives errMore. In
// the last buf, an open quote gives errUnclosed, and row holds the fields before it and then what
// follows the quote.
func scanRow(row *Row, buf []byte, delimiter byte, last bool) (length int, err error) {
	row.reset()
	s := scan{buf: buf, delimiter: delimiter, last: last, row: row}
	if !s.enterLine(0) {
		return 0, errMore
	}
	if s.end == 0 {
		return s.next, nil
	}
	for at, more := 0, true; more; {
		if at < s.end && buf[at] == '"' {
			at, more, err = s.quoted(at + 1)
		} else {
			at, more = s.plain(at)
		}
		if err != nil {
			return 0, err
		}
	}
	if row.lines > 1 {
		row.lines = bytes.Count(buf[:s.next], []byte{'\n'})
	}
	return s.next, nil
}

// scan is the state within a record.
type scan struct {
	buf       []byte
	delimiter byte
	last      bool
	row       *Row

	end   int // where the text of the current line ends
	next  int // where the next line begins
	quote int // the first quote at or behind the place of the last look, end when none; -1 unknown
}

// enterLine finds the end of the line that from lies on; false when it is not in the buffer.
func (s *scan) enterLine(from int) bool {
	i := bytes.IndexByte(s.buf[from:], '\n')
	if i < 0 && !s.last {
		return false
	}
	s.end, s.next = from+i, from+i+1
	if i < 0 {
		s.end, s.next = len(s.buf), len(s.buf)
	}
	if s.end > from && s.buf[s.end-1] == '\r' {
		s.end--
	}
	s.quote = -1
	return true
}

// plain reads the unquoted field that begins at start. It gives the start of the next field, if
// there are more on the line.
func (s *scan) plain(start int) (next int, more bool) {
	end, more := s.toDelimiter(start)
	if s.quoteBefore(start, end) {
		s.row.damage(BareQuote)
	}
	s.add(start, end)
	return end + 1, more
}

// toDelimiter finds the delimiter that ends a field, or else the end of the line.
func (s *scan) toDelimiter(from int) (end int, found bool) {
	i := bytes.IndexByte(s.buf[from:s.end], s.delimiter)
	if i < 0 {
		return s.end, false
	}
	return from + i, true
}

// quoteBefore says whether there is a quote from start to end. Lines without quotes are searched once.
func (s *scan) quoteBefore(start, end int) bool {
	if s.quote < start {
		s.quote = s.end
		if i := bytes.IndexByte(s.buf[start:s.end], '"'); i >= 0 {
			s.quote = start + i
		}
	}
	return s.quote < end
}

// quoted reads the field whose opening quote is just before start. It gives the start of the next
// field, if there are more in the record.
func (s *scan) quoted(start int) (next int, more bool, err error) {
	quote, doubled := s.closingQuote(start)
	if quote < 0 {
		return 0, false, s.unclosed(start)
	}
	after := quote + 1
	if quote >= s.next {
		s.row.lines++ // at least one more; scanRow counts them
		if !s.enterLine(after) {
			return 0, false, errMore
		}
	}
	atDelimiter := after < s.end && s.buf[after] == s.delimiter
	if !atDelimiter && after != s.end {
		next, more = s.textAfterQuote(start-1, after)
		return next, more, nil
	}
	if doubled {
		s.row.doubled = append(s.row.doubled, len(s.row.Fields))
	}
	s.add(start, quote)
	return after + 1, atDelimiter, nil
}

// closingQuote finds the first quote at or behind from that is not doubled; -1 when there is none.
func (s *scan) closingQuote(from int) (quote int, doubled bool) {
	for {
		i := bytes.IndexByte(s.buf[from:], '"')
		if i < 0 {
			return -1, doubled
		}
		after := from + i + 1
		if after == len(s.buf) || s.buf[after] != '"' {
			return after - 1, doubled
		}
		doubled = true
		from = after + 1
	}
}

// unclosed adds what there is of the field without a closing quote.
func (s *scan) unclosed(start int) error {
	if !s.last {
		return errMore
	}
	s.add(start, len(s.buf))
	return errUnclosed
}

// textAfterQuote reads the field from its opening quote as it stands.
func (s *scan) textAfterQuote(start, after int) (next int, more bool) {
	end, more := s.toDelimiter(after)
	s.row.damage(TextAfterQuote)
	s.add(start, end)
	return end + 1, more
}

func (s *scan) add(start, end int) {
	s.row.Fields = append(s.row.Fields, s.buf[start:end:end])
}

// singleQuotes makes one quote of each two of b, in place, and gives the shorter b.
func singleQuotes(b []byte) []byte {
	kept := 0
	for rest := b; ; {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			kept += copy(b[kept:], rest)
			return b[:kept:kept]
		}
		kept += copy(b[kept:], rest[:i+1])
		rest = rest[i+2:]
	}
}
