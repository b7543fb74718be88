package csvscan

import "strings"

// plainRow is a Row as a value.
type plainRow struct {
	Number, Line int
	Fields       []string
	Damage       Damage
	DamagedField int
}

// reference says byte after byte what the package comment says, with no thought of speed. It shares
// no code with the scanner.
type reference struct {
	text      string
	delimiter byte
	at, line  int
	rows      []plainRow
}

func (r *reference) run() *UnclosedQuoteError {
	r.line = 1
	for r.at < len(r.text) {
		if n := r.lineEnd(r.at); n > 0 {
			r.at += n
			r.line++
			continue
		}
		row := plainRow{Number: len(r.rows) + 1, Line: r.line}
		for more := true; more; {
			unclosed := false
			more, unclosed = r.field(&row)
			if unclosed {
				return &UnclosedQuoteError{Line: r.line, Row: row.Number}
			}
		}
		r.rows = append(r.rows, row)
	}
	return nil
}

// lineEnd is the length of the line end at i, 0 at the end of the text, -1 when there is none.
func (r *reference) lineEnd(i int) int {
	rest := r.text[i:]
	switch {
	case rest == "" || rest == "\r":
		return len(rest)
	case rest[0] == '\n':
		return 1
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	}
	return -1
}

func (r *reference) field(row *plainRow) (more, unclosed bool) {
	start := r.at
	end := start
	value, ok := "", false
	if r.lineEnd(start) < 0 && r.text[start] == '"' {
		if value, end = r.quotedValue(start + 1); end < 0 {
			return false, true
		}
		ok = r.stops(end)
	}
	for !r.stops(end) {
		end++
	}
	if !ok {
		value = r.text[start:end]
		r.mark(row, value)
	}
	r.line += strings.Count(r.text[start:end], "\n")
	row.Fields = append(row.Fields, value)
	if n := r.lineEnd(end); n >= 0 {
		r.at = end + n
		r.line++
		return false, false
	}
	r.at = end + 1
	return true, false
}

func (r *reference) stops(i int) bool { return r.lineEnd(i) >= 0 || r.text[i] == r.delimiter }

func (r *reference) mark(row *plainRow, raw string) {
	damage := BareQuote
	switch {
	case !strings.Contains(raw, `"`):
		return
	case raw[0] == '"':
		damage = TextAfterQuote
	}
	if row.Damage == 0 {
		row.DamagedField = len(row.Fields)
	}
	row.Damage |= damage
}

func (r *reference) quotedValue(i int) (value string, end int) {
	for ; i < len(r.text); i++ {
		if r.text[i] == '"' {
			if !strings.HasPrefix(r.text[i:], `""`) {
				return value, i + 1
			}
			i++
		}
		value += r.text[i : i+1]
	}
	return "", -1
}
