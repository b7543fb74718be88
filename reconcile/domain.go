package reconcile

import "strings"

// reservedDomain is Microsoft's own: a primary in it, or below it, is discarded on calculation
// (proxyaddresses-attribute-populate, KB 3190357).
const reservedDomain = "onmicrosoft.com"

// isReserved says whether a normalized address is in a domain of Microsoft's.
func isReserved(address string) bool {
	domain := suffix(address)
	return domain == reservedDomain || strings.HasSuffix(domain, "."+reservedDomain)
}

// isVerified says whether a normalized address is in a verified domain, as far as is known.
func (d Domains) isVerified(address string) bool {
	return d == nil || d[suffix(address)]
}

// The longest SMTP address (prepare-for-directory-synchronization).
const maxAddress = 256

// isMalformed says whether Entra would not take the address: not exactly one @, a local part that is not
// dot-separated runs of RFC 5322 atext, a domain of other than letters, digits and inner hyphens, a last
// label of fewer than two letters, or too long. ASCII only.
func isMalformed(address string) bool {
	local, domain, found := strings.Cut(address, "@")
	if !found || strings.Contains(domain, "@") || len([]rune(address)) > maxAddress {
		return true
	}
	for run := range strings.SplitSeq(local, ".") {
		if !isRunOf(run, "!#$%&'*+-/=?^_`{|}~") {
			return true
		}
	}
	last := ""
	for label := range strings.SplitSeq(domain, ".") {
		if !isRunOf(label, "-") || label[0] == '-' || label[len(label)-1] == '-' {
			return true
		}
		last = label
	}
	return countLetters(last) < 2
}

// isRunOf says whether s is one or more ASCII letters, digits and the others.
func isRunOf(s, others string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && (s[i] < '0' || s[i] > '9') && strings.IndexByte(others, s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func countLetters(s string) (n int) {
	for i := range len(s) {
		if isLetter(s[i]) {
			n++
		}
	}
	return n
}
