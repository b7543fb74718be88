package reconcile_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// The properties here are those of issue 4, asked of the product alone, on random tenants.

// made is a plan as the product gives it.
type made struct {
	verdicts  map[reconcile.GUID]reconcile.ADVerdict
	changes   []*reconcile.Change
	conflicts map[string]bool             // addresses in conflict, of either side
	blocking  map[reconcile.GUID][]string // addresses of each AD object that block
	notCopied map[string][]string         // AliasNotCopied, by place
}

func makePlan(t *slowTenant, o slowPlanOptions) (*made, error) {
	ctx := context.Background()
	options := t.options
	options.BatchSize, options.Pilot, options.Map = o.batchSize, o.pilot, productMap(o.lines)
	result, err := reconcile.Judge(ctx, sourcesOf(t.ad, t.adSources), sourcesOf(t.cloud, t.cloudSources), options)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	m := &made{verdicts: map[reconcile.GUID]reconcile.ADVerdict{}, conflicts: map[string]bool{}, blocking: map[reconcile.GUID][]string{}, notCopied: map[string][]string{}}
	for v, err := range result.ADVerdicts(ctx) {
		if err != nil {
			return nil, err
		}
		m.verdicts[v.Record.ID] = *v
	}
	for c, err := range result.Changes() {
		if err != nil {
			return nil, err
		}
		m.changes = append(m.changes, c)
	}
	for h, err := range result.Holders(ctx) {
		if err != nil {
			return nil, err
		}
		m.conflicts[h.Address] = true
		if h.Side == reconcile.AD && h.Blocks {
			m.blocking[h.ObjectID] = append(m.blocking[h.ObjectID], h.Address)
		}
	}
	for f, err := range result.Findings(ctx) {
		if err != nil {
			return nil, err
		}
		if f.Code == "AliasNotCopied" {
			place := fmt.Sprint(f.File, f.Row)
			m.notCopied[place] = append(m.notCopied[place], reconcile.Normalize(f.Value))
		}
	}
	return m, nil
}

func (m *made) applied() (list []*reconcile.Change) {
	for _, c := range m.changes {
		if c.Decision == reconcile.Apply {
			list = append(list, c)
		}
	}
	return list
}

// written gives the tenant with mail and proxyAddresses of some AD objects written anew, and BlockSoftMatch
// off, which is a precondition of the changes.
func written(t *slowTenant, changes []*reconcile.Change, values func(*reconcile.Change) (mail string, proxies []string)) *slowTenant {
	u := *t
	u.options.Tenant.BlockSoftMatch = false
	u.ad = slices.Clone(t.ad)
	for i, rec := range u.ad {
		for _, c := range changes {
			if c.ID == rec.ID && !rec.Rejected {
				changed := *rec
				changed.Mail, changed.ProxyAddresses = values(c)
				changed.PrefixesStripped = false
				u.ad[i] = &changed
			}
		}
	}
	return &u
}

func after(c *reconcile.Change) (string, []string)  { return c.MailAfter, c.ProxyAfter }
func before(c *reconcile.Change) (string, []string) { return c.MailBefore, c.ProxyBefore }

// holdsOnTenants looks for a tenant of which fault says something, and shows the smallest. what counts
// how often the property had something to say.
func holdsOnTenants(t *testing.T, share uint64, fault func(*slowTenant, slowPlanOptions, *int) string) {
	t.Helper()
	asked, failures := 0, 0
	for seed := range slowTenants() / share {
		tenant, options := newDice(seed + 500000).planTenant()
		if _, err := tenant.plan(options); err != nil {
			continue // an object named twice: the reader of the map refuses it
		}
		if fault(tenant, options, &asked) == "" {
			continue
		}
		small := shrink(tenant, func(s *slowTenant) bool { return fault(s, options, new(int)) != "" })
		t.Errorf("seed %d: %s\nlines %q\n%s", seed+500000, fault(small, options, new(int)), options.lines, small.dump())
		if failures++; failures == 3 {
			t.Fatal("stopped here")
		}
	}
	if uint64(asked) < slowTenants()/share/10 {
		t.Errorf("the tenants are too dull: asked %d times", asked)
	}
}

// TestAppliedPlanProves: with every apply change in the records, each changed object soft-matches by SMTP
// its own cloud object, gets no further apply change, and is in no new blocking conflict.
//
// One further change is right: a change that overwrites a masked mail (MailReplaced) can free an alias that
// another change had to leave out because that mail held it (AliasNotCopied). It is an AddAliases of such
// aliases alone.
func TestAppliedPlanProves(t *testing.T) {
	holdsOnTenants(t, 2, func(tenant *slowTenant, o slowPlanOptions, asked *int) string {
		first, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		o.lines = nil // the map's pairs are made
		again, err := makePlan(written(tenant, first.applied(), after), o)
		if err != nil {
			return err.Error()
		}
		next := map[reconcile.GUID]*reconcile.Change{}
		for _, c := range again.applied() {
			next[c.ID] = c
		}
		for _, c := range first.applied() {
			*asked++
			v := again.verdicts[c.ID]
			if v.Outcome != reconcile.SoftMatchSMTP || v.CloudID != c.CloudID {
				return fmt.Sprintf("%s ends in %s with %s, not on %s", short(c.ID), v.Outcome, v.CloudID, c.CloudID)
			}
			if was := first.verdicts[c.ID]; was.OutcomeAfter != v.Outcome {
				return fmt.Sprintf("%s was to end in %s", short(c.ID), was.OutcomeAfter)
			}
			if n := next[c.ID]; n != nil && !isFreed(n, first.notCopied[fmt.Sprint(c.Source, c.Row)]) {
				return fmt.Sprintf("%s gets another change, %s: %q, then %q", short(c.ID), n.Kind, c.ProxyAfter, n.ProxyAfter)
			}
			for _, address := range again.blocking[c.ID] {
				if !first.conflicts[address] {
					return fmt.Sprintf("%s has a new blocking conflict: %s", short(c.ID), address)
				}
			}
		}
		// What the first plan foretold for everybody is what the second judges.
		for id, v := range again.verdicts {
			if was := first.verdicts[id].OutcomeAfter; was != v.Outcome {
				return fmt.Sprintf("%s was to end in %s, and ends in %s", short(id), was, v.Outcome)
			}
		}
		return ""
	})
}

func isFreed(next *reconcile.Change, notCopied []string) bool {
	for _, value := range next.ProxyAfter {
		_, address, _ := strings.Cut(value, ":")
		if !slices.Contains(next.ProxyBefore, value) && !slices.Contains(notCopied, reconcile.Normalize(address)) {
			return false
		}
	}
	return next.Kind == reconcile.AddAliases
}

// TestValuesOfChanges: of every change, apply, review and blocked alike, the first value is the one
// primary and is mail; no value is dropped; each stands in its order, byte for byte or with the prefix
// demoted; what is added are addresses of the cloud object that were not there.
func TestValuesOfChanges(t *testing.T) {
	holdsOnTenants(t, 2, func(tenant *slowTenant, o slowPlanOptions, asked *int) string {
		plan, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		records := map[reconcile.GUID]*reconcile.Record{}
		for _, rec := range tenant.records() {
			if !rec.Rejected {
				records[rec.ID] = rec
			}
		}
		for _, c := range plan.changes {
			*asked++
			if fault := valuesFault(c, records[c.ID], records[c.CloudID]); fault != "" {
				return fmt.Sprintf("%s: %s\nbefore %q\nafter  %q", short(c.ID), fault, c.ProxyBefore, c.ProxyAfter)
			}
		}
		return ""
	})
}

func valuesFault(c *reconcile.Change, rec, cloud *reconcile.Record) string {
	if rec.PrefixesStripped {
		for i, value := range rec.ProxyAddresses {
			if c.ProxyBefore[i] != "smtp:"+value {
				return "stripped values are not shown with their prefix"
			}
		}
	} else if !slices.Equal(c.ProxyBefore, rec.ProxyAddresses) {
		return "the values before are not those of the file"
	}
	primary, _, _ := cloud.Primary()
	marked := 0
	for _, value := range c.ProxyAfter {
		if strings.HasPrefix(value, "SMTP:") {
			marked++
		}
	}
	switch {
	case c.MailBefore != rec.Mail || c.UserPrincipalName != rec.UserPrincipalName:
		return "mail or UPN before is not that of the file"
	case marked != 1 || c.ProxyAfter[0] != "SMTP:"+c.MailAfter || c.MailAfter != primary:
		return "the one primary is not first, or is not the cloud's"
	}
	p := reconcile.Normalize(c.MailAfter)
	rest := c.ProxyAfter[1:]
	take := func(value string) bool {
		if len(rest) == 0 || rest[0] != value {
			return false
		}
		rest = rest[1:]
		return true
	}
	for _, value := range c.ProxyBefore {
		if addressOf(value) == p {
			continue // it became the primary
		}
		if demoted, ok := strings.CutPrefix(value, "SMTP:"); ok {
			value = "smtp:" + demoted
		}
		if !take(value) {
			return fmt.Sprintf("%q is dropped, changed or moved", value)
		}
	}
	if old, _, ok := rec.Primary(); ok && len(rec.ProxyAddresses) == 0 && reconcile.Normalize(old) != p && !take("smtp:"+old) {
		return "the primary that came from mail is dropped"
	}
	if c.Kind == reconcile.AddAliases && len(rest) == 0 {
		return "AddAliases adds nothing"
	}
	held := map[string]bool{p: true}
	for _, value := range c.ProxyBefore {
		held[addressOf(value)] = true
	}
	for _, value := range rest {
		address := addressOf(value)
		if !strings.HasPrefix(value, "smtp:") || held[address] || !slices.ContainsFunc(cloud.ProxyAddresses, func(v string) bool { return addressOf(v) == address }) {
			return fmt.Sprintf("%q is added", value)
		}
		held[address] = true
	}
	return ""
}

// addressOf is the address of a value, read by the slow implementation; empty if it is none.
func addressOf(value string) string {
	address, _, ok := slowSMTP(value, false)
	if !ok {
		return ""
	}
	return slowNormal(address)
}

// TestUndo: applying and then undoing gives back the input. Values of a column whose prefixes the export
// had stripped come back with their prefix: the directory has it, only the file had not.
func TestUndo(t *testing.T) {
	holdsOnTenants(t, 4, func(tenant *slowTenant, o slowPlanOptions, asked *int) string {
		tenant.options.Tenant.BlockSoftMatch = false
		plan, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		undone := written(written(tenant, plan.applied(), after), plan.applied(), before)
		for i, rec := range tenant.ad {
			want := *rec
			if rec.PrefixesStripped && !undone.ad[i].PrefixesStripped {
				want.PrefixesStripped, want.ProxyAddresses = false, nil
				for _, value := range rec.ProxyAddresses {
					want.ProxyAddresses = append(want.ProxyAddresses, "smtp:"+value)
				}
			}
			*asked++
			got := *undone.ad[i]
			if !slices.Equal(got.ProxyAddresses, want.ProxyAddresses) {
				return fmt.Sprintf("%s came back with %q", short(rec.ID), got.ProxyAddresses)
			}
			got.ProxyAddresses = want.ProxyAddresses // nil or empty
			if !reflect.DeepEqual(got, want) {
				return short(rec.ID) + " came back as another record"
			}
		}
		was, err := productPlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		now, err := productPlan(undone, o)
		if err != nil {
			return err.Error()
		}
		return firstDifference(now, was)
	})
}

// TestPlanTwice: the same input gives the same changes, batches and reasons included.
func TestPlanTwice(t *testing.T) {
	holdsOnTenants(t, 10, func(tenant *slowTenant, o slowPlanOptions, asked *int) string {
		once, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		again, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		*asked += len(once.changes)
		if !reflect.DeepEqual(once.changes, again.changes) {
			return "two plans of one input"
		}
		return ""
	})
}

// TestPlanRowOrder: another order of the rows gives the same candidates and changes. Left out is what a
// rule decides by "first in input order":
//
//   - two cloud objects with one primary, UPN, immutable id or SID: the target, carrier or holder is the
//     first of them (contract 2, 3). The later ones are left out of the tenants (withoutTies);
//   - AD objects that share a UPN and are new: the first is asked R31 to R35, the others get R27. As
//     candidates they are all NewObject, but for R33, LargeObject, which asks for no candidate; tenants
//     with one of these are left out;
//   - batches, which are numbered in input order, and the pilot, which takes the first of equal risk.
func TestPlanRowOrder(t *testing.T) {
	holdsOnTenants(t, 4, func(tenant *slowTenant, o slowPlanOptions, asked *int) string {
		tenant = withoutTies(tenant)
		if slices.ContainsFunc(tenant.ad, func(rec *reconcile.Record) bool { return len(rec.ProxyAddresses) > 300 }) {
			return ""
		}
		d := newDice(1)
		was, err := makePlan(tenant, o)
		if err != nil {
			return err.Error()
		}
		*asked += len(was.changes)
		for range 2 {
			now, err := makePlan(d.shuffled(tenant), o)
			if err != nil {
				return err.Error()
			}
			if d := firstDifference(now.unordered(), was.unordered()); d != "" {
				return "another order (first), this order (second)\n" + d
			}
		}
		return ""
	})
}

// unordered are candidates and changes in an order of their own, without batches.
func (m *made) unordered() (lines []string) {
	for id, v := range m.verdicts {
		lines = append(lines, fmt.Sprintf("%s %s %s %s after %s", id, v.CandidateBy, v.CandidateID, v.BlockedBy, v.OutcomeAfter))
	}
	for _, c := range m.changes {
		d := *c
		d.Batch = ""
		lines = append(lines, fmt.Sprintf("change %+q", fmt.Sprintf("%+v", d)))
	}
	slices.Sort(lines)
	return lines
}
