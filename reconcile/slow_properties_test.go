package reconcile_test

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// TestSameInputTwice: the same input gives the same results, line by line.
func TestSameInputTwice(t *testing.T) {
	for seed := range slowTenants() / 10 {
		tenant := newDice(seed).tenant()
		once, err := productAll(tenant)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		again, err := productAll(tenant)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if d := firstDifference(again, once); d != "" {
			t.Fatalf("seed %d:\n%s\n%s", seed, d, tenant.dump())
		}
	}
}

// TestRowOrder: another order of the rows gives the same verdicts. Left out of the comparison is what a
// rule decides by "first in input order", because there another order rightly gives another answer:
//
//   - tenants in which two cloud objects share what a target, a carrier or a holder is chosen by are
//     made free of it first, by leaving out the later ones (withoutTies);
//   - of AD objects that share a UPN and are new, the rules from R27 on, since all but the first get
//     R27, together with whether that UPN blocks (and tenants in which such an object has more than 300
//     values, because R27 asks for a candidate and R33 does not);
//   - smtp_cloud_id where the address is an alias of several cloud objects;
//   - rule and object_guid of a cloud object that several AD objects come to; its outcome stays;
//   - the numbers of clusters: which holders are in one cluster stays.
func TestRowOrder(t *testing.T) {
	for seed := range slowTenants() / 5 {
		d := newDice(seed)
		tenant := withoutTies(d.tenant())
		if hasLarge(tenant) {
			continue
		}
		shuffled := d.shuffled(tenant)
		loose := looseEnds(tenant)
		before, err := orderless(tenant, loose)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		after, err := orderless(shuffled, loose)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if d := firstDifference(after, before); d != "" {
			t.Fatalf("seed %d: another order (first), this order (second)\n%s\n%s", seed, d, tenant.dump())
		}
	}
}

// withoutTies leaves out cloud objects that share with one before them a primary, a UPN, an immutable
// id or a SID.
func withoutTies(t *slowTenant) *slowTenant {
	seen := map[string]bool{}
	return withCloud(t, slices.DeleteFunc(slices.Clone(t.cloud), func(rec *reconcile.Record) bool {
		o := slowRead(rec, 0)
		tied := false
		for _, key := range []string{"p " + o.p, "u " + o.u, "id " + o.rec.ImmutableID, "sid " + strings.ToUpper(slowTrim(o.rec.SID))} {
			if !strings.HasSuffix(key, " ") {
				tied = tied || seen[key]
				seen[key] = true
			}
		}
		return tied
	}))
}

func hasLarge(t *slowTenant) bool {
	return slices.ContainsFunc(t.ad, func(rec *reconcile.Record) bool { return len(rec.ProxyAddresses) > 300 })
}

// shuffled is the tenant with its rows, and its sources, in another order.
func (d *dice) shuffled(t *slowTenant) *slowTenant {
	u := *t
	u.ad, u.cloud = slices.Clone(t.ad), slices.Clone(t.cloud)
	d.Shuffle(len(u.ad), func(i, j int) { u.ad[i], u.ad[j] = u.ad[j], u.ad[i] })
	d.Shuffle(len(u.cloud), func(i, j int) { u.cloud[i], u.cloud[j] = u.cloud[j], u.cloud[i] })
	u.adSources, u.cloudSources = slices.Clone(t.adSources), slices.Clone(t.cloudSources)
	slices.Reverse(u.adSources)
	slices.Reverse(u.cloudSources)
	return &u
}

// loose is what depends on the order of the rows.
type loose struct {
	ad       map[string]bool // AD objects whose rule depends on it
	upns     map[string]bool // addresses whose severity does
	aliases  map[string]bool // AD objects whose smtp_cloud_id does
	disputed map[string]bool // cloud objects that several AD objects come to
}

func looseEnds(t *slowTenant) loose {
	l := loose{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	w := newSlowWorld(t.ad, t.cloud, t.options)
	verdicts := w.result().ad
	comers := map[*slowObject]int{}
	for _, v := range verdicts {
		a := v.object
		comers[v.partner]++
		comers[v.culprit]++
		shared := w.isNew(a) && a.u != "" && w.anyAD(func(b *slowObject) bool { return b != a && b.u == a.u && w.isNew(b) })
		if shared {
			l.upns[a.u] = true
			l.ad[short(a.rec.ID)] = v.rule >= 27
		}
		l.aliases[short(a.rec.ID)] = w.smtpHolders(a.p) > 1
	}
	for c, n := range comers {
		if c != nil && n > 1 {
			l.disputed[short(c.rec.ID)] = true
		}
	}
	return l
}

func (w *slowWorld) smtpHolders(p string) (n int) {
	for _, c := range w.cloud {
		if c.live() && p != "" && (c.hasSMTP(p) || c.mail == p) {
			n++
		}
	}
	return n
}

// orderless are the product's lines in an order of their own, without what is loose.
func orderless(t *slowTenant, l loose) ([]string, error) {
	lines, err := productAll(t)
	if err != nil {
		return nil, err
	}
	clusters := map[string][]string{}
	var all []string
	for _, line := range lines {
		fields := strings.Fields(line)
		switch {
		case fields[0] == "ad" && l.ad[fields[1]]:
			line = "ad " + fields[1]
		case fields[0] == "ad" && l.aliases[fields[1]]:
			line = withoutField(line, "smtp=")
		case fields[0] == "cloud" && l.disputed[fields[1]]:
			line = "cloud " + fields[1] + " " + fields[2]
		case fields[0] == "holder":
			cluster := fieldOf(line, "cluster=")
			line = withoutField(line, "cluster=")
			if l.blocksLoosely(line) {
				line = withoutField(line, "blocks=")
			}
			if fields[4] != "target" {
				clusters[cluster] = append(clusters[cluster], line)
			}
		}
		all = append(all, line)
	}
	for _, cluster := range slices.Sorted(maps.Keys(clusters)) {
		sort.Strings(clusters[cluster])
		all = append(all, fmt.Sprint("together ", clusters[cluster]))
	}
	sort.Strings(all)
	return all, nil
}

func (l *loose) blocksLoosely(line string) bool {
	for upn := range l.upns {
		if strings.Contains(line, fmt.Sprintf("address=%q", upn)) {
			return true
		}
	}
	return false
}

func fieldOf(line, name string) string {
	for _, field := range strings.Fields(line) {
		if strings.HasPrefix(field, name) {
			return field
		}
	}
	return ""
}

func withoutField(line, name string) string { return strings.Replace(line, fieldOf(line, name), "", 1) }
