package reconcile

import (
	"strings"
	"testing"
)

// TestMalformed: contract 7, MalformedAddress, clause by clause.
func TestMalformed(t *testing.T) {
	for _, c := range []struct {
		address string
		want    bool
		reason  string
	}{
		{"ann@contoso.com", false, "plain"},
		{"Ann.O'Neil+tag@sub.contoso.co.uk", false, "runs of atext between dots"},
		{"!#$%&'*+-/=?^_`{|}~09@x.yz", false, "all of atext (RFC 5322)"},
		{"ann@contoso", false, "one label with two letters"},
		{"ann@1-2.c0m", false, "digits and inner hyphens; two letters among others"},
		{"ann@x.xn--p1ai", false, "a punycode label"},
		{"", true, "nothing"},
		{"ann", true, "no @"},
		{"ann@@contoso.com", true, "two @"},
		{"a@b@contoso.com", true, "two @ apart"},
		{"@contoso.com", true, "no local part"},
		{"ann@", true, "no domain"},
		{".ann@contoso.com", true, "a dot at the beginning"},
		{"ann.@contoso.com", true, "a dot at the end"},
		{"a..n@contoso.com", true, "two dots"},
		{"an n@contoso.com", true, "a blank"},
		{"an\u00A0n@contoso.com", true, "another blank"},
		{`"ann"@contoso.com`, true, "a quoted string is no atext"},
		{"an(n)@contoso.com", true, "a comment"},
		{"an,n@contoso.com", true, "a comma"},
		{"an:n@contoso.com", true, "a colon"},
		{"josé@contoso.com", true, "ASCII only, local part"},
		{"ann@bücher.example", true, "ASCII only, domain"},
		{"ann@\u212Aontoso.com", true, "a Kelvin sign is no K"},
		{"ann\x00@contoso.com", true, "a control character"},
		{"ann@contoso..com", true, "an empty label"},
		{"ann@.contoso.com", true, "a dot before the domain"},
		{"ann@contoso.com.", true, "a dot behind it"},
		{"ann@-contoso.com", true, "a hyphen at the beginning of a label"},
		{"ann@contoso-.com", true, "at its end"},
		{"ann@con_toso.com", true, "an underscore"},
		{"ann@[10.0.0.1]", true, "a literal"},
		{"ann@contoso.c", true, "one letter"},
		{"ann@contoso.123", true, "no letter"},
		{"ann@contoso.c1", true, "one letter and a digit"},
		{"ann@10.0.0.1", true, "a number"},
		{strings.Repeat("a", 244) + "@contoso.com", false, "256 characters"},
		{strings.Repeat("a", 245) + "@contoso.com", true, "257"},
	} {
		if got := isMalformed(c.address); got != c.want {
			t.Errorf("%s: %q is malformed: %t", c.reason, c.address, got)
		}
	}
}

func TestReserved(t *testing.T) {
	for _, c := range []struct {
		address string
		want    bool
		reason  string
	}{
		{"a@onmicrosoft.com", true, "itself"},
		{"a@contoso.onmicrosoft.com", true, "below it"},
		{"a@contoso.mail.onmicrosoft.com", true, "further below"},
		{"a@notonmicrosoft.com", false, "ends alike"},
		{"a@onmicrosoft.com.evil.com", false, "begins alike"},
		{"a@contoso.com", false, "another"},
		{"onmicrosoft.com@contoso.com", false, "in the local part"},
		{"a@onmicrosoft.com@contoso.com", false, "the last @ counts"},
		{"", false, "nothing"},
	} {
		if got := isReserved(c.address); got != c.want {
			t.Errorf("%s: %q is reserved: %t", c.reason, c.address, got)
		}
	}
}

func TestVerified(t *testing.T) {
	list := Domains{"contoso.com": true, "fabrikam.com": false}
	for _, c := range []struct {
		domains Domains
		address string
		want    bool
		reason  string
	}{
		{nil, "a@anything", true, "without a list every domain counts as verified"},
		{Domains{}, "a@contoso.com", false, "an empty list"},
		{list, "a@contoso.com", true, "verified"},
		{list, "a@fabrikam.com", false, "listed as not verified"},
		{list, "a@else.com", false, "not listed"},
		{list, "a@sub.contoso.com", false, "a domain below"},
	} {
		if got := c.domains.isVerified(c.address); got != c.want {
			t.Errorf("%s: %q is verified: %t", c.reason, c.address, got)
		}
	}
}

// TestLost: the aliases that the take-over would lose (contract 5): of verified domains, not Microsoft's.
func TestLost(t *testing.T) {
	list := Domains{"contoso.com": true, "contoso.onmicrosoft.com": true}
	for _, c := range []struct {
		alias  string
		want   bool
		reason string
	}{
		{"a@contoso.com", true, "verified"},
		{"a@else.com", false, "not verified: Entra discards it"},
		{"a@contoso.onmicrosoft.com", false, "Entra keeps it itself"},
		{"contoso.com", false, "no address"},
	} {
		if got := isLost(c.alias, list); got != c.want {
			t.Errorf("%s: %q is lost: %t", c.reason, c.alias, got)
		}
	}
	if !isLost("a@else.com", nil) {
		t.Error("without --domains every other domain counts as verified")
	}
}
