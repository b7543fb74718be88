package charset

import (
	"encoding/binary"
	"unicode/utf8"
)

// Validator says of bytes written to it in chunks of any size whether together they are UTF-8.
// It is an io.Writer, so that the pass that hashes a file can feed it too. Its zero value is ready;
// it must not be copied once written to.
type Validator struct {
	multibyte int64
	invalid   int64
	tail      []byte // the beginning of a character that the next chunk goes on with; in store
	store     [utf8.UTFMax]byte
}

// Write takes the next bytes of the file. It never fails and keeps nothing of p.
func (v *Validator) Write(p []byte) (int, error) {
	written := len(p)
	p = v.finishTail(p)
	for {
		p = p[asciiRun(p):]
		if len(p) == 0 {
			return written, nil
		}
		if !utf8.FullRune(p) {
			v.tail = append(v.store[:0], p...)
			return written, nil
		}
		p = p[v.count(p):]
	}
}

// finishTail gives the tail byte after byte of p until it is used up, and returns the rest of p.
func (v *Validator) finishTail(p []byte) []byte {
	for len(v.tail) > 0 && len(p) > 0 {
		tail := append(v.tail, p[0])
		p = p[1:]
		for len(tail) > 0 && utf8.FullRune(tail) {
			tail = tail[v.count(tail):]
		}
		v.tail = append(v.store[:0], tail...)
	}
	return p
}

// count judges the character or invalid byte at the start of p and gives its length.
func (v *Validator) count(p []byte) int {
	char, size := utf8.DecodeRune(p)
	switch {
	case char == utf8.RuneError && size == 1:
		v.invalid++
	case size > 1:
		v.multibyte++
	}
	return size
}

// Valid says whether all bytes so far are UTF-8 and end with a whole character.
func (v *Validator) Valid() bool { return v.invalid == 0 && len(v.tail) == 0 }

// Cut says whether the bytes so far end within a character.
func (v *Validator) Cut() bool { return len(v.tail) > 0 }

// Invalid is the number of bytes so far that belong to no UTF-8 character, without a cut one at the end.
func (v *Validator) Invalid() int64 { return v.invalid }

// Multibyte is the number of whole characters beyond ASCII so far.
func (v *Validator) Multibyte() int64 { return v.multibyte }

const highBits = 0x8080808080808080

// asciiRun is the number of ASCII bytes at the start of p.
func asciiRun(p []byte) int {
	n := 0
	for len(p)-n >= 32 && !beyondASCII(p[n:n+32]) {
		n += 32
	}
	for n < len(p) && p[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// beyondASCII says whether one of 32 bytes is not ASCII.
func beyondASCII(p []byte) bool {
	a := binary.LittleEndian.Uint64(p) | binary.LittleEndian.Uint64(p[8:])
	b := binary.LittleEndian.Uint64(p[16:]) | binary.LittleEndian.Uint64(p[24:])
	return (a|b)&highBits != 0
}
