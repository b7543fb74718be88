package charset

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// words are the names that people and PowerShell give, without dashes, blanks and underscores.
var words = map[string]Encoding{
	"utf8": UTF8, "utf8bom": UTF8, "utf8nobom": UTF8,
	"utf16": UTF16, "unicode": UTF16, "utf16le": UTF16LE,
	"utf16be": UTF16BE, "bigendianunicode": UTF16BE,
	"utf32": UTF32, "utf32le": UTF32LE, "utf32be": UTF32BE, "bigendianutf32": UTF32BE,
	"ascii": ASCII, "usascii": ASCII,
	"ansi": Windows1252, "default": Windows1252,
}

// codePages are the Windows numbers whose name does not follow from the number.
var codePages = map[int]Encoding{
	65001: UTF8, 1200: UTF16LE, 1201: UTF16BE, 12000: UTF32LE, 12001: UTF32BE, 20127: ASCII,
	858: "ibm00858", 874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5",
	51932: "euc-jp", 54936: "gb18030", 10000: "macintosh", 20866: "koi8-r", 21866: "koi8-u",
}

// ByName gives the encoding that a user means by name, in any case: "utf8", "unicode", "ansi",
// "latin1", "windows-1250", "cp850", "850", "shift_jis" and so on. As in the WHATWG's table,
// "latin1", "iso-8859-1" mean windows-1252, which has letters where Latin-1 has nothing printable.
// The error, for names it does not know and encodings it cannot read, is a sentence for the user.
func ByName(name string) (Encoding, error) {
	key := strings.ToLower(strings.TrimSpace(name))
	compact := strings.NewReplacer("-", "", "_", "", " ", "").Replace(key)
	if e, ok := words[compact]; ok {
		return e, nil
	}
	if compact == "oem" {
		return "", fmt.Errorf("encoding %q depends on the PC that wrote the file: name its code page, such as cp850 or cp437", name)
	}
	if part, ok := strings.CutPrefix(compact, "iso8859"); ok && isNumber(part) {
		key = "iso-8859-" + part
	}
	if number, ok := codePageNumber(compact); ok {
		key = string(codePage(number))
	}
	e, ok := canonical(key)
	if !ok {
		return "", fmt.Errorf("unknown encoding %q: use one such as utf-8, utf-16, windows-1252, windows-1250, iso-8859-15 or cp850", name)
	}
	return e, nil
}

// codePageNumber reads "1252", "cp1252", "win1252", "windows1252", "ibm850", "codepage850".
func codePageNumber(compact string) (int, bool) {
	digits := strings.TrimLeft(compact, "abcdefghijklmnopqrstuvwxyz")
	switch compact[:len(compact)-len(digits)] {
	case "", "cp", "xcp", "win", "windows", "ibm", "codepage":
		number, err := strconv.Atoi(digits)
		return number, err == nil
	}
	return 0, false
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

// codePage names a Windows code page, which may be one that does not exist.
func codePage(number int) Encoding {
	if e, ok := codePages[number]; ok {
		return e
	}
	text := strconv.Itoa(number)
	switch {
	case 1250 <= number && number <= 1258:
		return Encoding("windows-" + text)
	case 28591 <= number && number <= 28606:
		return Encoding("iso-8859-" + strconv.Itoa(number-28590))
	}
	return Encoding("ibm" + text)
}

// canonical gives the one name of an encoding that this package can read.
func canonical(key string) (Encoding, bool) {
	if _, own := unicodeDecoder(Encoding(key)); own || Encoding(key) == ASCII {
		return Encoding(key), true
	}
	found, name := lookup(key)
	if found == nil || !readable(found) {
		return "", false
	}
	return Encoding(strings.ToLower(name)), true
}

// lookup asks the WHATWG's table, then IANA's, which has the OEM code pages; nil when neither knows.
func lookup(key string) (found encoding.Encoding, name string) {
	if found, err := htmlindex.Get(key); err == nil {
		name, _ = htmlindex.Name(found)
		return found, name
	}
	found, err := ianaindex.IANA.Encoding(key)
	if err != nil || found == nil {
		return nil, ""
	}
	name, _ = ianaindex.IANA.Name(found)
	return found, name
}
