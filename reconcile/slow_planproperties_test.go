package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// planTenant is a random tenant with all that a plan asks beside the judgement.
func (d *dice) planTenant() (*slowTenant, slowPlanOptions) {
	t := d.tenant()
	for i := range d.IntN(4) {
		d.addPair(t, i)
	}
	for _, rec := range t.records() {
		d.person(rec)
	}
	for _, rec := range t.ad {
		d.onPremises(rec)
	}
	o := slowPlanOptions{further: d.chance(0.3), batchSize: 1 + d.IntN(4), pilot: d.IntN(3)}
	if d.chance(0.3) {
		o.lines = d.mapLines(t)
	}
	return t, o
}

// addPair adds an AD user and a cloud user that are the same person, in some way that can be told, so
// that not every tenant is a mess throughout.
func (d *dice) addPair(t *slowTenant, i int) {
	if len(t.adSources) == 0 || len(t.cloudSources) == 0 {
		return
	}
	name := fmt.Sprintf("pair%d", i)
	ad := &reconcile.Record{Side: reconcile.AD, Class: reconcile.ClassUser, ID: slowGUID(0xa, 100+i), SamAccountName: name,
		Source: t.adSources[len(t.adSources)-1], Row: 100 + i, DistinguishedName: "CN=" + name + ",DC=contoso,DC=com"}
	cloud := &reconcile.Record{Side: reconcile.Cloud, Class: reconcile.ClassUser, ID: slowGUID(0xc, 100+i),
		Source: t.cloudSources[len(t.cloudSources)-1], Row: 100 + i, UserPrincipalName: name + "@contoso.com"}
	cloud.ProxyAddresses = []string{"smtp:" + name + "@fabrikam.example", "SMTP:" + name + ".new@contoso.com", "smtp:" + name + "b@contoso.com"}
	switch d.IntN(4) {
	case 0:
		ad.UserPrincipalName = strings.ToUpper(cloud.UserPrincipalName)
	case 1:
		ad.Mail, ad.ProxyAddresses = name+"@contoso.com", []string{"X500:/o=1", "smtp:" + name + ".NEW@contoso.com"}
	case 2:
		ad.UserPrincipalName, ad.Mail = name+"@contoso.com", name+".old@contoso.com"
	case 3:
		ad.ProxyAddresses = []string{"SMTP:" + name + ".New@contoso.com"} // matches as it is
	}
	if d.chance(0.2) {
		ad.ProxyAddresses = append(ad.ProxyAddresses, pick(d, []string{"X500:/o=\u202E", "smtp:\uFFFD@contoso.com", "SIP:a\u0007"}))
	}
	if d.chance(0.3) { // somebody else holds an alias, or what is to become an alias
		other := &reconcile.Record{Side: reconcile.AD, Class: pick(d, []string{"user", "group", "contact"}), ID: slowGUID(0xa, 200+i),
			Source: ad.Source, Row: 200 + i, SamAccountName: "other" + name}
		other.ProxyAddresses = []string{"smtp:" + name + pick(d, []string{"b", ".old", ".new", ""}) + "@contoso.com"}
		t.ad = append(t.ad, ad, other)
	} else {
		t.ad = append(t.ad, ad)
	}
	t.cloud = append(t.cloud, cloud)
	if d.chance(0.1) {
		d.tooMany(ad)
	}
}

func (d *dice) person(rec *reconcile.Record) {
	for i, value := range rec.ProxyAddresses {
		rec.ProxyAddresses[i] = slowTrim(value) // as a reader does, which matters to what is written back
	}
	if d.chance(0.5) {
		rec.GivenName = pick(d, []string{"Ann", "ANN", "José", "Jose\u0301", "Bob"})
		rec.Surname = pick(d, []string{"", "Strauß", "STRAUSS", "Lee"})
		rec.DisplayName = pick(d, []string{"", "Ann Lee", "ann  lee", "Bob Strauß"})
	}
	if rec.MailNickname == "" && d.chance(0.4) {
		rec.MailNickname = pick(d, []string{"ann", "bob", "josé", "other"})
	}
	if d.chance(0.3) {
		rec.EmployeeID = pick(d, []string{"1", "1 ", "2", "a", "A"})
	}
	if rec.Side == reconcile.Cloud && d.chance(0.05) {
		rec.ProxyAddresses = append(rec.ProxyAddresses, pick(d, []string{"SMTP:ann\u202E@contoso.com", "smtp:bob\u0007@contoso.com"}))
	}
}

func (d *dice) onPremises(rec *reconcile.Record) {
	rec.DistinguishedName = strings.Replace(rec.DistinguishedName, "DC=contoso", "DC="+pick(d, []string{"contoso", "Contoso", "fabrikam"}), 1)
	rec.Enabled = pick(d, []reconcile.Flag{reconcile.Yes, reconcile.Yes, reconcile.No, reconcile.Unknown})
	rec.AdminCount = pick(d, []string{"", "", "0", "1"})
	if d.chance(0.05) {
		rec.ProxyAddresses = append(rec.ProxyAddresses, pick(d, []string{"X500:/o=\u202E", "X500:/o=a\nb", "X500:\uFFFD"}))
	}
	if d.chance(0.01) {
		d.tooMany(rec)
	}
	if d.chance(0.15) {
		rec.MsExchMailboxGUID = "X'00'"
	}
	if d.chance(0.1) {
		rec.MsExchRemoteRecipientType = "4"
	}
}

func (d *dice) mapLines(t *slowTenant) []slowMapLine {
	if len(t.ad) == 0 || len(t.cloud) == 0 {
		return nil
	}
	adColumn := pick(d, []string{"ObjectGUID", "ObjectGUID", "SamAccountName", "UserPrincipalName", "Mail"})
	cloudColumn := pick(d, []string{"Id", "Id", "UserPrincipalName", "Mail"})
	var lines []slowMapLine
	for range 1 + d.IntN(5) {
		lines = append(lines, slowMapLine{adColumn, columnOf(pick(d, t.ad), adColumn), cloudColumn, columnOf(pick(d, t.cloud), cloudColumn)})
	}
	return lines
}

func columnOf(rec *reconcile.Record, column string) string {
	switch column {
	case "SamAccountName":
		return rec.SamAccountName
	case "UserPrincipalName":
		return rec.UserPrincipalName
	case "Mail":
		return rec.Mail
	}
	return rec.ID.String()
}

// TestSlowPlanProperties: what must be true of every plan, whatever the tenant.
func TestSlowPlanProperties(t *testing.T) {
	seen := map[string]int{}
	failures := 0
	for seed := range slowTenants() / 2 {
		tenant, options := newDice(seed).planTenant()
		plan, err := tenant.plan(options)
		if err != nil {
			seen["refused"]++
			continue
		}
		plan.countInto(seen)
		if planFault(tenant, options) == "" {
			continue
		}
		small := shrink(tenant, func(s *slowTenant) bool { return planFault(s, options) != "" })
		t.Errorf("seed %d: %s\nlines %q\n%s", seed, planFault(small, options), options.lines, small.dump())
		if failures++; failures == 5 {
			t.Fatal("stopped here")
		}
	}
	for _, what := range []string{"refused", "by map", "by upn", "by address", "by employee-id", "by nickname", "by name",
		"ambiguous map", "ambiguous upn", "ambiguous address", "kind SetPrimary", "kind PromoteAlias", "kind ReplacePrimary",
		"kind AddAliases", "decision apply", "decision review", "decision blocked", "blocked AddressHeldInAD",
		"blocked AddressHeldInCloud", "blocked UnverifiedDomain", "blocked ReservedDomain", "blocked MalformedAddress",
		"blocked UnsafeValue", "blocked TooLarge", "finding MapLine", "finding MailReplaced", "finding OldPrimaryShared",
		"finding AliasNotCopied", "finding TwoMailboxes"} {
		if seen[what] < 3 && what != "ambiguous map" && !testing.Short() {
			t.Errorf("%s occurs %d times", what, seen[what])
		}
	}
	if seen["blocked NotProved"] > 0 || seen["ambiguous map"] > 0 {
		t.Errorf("no input should reach NotProved (%d), and a map has no two partners (%d)", seen["blocked NotProved"], seen["ambiguous map"])
	}
}

func (t *slowTenant) plan(o slowPlanOptions) (*slowPlan, error) {
	return newSlowWorld(t.ad, t.cloud, t.options).plan(o)
}

func (p *slowPlan) countInto(seen map[string]int) {
	for _, c := range p.search.found {
		if c.ambiguous {
			seen["ambiguous "+c.by]++
		} else {
			seen["by "+c.by]++
		}
	}
	for _, c := range p.changes {
		seen["kind "+c.kind]++
		seen["decision "+c.decision]++
		seen["blocked "+c.blockedBy]++
	}
	for _, f := range p.findings {
		seen["finding "+f.code]++
	}
}

// planFault says what is wrong with the tenant's plan, empty for nothing.
func planFault(t *slowTenant, o slowPlanOptions) string {
	plan, err := t.plan(o)
	if err != nil {
		return ""
	}
	for _, change := range plan.changes {
		if fault := change.valuesFault(); fault != "" {
			return short(change.object.rec.ID) + " " + fault
		}
		if change.blockedBy == "NotProved" {
			return short(change.object.rec.ID) + " is not proved"
		}
	}
	if fault := plan.batchFault(o); fault != "" {
		return fault
	}
	return plan.againFault(o)
}

// valuesFault: exactly one value begins with SMTP:, no value is dropped, none stands there twice more
// than before, and mail is the primary.
func (change *slowChange) valuesFault() string {
	after := slowRead(&reconcile.Record{Side: reconcile.AD, Mail: change.mailAfter, ProxyAddresses: change.proxyAfter}, 0)
	marked := 0
	for _, value := range change.proxyAfter {
		if strings.HasPrefix(slowTrim(value), "SMTP:") {
			marked++
		}
	}
	switch {
	case marked != 1:
		return fmt.Sprintf("has %d values with SMTP:", marked)
	case after.p != change.cloud.p || after.mail != change.cloud.p:
		return "has not its candidate's primary"
	}
	for _, a := range change.object.smtp {
		if !after.hasSMTP(a.normal) {
			return "lost " + a.text
		}
	}
	for _, value := range change.proxyBefore {
		text, _, isAddress := slowSMTP(value, false)
		if isAddress && slowNormal(text) == change.cloud.p {
			continue
		}
		demoted := strings.Replace(value, "SMTP:", "smtp:", 1)
		if !slices.Contains(change.proxyAfter, value) && !slices.Contains(change.proxyAfter, demoted) {
			return "changed " + value
		}
	}
	return ""
}

// batchFault: a batch is not too big, holds one domain, and only what is applied is in one.
func (p *slowPlan) batchFault(o slowPlanOptions) string {
	size, domain := map[string]int{}, map[string]string{}
	for _, change := range p.changes {
		if (change.decision == "apply") != (change.batch != "") {
			return "a batch holds what is not applied"
		}
		if change.batch == "" {
			continue
		}
		if size[change.batch]++; size[change.batch] > o.batchSize {
			return change.batch + " is too big"
		}
		if known, ok := domain[change.batch]; ok && known != change.object.domain() {
			return change.batch + " mixes domains"
		}
		domain[change.batch] = change.object.domain()
	}
	return ""
}

// againFault: the plan of the tenant with the changes in it is content with every changed object.
func (p *slowPlan) againFault(o slowPlanOptions) string {
	options := p.world.options
	options.Tenant.BlockSoftMatch = false
	o.lines = nil
	again, err := newSlowWorld(p.appliedAD(), slowRecords(p.world.cloud), options).plan(o)
	if err != nil {
		return err.Error()
	}
	before, now := p.world.conflicts(p.before, nil), again.world.conflicts(again.before, nil)
	for _, change := range p.changes {
		if change.decision != "apply" {
			continue
		}
		v := again.before.ad[change.object.indexIn(p.before)]
		if v.outcome != reconcile.SoftMatchSMTP || v.partner.order != change.cloud.order {
			return short(change.object.rec.ID) + " does not match when planned again: " + string(v.outcome)
		}
		if next := again.changeOf(v.object); next != nil && next.decision == "apply" && !change.freed(next) {
			return fmt.Sprintf("%s has another change when planned again: %s %q", short(change.object.rec.ID), next.kind, next.proxyAfter)
		}
		for address := range v.object.held {
			// Its UPN may be another cloud user's, where people decided the pair: R20 says so.
			if now[address] && !before[address] && address != v.object.u {
				return fmt.Sprintf("%s brings %s into conflict", short(change.object.rec.ID), address)
			}
		}
	}
	return ""
}

// freed says that the next change adds only aliases that this one had to leave out: another change
// overwrote the mail (MailReplaced) of the AD object that held them.
func (change *slowChange) freed(next *slowChange) bool {
	for _, alias := range next.added {
		if !slices.Contains(change.notCopied, alias) {
			return false
		}
	}
	return next.kind == "AddAliases"
}
