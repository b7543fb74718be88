package charset

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// A decoder appends to out, as UTF-8, the characters of in that are complete, and says how many
// bytes of in it used and how many U+FFFD stand for damage. last says that nothing follows in; what
// it leaves unused then is a character cut off.
type decoder func(out, in []byte, last bool) (decoded []byte, used int, replaced int64)

// unicodeDecoder gives the decoder of a Unicode encoding; nil, true for UTF-8, which needs none.
func unicodeDecoder(e Encoding) (decode decoder, ok bool) {
	switch e {
	case UTF8:
		return nil, true
	case UTF16LE, UTF16:
		return decodeUTF16LE, true
	case UTF16BE:
		return decodeUTF16BE, true
	case UTF32LE, UTF32:
		return utf32Decoder(binary.LittleEndian), true
	case UTF32BE:
		return utf32Decoder(binary.BigEndian), true
	}
	return nil, false
}

func decodeUTF16LE(out, in []byte, _ bool) ([]byte, int, int64) {
	return decodeUTF16(out, in, 0)
}

func decodeUTF16BE(out, in []byte, _ bool) ([]byte, int, int64) {
	return decodeUTF16(out, in, 1)
}

// decodeUTF16 decodes units whose low byte comes at the index low, 0 or 1.
func decodeUTF16(out, in []byte, low int) (_ []byte, used int, replaced int64) {
	for {
		out, used = appendASCIIUnits(out, in, used, low)
		if used+2 > len(in) {
			return out, used, replaced
		}
		char := unit(in[used:], low)
		size := 2
		if utf16.IsSurrogate(char) {
			if used+4 > len(in) && isHigh(char) {
				return out, used, replaced
			}
			char, size = surrogates(in[used:], low)
			if size == 2 {
				replaced++
			}
		}
		out = utf8.AppendRune(out, char)
		used += size
	}
}

// appendASCIIUnits appends ASCII characters from in[used:], four at a time, and gives the new used.
func appendASCIIUnits(out, in []byte, used, low int) ([]byte, int) {
	shift := 8 * low
	beyond := uint64(0xFF80FF80FF80FF80)
	if low == 1 {
		beyond = 0x80FF80FF80FF80FF
	}
	for used+8 <= len(in) {
		four := binary.LittleEndian.Uint64(in[used:])
		if four&beyond != 0 {
			break
		}
		four >>= shift
		out = append(out, byte(four), byte(four>>16), byte(four>>32), byte(four>>48))
		used += 8
	}
	return out, used
}

func unit(in []byte, low int) rune {
	return rune(in[low]) | rune(in[1-low])<<8
}

func isHigh(surrogate rune) bool { return surrogate < 0xDC00 }

// surrogates decodes a pair, or gives U+FFFD and size 2 for a surrogate that has no partner.
func surrogates(in []byte, low int) (char rune, size int) {
	if len(in) >= 4 {
		if char = utf16.DecodeRune(unit(in, low), unit(in[2:], low)); char != utf8.RuneError {
			return char, 4
		}
	}
	return utf8.RuneError, 2
}

func utf32Decoder(order binary.ByteOrder) decoder {
	return func(out, in []byte, _ bool) (_ []byte, used int, replaced int64) {
		for ; used+4 <= len(in); used += 4 {
			unit := order.Uint32(in[used:])
			if unit > utf8.MaxRune || utf16.IsSurrogate(rune(unit)) {
				unit = utf8.RuneError
				replaced++
			}
			out = utf8.AppendRune(out, rune(unit))
		}
		return out, used, replaced
	}
}
