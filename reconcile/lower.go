package reconcile

import (
	"encoding/binary"
	"slices"
)

// Eight bytes at a time: a byte's high bit tells what is asked about the byte.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// appendLower appends printable ASCII without blanks in lower case; ok is false for any other text. Most
// values are of that kind, and every address of every object is one.
func appendLower(b []byte, s string) (_ []byte, ok bool) {
	begin := len(b)
	b = append(slices.Grow(b, len(s)+8), s...)
	// The last word is filled up with letters.
	whole := append(b, "aaaaaaaa"...)[begin:]
	bad := uint64(0)
	for i := 0; i < len(s); i += 8 {
		w := binary.LittleEndian.Uint64(whole[i:])
		bad |= notPlain(w)
		upper := (w + (0x80-'A')*ones) &^ (w + (0x7F-'Z')*ones) & highs
		binary.LittleEndian.PutUint64(whole[i:], w|upper>>2)
	}
	return b, bad&highs == 0
}

// notPlain has a high bit set if a byte is not printable ASCII: not ASCII, below '!', or DEL. The last two
// are told as long as all is ASCII.
func notPlain(w uint64) uint64 { return w | (w-'!'*ones)&^w | (w + ones) }

// isPlain says whether a text is printable ASCII without blanks.
func isPlain(s string) bool {
	bad, i := uint64(0), 0
	for ; i+8 <= len(s); i += 8 {
		bad |= notPlain(uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56)
	}
	if bad&highs != 0 {
		return false
	}
	for ; i < len(s); i++ {
		if !isInk(s[i]) {
			return false
		}
	}
	return true
}
