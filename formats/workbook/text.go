package workbook

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// visible gives the text as a cell can show it, see the package comment.
func visible(s string) string {
	if isPrintable(s) {
		return s
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, isInvisible) {
		s = strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return unicode.ReplacementChar
			}
			return r
		}, s)
	}
	return withoutTwistedEscapes(s)
}

// isPrintable says that a text is of ASCII characters that are seen and escape nothing, as most are. It looks
// at eight of them for a branch.
func isPrintable(s string) bool {
	for len(s) >= 8 {
		if unclear[s[0]]|unclear[s[1]]|unclear[s[2]]|unclear[s[3]]|unclear[s[4]]|unclear[s[5]]|unclear[s[6]]|unclear[s[7]] != 0 {
			return false
		}
		s = s[8:]
	}
	for i := range len(s) {
		if unclear[s[i]] != 0 {
			return false
		}
	}
	return true
}

// unclear has 1 for the bytes at which a text has to be looked at closer.
var unclear = func() (unclear [256]byte) {
	for c := range unclear {
		if c < ' ' && c != '\n' || c > '~' || c == '_' {
			unclear[c] = 1
		}
	}
	return unclear
}()

// isInvisible says of a character that XML cannot hold it, that a reader would not see it, or that it would
// make him see others in another order.
func isInvisible(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 ||
		r == '\u2028' || r == '\u2029' || r&0xFFFE == 0xFFFE
}

// withoutTwistedEscapes puts U+FFFD for the underscore of what looks like two escapes of XML in one, as
// _x0041_x0042_, or like the escape of half a character, as _xD83D_: excelize would write another text.
// A single _x0041_ it writes right.
func withoutTwistedEscapes(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	ends := -1 // where the escape before this one has its last underscore
	for i := range len(s) {
		if !isEscape(s[i:]) {
			b.WriteByte(s[i])
			continue
		}
		if i == ends || isSurrogate(s[i+2:]) {
			b.WriteRune(unicode.ReplacementChar)
			continue
		}
		ends = i + escapeLength - 1
		b.WriteByte(s[i])
	}
	return b.String()
}

const escapeLength = len("_x0041_")

func isEscape(s string) bool {
	if len(s) < escapeLength || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return false
	}
	return strings.Trim(s[2:6], "0123456789abcdefABCDEF") == ""
}

func isSurrogate(hex string) bool {
	return (hex[0] == 'D' || hex[0] == 'd') && strings.IndexByte("89abcdefABCDEF", hex[1]) >= 0
}

// run is a piece of a cell's text with a look of its own; nil for the cell's.
type run struct {
	text string
	font *excelize.Font
}

// fit cuts the runs to what a cell can hold and says so in the cell. The texts are visible already.
func (l *limits) fit(runs []run) (fitting []run, cut bool) {
	bytes, units := 0, 0
	for i := range runs {
		bytes += len(runs[i].text)
	}
	if bytes <= l.units { // there are no more code units than bytes
		return runs, false
	}
	for i := range runs {
		units += unitsOf(runs[i].text)
	}
	if units <= l.units {
		return runs, false
	}
	note := fmt.Sprintf("… [cut: %d characters in all]", units)
	left := l.units - unitsOf(note)
	for _, r := range runs {
		r.text = firstUnits(r.text, left)
		left -= unitsOf(r.text)
		if r.text != "" {
			fitting = append(fitting, r)
		}
	}
	return append(fitting, run{text: note, font: fontNote}), true
}

func unitsOf(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// firstUnits gives as many whole characters as fit into so many UTF-16 code units.
func firstUnits(s string, units int) string {
	for i, r := range s {
		if units -= utf16.RuneLen(r); units < 0 {
			return s[:i]
		}
	}
	return s
}

// firstLines cuts a list to as many lines as Excel takes in a cell. more is the line that says so, empty if all fit.
func (l *limits) firstLines(list []string) (first []string, more string) {
	if len(list) <= l.lines {
		return list, ""
	}
	return list[:l.lines-1], fmt.Sprintf("… [cut: %d values in all]", len(list))
}
