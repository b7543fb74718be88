package reconcile

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode"
)

// GUID is an objectGUID or an Entra object id in the byte order in which .NET and Active Directory
// keep it: the first three groups are little-endian.
type GUID [16]byte

// guidPlaces is where in a GUID's text the two digits of each of its bytes begin.
var guidPlaces = [16]int{6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34}

var errGUID = errors.New("not a GUID")

// ParseGUID reads the text form with dashes, with or without braces, in any case.
func ParseGUID(s string) (GUID, error) {
	if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
		s = s[1 : len(s)-1]
	}
	var g GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, errGUID
	}
	for at, place := range guidPlaces {
		high, low := hexDigits[s[place]], hexDigits[s[place+1]]
		if high|low > 15 {
			return GUID{}, errGUID
		}
		g[at] = high<<4 | low
	}
	return g, nil
}

// hexDigits gives the value of a hex digit, 255 for any other byte.
var hexDigits = func() (table [256]byte) {
	for c := range table {
		table[c] = 255
	}
	for value, c := range "0123456789abcdef" {
		table[c] = byte(value)
		table[unicode.ToUpper(c)] = byte(value)
	}
	return table
}()

// IsZero says that no GUID was set.
func (g GUID) IsZero() bool { return g == GUID{} }

// String gives the text form in lower case, empty for the zero GUID.
func (g GUID) String() string { return string(g.AppendTo(nil)) }

// AppendTo appends what String gives.
func (g GUID) AppendTo(b []byte) []byte {
	if g.IsZero() {
		return b
	}
	const digits = "0123456789abcdef"
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	for at, place := range guidPlaces {
		text[place], text[place+1] = digits[g[at]>>4], digits[g[at]&15]
	}
	return append(b, text[:]...)
}

// Anchor gives the source anchor that Entra Connect makes of the GUID: base64 of its bytes
// (how-to-connect-install-existing-tenant, plan-connect-design-concepts).
func (g GUID) Anchor() string {
	if g.IsZero() {
		return ""
	}
	return base64.StdEncoding.EncodeToString(g[:])
}

// isAnchor says whether the text is the GUID's anchor.
func (g GUID) isAnchor(s string) bool {
	var text [24]byte
	base64.StdEncoding.Encode(text[:], g[:])
	return string(text[:]) == s && !g.IsZero()
}

// appendAnchor appends the GUID's anchor, which must not be zero.
func (g GUID) appendAnchor(b []byte) []byte { return base64.StdEncoding.AppendEncode(b, g[:]) }

// CanonicalAnchor brings the value of mS-DS-ConsistencyGuid or OnPremisesImmutableId to the form in
// which anchors are compared, case-sensitively: a GUID in text becomes its base64, anything else
// stays as it is, because a tenant may have chosen any string as its anchor.
func CanonicalAnchor(s string) string {
	if g, err := ParseGUID(s); err == nil {
		return g.Anchor()
	}
	return s
}
