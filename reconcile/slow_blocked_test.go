package reconcile_test

import (
	"strings"
	"unicode"
)

// blockedBy is the first reason for which the change must not be made, empty for none.
func (w *slowWorld) blockedBy(change *slowChange) string {
	p := change.cloud.p
	leavesPrimary := change.kind == "AddAliases"
	mayBeHeldInAD := leavesPrimary && change.verdict.matches()
	switch {
	case !mayBeHeldInAD && w.heldInAD(p, change.object):
		return "AddressHeldInAD"
	case w.heldInCloud(p, change.cloud):
		return "AddressHeldInCloud"
	case !leavesPrimary && slowUnverified(p, w.options.Domains):
		return "UnverifiedDomain"
	case !leavesPrimary && slowReserved(p):
		return "ReservedDomain"
	case slowMalformedAddress(change.cloud.primary):
		return "MalformedAddress"
	case unsafeValues(change):
		return "UnsafeValue"
	case len(change.proxyAfter) > 300:
		return "TooLarge"
	}
	return ""
}

// blockedByAddress is the address that blocks the change, empty if none does.
func (change *slowChange) blockedByAddress() string {
	if change.blockedBy == "AddressHeldInAD" || change.blockedBy == "AddressHeldInCloud" {
		return change.cloud.p
	}
	return ""
}

func slowMalformedAddress(address string) bool {
	parts := strings.Split(address, "@")
	if len(parts) != 2 || len([]rune(address)) > 256 {
		return true
	}
	for _, run := range strings.Split(parts[0], ".") {
		if run == "" || strings.ContainsFunc(run, isNoAtext) {
			return true
		}
	}
	labels := strings.Split(parts[1], ".")
	for _, label := range labels {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.ContainsFunc(label, isNoLabel) {
			return true
		}
	}
	return lettersIn(labels[len(labels)-1]) < 2
}

func isNoAtext(r rune) bool {
	return !isASCIILetter(r) && !isASCIIDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

func isNoLabel(r rune) bool { return !isASCIILetter(r) && !isASCIIDigit(r) && r != '-' }

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func isASCIIDigit(r rune) bool { return r >= '0' && r <= '9' }

func lettersIn(s string) (n int) {
	for _, r := range s {
		if isASCIILetter(r) {
			n++
		}
	}
	return n
}

func unsafeValues(change *slowChange) bool {
	for _, value := range append([]string{change.mailAfter}, change.proxyAfter...) {
		if strings.ContainsFunc(value, isUnsafe) {
			return true
		}
	}
	return false
}

func isUnsafe(r rune) bool {
	return unicode.Is(unicode.Cc, r) || r == 0xFFFD || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
