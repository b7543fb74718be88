package powershell

import (
	"fmt"
	"strings"
)

// Quote turns a value into PowerShell source, a literal in single quotes, or refuses it. It is the only way
// for a value into the code of a script.
//
// A literal ends at any of five quotes, of which only U+0027 is ASCII, and a value that holds it has it
// doubled, as the engine's EscapeSingleQuotedStringContent does (facts/powershell.md 1.1). Refused is what the
// parser would take and a reader or another reader of the file would not: anything but printable ASCII (the
// other quotes and dashes, NUL, line breaks, bidi controls); the double quote and the backtick, which no
// script holds; and the number sign, because #requires, #> and the signature's marker begin with one and are
// looked for in the text as well.
func Quote(s string) (string, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '`' || c == '#' {
			return "", fmt.Errorf("%+q cannot stand in a script: byte %d is %#02x", s, i+1, c)
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", nil
}

// label turns a value into text for a comment: everything but A-Z, a-z, 0-9, blank, dot, underscore and hyphen
// becomes a hyphen, so that it neither ends the comment nor begins a #requires (facts/powershell.md 1.1).
func label(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" ._-", r):
			return r
		}
		return '-'
	}, s)
}
