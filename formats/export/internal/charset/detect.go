package charset

import (
	"encoding/binary"
)

// Guess says in which encoding a file seems to be written.
type Guess struct {
	Encoding Encoding
	BOM      bool // the file begins with the encoding's byte order mark

	// The evidence, for files that are not UTF-16 or UTF-32:

	Multibyte int64 // characters beyond ASCII, read as UTF-8
	Invalid   int64 // bytes that belong to no UTF-8 character
	Cut       bool  // the encoding is UTF-8 and the file ends within a character
}

// Mixed says that part of the file is UTF-8 and part is not, so that neither reading is right
// throughout: files of two encodings were glued together, or bytes were damaged.
func (g Guess) Mixed() bool { return g.Multibyte > 0 && g.Invalid > 0 }

// Detect guesses from the beginning of a file, which is the whole of it or not. In a part, a
// character cut at the end is no evidence; a Detector should judge what is not whole.
func Detect(sample []byte, whole bool) Guess {
	var d Detector
	d.Write(sample)
	return d.guess(whole)
}

// Detector guesses the encoding of a file that is written to it in chunks of any size. Its zero
// value is ready; it must not be copied once written to.
type Detector struct {
	start     []byte // of the file, at most startSize bytes
	validator Validator
}

// startSize is how much of a file's beginning shows UTF-16 and UTF-32 without a mark.
const startSize = 4096

// Write takes the next bytes of the file. It never fails and keeps no reference to p.
func (d *Detector) Write(p []byte) (int, error) {
	if missing := startSize - len(d.start); missing > 0 {
		d.start = append(d.start, p[:min(missing, len(p))]...)
	}
	return d.validator.Write(p)
}

// Guess judges everything written so far as a whole file.
func (d *Detector) Guess() Guess { return d.guess(true) }

func (d *Detector) guess(whole bool) Guess {
	found := markOf(d.start)
	switch {
	case found.encoding != "" && found.encoding != UTF8:
		return Guess{Encoding: found.encoding, BOM: true}
	case found.encoding == "":
		if e := wideWithoutMark(d.start); e != "" {
			return Guess{Encoding: e}
		}
	}
	return d.byteGuess(found.encoding == UTF8, whole)
}

// byteGuess decides between UTF-8 and Windows-1252.
func (d *Detector) byteGuess(bom, whole bool) Guess {
	v := &d.validator
	g := Guess{Encoding: UTF8, BOM: bom, Multibyte: v.Multibyte(), Invalid: v.Invalid()}
	if bom {
		g.Multibyte-- // the mark itself
	}
	cut := whole && v.Cut()
	// An accent as the very last byte is Windows-1252, unless other characters show UTF-8 that was cut.
	lastByteOnly := cut && g.Multibyte == 0
	if !bom && (g.Invalid > 0 || lastByteOnly) {
		g.Encoding = Windows1252
		g.Invalid += int64(len(v.tail))
		return g
	}
	g.Cut = cut
	return g
}

// wideWithoutMark recognises UTF-16 and UTF-32 by their NUL bytes; "" when it is neither.
func wideWithoutMark(start []byte) Encoding {
	switch {
	case allRunes(start, binary.LittleEndian):
		return UTF32LE
	case allRunes(start, binary.BigEndian):
		return UTF32BE
	}
	return utf16ByNULs(start)
}

// usedPlanes bounds the characters that text holds. Two units of UTF-16, read as one character,
// are beyond it even when the second is a TAB or a line end.
const usedPlanes = 0x40000

// allRunes says whether each four bytes of start are a character. Four bytes of other text never are.
func allRunes(start []byte, order binary.ByteOrder) bool {
	for i := 0; i+4 <= len(start); i += 4 {
		unit := order.Uint32(start[i:])
		if unit == 0 || unit >= usedPlanes {
			return false
		}
	}
	return len(start) >= 4
}

// utf16ByNULs looks where NUL bytes stand: a header is mostly ASCII, so in UTF-16 at least a quarter
// of its units have one, nearly all on the same side. Single NULs in other text do not reach that.
func utf16ByNULs(start []byte) Encoding {
	var even, odd int
	for i := 0; i+2 <= len(start); i += 2 {
		if start[i] == 0 {
			even++
		}
		if start[i+1] == 0 {
			odd++
		}
	}
	units := len(start) / 2
	switch {
	case odd > 0 && odd*4 >= units && even*10 <= odd:
		return UTF16LE
	case even > 0 && even*4 >= units && odd*10 <= even:
		return UTF16BE
	}
	return ""
}
