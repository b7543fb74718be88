package reconcile

import (
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

// change is one as the batches see it: series (B or X), AD domain, risk; anything else is not applied.
func batchChange(t *testing.T, s string) *Change {
	t.Helper()
	series, rest, _ := strings.Cut(s, " ")
	domain, risk, _ := strings.Cut(rest, " ")
	c := &Change{Kind: SetPrimary, Decision: Apply, Domain: domain, Exchange: series == "X", Risk: len(risk)}
	switch series {
	case "review":
		c.Decision = Review
	case "blocked":
		c.Decision, c.BlockedBy = Blocked, TooLarge
	}
	return c
}

func batchesOf(t *testing.T, size, pilot int, changes []string) (batches []string) {
	t.Helper()
	space := spill.Open(t.TempDir(), 0)
	defer space.Close()
	j := &judgement{options: Options{BatchSize: size, Pilot: pilot}, changes: spill.NewJournal(space)}
	for i, s := range changes {
		if err := j.changes.Add(uint32(i), batchChange(t, s).pack()); err != nil {
			t.Fatal(err)
		}
	}
	r := &Result{judgement: j}
	for range 2 { // may be asked again
		batches = nil
		for c, err := range r.Changes() {
			if err != nil {
				t.Fatal(err)
			}
			batches = append(batches, c.Batch)
		}
	}
	return batches
}

// TestBatches: contract 7 and 8. Risk is the number of !.
func TestBatches(t *testing.T) {
	for _, c := range []struct {
		size, pilot int
		changes     []string
		want        []string
		reason      string
	}{
		{2, 0, []string{"B a", "B a", "B a"}, []string{"B00001", "B00001", "B00002"}, "closed when full"},
		{2, 0, []string{"B a", "B b", "B a", "B b", "B a"}, []string{"B00001", "B00002", "B00001", "B00002", "B00003"}, "never two AD domains; another domain's object does not close one"},
		{1, 0, []string{"B a", "B b", "B a"}, []string{"B00001", "B00002", "B00003"}, "of one object, in input order"},
		{3, 0, []string{"B b", "B a", "B b"}, []string{"B00001", "B00002", "B00001"}, "numbered by their first objects"},
		{2, 0, []string{"X a", "B a", "X a", "B a", "X b"}, []string{"X00001", "B00001", "X00001", "B00001", "X00002"}, "what Exchange manages has a series of its own"},
		{2, 0, []string{"review a", "B a", "blocked a", "B a", "review b"}, []string{"", "B00001", "", "B00001", ""}, "only what is applied has a batch"},
		{0, 0, []string{"B ", "B a", "B "}, []string{"B00001", "B00002", "B00001"}, "no domain is one, and 0 is the default size"},

		{2, 1, []string{"B a !", "B a", "B a"}, []string{"B00002", "B00001", "B00002"}, "the pilot is the one of smallest risk, in a batch before all others"},
		{2, 2, []string{"B a !!", "B a !", "B a !!", "B a !!!"}, []string{"B00001", "B00001", "B00002", "B00002"}, "among equals the first"},
		{2, 3, []string{"B a", "B a", "B a", "B a"}, []string{"B00001", "B00001", "B00002", "B00003"}, "a pilot larger than a batch; the rest does not fill its last one"},
		{9, 9, []string{"B a", "B b !!!"}, []string{"B00001", "B00002"}, "a pilot larger than all changes"},
		{9, 2, []string{"B a !", "X a", "B b", "X a !"}, []string{"B00002", "X00001", "B00001", "X00002"}, "a pilot of both series and two domains"},
		{9, 2, []string{"review a", "B a !", "blocked a", "B a !"}, []string{"", "B00001", "", "B00001"}, "what is not applied is no pilot"},
		{2, 1, []string{"B b !", "B a !", "B a"}, []string{"B00002", "B00003", "B00001"}, "the rest is numbered on by first objects"},
		{2, 1, nil, nil, "no changes"},
	} {
		if got := batchesOf(t, c.size, c.pilot, c.changes); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gave %q, want %q", c.reason, c.changes, got, c.want)
		}
	}
}

// TestDefaultBatchSize: 100, as the flag says.
func TestDefaultBatchSize(t *testing.T) {
	changes := slices.Repeat([]string{"B a"}, 201)
	got := batchesOf(t, 0, 0, changes)
	if got[0] != "B00001" || got[99] != "B00001" || got[100] != "B00002" || got[199] != "B00002" || got[200] != "B00003" {
		t.Error(got[0], got[99], got[100], got[199], got[200])
	}
}
