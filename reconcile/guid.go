package reconcile

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// GUID is an objectGUID or an Entra object id in the byte order in which .NET and Active Directory
// keep it: the first three groups are little-endian.
type GUID [16]byte

// guidOrder is the place in a GUID's bytes of each byte of its text, dashes left out.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

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
	digits := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	var text [16]byte
	if _, err := hex.Decode(text[:], []byte(digits)); err != nil {
		return g, errGUID
	}
	for i, at := range guidOrder {
		g[at] = text[i]
	}
	return g, nil
}

// IsZero says that no GUID was set.
func (g GUID) IsZero() bool { return g == GUID{} }

// String gives the text form in lower case, empty for the zero GUID.
func (g GUID) String() string {
	if g.IsZero() {
		return ""
	}
	var text [16]byte
	for i, at := range guidOrder {
		text[i] = g[at]
	}
	h := hex.EncodeToString(text[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Anchor gives the source anchor that Entra Connect makes of the GUID: base64 of its bytes
// (how-to-connect-install-existing-tenant, plan-connect-design-concepts).
func (g GUID) Anchor() string {
	if g.IsZero() {
		return ""
	}
	return base64.StdEncoding.EncodeToString(g[:])
}

// CanonicalAnchor brings the value of mS-DS-ConsistencyGuid or OnPremisesImmutableId to the form in
// which anchors are compared, case-sensitively: a GUID in text becomes its base64, anything else
// stays as it is, because a tenant may have chosen any string as its anchor.
func CanonicalAnchor(s string) string {
	if g, err := ParseGUID(s); err == nil {
		return g.Anchor()
	}
	return s
}
