package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// classes says which kinds of bytes a text has. One pass over the bytes finds the end of a text and all
// that must be known about it; nine in ten texts are then copied as they are.
type classes uint8

const (
	isInk    classes = 1 << iota // ordinary
	isSpace                      // blank, tab or line feed; a carriage return has isReturn too
	isReturn                     // must be replaced
	isMark                       // '&' or ']', which may begin "]]>"
	isHigh                       // UTF-8 must be checked
	isBad                        // XML has no such character
	isScore                      // '_', which may begin an escape of Excel's
	isStop                       // '<' and NUL
)

// class holds the kind of every byte.
var class = func() (table [256]classes) {
	for i := range table {
		switch {
		case i < ' ':
			table[i] = isBad
		case i < utf8.RuneSelf:
			table[i] = isInk
		default:
			table[i] = isHigh
		}
	}
	table[' '], table['\t'], table['\n'], table['\r'] = isSpace, isSpace, isSpace, isSpace|isReturn
	table['&'], table[']'], table['_'] = isMark, isMark, isScore
	table['<'], table[0] = isStop, isStop|isBad
	return table
}()

// nameByte holds the bytes that names consist of, notFirst those of them that names do not begin with.
var nameByte, notFirst = func() (all, later [256]bool) {
	for i := range all {
		c := byte(i)
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= utf8.RuneSelf
		later[i] = c >= '0' && c <= '9' || c == '-' || c == '.'
		all[i] = letter || later[i] || c == ':'
	}
	return all, later
}()

// xmlSpace is the white space of XML.
const xmlSpace = " \t\r\n"

// place is where a text stands, since the rules differ.
type place uint8

const (
	inContent place = iota
	inCDATA         // no references
	inValue         // of an attribute: white space becomes blanks
)

// appendText appends the scanner's text, decoded.
func (s *scanner) appendText(to []byte) ([]byte, error) {
	if s.kinds&(isReturn|isMark|isHigh|isBad) == 0 {
		return append(to, s.text...), nil
	}
	if s.cdata {
		return decode(to, s.text, inCDATA)
	}
	return decode(to, s.text, inContent)
}

// checkText checks a text that is not needed.
func (s *scanner) checkText() error {
	if s.kinds&(isMark|isHigh|isBad) == 0 {
		return nil
	}
	var err error
	s.discards, err = s.appendText(s.discards[:0])
	return err
}

// checkAttrs checks the values of all attributes, needed or not.
func (s *scanner) checkAttrs() error {
	for i := range s.attrs {
		var err error
		if s.discards, err = decode(s.discards[:0], s.attrs[i].value, inValue); err != nil {
			return err
		}
	}
	return nil
}

// decoded gives the attribute's value.
func (a *attr) decoded() (string, error) {
	if a.kinds&^(isInk|isScore) == 0 {
		return string(a.value), nil
	}
	value, err := decode(nil, a.value, inValue)
	return string(value), err
}

// decode appends raw text as XML means it: line ends become line feeds, references are replaced. Characters
// that XML does not have and broken UTF-8 are errors.
func decode(to, raw []byte, where place) ([]byte, error) {
	for i := 0; i < len(raw); {
		c := raw[i]
		if class[c]&(isInk|isScore) != 0 {
			to = append(to, c)
			i++
			continue
		}
		var size int
		var err error
		if to, size, err = decodeSpecial(to, raw[i:], where); err != nil {
			return to, err
		}
		i += size
	}
	return to, nil
}

// decodeSpecial appends what stands at the front of raw, which is no ordinary byte, and gives its length.
func decodeSpecial(to, raw []byte, where place) ([]byte, int, error) {
	switch c := raw[0]; {
	case class[c]&isSpace != 0:
		return decodeSpace(to, raw, where)
	case c == '&' && where != inCDATA:
		return decodeReference(to, raw)
	case c == ']' && where == inContent && bytes.HasPrefix(raw, []byte("]]>")):
		return to, 0, errors.New(`"]]>" in a text`)
	case c >= utf8.RuneSelf:
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			return to, 0, fmt.Errorf("a byte %#02x that is not UTF-8", c)
		}
		return append(to, raw[:size]...), size, checkRune(r)
	default:
		return append(to, c), 1, checkRune(rune(c))
	}
}

func decodeSpace(to, raw []byte, where place) ([]byte, int, error) {
	c, size := raw[0], 1
	if c == '\r' {
		c = '\n'
		if len(raw) > 1 && raw[1] == '\n' {
			size = 2
		}
	}
	if where == inValue {
		c = ' '
	}
	return append(to, c), size, nil
}

// checkRune refuses characters that XML does not have.
func checkRune(r rune) error {
	switch {
	case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0xd800 && r <= 0xdfff, r == 0xfffe, r == 0xffff,
		r > utf8.MaxRune:
		return fmt.Errorf("a character U+%04X, which XML does not allow", r)
	}
	return nil
}

var entities = map[string]byte{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// decodeReference appends the character that a reference like &amp; or &#38; stands for.
func decodeReference(to, raw []byte) ([]byte, int, error) {
	const longest = 32
	end := bytes.IndexByte(raw[:min(len(raw), longest)], ';')
	if end < 0 {
		return to, 0, fmt.Errorf("an '&' without ';': %.10q", raw)
	}
	name := raw[1:end]
	if c, ok := entities[string(name)]; ok {
		return append(to, c), end + 1, nil
	}
	r, err := numericReference(name)
	if err != nil {
		return to, 0, err
	}
	return utf8.AppendRune(to, r), end + 1, checkRune(r)
}

// numericReference reads #38 or #x26.
func numericReference(name []byte) (rune, error) {
	digits, numeric := bytes.CutPrefix(name, []byte("#"))
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	code, err := strconv.ParseUint(string(digits), base, 32)
	if !numeric || err != nil || code > utf8.MaxRune {
		return 0, fmt.Errorf("an unknown reference \"&%s;\"", name)
	}
	return rune(code), nil
}

// unescape replaces Excel's own escapes in text from start on, in place: _xHHHH_ stands for a UTF-16 unit,
// so that two of them can be one character. _x005F_ is the underscore of a text that looks like an escape.
// Half a surrogate pair becomes U+FFFD.
func unescape(text []byte, start int) []byte {
	to := text[:start]
	for from := text[start:]; len(from) > 0; {
		i := bytes.IndexByte(from, '_')
		if i < 0 {
			return append(to, from...)
		}
		to, from = append(to, from[:i]...), from[i:]
		r, size := escape(from)
		if size == 0 {
			to, from = append(to, '_'), from[1:]
			continue
		}
		to, from = utf8.AppendRune(to, r), from[size:]
	}
	return to
}

// escapeSize is the length of _xHHHH_; a character takes at most three bytes then, so that unescape shrinks.
const escapeSize = 7

// escape reads one escape at the front of b, or two that make a pair. Its size is 0 if there is none.
func escape(b []byte) (r rune, size int) {
	high, ok := escapedUnit(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(high) {
		return high, escapeSize
	}
	if low, ok := escapedUnit(b[escapeSize:]); ok {
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return r, 2 * escapeSize
		}
	}
	return utf8.RuneError, escapeSize
}

func escapedUnit(b []byte) (rune, bool) {
	if len(b) < escapeSize || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	unit := rune(0)
	for _, c := range b[2:6] {
		digit := hexDigit(c)
		if digit < 0 {
			return 0, false
		}
		unit = unit<<4 | digit
	}
	return unit, true
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}
