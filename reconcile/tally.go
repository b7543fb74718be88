package reconcile

import "context"

// Tally counts what the verdicts of one side say.
type Tally struct {
	Outcomes  map[Outcome]int
	After     map[Outcome]int   // with every change made that is to be applied
	BlockedBy map[BlockedBy]int // of AD objects
}

// Tally counts the verdicts of a side without giving them, and so without reading the sources again.
func (r *Result) Tally(ctx context.Context, side Side) (*Tally, error) {
	j := r.judgement
	if err := j.judgeAfter(ctx); err != nil {
		return nil, err
	}
	if side == Cloud {
		return j.tallyCloud()
	}
	return j.tallyAD(), nil
}

func (j *judgement) tallyAD() *Tally {
	t := &Tally{Outcomes: make(map[Outcome]int), After: make(map[Outcome]int), BlockedBy: make(map[BlockedBy]int)}
	var now, after [maxRule + 1]int
	for i, rule := range j.objects.rules {
		now[rule]++
		if j.after == j.now || j.objects.ad[i]&adNew == 0 {
			after[rule]++
		}
	}
	for rule := Rule(1); rule <= maxRule; rule++ {
		count(t.Outcomes, rule.Outcome(), now[rule])
		count(t.After, rule.Outcome(), after[rule]+j.rulesAfter[rule])
	}
	for by, n := range j.blocked {
		count(t.BlockedBy, by, n)
	}
	count(t.BlockedBy, NotProved, len(j.unproved))
	return t
}

func (j *judgement) tallyCloud() (*Tally, error) {
	t := &Tally{Outcomes: make(map[Outcome]int), After: make(map[Outcome]int)}
	reader := j.ledger.cloud.Reader()
	for at := 0; at < len(j.objects.cloud); {
		list, err := reader.At(at)
		if err != nil {
			return nil, err
		}
		for i, f := range list {
			if f.has(cloudJudged) {
				t.Outcomes[j.objects.cloudOutcome(j.now, uint32(at+i), f)]++
				t.After[j.objects.cloudOutcome(j.after, uint32(at+i), f)]++
			}
		}
		at += len(list)
	}
	return t, nil
}

// count adds to a count that is left out if it is zero.
func count[K comparable](counts map[K]int, key K, n int) {
	if n > 0 {
		counts[key] += n
	}
}
