package reconcile

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Attribute says where an object holds an address.
type Attribute uint8

// The attributes, in the order of the rows of addresses.csv.
const (
	AttrPrimary Attribute = iota // the SMTP: value
	AttrAlias                    // any other SMTP proxy
	AttrMail
	AttrUPN
	AttrTarget // targetAddress: listed, and holds nothing
)

var attributeNames = [...]string{"primary", "alias", "mail", "upn", "target"}

func (a Attribute) String() string { return attributeNames[a] }

// Address is one address of one object.
type Address struct {
	Text      string // as in the input, without prefix and surrounding blanks
	Normal    string // as compared, see [Normalize]
	Attribute Attribute
}

// IsBlank says that r is white space or a character without width, which counts like a blank in
// addresses: U+200B to U+200F, U+2060 and U+FEFF.
func IsBlank(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r) || isZeroWidth(r)
}

func isZeroWidth(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r == 0x2060 || r == 0xFEFF
}

// TrimBlank takes blanks off both ends. Most texts have none, which two bytes tell.
func TrimBlank(s string) string {
	if s == "" || isInk(s[0]) && isInk(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, IsBlank)
}

// isInk says that a byte is a printable ASCII character.
func isInk(c byte) bool { return ' ' < c && c < 0x7F }

// hasBlank says whether there is a blank anywhere.
func hasBlank(s string) bool {
	for i := range len(s) {
		if !isInk(s[i]) {
			return strings.ContainsFunc(s[i:], IsBlank)
		}
	}
	return false
}

// Normalize brings an address, UPN or other name to the form in which two are compared: trimmed of
// blanks and zero-width characters, NFC, lower case by the simple mapping of each character.
// Normalizing twice changes nothing more.
func Normalize(s string) string {
	s = TrimBlank(s)
	var buffer [96]byte
	if lower, ok := appendLower(buffer[:0], s); ok {
		if string(lower) == s {
			return s
		}
		return string(lower)
	}
	s = strings.Map(unicode.ToLower, norm.NFC.String(s))
	return norm.NFC.String(s) // lower case can compose where upper case could not: J with caron
}

// CleanAddress gives an address as it stands in a Mail, UserPrincipalName or TargetAddress cell without
// what exports and spreadsheets put around it: blanks, one leading apostrophe, "mailto:", a display name
// and angle brackets. A placeholder for nothing gives no address.
func CleanAddress(cell string) string {
	s := TrimBlank(cell)
	if s == "" || s[0] != '\'' && s[0] != '-' && s[0] != '\\' && len(s) > 4 && strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, ':') < 0 {
		return s
	}
	s = strings.TrimFunc(strings.TrimPrefix(s, "'"), IsBlank)
	s = withoutMailto(s)
	if open := strings.LastIndexByte(s, '<'); open >= 0 && s[len(s)-1] == '>' {
		s = withoutMailto(strings.TrimFunc(s[open+1:len(s)-1], IsBlank))
	}
	if IsPlaceholder(s) {
		return ""
	}
	return s
}

func withoutMailto(s string) string {
	const scheme = "mailto:"
	if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		return strings.TrimFunc(s[len(scheme):], IsBlank)
	}
	return s
}

// IsPlaceholder says whether a cell holds what R, database dumps and scripts write for nothing: NA,
// NULL, \N and -. None of these may become a key or an address.
func IsPlaceholder(cell string) bool {
	switch strings.ToUpper(strings.TrimFunc(cell, IsBlank)) {
	case "NA", "NULL", `\N`, "-":
		return true
	}
	return false
}

// proxyKind says what a value of proxyAddresses is.
type proxyKind uint8

const (
	proxyOther    proxyKind = iota // X500, SIP, X400 …: no SMTP address
	proxyPrimary                   // exactly SMTP:
	proxyAlias                     // any other spelling of the prefix
	proxyNoPrefix                  // Entra discards it
	proxyBlank                     // an SMTP kind with a blank after the prefix or inside
	proxyEmpty                     // an SMTP prefix alone
)

// parseProxy splits one value of proxyAddresses into its kind and, where it is an SMTP address, the
// address. stripped says that the whole column lost its prefixes.
func parseProxy(value string, stripped bool) (proxyKind, string) {
	if !stripped && len(value) > len("smtp:") && value[len("smtp")] == ':' && isPlain(value) { // the common ones
		switch rest := value[len("smtp:"):]; value[:len("smtp")] {
		case "SMTP":
			return proxyPrimary, rest
		case "smtp":
			return proxyAlias, rest
		}
	}
	value = TrimBlank(value)
	if stripped {
		if hasBlank(value) {
			return proxyBlank, ""
		}
		return proxyAlias, value
	}
	prefix, rest, found := strings.Cut(value, ":")
	switch {
	case !found || !isProxyType(prefix):
		return proxyNoPrefix, ""
	case len(prefix) != len("smtp") || !strings.EqualFold(prefix, "smtp"):
		return proxyOther, ""
	case rest == "":
		return proxyEmpty, ""
	case hasBlank(rest):
		return proxyBlank, ""
	case prefix == "SMTP":
		return proxyPrimary, rest
	}
	return proxyAlias, rest
}

// HasProxyPrefix says whether a value of proxyAddresses begins with a type. mailto: is none.
func HasProxyPrefix(value string) bool {
	prefix, _, found := strings.Cut(value, ":")
	return found && isProxyType(prefix)
}

func isProxyType(prefix string) bool {
	return IsProxyPrefix(prefix) && !strings.EqualFold(prefix, "mailto")
}

// IsProxyPrefix says whether s, the text before a colon, can be the type of a proxy address: a letter,
// then letters, digits and hyphens (SMTP, X500, CCMAIL …).
func IsProxyPrefix(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || (s[i] < '0' || s[i] > '9') && s[i] != '-') {
			return false
		}
	}
	return s != ""
}

// Primary gives the address by which the object soft-matches, as in the input, and the attribute that
// it comes from. It is the first SMTP: value of proxyAddresses; for an AD object whose proxyAddresses
// hold no value at all it is mail (how-to-connect-install-existing-tenant; KB 3190357, scenario 2).
// Any value of proxyAddresses, X500 and SIP included, masks mail.
func (r *Record) Primary() (address string, from Attribute, ok bool) {
	for _, value := range r.ProxyAddresses {
		if kind, address := parseProxy(value, r.PrefixesStripped); kind == proxyPrimary {
			return address, AttrPrimary, true
		}
	}
	if r.mailCounts() {
		if mail := CleanAddress(r.Mail); mail != "" {
			return mail, AttrMail, true
		}
	}
	return "", 0, false
}

// mailCounts says that mail stands in for the primary. Only on-premises: the cloud object must have an
// SMTP: value (how-to-connect-syncservice-features).
func (r *Record) mailCounts() bool {
	return r.Side == AD && len(r.ProxyAddresses) == 0
}

// Addresses gives every address of the object: the SMTP proxies in their order, then mail, UPN and
// targetAddress. What stands in two attributes is given twice.
func (r *Record) Addresses() []Address {
	list := make([]Address, 0, len(r.ProxyAddresses)+3)
	primaries := 0
	for _, value := range r.ProxyAddresses {
		kind, address := parseProxy(value, r.PrefixesStripped)
		switch kind {
		case proxyPrimary:
			attribute := AttrPrimary
			if primaries++; primaries > 1 {
				attribute = AttrAlias
			}
			list = appendAddress(list, address, attribute)
		case proxyAlias:
			list = appendAddress(list, address, AttrAlias)
		}
	}
	list = appendAddress(list, CleanAddress(r.Mail), AttrMail)
	list = appendAddress(list, CleanAddress(r.UserPrincipalName), AttrUPN)
	return appendAddress(list, r.targetAddress(), AttrTarget)
}

func appendAddress(list []Address, text string, attribute Attribute) []Address {
	if text = TrimBlank(text); text == "" {
		return list
	}
	return append(list, Address{Text: text, Normal: Normalize(text), Attribute: attribute})
}

// targetAddress gives the address in TargetAddress, empty where it is of another type than SMTP.
func (r *Record) targetAddress() string {
	target := CleanAddress(r.TargetAddress)
	kind, address := parseProxy(target, false)
	switch kind {
	case proxyPrimary, proxyAlias:
		return address
	case proxyNoPrefix:
		return target
	}
	return ""
}
