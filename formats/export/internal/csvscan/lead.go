package csvscan

import (
	"bytes"
	"strings"
)

// Lead is what comes before the header of a file and is no record.
type Lead struct {
	Type      string // what a #TYPE line of PowerShell says, such as Selected.System.String; "" without one
	Separator byte   // what a sep= line of Excel declares; 0 without one
	Header    int    // offset in the sample at which the header begins
	Line      int    // the line of the file on which it begins, from 1
}

// FirstLines looks at the beginning of a text without its byte order mark. It skips empty lines,
// one #TYPE line and one sep= line, in any order. When the sample has nothing else, Header is its
// length.
func FirstLines(sample []byte) Lead {
	lead := Lead{Line: 1}
	for lead.Header < len(sample) {
		line, rest, _ := bytes.Cut(sample[lead.Header:], []byte{'\n'})
		if !lead.take(string(bytes.TrimSuffix(line, []byte{'\r'}))) {
			break
		}
		lead.Header = len(sample) - len(rest)
		lead.Line++
	}
	return lead
}

// take notes what the line says; false when it is of none of the kinds that are skipped.
func (l *Lead) take(line string) bool {
	if line == "" {
		return true
	}
	if text, ok := typeLine(line); ok && l.Type == "" {
		l.Type = text
		return true
	}
	if separator, ok := separatorLine(line); ok && l.Separator == 0 {
		l.Separator = separator
		return true
	}
	return false
}

// typeLine reads "#TYPE Foo". Programs that saved the file again may have put quotes around it and
// empty cells behind it.
func typeLine(line string) (text string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimPrefix(line, `"`), "#TYPE ")
	return strings.Trim(text, ",;|\t\" "), ok
}

// separatorLine reads "sep=;", in any case and perhaps in quotes.
func separatorLine(line string) (separator byte, ok bool) {
	line = strings.Trim(line, `"`)
	if len(line) != len("sep=;") || !strings.EqualFold(line[:4], "sep=") {
		return 0, false
	}
	separator = line[4]
	return separator, separator < 0x80
}
