package reconcile

import "strings"

// The lengths of a user principal name that Entra takes (prepare-for-directory-synchronization).
const (
	maxUPNLocal  = 64
	maxUPNDomain = 48
)

// wellFormedUPN says whether Entra would take upn, which is trimmed, as a user principal name: letters
// A to Z, digits, ' . - _ ! # ^ ~ + and one @, no dot at either end of a part (concept-sspr-policy).
func wellFormedUPN(upn string) bool {
	local, domain, found := strings.Cut(upn, "@")
	return found && wellFormedPart(local, maxUPNLocal) && wellFormedPart(domain, maxUPNDomain)
}

func wellFormedPart(part string, most int) bool {
	if part == "" || len(part) > most || part[0] == '.' || part[len(part)-1] == '.' {
		return false
	}
	for i := range len(part) {
		if !upnBytes[part[i]] {
			return false
		}
	}
	return true
}

// upnBytes are the characters of a user principal name but the @.
var upnBytes = func() (set [256]bool) {
	for c := range set {
		set[c] = isLetter(byte(c)) || '0' <= c && c <= '9'
	}
	for _, c := range []byte("'.-_!#^~+") {
		set[c] = true
	}
	return set
}()

// suffix gives the domain of a normalized UPN, empty if it has none.
func suffix(upn string) string {
	return upn[strings.LastIndexByte(upn, '@')+1:]
}
