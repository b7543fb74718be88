// Package charset tells in which encoding a text file was written and turns it into UTF-8.
//
// A guess is made for the whole file (Detector), never for a sample alone, since one byte at the end
// of 10 GB can decide it. Damage is never repaired in silence: what has no meaning in the encoding
// becomes U+FFFD and is counted, a file that ends within a character is an error, and bytes of a
// UTF-8 file are handed on as they are, for the caller to judge.
package charset

// Encoding is the name of an encoding, as ByName and Detect give it: lower case, mostly as the
// WHATWG names it, else as IANA does ("ibm850").
type Encoding string

// The encodings this package knows by itself; ByName finds many more.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	UTF32LE     Encoding = "utf-32le"
	UTF32BE     Encoding = "utf-32be"
	UTF16       Encoding = "utf-16" // by its mark, little-endian without one
	UTF32       Encoding = "utf-32" // by its mark, little-endian without one
	ASCII       Encoding = "us-ascii"
	Windows1252 Encoding = "windows-1252"
)

// mark is the byte order mark of an encoding.
type mark struct {
	encoding Encoding
	bytes    string
}

// marks has UTF-32LE before UTF-16LE, whose mark it begins with.
var marks = []mark{
	{UTF8, "\xEF\xBB\xBF"},
	{UTF32LE, "\xFF\xFE\x00\x00"},
	{UTF32BE, "\x00\x00\xFE\xFF"},
	{UTF16LE, "\xFF\xFE"},
	{UTF16BE, "\xFE\xFF"},
}

// markOf gives the mark that start begins with; the zero mark when there is none.
func markOf(start []byte) mark {
	for _, m := range marks {
		if len(start) >= len(m.bytes) && string(start[:len(m.bytes)]) == m.bytes {
			return m
		}
	}
	return mark{}
}
