package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func user(mail string, proxies ...string) *Record {
	return &Record{Side: AD, Class: ClassUser, Mail: mail, ProxyAddresses: proxies}
}

func stripped(r *Record) *Record {
	r.PrefixesStripped = true
	return r
}

// TestDraft: the values after a change, and its kind (contract 5 and 7).
func TestDraft(t *testing.T) {
	for _, c := range []struct {
		record  *Record
		primary string
		aliases []string
		kind    Kind
		after   []string
		added   int
		reason  string
	}{
		{user(""), "Ann@contoso.com", nil, SetPrimary, []string{"SMTP:Ann@contoso.com"}, 0, "no primary; P in the cloud's spelling"},
		{user("", "smtp:b@x"), "a@x", nil, SetPrimary, []string{"SMTP:a@x", "smtp:b@x"}, 0, "aliases are no primary"},
		{user("m@x", "X500:/o=a"), "a@x", nil, SetPrimary, []string{"SMTP:a@x", "X500:/o=a"}, 0, "any value masks mail: there was no primary, and mail is not kept"},
		{user("", "SMTP:", "Smtp:b@x"), "a@x", nil, SetPrimary, []string{"SMTP:a@x", "smtp:", "Smtp:b@x"}, 0, "an empty SMTP: is no primary, and is demoted: it begins with SMTP:"},
		{user("", "SMTP: b@x"), "a@x", nil, SetPrimary, []string{"SMTP:a@x", "smtp: b@x"}, 0, "a value with a blank is no address, and is demoted too"},

		{user("", "smtp:B@x", "smtp:A@X"), "a@x", nil, PromoteAlias, []string{"SMTP:a@x", "smtp:B@x"}, 0, "P was an alias, in another spelling"},
		{user("", "SMTP:b@x", "Smtp:a@x", "SIP:b@x"), "a@x", nil, PromoteAlias, []string{"SMTP:a@x", "smtp:b@x", "SIP:b@x"}, 0, "the demoted primary stays in its place; PromoteAlias before ReplacePrimary"},
		{user("", "SMTP:b@x", "SMTP:a@x", "SMTP:c@x"), "a@x", nil, PromoteAlias, []string{"SMTP:a@x", "smtp:b@x", "smtp:c@x"}, 0, "of several SMTP: the first counts, and all others are demoted"},
		{user("", "smtp:a@x", "smtp:A@x", "smtp:b@x"), "a@x", nil, PromoteAlias, []string{"SMTP:a@x", "smtp:b@x"}, 0, "P stands there once"},
		{stripped(user("m@x", "b@x", "a@x")), "a@x", nil, PromoteAlias, []string{"SMTP:a@x", "smtp:b@x"}, 0, "stripped values are secondaries, written with their prefix"},

		{user("", "smtp:c@x", "SMTP:b@x"), "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:c@x", "smtp:b@x"}, 0, "P was no address of it"},
		{user("B@x"), "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:B@x"}, 0, "a primary that came from mail is demoted and kept as well"},
		{user(" mailto:<B@x> "), "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:B@x"}, 0, "what was taken off mail stays off"},
		{user("a@x", "SMTP:b@x"), "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:b@x"}, 0, "a masked mail is no alias"},
		{&Record{Side: AD, UserPrincipalName: "a@x", ProxyAddresses: []string{"SMTP:b@x"}}, "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:b@x"}, 0, "nor is the UPN"},
		{user("", "SMTP:b@x", "a@x", "mailto:a@x", "<a@x>"), "a@x", nil, ReplacePrimary, []string{"SMTP:a@x", "smtp:b@x", "a@x", "mailto:a@x", "<a@x>"}, 0, "values without a prefix are no address, and are kept"},
		{user("", "X500:/o=A", "SMTP:b@x", "X400:c=US;a= ;p=First;o=Ex;s=ann;", "sip:B@x", "smtp:b@x c"), "a@x", nil, ReplacePrimary,
			[]string{"SMTP:a@x", "X500:/o=A", "smtp:b@x", "X400:c=US;a= ;p=First;o=Ex;s=ann;", "sip:B@x", "smtp:b@x c"}, 0, "every other value byte for byte, in its order"},

		{user("", "SMTP:a@x"), "A@x", []string{"C@x", "b@x"}, AddAliases, []string{"SMTP:A@x", "smtp:C@x", "smtp:b@x"}, 2, "it has P already: aliases in the cloud's order, P in the cloud's spelling"},
		{user("a@x"), "a@x", []string{"b@x"}, AddAliases, []string{"SMTP:a@x", "smtp:b@x"}, 1, "P from mail is written"},
		{user("", "SMTP:a@x", "smtp:B@x"), "a@x", []string{"b@x"}, AddAliases, []string{"SMTP:a@x", "smtp:B@x"}, 0, "an alias that is there is not added"},
		{user("", "SMTP:b@x"), "a@x", []string{"b@x", "c@x"}, ReplacePrimary, []string{"SMTP:a@x", "smtp:b@x", "smtp:c@x"}, 1, "nor is the demoted primary"},
		{user("b@x"), "a@x", []string{"B@x"}, ReplacePrimary, []string{"SMTP:a@x", "smtp:b@x"}, 0, "nor the mail that is kept"},
	} {
		input := slices.Clone(c.record.ProxyAddresses)
		got, added := draft(c.record, &wish{primary: c.primary, aliases: c.aliases})
		if got.Kind != c.kind || !slices.Equal(got.ProxyAfter, c.after) || added != c.added {
			t.Errorf("%s: %s %q, %d added, want %s %q, %d", c.reason, got.Kind, got.ProxyAfter, added, c.kind, c.after, c.added)
		}
		if got.MailAfter != c.primary || got.MailBefore != c.record.Mail {
			t.Errorf("%s: mail %q, then %q", c.reason, got.MailBefore, got.MailAfter)
		}
		if !slices.Equal(c.record.ProxyAddresses, input) {
			t.Errorf("%s: the input was changed", c.reason)
		}
	}
}

// TestBlock: why a change must not be made; the first reason counts (contract 3, 5 and 7).
func TestBlock(t *testing.T) {
	domains := Domains{"contoso.com": true, "contoso.onmicrosoft.com": true, "fabrikam.com": false}
	long := strings.Repeat("a", 245) + "@contoso.com" // 257 characters
	many := func(n int) (values []string) {
		for i := range n {
			values = append(values, fmt.Sprintf("smtp:a%d@contoso.com", i))
		}
		return values
	}
	for _, c := range []struct {
		record  *Record
		wish    wish
		matches bool
		domains Domains
		want    BlockedBy
		reason  string
	}{
		{user(""), wish{primary: "ann@contoso.com"}, false, domains, "", "nothing speaks against it"},
		{user(""), wish{primary: "Ann@CONTOSO.com"}, false, domains, "", "domains are compared without case"},
		{user(""), wish{primary: "ann@contoso.com", heldInAD: true}, false, domains, AddressHeldInAD, "another AD object holds P now"},
		{user(""), wish{primary: "ann@contoso.com", heldInCloud: true}, false, domains, AddressHeldInCloud, "another live cloud object holds P"},
		{user(""), wish{primary: "ann@fabrikam.com"}, false, domains, UnverifiedDomain, "listed, not verified"},
		{user(""), wish{primary: "ann@else.com"}, false, domains, UnverifiedDomain, "not listed is unverified"},
		{user(""), wish{primary: "ann@sub.contoso.com"}, false, domains, UnverifiedDomain, "a domain below is another one"},
		{user(""), wish{primary: "ann@else.com"}, false, nil, "", "without --domains every domain counts as verified"},
		{user(""), wish{primary: "ann@else.com"}, false, Domains{}, UnverifiedDomain, "an empty list is a list"},
		{user(""), wish{primary: "ann@contoso.onmicrosoft.com"}, false, domains, ReservedDomain, "verified and Microsoft's"},
		{user(""), wish{primary: "ann@a.mail.OnMicrosoft.com"}, false, nil, ReservedDomain, "everything below it"},
		{user(""), wish{primary: "ann@onmicrosoft.com"}, false, nil, ReservedDomain, "itself"},
		{user(""), wish{primary: "ann@notonmicrosoft.com"}, false, nil, "", "only a name that ends alike"},
		{user(""), wish{primary: "ann.@contoso.com"}, false, domains, MalformedAddress, "not well-formed"},
		{user(""), wish{primary: long}, false, domains, MalformedAddress, "more than 256 characters"},
		{user("", "X500:/o=a\nb"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "a line break in a value that stays"},
		{user("", "X500:\x00"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "NUL"},
		{user("", "X500:\u0085"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "a C1 control"},
		{user("", "X500:\uFFFD"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "U+FFFD"},
		{user("", "X500:\xff"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "no UTF-8, which is written as U+FFFD"},
		{user("", "X500:\u202A"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "the first bidi control"},
		{user("", "X500:\u202E"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "the last of the first range"},
		{user("", "X500:\u2066"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "the first isolate"},
		{user("", "X500:\u2069"), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "the last isolate"},
		{user("", "X500:\u2029\u202F\u2065\u206A\u200F"), wish{primary: "ann@contoso.com"}, false, domains, "", "the characters beside them are not in the list"},
		{user("", "X500:/o=Ünïcödé 日本"), wish{primary: "ann@contoso.com"}, false, domains, "", "other letters are seen"},
		{user(""), wish{primary: "ann@contoso.com", aliases: []string{"b\u202Ec@contoso.com"}}, false, domains, UnsafeValue, "in an alias that is added"},
		{user("bad\x01", "smtp:b@contoso.com"), wish{primary: "ann@contoso.com"}, false, domains, "", "values before do not count: the masked mail goes"},
		{user("", many(299)...), wish{primary: "ann@contoso.com"}, false, domains, "", "300 values"},
		{user("", many(300)...), wish{primary: "ann@contoso.com"}, false, domains, TooLarge, "301 values"},
		{user("", many(300)...), wish{primary: "a0@contoso.com"}, false, domains, "", "300 values, since P was one of them"},

		{user("", "SMTP:ann@contoso.com"), wish{primary: "ann@contoso.com", heldInAD: true}, true, domains, "", "a match that needs aliases alone: P is not the change's doing"},
		{user("", "SMTP:ann@contoso.com"), wish{primary: "ann@contoso.com", heldInAD: true}, false, domains, AddressHeldInAD, "AddAliases of an object that does not match as it is (R16, R17, R26)"},
		{user("", "SMTP:ann@contoso.com"), wish{primary: "ann@contoso.com", heldInCloud: true}, true, domains, AddressHeldInCloud, "not among those that do not apply to AddAliases"},
		{user("", "SMTP:ann@else.com"), wish{primary: "ann@else.com"}, true, domains, "", "AddAliases leaves P as it is: UnverifiedDomain does not apply"},
		{user("", "SMTP:ann@a.onmicrosoft.com"), wish{primary: "ann@a.onmicrosoft.com"}, false, domains, "", "nor ReservedDomain"},
		{user("", "SMTP:ann@b"), wish{primary: "ann@b"}, true, nil, MalformedAddress, "MalformedAddress does"},

		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann.@a.onmicrosoft.com", heldInAD: true, heldInCloud: true}, false, domains, AddressHeldInAD, "1st in order"},
		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann.@a.onmicrosoft.com", heldInCloud: true}, false, domains, AddressHeldInCloud, "2nd in order"},
		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann.@a.onmicrosoft.com"}, false, domains, UnverifiedDomain, "3rd in order"},
		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann.@contoso.onmicrosoft.com"}, false, domains, ReservedDomain, "4th in order"},
		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann.@contoso.com"}, false, domains, MalformedAddress, "5th in order"},
		{user("", append(many(300), "X500:\x00")...), wish{primary: "ann@contoso.com"}, false, domains, UnsafeValue, "6th in order"},
	} {
		change, _ := draft(c.record, &c.wish)
		if got := change.block(&c.wish, c.matches, c.domains); got != c.want {
			t.Errorf("%s: blocked by %q, want %q", c.reason, got, c.want)
		}
	}
}

// TestRate: what speaks against an early try.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		record   Record
		cloudUPN string
		want     int
		reason   string
	}{
		{Record{Enabled: Yes, UserPrincipalName: "a@x"}, "a@x", 0, "nothing"},
		{Record{Enabled: Yes, UserPrincipalName: " A@X "}, "a@x", 0, "the same sign-in name"},
		{Record{Enabled: No, UserPrincipalName: "a@x"}, "a@x", 1, "disabled"},
		{Record{UserPrincipalName: "a@x"}, "a@x", 1, "not known to be enabled"},
		{Record{Enabled: Yes, UserPrincipalName: "a@x", AdminCount: "1"}, "a@x", 1, "privileged by adminCount"},
		{Record{Enabled: Yes, UserPrincipalName: "a@x", AdminCount: " 0 "}, "a@x", 0, "adminCount 0 is not"},
		{Record{Enabled: Yes, UserPrincipalName: "a@x", AdminCount: " "}, "a@x", 0, "nor a blank one"},
		{Record{Enabled: Yes, UserPrincipalName: "a@x"}, "b@x", 1, "the take-over changes the sign-in name"},
		{Record{Enabled: Yes}, "a@x", 1, "no UPN on-premises"},
		{Record{Enabled: No, UserPrincipalName: "a@x", AdminCount: "1"}, "b@x", mostRisk, "all of it"},
	} {
		if got := (&Change{UserPrincipalName: c.record.UserPrincipalName, CloudUPN: c.cloudUPN}).rate(&c.record); got != c.want {
			t.Errorf("%s: %d, want %d", c.reason, got, c.want)
		}
	}
}

func TestIsExchange(t *testing.T) {
	for _, c := range []struct {
		record        Record
		exchange, box bool
		reason        string
	}{
		{Record{Class: ClassUser}, false, false, "no value"},
		{Record{Class: ClassUser, MsExchRecipientType: " \u00A0"}, false, false, "a blank is none"},
		{Record{Class: ClassUser, MsExchRecipientType: "0"}, true, false, "any value"},
		{Record{Class: ClassUser, MsExchRemoteRecipientType: "4"}, true, false, "a remote mailbox"},
		{Record{Class: ClassUser, MsExchMailboxGUID: "X'00'"}, true, true, "a mailbox on-premises"},
		{Record{Class: ClassUser, MsExchMailboxGUID: "X'00'", MsExchRemoteRecipientType: "4"}, true, false, "its mailbox is in the cloud"},
		{Record{Class: ClassGroup, MsExchMailboxGUID: "X'00'"}, true, false, "TwoMailboxes is about users"},
	} {
		if got, box := c.record.isExchange(), c.record.hasMailboxHere(); got != c.exchange || box != c.box {
			t.Errorf("%s: %t, mailbox here %t", c.reason, got, box)
		}
	}
}

func TestDomainOf(t *testing.T) {
	for _, c := range []struct{ dn, want, reason string }{
		{"CN=Ann,OU=People,DC=corp,DC=contoso,DC=com", "corp.contoso.com", "the DC parts"},
		{"cn=Ann, ou=People, dc=Corp , Dc = CONTOSO,dC=com", "corp.contoso.com", "case and blanks do not count"},
		{`CN=Adler\, DC=evil,DC=contoso,DC=com`, "contoso.com", "an escaped comma belongs to the name"},
		{`CN=a\\,DC=contoso,DC=com`, "contoso.com", "an escaped backslash does not escape the comma"},
		{`CN=a\2CDC=evil,DC=contoso,DC=com`, "contoso.com", "a comma in hex"},
		{"CN=x\\0ACNF:1a2b,DC=contoso,DC=com", "contoso.com", "a conflict object"},
		{"CN=DC=evil,DC=contoso,DC=com", "contoso.com", "the first = counts"},
		{"OU=DC,DC=contoso,DC=com", "contoso.com", "a unit of that name"},
		{"DC=contoso", "contoso", "one label"},
		{"CN=Ann", "", "none"},
		{"", "", "nothing"},
		{`CN=a\`, "", "it ends in a backslash"},
	} {
		if got := domainOf(c.dn); got != c.want {
			t.Errorf("%s: %q gave %q, want %q", c.reason, c.dn, got, c.want)
		}
	}
}

// TestCheckChange: what could not have been proposed.
func TestCheckChange(t *testing.T) {
	good := func() *Change {
		return &Change{Kind: SetPrimary, Decision: Apply, Batch: "B00001", MailAfter: "a@x", ProxyAfter: []string{"SMTP:a@x", "Smtp:b@x"}}
	}
	for _, c := range []struct {
		edit   func(*Change)
		isGood bool
		reason string
	}{
		{func(*Change) {}, true, "as proposed"},
		{func(c *Change) { c.Decision, c.Batch = Review, "" }, true, "for review"},
		{func(c *Change) { c.Decision, c.Batch, c.BlockedBy = Blocked, "", TooLarge }, true, "blocked"},
		{func(c *Change) { c.Kind = "" }, false, "no kind"},
		{func(c *Change) { c.Decision = "" }, false, "no decision"},
		{func(c *Change) { c.ProxyAfter = nil }, false, "no values"},
		{func(c *Change) { c.ProxyAfter[1] = "SMTP:b@x" }, false, "two primaries"},
		{func(c *Change) { c.ProxyAfter[1] = "SMTP:" }, false, "an empty second one"},
		{func(c *Change) { c.MailAfter = "A@x" }, false, "mail in another spelling"},
		{func(c *Change) { slices.Reverse(c.ProxyAfter) }, false, "the primary is not first"},
		{func(c *Change) { c.BlockedBy = TooLarge }, false, "apply with a reason against"},
		{func(c *Change) { c.Decision, c.Batch = Blocked, "" }, false, "blocked without reason"},
		{func(c *Change) { c.Decision, c.BlockedBy = Blocked, TooLarge }, false, "blocked in a batch"},
		{func(c *Change) { c.Decision = Review }, false, "review in a batch"},
		{func(c *Change) { c.Batch = "" }, false, "apply without batch"},
		{func(c *Change) { c.Decision, c.Batch, c.BlockedBy = Blocked, "", "Because" }, false, "an unknown reason"},
	} {
		change := good()
		c.edit(change)
		if err := change.Check(); (err == nil) != c.isGood {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

// TestChangeTexts: every reason is one sentence of at most 120 bytes (contract 8).
func TestChangeTexts(t *testing.T) {
	check := func(s string) {
		if s == "" || len(s) > 120 || !strings.HasSuffix(s, ".") {
			t.Errorf("%d bytes: %q", len(s), s)
		}
	}
	for _, kind := range []Kind{SetPrimary, PromoteAlias, ReplacePrimary, AddAliases} {
		for found := range foundTexts {
			check((&Change{Kind: kind, Decision: Apply, Candidate: found}).reason())
		}
	}
	check((&Change{Kind: AddAliases, Decision: Apply}).reason())
	check((&Change{Decision: Review}).reason())
	for _, b := range []BlockedBy{Ambiguous, RoleHolder, AddressHeldInAD, AddressHeldInCloud, UnverifiedDomain, ReservedDomain, MalformedAddress, UnsafeValue, TooLarge, NotProved} {
		if b != RoleHolder { // comes with roles
			check(b.Text())
		}
	}
	for _, p := range passes {
		if foundTexts[p.name] == "" {
			t.Errorf("no text says how %s found the user", p.name)
		}
	}
}

// TestChangeTravels: a change comes out of the engine as it went in.
func TestChangeTravels(t *testing.T) {
	full := Change{Source: "a", Class: "user", Row: 300, ID: GUID{1}, UserPrincipalName: "u", DisplayName: "d", Kind: AddAliases, Candidate: "upn",
		Decision: Blocked, BlockedBy: TooLarge, CloudID: GUID{2}, CloudUPN: "c", Reason: "r", MailBefore: "m", MailAfter: "n",
		ProxyBefore: []string{"", "x\x00"}, ProxyAfter: []string{"SMTP:n"}, Exchange: true, Domain: "x", Risk: 3}
	usual, odd, none := full, full, full
	usual.Reason = usual.reason()
	usual.ProxyBefore = []string{"SMTP:o", "X500:/o=a", "smtp:n", "smtp:p", "SMTP:q"}
	usual.ProxyAfter = []string{"SMTP:n", "smtp:o", "X500:/o=a", "smtp:p", "smtp:q", "smtp:new"}
	odd.ProxyBefore, odd.ProxyAfter = []string{"a", "b", "c", "d", "a", "SMTP:"}, []string{"d", "c", "a", "a", "smtp:", ""}
	none.ProxyBefore, none.ProxyAfter, none.MailAfter = nil, nil, ""
	for _, in := range []Change{full, usual, odd, none} {
		packed := in.pack()
		out, err := unpackChange(packed)
		if err != nil || fmt.Sprintf("%+v", out) != fmt.Sprintf("%+v", in) {
			t.Errorf("%+v\n%+v, %v", in, out, err)
		}
		for n := range packed {
			if _, err := unpackChange(packed[:n]); err == nil {
				t.Errorf("%d of %d bytes are a change", n, len(packed))
			}
		}
	}
}
