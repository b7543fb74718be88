package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// planCase is a small tenant and what the oracle must plan for it, each with its reason.
type planCase struct {
	reason  string
	ad      []*reconcile.Record
	cloud   []*reconcile.Record
	options func(*reconcile.Options)
	lines   []slowMapLine
	further bool
	want    []string // a line for each AD object, each change and each finding, see planLines
}

// adUser is A<n> with a UPN, mail and values of proxyAddresses, separated by blanks.
func adUser(n int, upn, mail, proxies string, more ...func(*reconcile.Record)) *reconcile.Record {
	rec := planRecord(reconcile.AD, slowGUID(0xA, n-1), upn, mail, proxies)
	rec.SamAccountName = fmt.Sprint("sam", n)
	for _, change := range more {
		change(rec)
	}
	return rec
}

// cloudUser is C<n>, a member, cloud-only.
func cloudUser(n int, upn, mail, proxies string, more ...func(*reconcile.Record)) *reconcile.Record {
	rec := planRecord(reconcile.Cloud, slowGUID(0xC, n-1), upn, mail, proxies)
	rec.UserType = "Member"
	for _, change := range more {
		change(rec)
	}
	return rec
}

func planRecord(side reconcile.Side, id reconcile.GUID, upn, mail, proxies string) *reconcile.Record {
	return &reconcile.Record{Side: side, Class: reconcile.ClassUser, ID: id, UserPrincipalName: upn, Mail: mail,
		ProxyAddresses: strings.Fields(proxies)}
}

func hasMailbox(rec *reconcile.Record)   { rec.MsExchMailboxGUID = "1" }
func isGuest(rec *reconcile.Record)      { rec.UserType = "Guest" }
func isDeleted(rec *reconcile.Record)    { rec.Deleted = true }
func isSynced(rec *reconcile.Record)     { rec.SyncEnabled = true }
func isStripped(rec *reconcile.Record)   { rec.PrefixesStripped = true }
func isOutOfScope(rec *reconcile.Record) { rec.IsCriticalSystemObject = true }

func anchoredTo(n int) func(*reconcile.Record) {
	return func(rec *reconcile.Record) {
		rec.ImmutableID, rec.SyncEnabled = slowGUID(0xA, n-1).Anchor(), true
	}
}

func blockSoftMatch(o *reconcile.Options) { o.Tenant.BlockSoftMatch = true }

func verified(domains ...string) func(*reconcile.Options) {
	return func(o *reconcile.Options) {
		o.Domains = reconcile.Domains{}
		for _, domain := range domains {
			o.Domains[domain] = true
		}
	}
}

func planLines(p *slowPlan) []string {
	var lines []string
	for _, v := range p.before.ad {
		found := p.search.found[v.object]
		by := found.by
		if found.ambiguous {
			by += " Ambiguous"
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s > %s", short(v.object.rec.ID), v.outcome,
			strings.Trim(short(slowID(found.cloud)), "-"), by, p.after.ad[v.object.indexIn(p.before)].outcome)), " "))
	}
	for _, c := range p.changes {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s; %s", short(c.object.rec.ID), c.kind, c.decision+c.blockedBy, c.mailAfter,
			strings.Join(c.proxyAfter, " ")))
	}
	for _, f := range p.findings {
		if f.object == nil {
			lines = append(lines, fmt.Sprint(f.code, " line ", f.line))
		} else {
			lines = append(lines, strings.TrimSpace(fmt.Sprint(f.code, " ", short(f.object.rec.ID), " ", f.value)))
		}
	}
	return lines
}

func (o *slowObject) indexIn(r *slowResult) int {
	return slices.IndexFunc(r.ad, func(v *slowVerdict) bool { return v.object == o })
}

var planCases = []planCase{
	{reason: "a UPN match becomes a match by address; it had no primary",
		ad:    []*reconcile.Record{adUser(1, "ann@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "Ann@x.com", "", "SMTP:Ann.B@x.com smtp:ann@x.com smtp:ann@t.onmicrosoft.com X500:/o=1")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchSMTP",
			"A1 SetPrimary apply: Ann.B@x.com; SMTP:Ann.B@x.com smtp:ann@x.com"}},
	{reason: "the primary is demoted in its place, what is no address is demoted too, the rest stays byte for byte",
		ad:    []*reconcile.Record{adUser(1, "ann@x.com", "", "X500:/o=1 SMTP:old@x.com SMTP:other@x.com SMTP: Smtp:c@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "ann@x.com", "", "SMTP:new@x.com")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchSMTP",
			"A1 ReplacePrimary apply: new@x.com; SMTP:new@x.com X500:/o=1 smtp:old@x.com smtp:other@x.com smtp: Smtp:c@x.com"}},
	{reason: "a primary that came from mail is demoted and kept",
		ad:    []*reconcile.Record{adUser(1, "ann@x.com", "Old@x.com", "")},
		cloud: []*reconcile.Record{cloudUser(1, "ann@x.com", "", "SMTP:new@x.com smtp:old@x.com")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchSMTP",
			"A1 ReplacePrimary apply: new@x.com; SMTP:new@x.com smtp:Old@x.com"}},
	{reason: "an alias is promoted in the cloud's spelling; masked mail is overwritten",
		ad:    []*reconcile.Record{adUser(1, "", "m@x.com", "SMTP:old@x.com smtp:NEW@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:New@x.com")},
		want: []string{"A1 NewObject C1 address > SoftMatchSMTP",
			"A1 PromoteAlias apply: New@x.com; SMTP:New@x.com smtp:old@x.com", "MailReplaced A1 m@x.com"}},
	{reason: "values of a stripped column are written with their prefix",
		ad:    []*reconcile.Record{adUser(1, "", "", "b@x.com new@x.com", isStripped)},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:new@x.com")},
		want: []string{"A1 NewObject C1 address > SoftMatchSMTP",
			"A1 PromoteAlias apply: new@x.com; SMTP:new@x.com smtp:b@x.com"}},
	{reason: "it matches already, but aliases would be lost; one that another AD object holds is not copied",
		ad:    []*reconcile.Record{adUser(1, "", "ann@x.com", ""), adUser(2, "", "", "smtp:b@x.com X500:1", isOutOfScope)},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:Ann@x.com smtp:a@x.com smtp:b@x.com")},
		want: []string{"A1 SoftMatchSMTP > SoftMatchSMTP", "A2 NotSynced > NotSynced",
			"A1 AddAliases apply: Ann@x.com; SMTP:Ann@x.com smtp:a@x.com", "AliasNotCopied A1 b@x.com"}},
	{reason: "an alias that was its primary by mail is kept, not copied: no finding, though another AD object holds it",
		ad:    []*reconcile.Record{adUser(1, "u@x.com", "a@x.com", ""), adUser(2, "", "", "smtp:a@x.com", isOutOfScope)},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:p@x.com smtp:a@x.com")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchSMTP", "A2 NotSynced > NotSynced",
			"A1 ReplacePrimary apply: p@x.com; SMTP:p@x.com smtp:a@x.com", "OldPrimaryShared A1 a@x.com"}},
	{reason: "it matches already and nothing would be lost: no row, even where another AD object holds the alias",
		ad:    []*reconcile.Record{adUser(1, "", "", "SMTP:ann@x.com smtp:a@x.com"), adUser(2, "", "", "smtp:b@x.com", isOutOfScope)},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:ann@x.com smtp:a@x.com smtp:b@x.com")},
		want:  []string{"A1 SoftMatchSMTP > SoftMatchSMTP", "A2 NotSynced > NotSynced"}},
	{reason: "without soft match the object with the same primary needs no row, and matches once the block is off",
		ad:      []*reconcile.Record{adUser(1, "", "", "SMTP:ann@x.com")},
		cloud:   []*reconcile.Record{cloudUser(1, "", "", "SMTP:ann@x.com")},
		options: blockSoftMatch,
		want:    []string{"A1 SoftMatchBlocked C1 address > SoftMatchSMTP"}},
	{reason: "without soft match aliases are added as well",
		ad:      []*reconcile.Record{adUser(1, "", "", "SMTP:ann@x.com")},
		cloud:   []*reconcile.Record{cloudUser(1, "", "", "SMTP:ann@x.com smtp:a@x.com")},
		options: blockSoftMatch,
		want: []string{"A1 SoftMatchBlocked C1 address > SoftMatchSMTP",
			"A1 AddAliases apply: ann@x.com; SMTP:ann@x.com smtp:a@x.com"}},
	{reason: "of two that share the primary, neither is linked to it by UPN alone: AddressHeldInAD applies to R26",
		ad: []*reconcile.Record{adUser(1, "u@x.com", "", "SMTP:ann@x.com"), adUser(2, "", "ann@x.com", "")},
		cloud: []*reconcile.Record{
			cloudUser(1, "u@x.com", "", "SMTP:ann@x.com smtp:a@x.com")},
		want: []string{"A1 Contested C1 upn > Contested", "A2 Contested > Contested",
			"A1 AddAliases blockedAddressHeldInAD: ann@x.com; SMTP:ann@x.com smtp:a@x.com"}},
	{reason: "two partners for one object, and two objects for one partner, are ambiguous and the search ends",
		ad: []*reconcile.Record{adUser(1, "", "", "smtp:a@x.com smtp:b@x.com"),
			adUser(2, "", "", "smtp:c@x.com"), adUser(3, "", "", "smtp:c@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@x.com"), cloudUser(2, "", "", "SMTP:b@x.com"),
			cloudUser(3, "", "", "SMTP:c@x.com")},
		want: []string{"A1 NewObject address Ambiguous > NewObject", "A2 NewObject address Ambiguous > NewObject",
			"A3 NewObject address Ambiguous > NewObject"}},
	{reason: "an object whose partner went to an earlier pass goes on; a later pass still finds it another",
		ad: []*reconcile.Record{adUser(1, "u@x.com", "", ""), adUser(2, "", "", "smtp:a@x.com smtp:b@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com"),
			cloudUser(2, "", "", "SMTP:b@x.com")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A2 NewObject C2 address > SoftMatchSMTP",
			"A1 SetPrimary blockedAddressHeldInAD: a@x.com; SMTP:a@x.com",
			"A2 PromoteAlias apply: b@x.com; SMTP:b@x.com smtp:a@x.com"}},
	{reason: "guests, soft-deleted, bound ones and those without a primary are no candidates",
		ad: []*reconcile.Record{adUser(1, "", "", "smtp:a@x.com smtp:b@x.com smtp:c@x.com smtp:d@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@x.com", isGuest), cloudUser(2, "", "", "SMTP:b@x.com", isDeleted),
			cloudUser(3, "", "", "SMTP:c@x.com", isSynced), cloudUser(4, "", "", "smtp:d@x.com")},
		want: []string{"A1 NewObject > NewObject"}},
	{reason: "what an AD object takes by SMTP is nobody else's candidate",
		ad:    []*reconcile.Record{adUser(1, "", "", "SMTP:a@x.com"), adUser(2, "u@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com")},
		want:  []string{"A1 SoftMatchSMTP > SoftMatchSMTP", "A2 NewObject > NewObject"}},
	{reason: "R15 asks for a candidate, and the holder of its primary may keep the demoted one",
		ad: []*reconcile.Record{adUser(1, "u@x.com", "", "SMTP:a@x.com")},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@x.com", anchoredTo(9)),
			cloudUser(2, "u@x.com", "", "SMTP:b@x.com")},
		want: []string{"A1 AttributeValueMustBeUnique C2 upn > SoftMatchSMTP",
			"A1 ReplacePrimary apply: b@x.com; SMTP:b@x.com smtp:a@x.com", "OldPrimaryShared A1 a@x.com"}},
	{reason: "another live cloud object holds the primary",
		ad: []*reconcile.Record{adUser(1, "u@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com"),
			cloudUser(2, "", "a@x.com", "", isGuest)},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary blockedAddressHeldInCloud: a@x.com; SMTP:a@x.com"}},
	{reason: "an unverified domain comes before a reserved one",
		ad:      []*reconcile.Record{adUser(1, "u@x.com", "", "")},
		cloud:   []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@t.onmicrosoft.com smtp:b@y.com")},
		options: verified("x.com"),
		want:    []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary blockedUnverifiedDomain: a@t.onmicrosoft.com; SMTP:a@t.onmicrosoft.com"}},
	{reason: "a reserved domain",
		ad:    []*reconcile.Record{adUser(1, "u@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@T.onmicrosoft.com")},
		want:  []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary blockedReservedDomain: a@T.onmicrosoft.com; SMTP:a@T.onmicrosoft.com"}},
	{reason: "AddAliases leaves the primary as it is: no blocking by its domain",
		ad:      []*reconcile.Record{adUser(1, "", "", "SMTP:a@t.onmicrosoft.com")},
		cloud:   []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@t.onmicrosoft.com smtp:b@x.com")},
		options: verified("x.com"),
		want: []string{"A1 SoftMatchSMTP > SoftMatchSMTP",
			"A1 AddAliases apply: a@t.onmicrosoft.com; SMTP:a@t.onmicrosoft.com smtp:b@x.com"}},
	{reason: "a malformed address",
		ad:    []*reconcile.Record{adUser(1, "u@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:jos\u00e9@x.com")},
		want:  []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary blockedMalformedAddress: jos\u00e9@x.com; SMTP:jos\u00e9@x.com"}},
	{reason: "a value that must not reach a script",
		ad:    []*reconcile.Record{adUser(1, "u@x.com", "", "X500:\u202E")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com")},
		want:  []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary blockedUnsafeValue: a@x.com; SMTP:a@x.com X500:\u202E"}},
	{reason: "two mailboxes make a change a matter of review, and it is not in force",
		ad:    []*reconcile.Record{adUser(1, "u@x.com", "", "", hasMailbox)},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com")},
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchUPN", "A1 SetPrimary review: a@x.com; SMTP:a@x.com",
			"TwoMailboxes A1"}},
	{reason: "two mailboxes of one that matches as it is: the finding alone, aliases stay apply",
		ad:    []*reconcile.Record{adUser(1, "", "", "SMTP:a@x.com", hasMailbox)},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@x.com smtp:b@x.com")},
		want: []string{"A1 SoftMatchSMTP > SoftMatchSMTP", "A1 AddAliases apply: a@x.com; SMTP:a@x.com smtp:b@x.com",
			"TwoMailboxes A1"}},
	{reason: "people decided; a line that hits nothing or whom it must not is a finding",
		ad:    []*reconcile.Record{adUser(1, "", "", ""), adUser(2, "", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "c1@x.com", "", "SMTP:a@x.com"), cloudUser(2, "c2@x.com", "", "SMTP:b@x.com", isGuest)},
		lines: []slowMapLine{
			{"SamAccountName", "SAM1", "UserPrincipalName", " C1@x.com"},
			{"SamAccountName", "nobody", "UserPrincipalName", ""},
			{"SamAccountName", "sam2", "UserPrincipalName", "c2@x.com"}},
		want: []string{"A1 NewObject C1 map > SoftMatchSMTP", "A2 NewObject > NewObject",
			"A1 SetPrimary apply: a@x.com; SMTP:a@x.com", "MapLine line 1", "MapLine line 2"}},
	{reason: "a take-over changes what happens to another: its UPN's holder is taken",
		ad:    []*reconcile.Record{adUser(1, "", "", ""), adUser(2, "u@x.com", "", "")},
		cloud: []*reconcile.Record{cloudUser(1, "u@x.com", "", "SMTP:a@x.com")},
		lines: []slowMapLine{{"ObjectGUID", "A0000001-e5f6-4789-abcd-1234567890ab", "Id", "c0000001-e5f6-4789-abcd-1234567890ab"}},
		want: []string{"A1 NewObject C1 map > SoftMatchSMTP", "A2 SoftMatchUPN > NewObject",
			"A1 SetPrimary apply: a@x.com; SMTP:a@x.com"}},
	{reason: "names are compared without marks, case and doubled blanks; only for review",
		ad: []*reconcile.Record{adUser(1, "", "", "", named("Jose\u0301", "STRASSE", ""))},
		cloud: []*reconcile.Record{cloudUser(1, "", "", "SMTP:a@x.com", named("Jos\u00e9", "Straße", "x")),
			cloudUser(2, "", "", "SMTP:b@x.com", named("", "", ""))},
		further: true,
		want:    []string{"A1 NewObject C1 name > NewObject", "A1 SetPrimary review: a@x.com; SMTP:a@x.com"}},
	{reason: "a nickname must be unique among all that may take part, also those that found somebody before",
		ad: []*reconcile.Record{adUser(1, "ann@x.com", "", "", nicknamed("ann")), adUser(2, "", "", "", nicknamed("ann"))},
		cloud: []*reconcile.Record{cloudUser(1, "ann@x.com", "", "SMTP:a@x.com"),
			cloudUser(2, "", "", "SMTP:ann@x.com")},
		further: true,
		want: []string{"A1 SoftMatchUPN C1 upn > SoftMatchSMTP", "A2 NewObject nickname Ambiguous > NewObject",
			"A1 SetPrimary apply: a@x.com; SMTP:a@x.com"}},
}

func named(given, surname, display string) func(*reconcile.Record) {
	return func(rec *reconcile.Record) { rec.GivenName, rec.Surname, rec.DisplayName = given, surname, display }
}

func nicknamed(nick string) func(*reconcile.Record) {
	return func(rec *reconcile.Record) { rec.MailNickname = nick }
}

func TestSlowPlanCases(t *testing.T) {
	for _, c := range planCases {
		options := reconcile.Options{Tenant: reconcile.DefaultTenant(), Anchor: reconcile.AnchorObjectGUID}
		if c.options != nil {
			c.options(&options)
		}
		plan, err := newSlowWorld(c.ad, c.cloud, options).plan(slowPlanOptions{lines: c.lines, further: c.further})
		if err != nil {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		if d := firstDifference(planLines(plan), c.want); d != "" {
			t.Errorf("%s:\n%s", c.reason, strings.Replace(strings.Replace(d, "   slow:", " want:", 1), "product:", "  got:", 1))
		}
	}
}
