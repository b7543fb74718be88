package export

import (
	"strings"
	"unicode/utf8"

	"smtpmatch/reconcile"
)

// splitJoined splits a cell of joined proxyAddresses into its values, in their order and byte for byte.
//
// Exports join with ; , | + % a blank or a line break, and values hold all of these too, so a joiner
// splits only where a value can begin: before a type prefix (SMTP: X500: …), and for ; , | and line
// breaks also before a bare address. Blanks around a joiner belong to no value, and empty values are
// dropped. The ; that ends an X400 value belongs to it; csvde writes the ones inside as \; and these
// are unescaped.
func splitJoined(cell string) (values []string) {
	s := splitter{cell: reconcile.TrimBlank(cell)}
	s.start = s.first()
	for at := s.start; at < len(s.cell); {
		size := s.joinerAt(at)
		switch {
		case size == 0:
			at++
		case s.escaped(at):
			at += size
		default:
			at = s.joiner(at, size)
		}
	}
	s.take(len(s.cell), len(s.cell))
	return s.values
}

// appendPlain appends the values of a cell that holds nothing but values with a type, joined by single ; as
// most exports write them. A blank + or % inside a value belongs to it where no further colon shows that
// another type could follow. ok is false for any other cell, which [splitJoined] reads.
func appendPlain(list []string, cell string) (values []string, ok bool) {
	if !hasJoiner(cell) {
		return appendTyped(list, cell)
	}
	values = list
	p := piece{colon: -1}
	for at := range len(cell) {
		switch plainBytes[cell[at]] {
		case colonByte:
			if p.again = p.colon >= 0; !p.again {
				p.colon = at
			}
		case semicolonByte:
			if !p.isPlain(cell[:at]) {
				return list, false
			}
			values = append(values, cell[p.start:at])
			p = piece{start: at + 1, colon: -1}
		case weakByte:
			p.joined = true
		case otherByte:
			return list, false
		}
	}
	if !p.isPlain(cell) {
		return list, false
	}
	return append(values, cell[p.start:]), true
}

// appendTyped is appendPlain for a cell in which nothing but ; can join.
func appendTyped(list []string, cell string) (values []string, ok bool) {
	values = list
	for more := true; more; {
		var value string
		value, cell, more = strings.Cut(cell, ";")
		if !strings.HasPrefix(value, "smtp:") && !strings.HasPrefix(value, "SMTP:") {
			p := piece{colon: strings.IndexByte(value, ':')}
			if !p.isPlain(value) {
				return list, false
			}
		}
		values = append(values, value)
	}
	return values, true
}

// hasJoiner says whether a byte other than ; may be a joiner, is a control character or is beyond ASCII. It
// looks at eight bytes at a time (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
func hasJoiner(s string) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		found := w | (w-ones*('!'))&^w
		for _, c := range [...]uint64{ones * '%', ones * '+', ones * ',', ones * '|'} {
			found |= (w ^ c - ones) &^ (w ^ c)
		}
		if found&highs != 0 {
			return true
		}
	}
	for i := range len(s) {
		if c := plainBytes[s[i]]; c == weakByte || c == otherByte || s[i] < ' ' {
			return true
		}
	}
	return false
}

// piece is what stands between ; and ; in a list.
type piece struct {
	start, colon int  // the first colon; -1 for none
	again        bool // a further colon stands behind it
	joined       bool // a byte may be a joiner
}

// isPlain says whether the piece, which ends with text, is one value with a type, and no X400 value, which
// has ; itself.
func (p *piece) isPlain(text string) bool {
	if p.colon < 0 || p.joined && (p.again || plainBytes[text[len(text)-1]] == weakByte) {
		return false
	}
	switch prefix := text[p.start:p.colon]; prefix {
	case "SMTP", "smtp":
		return true
	default:
		return reconcile.IsProxyPrefix(prefix) && !strings.EqualFold(prefix, "x400")
	}
}

// What a byte is in a plain list.
const (
	valueByte     = iota
	colonByte     // ends a type, or is part of a value
	semicolonByte // joins
	weakByte      // joins, or is part of a value
	otherByte     // for the careful way
)

var plainBytes = func() (table [256]byte) {
	for c := range table {
		switch {
		case c == ';':
			table[c] = semicolonByte
		case c == ':':
			table[c] = colonByte
		case c >= utf8.RuneSelf || strings.IndexByte(strong, byte(c)) >= 0:
			table[c] = otherByte
		case asciiJoiners[c]:
			table[c] = weakByte
		}
	}
	return table
}()

type splitter struct {
	cell   string
	start  int // of the value that is being read
	values []string
}

// usualValues is how many addresses most objects have at most.
const usualValues = 4

// strong joiners split before a bare address too.
const strong = ";,|\r\n"

// asciiJoiners answers for the bytes that nearly all cells consist of.
var asciiJoiners = func() (table [utf8.RuneSelf]bool) {
	for c := range rune(utf8.RuneSelf) {
		table[c] = strings.ContainsRune(strong+"+%", c) || reconcile.IsBlank(c)
	}
	return table
}()

func isJoiner(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiJoiners[r]
	}
	return reconcile.IsBlank(r)
}

// joinerAt gives the size of the joiner at that place, 0 for none.
func (s *splitter) joinerAt(at int) int {
	if c := s.cell[at]; c < utf8.RuneSelf {
		if asciiJoiners[c] {
			return 1
		}
		return 0
	}
	if r, size := utf8.DecodeRuneInString(s.cell[at:]); isJoiner(r) {
		return size
	}
	return 0
}

// first gives the place of the first value, behind the joiners that stand before it.
func (s *splitter) first() int {
	at := len(s.cell) - len(strings.TrimLeftFunc(s.cell, isJoiner))
	if at == len(s.cell) || s.beginsTyped(at) {
		return at
	}
	return s.behindStrong(0, s.cell[:at])
}

// behindStrong gives the place behind the last strong joiner of the run at from, and behind the blanks
// there. A + or % that follows belongs to the address.
func (s *splitter) behindStrong(from int, run string) int {
	at := from + strings.LastIndexAny(run, strong) + 1
	return at + len(s.cell[at:]) - len(strings.TrimLeftFunc(s.cell[at:], reconcile.IsBlank))
}

// escaped says whether the ; at that place is one that csvde escaped in an X400 value.
func (s *splitter) escaped(at int) bool {
	return s.cell[at] == ';' && at > s.start && s.cell[at-1] == '\\' && s.inX400()
}

func (s *splitter) inX400() bool {
	const prefix = "x400:"
	value := s.cell[s.start:]
	return len(value) >= len(prefix) && strings.EqualFold(value[:len(prefix)], prefix)
}

// joiner looks at the run of joiners that begins at from with one of that size. If a value begins after it,
// the one before is taken. It gives the place to go on from.
func (s *splitter) joiner(from, size int) int {
	next := from + size
	for next < len(s.cell) {
		if size = s.joinerAt(next); size == 0 {
			break
		}
		next += size
	}
	if next == len(s.cell) || s.beginsTyped(next) {
		s.take(from, next)
		return next
	}
	if bare, ok := s.beginsBare(from, s.cell[from:next]); ok {
		s.take(from, bare)
		return bare
	}
	return next
}

// beginsTyped says whether a type prefix stands at that place. DDA is no type of a proxy address but
// the name of an X400 attribute.
func (s *splitter) beginsTyped(at int) bool {
	rest := strings.TrimPrefix(s.cell[at:], "'") // guards the value against being run as a formula
	end := 0
	for end < len(rest) && !endsPrefix(rune(rest[end])) {
		end++
	}
	return end > 0 && end < len(rest) && rest[end] == ':' && reconcile.IsProxyPrefix(rest[:end]) &&
		!(s.inX400() && strings.EqualFold(rest[:end], "dda"))
}

// endsPrefix says of a character that it stands in no type prefix.
func endsPrefix(r rune) bool {
	letter := 'a' <= r|0x20 && r|0x20 <= 'z'
	return !letter && (r < '0' || r > '9') && r != '-'
}

// beginsBare says whether a bare address (one @, no colon) follows the last strong joiner of the run,
// and where.
func (s *splitter) beginsBare(from int, run string) (at int, ok bool) {
	if !strings.ContainsAny(run, strong) || s.inX400() {
		return 0, false
	}
	at = s.behindStrong(from, run)
	value := s.cell[at:]
	if end := strings.IndexAny(value, strong); end >= 0 {
		value = value[:end]
	}
	value = withoutNext(value)
	return at, strings.Count(value, "@") == 1 && !strings.Contains(value, ":")
}

// withoutNext takes off what a + % or blank before a type prefix begins: it is the next value.
func withoutNext(value string) string {
	colon := strings.IndexByte(value, ':')
	before := strings.LastIndexFunc(value[:max(colon, 0)], endsPrefix)
	if before < 0 {
		return value
	}
	joiner, size := utf8.DecodeRuneInString(value[before:])
	if !isJoiner(joiner) || !reconcile.IsProxyPrefix(value[before+size:colon]) {
		return value
	}
	return value[:before]
}

// take ends the value at end and begins the next one at next; the joiners stand between.
func (s *splitter) take(end, next int) {
	value := s.cell[s.start:end]
	if s.inX400() {
		if s.ownsSemicolon(end, next) {
			value = s.cell[s.start : end+1]
		}
		value = strings.ReplaceAll(value, `\;`, ";")
	}
	if s.start = next; value != "" {
		if s.values == nil {
			s.values = make([]string, 0, usualValues)
		}
		s.values = append(s.values, value)
	}
}

// ownsSemicolon says whether the ; at end belongs to the X400 value before it: always at the end of the
// cell, else when another joiner stands behind it.
func (s *splitter) ownsSemicolon(end, next int) bool {
	return end < len(s.cell) && s.cell[end] == ';' && (next == len(s.cell) || next > end+1)
}
