package sheetdata

import (
	"strings"
	"unicode/utf8"
)

// appendText appends an element <t> with the text. lineFeed is how a line feed is written: as itself, or as
// a reference.
func appendText(xml []byte, text, lineFeed string) []byte {
	if text != "" && (isSpace(text[0]) || isSpace(text[len(text)-1])) {
		xml = append(xml, `<t xml:space="preserve">`...)
	} else {
		xml = append(xml, `<t>`...)
	}
	if isPlain(text) {
		xml = append(xml, text...)
	} else {
		xml = appendEscaped(xml, strings.ToValidUTF8(text, "\uFFFD"), lineFeed)
	}
	return append(xml, `</t>`...)
}

// isPlain says that every byte stands for itself. It looks at eight of them for a branch.
func isPlain(text string) bool {
	for len(text) >= 8 {
		if special[text[0]]|special[text[1]]|special[text[2]]|special[text[3]]|
			special[text[4]]|special[text[5]]|special[text[6]]|special[text[7]] != 0 {
			return false
		}
		text = text[8:]
	}
	for i := range len(text) {
		if special[text[i]] != 0 {
			return false
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// appendEscaped appends valid UTF-8 as a spreadsheet's text: what XML reserves as references, what it cannot
// carry as _xHHHH_, and what looks like such an escape with its underscore escaped, so that it stays what it
// is (ECMA-376, part 1, 22.9.2.19).
func appendEscaped(xml []byte, text, lineFeed string) []byte {
	start := 0 // of what is not appended yet
	for i := 0; i < len(text); i++ {
		if special[text[i]] == 0 {
			continue
		}
		escape, length := escapeAt(text[i:], lineFeed)
		if length == 0 {
			continue
		}
		xml = append(append(xml, text[start:i]...), escape...)
		start = i + length
		i = start - 1
	}
	return append(xml, text[start:]...)
}

// special has 1 for the bytes at which something may have to be escaped, and for those that may be no UTF-8.
var special = func() (special [256]byte) {
	for c := range special {
		if c < ' ' || c >= utf8.RuneSelf || strings.IndexByte(`&<>"'_`, byte(c)) >= 0 {
			special[c] = 1
		}
	}
	return special
}()

// escapeAt gives what is written for the first length bytes of the text; 0 if they stay as they are.
func escapeAt(text, lineFeed string) (escape string, length int) {
	switch c := text[0]; c {
	case '&':
		return "&amp;", 1
	case '<':
		return "&lt;", 1
	case '>':
		return "&gt;", 1
	case '"':
		return "&#34;", 1
	case '\'':
		return "&#39;", 1
	case '\n':
		return lineFeed, 1
	case '\t':
		return "&#x9;", 1
	case '_':
		if isEscape(text) {
			return "_x005F_", 1
		}
		return "", 0
	case 0xEF:
		if isForbidden(text) {
			return lastEscapes[text[2]&1], 3
		}
		return "", 0
	default:
		if c >= utf8.RuneSelf {
			return "", 0
		}
		return controls[c], 1
	}
}

// lastEscapes are those of U+FFFE and U+FFFF.
var lastEscapes = [2]string{"_xFFFE_", "_xFFFF_"}

// controls are the escapes of control characters.
var controls = func() (escapes [' ']string) {
	const digits = "0123456789ABCDEF"
	for c := range escapes {
		escapes[c] = "_x00" + string(digits[c>>4]) + string(digits[c&15]) + "_"
	}
	return escapes
}()

// isEscape says whether a text begins like an escape, or will when what comes behind its digits is escaped.
func isEscape(text string) bool {
	const digits = len("_x0041")
	return len(text) > digits && text[1] == 'x' && strings.Trim(text[2:digits], "0123456789abcdefABCDEF") == "" &&
		(text[digits] == '_' || isForbidden(text[digits:]))
}

// isForbidden says whether a text begins with a character that XML cannot carry, or would change.
func isForbidden(text string) bool {
	c := text[0]
	return c < ' ' && c != '\t' && c != '\n' || strings.HasPrefix(text, "\uFFFE") || strings.HasPrefix(text, "\uFFFF")
}
