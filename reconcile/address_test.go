package reconcile

import (
	"slices"
	"testing"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ in, want, reason string }{
		{"Anna@Contoso.com", "anna@contoso.com", "case does not count"},
		{" anna@contoso.com\u00a0\u200b", "anna@contoso.com", "blanks, NBSP and zero-width characters around do not count"},
		{"jose\u0301@contoso.com", "josé@contoso.com", "NFC: composed and decomposed are one"},
		{"É@contoso.com", "é@contoso.com", "lower case of all of Unicode"},
		{"İ@contoso.com", "i@contoso.com", "the simple mapping, character by character"},
		{"straße@contoso.com", "straße@contoso.com", "no folding: ß is not ss"},
		{"an na@contoso.com", "an na@contoso.com", "blanks inside stay"},
		{"anna+tag@contoso.com", "anna+tag@contoso.com", "no folding of tags and dots"},
	} {
		if got := Normalize(c.in); got != c.want {
			t.Errorf("Normalize(%q) = %q, want %q: %s", c.in, got, c.want, c.reason)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"Anna@Contoso.com", "J\u030c", "İ\u200b", "\u1e9e", "\u0345\u00a0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalize(s)
		if twice := Normalize(once); twice != once {
			t.Errorf("Normalize(%q) = %q, and of that %q", s, once, twice)
		}
	})
}

func TestPrimary(t *testing.T) {
	for _, c := range []struct {
		reason string
		record Record
		want   string
		from   Attribute
		ok     bool
	}{
		{"the SMTP: value", Record{ProxyAddresses: []string{"smtp:b@x", "SMTP:A@x"}}, "A@x", AttrPrimary, true},
		{"Smtp: is a secondary", Record{ProxyAddresses: []string{"Smtp:a@x"}}, "", 0, false},
		{"the first of several", Record{ProxyAddresses: []string{"SMTP:a@x", "SMTP:b@x"}}, "a@x", AttrPrimary, true},
		{"an empty SMTP: is none", Record{ProxyAddresses: []string{"SMTP:", "SMTP:b@x"}}, "b@x", AttrPrimary, true},
		{"one with a blank is none", Record{ProxyAddresses: []string{"SMTP: a@x", "SMTP:b@x"}}, "b@x", AttrPrimary, true},
		{"a zero-width character counts like a blank", Record{ProxyAddresses: []string{"SMTP:\u200ba@x"}}, "", 0, false},
		{"mail where there are no proxies", Record{Mail: " m@x "}, "m@x", AttrMail, true},
		{"secondaries mask mail", Record{Mail: "m@x", ProxyAddresses: []string{"smtp:a@x"}}, "", 0, false},
		{"X500 masks mail", Record{Mail: "m@x", ProxyAddresses: []string{"X500:/o=C"}}, "", 0, false},
		{"a value without prefix masks mail", Record{Mail: "m@x", ProxyAddresses: []string{"a@x"}}, "", 0, false},
		{"in the cloud mail never counts", Record{Side: Cloud, Mail: "m@x"}, "", 0, false},
		{"stripped prefixes: all secondaries", Record{ProxyAddresses: []string{"a@x"}, PrefixesStripped: true, Mail: "m@x"}, "", 0, false},
	} {
		got, from, ok := c.record.Primary()
		if got != c.want || from != c.from || ok != c.ok {
			t.Errorf("%s: Primary() = %q, %v, %v", c.reason, got, from, ok)
		}
	}
}

func TestAddresses(t *testing.T) {
	r := Record{
		ProxyAddresses: []string{
			"X500:/o=C", "smtp:b@x", "SMTP:A@x", "SMTP:c@x", "sip:d@x", "e@x", "mailto:f@x", "smtp: g@x", "smtp:h i@x", "Smtp:j@x",
		},
		Mail: "m@x", UserPrincipalName: "U@x", TargetAddress: "SMTP:t@x",
	}
	var got []string
	for _, a := range r.Addresses() {
		got = append(got, a.Attribute.String()+" "+a.Text)
	}
	want := []string{"alias b@x", "primary A@x", "alias c@x", "alias j@x", "mail m@x", "upn U@x", "target t@x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInspect(t *testing.T) {
	for _, c := range []struct {
		reason string
		record Record
		want   []string
	}{
		{"two primaries", Record{Class: ClassUser, ProxyAddresses: []string{"SMTP:a@x", "SMTP:b@x"}}, []string{"TwoPrimaries"}},
		{"an empty one does not count", Record{Class: ClassUser, ProxyAddresses: []string{"SMTP:a@x", "SMTP:"}}, nil},
		{"one with a blank is no address", Record{Class: ClassUser, ProxyAddresses: []string{"SMTP:a@x", "SMTP:b @x"}}, []string{"Blank"}},
		{"no prefix, each value", Record{Class: ClassUser, ProxyAddresses: []string{"a@x", "smtp:b@x", "mailto:c@x"}}, []string{"NoPrefix", "NoPrefix", "NoPrimary"}},
		{"aliases without a primary", Record{Class: ClassUser, ProxyAddresses: []string{"smtp:a@x"}}, []string{"NoPrimary"}},
		{"no addresses at all need no primary", Record{Class: ClassUser, Mail: "a@x", ProxyAddresses: []string{"X500:/o=A"}}, nil},
		{"mail is none of the addresses", Record{Class: ClassUser, Mail: "b@x", ProxyAddresses: []string{"SMTP:a@x"}}, []string{"MailNotListed"}},
		{"mail in another spelling is one", Record{Class: ClassUser, Mail: "mailto:A@X", ProxyAddresses: []string{"SMTP:a@x"}}, nil},
		{"without prefixes mail may still be one", Record{Class: ClassUser, Mail: "a@x", PrefixesStripped: true, ProxyAddresses: []string{"a@x"}}, nil},
		{"stripped: the reader says it once", Record{Class: ClassUser, PrefixesStripped: true, ProxyAddresses: []string{"a@x"}}, nil},
		{"SIP and X500 may hold blanks", Record{Class: ClassUser, ProxyAddresses: []string{"X500:/o=A B", "SIP:a b@x"}}, nil},
		{"a group", Record{Class: ClassGroup}, []string{"NotJudged"}},
	} {
		var got []string
		for _, f := range c.record.Inspect() {
			got = append(got, f.Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.reason, got, c.want)
		}
	}
}
