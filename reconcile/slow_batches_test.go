package reconcile_test

import (
	"fmt"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// Batches: contract.md section 7 and the column batch of section 8.

// slowBatches numbers the changes that are to be applied: the pilot first, each part in input order; a
// batch holds one AD domain and is closed when it is full, and numbers follow the first objects.
func slowBatches(changes []*slowChange, size, pilot int) {
	var apply []*slowChange
	for _, change := range changes {
		if change.decision == "apply" {
			apply = append(apply, change)
		}
	}
	chosen := pilotOf(apply, pilot)
	numbers := map[string]int{}
	for _, inPilot := range []bool{true, false} {
		open := map[string]*slowBatch{}
		for _, change := range apply {
			if chosen[change] == inPilot {
				change.batch = placeIn(open, change, size, numbers)
			}
		}
	}
}

// slowBatch is a batch that still takes objects.
type slowBatch struct {
	name string
	free int
}

func placeIn(open map[string]*slowBatch, change *slowChange, size int, numbers map[string]int) string {
	series := "B"
	if change.object.managedByExchange() {
		series = "X"
	}
	key := series + " " + change.object.domain()
	if open[key] == nil {
		numbers[series]++
		open[key] = &slowBatch{fmt.Sprintf("%s%05d", series, numbers[series]), size}
	}
	batch := open[key]
	if batch.free--; batch.free == 0 {
		delete(open, key)
	}
	return batch.name
}

// pilotOf are the n changes of the smallest risk, the earlier ones first.
func pilotOf(apply []*slowChange, n int) map[*slowChange]bool {
	sorted := slices.Clone(apply)
	slices.SortStableFunc(sorted, func(a, b *slowChange) int { return a.risk() - b.risk() })
	chosen := map[*slowChange]bool{}
	for _, change := range sorted[:min(n, len(sorted))] {
		chosen[change] = true
	}
	return chosen
}

// risk counts what speaks against an early try: not known to be enabled, privileged by adminCount, a
// sign-in name that the take-over changes.
func (change *slowChange) risk() (n int) {
	a := change.object
	if a.rec.Enabled != reconcile.Yes {
		n++
	}
	if count := slowTrim(a.rec.AdminCount); count != "" && count != "0" {
		n++
	}
	if a.u != change.cloud.u {
		n++
	}
	return n
}

func (o *slowObject) managedByExchange() bool {
	return slowTrim(o.rec.MsExchRecipientType+o.rec.MsExchMailboxGUID+o.rec.MsExchRemoteRecipientType) != ""
}

// domain are the DC parts of the distinguished name.
func (o *slowObject) domain() string {
	var parts []string
	for _, part := range slowDNParts(o.rec.DistinguishedName) {
		part = slowNormal(part)
		if strings.HasPrefix(part, "dc=") {
			parts = append(parts, part[len("dc="):])
		}
	}
	return strings.Join(parts, ".")
}

// slowDNParts splits at the commas that no backslash escapes.
func slowDNParts(dn string) []string {
	parts := []string{""}
	escaped := false
	for _, r := range dn {
		if r == ',' && !escaped {
			parts = append(parts, "")
			continue
		}
		escaped = r == '\\' && !escaped
		parts[len(parts)-1] += string(r)
	}
	return parts
}
