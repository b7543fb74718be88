package reconcile_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// slowTenants is how many random tenants a test looks at.
func slowTenants() uint64 {
	if testing.Short() {
		return 500
	}
	return 10000
}

// TestAgainstSlow holds the product's engine against the slow second implementation.
func TestAgainstSlow(t *testing.T) {
	failures := 0
	for seed := range slowTenants() {
		tenant := newDice(seed).tenant()
		if disagreement(tenant) == "" {
			continue
		}
		small := shrink(tenant, func(s *slowTenant) bool { return disagreement(s) != "" })
		t.Errorf("seed %d:\n%s\n%s", seed, disagreement(small), small.dump())
		if failures++; failures == 5 {
			t.Fatal("stopped here")
		}
	}
}

// disagreement says where the product and the slow implementation differ, empty for nowhere.
func disagreement(t *slowTenant) string {
	product, err := productLines(t)
	if err != nil {
		return "product: " + err.Error()
	}
	return firstDifference(product, slowLines(t))
}

// TestSlowTenantsAreRich keeps the random tenants from growing dull: every rule must occur in them.
func TestSlowTenantsAreRich(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: the rare rules need many tenants")
	}
	seen := map[string]int{}
	for seed := range slowTenants() {
		for _, line := range slowLines(newDice(seed).tenant()) {
			if fields := strings.Fields(line); fields[0] == "ad" || fields[0] == "cloud" {
				seen[fields[0]+" "+fields[3]]++
			}
		}
	}
	var wanted []string
	for _, rule := range []int{1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 26, 27, 31, 32, 33, 34, 35} {
		wanted = append(wanted, fmt.Sprintf("ad R%d", rule))
	}
	wanted = append(wanted, "cloud R36", "cloud R39")
	for _, rule := range wanted {
		if seen[rule] < 5 {
			t.Errorf("%s occurs %d times", rule, seen[rule])
		}
	}
	if t.Failed() {
		for _, rule := range slices.Sorted(maps.Keys(seen)) {
			t.Logf("%6d %s", seen[rule], rule)
		}
	}
}
