package charset

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

const replacement = "\uFFFD"

// table has the UTF-8 text of each byte beyond ASCII; replacement where the byte has no meaning.
type table [128]string

// byteDecoder gives the decoder of an encoding that extends ASCII; nil when there is none.
func byteDecoder(e Encoding) decoder {
	if e == ASCII {
		return asciiTable().decode
	}
	found, _ := lookup(string(e))
	if found == nil || !readable(found) {
		return nil
	}
	if page, ok := found.(*charmap.Charmap); ok {
		return tableOf(page).decode
	}
	return multibyteDecoder(found)
}

// readable says whether the encoding extends ASCII: EBCDIC and encodings with shift states, which no
// export of a directory has, are not offered.
func readable(e encoding.Encoding) bool {
	if page, ok := e.(*charmap.Charmap); ok {
		return extendsASCII(page)
	}
	switch name, _ := htmlindex.Name(e); name {
	case "gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-8859-8-i":
		return true
	}
	return false
}

func extendsASCII(page *charmap.Charmap) bool {
	for b := range byte(utf8.RuneSelf) {
		if page.DecodeByte(b) != rune(b) {
			return false
		}
	}
	return true
}

func asciiTable() *table {
	var t table
	for i := range t {
		t[i] = replacement
	}
	return &t
}

func tableOf(page *charmap.Charmap) *table {
	var t table
	for i := range t {
		t[i] = string(page.DecodeByte(byte(utf8.RuneSelf + i)))
	}
	return &t
}

func (t *table) decode(out, in []byte, _ bool) (_ []byte, used int, replaced int64) {
	for used < len(in) {
		run := asciiRun(in[used:])
		out = append(out, in[used:used+run]...)
		used += run
		for ; used < len(in) && in[used] >= utf8.RuneSelf; used++ {
			text := t[in[used]-utf8.RuneSelf]
			if text == replacement {
				replaced++
			}
			out = append(out, text...)
		}
	}
	return out, used, replaced
}

// multibyteDecoder reads an East Asian encoding. A character cut off at the end of the file is
// replaced like other damage.
func multibyteDecoder(e encoding.Encoding) decoder {
	decoder := e.NewDecoder()
	return func(out, in []byte, last bool) (_ []byte, used int, replaced int64) {
		start := len(out)
		out = slices.Grow(out, 3*len(in)+utf8.UTFMax) // no byte of these gives more than three
		wrote, used, _ := decoder.Transform(out[start:cap(out)], in, last)
		out = out[:start+wrote]
		return out, used, int64(bytes.Count(out[start:], []byte(replacement)))
	}
}
