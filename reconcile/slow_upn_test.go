package reconcile_test

import (
	"strings"

	"smtpmatch/reconcile"
)

// slowMalformedUPN is R31; a blank UPN is not malformed.
func slowMalformedUPN(upn string) bool {
	upn = slowTrim(upn)
	if upn == "" {
		return false
	}
	parts := strings.Split(upn, "@")
	if len(parts) != 2 {
		return true
	}
	return slowMalformedPart(parts[0], 64) || slowMalformedPart(parts[1], 48)
}

func slowMalformedPart(s string, most int) bool {
	if s == "" || len([]rune(s)) > most || s[0] == '.' || s[len(s)-1] == '.' {
		return true
	}
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		digit := r >= '0' && r <= '9'
		if !letter && !digit && !strings.ContainsRune("'.-_!#^~+", r) {
			return true
		}
	}
	return false
}

// slowUnverified says that a list of domains was given and the address's domain is not verified in it.
func slowUnverified(address string, domains reconcile.Domains) bool {
	if domains == nil || address == "" {
		return false
	}
	return !domains[slowDomain(address)]
}

// slowDomain is what follows the last @ of a normalized address.
func slowDomain(address string) string {
	return address[strings.LastIndex(address, "@")+1:]
}
