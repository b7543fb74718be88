package export

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// readGUID reads a GUID in any of the forms that exports give: text with dashes, with or without
// braces, and the bytes in the order of .NET and Active Directory, see [readBytes].
func readGUID(cell string) (g reconcile.GUID, ok bool) {
	if g, err := reconcile.ParseGUID(cell); err == nil {
		return g, true
	}
	b, ok := readBytes(cell)
	return reconcile.GUID(b), ok
}

// readBase64GUID reads the 16 bytes of a GUID in base64, as LDIF and scripts write objectGUID.
func readBase64GUID(cell string) (g reconcile.GUID, ok bool) {
	b, err := base64.StdEncoding.DecodeString(cell)
	if err != nil || len(b) != len(g) {
		return g, false
	}
	return reconcile.GUID(b), true
}

// readAnchor brings a source anchor to base64 where it is a GUID or 16 bytes in another form. Any other
// text stays as it is, because a tenant may have chosen any string as its anchor.
func readAnchor(cell string) string {
	if g, ok := readGUID(cell); ok {
		return g.Anchor()
	}
	return cell
}

// readBytes reads 16 bytes written as X'0b81…' (csvde), as \0b\81… (LDAP filters), as hex digits with
// blanks or as decimal numbers (scripts), with blanks, commas or semicolons between.
func readBytes(cell string) (b [16]byte, ok bool) {
	digits := cell
	switch {
	case len(cell) == 35 && (cell[0] == 'X' || cell[0] == 'x') && cell[1] == '\'' && cell[34] == '\'':
		digits = cell[2:34]
	case len(cell) == 48 && strings.Count(cell, `\`) == 16:
		digits = strings.ReplaceAll(cell, `\`, "")
	case strings.ContainsAny(cell, " ,;"):
		return readSpaced(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,;", r) }))
	default:
		return b, false
	}
	n, err := hex.Decode(b[:], []byte(digits))
	return b, err == nil && n == len(b)
}

// readSpaced reads 16 numbers: hex if each has two digits, else decimal.
func readSpaced(numbers []string) (b [16]byte, ok bool) {
	if len(numbers) != len(b) {
		return b, false
	}
	base := 16
	for _, n := range numbers {
		if len(n) != 2 {
			base = 10
		}
	}
	for i, n := range numbers {
		v, err := strconv.ParseUint(n, base, 8)
		if err != nil {
			return b, false
		}
		b[i] = byte(v)
	}
	return b, true
}

// readSID reads a security identifier: S-1-… as text, or csvde's X'0105…'.
func readSID(cell string) string {
	if len(cell) < 3 || cell[0] != 'X' && cell[0] != 'x' || cell[1] != '\'' || cell[len(cell)-1] != '\'' {
		return cell
	}
	b, err := hex.DecodeString(cell[2 : len(cell)-1])
	if err != nil || len(b) < 8 || len(b) != 8+4*int(b[1]) {
		return cell
	}
	authority := uint64(0)
	for _, c := range b[2:8] {
		authority = authority<<8 | uint64(c)
	}
	sid := "S-" + strconv.Itoa(int(b[0])) + "-" + strconv.FormatUint(authority, 10)
	for rest := b[8:]; len(rest) > 0; rest = rest[4:] {
		part := uint32(rest[0]) | uint32(rest[1])<<8 | uint32(rest[2])<<16 | uint32(rest[3])<<24
		sid += "-" + strconv.FormatUint(uint64(part), 10)
	}
	return sid
}
