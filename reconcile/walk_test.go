package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDuplicatesInInputOrder: an error names the first few objects that stand twice, in input order.
func TestDuplicatesInInputOrder(t *testing.T) {
	e := &DuplicateError{}
	for _, first := range []uint64{29, 40, cloudObject(1), 19, 7, 33, 8, 50} {
		e.add(Duplicate{first: first, Places: []Place{{"a.csv", int(first)}, {"b.csv", 2}}})
	}
	var got []uint64
	for _, d := range e.Duplicates {
		got = append(got, d.first)
	}
	if want := []uint64{7, 8, 19, 29, 33}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if text := e.Error(); e.Total != 8 || !strings.Contains(text, fmt.Sprintf("and %d more", 3)) {
		t.Errorf("%d: %s", e.Total, text)
	}
}
