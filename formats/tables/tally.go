package tables

import (
	"iter"

	"smtpmatch/reconcile"
)

// Tally counts what a stream holds, while it passes: of each outcome, severity, decision or code. It does
// not matter whether a table is written from the stream.
type Tally struct {
	Of        map[string]int
	After     map[string]int // outcomes after the changes
	BlockedBy map[string]int // of AD objects
}

// NewTally gives a tally of nothing.
func NewTally() *Tally {
	return &Tally{Of: make(map[string]int), After: make(map[string]int), BlockedBy: make(map[string]int)}
}

// AD passes verdicts on and counts them.
func (t *Tally) AD(verdicts iter.Seq2[*reconcile.ADVerdict, error]) iter.Seq2[*reconcile.ADVerdict, error] {
	return counted(verdicts, func(v *reconcile.ADVerdict) {
		t.Of[string(v.Outcome)]++
		t.After[string(v.OutcomeAfter)]++
		if v.BlockedBy != "" {
			t.BlockedBy[string(v.BlockedBy)]++
		}
	})
}

// Cloud passes verdicts on and counts them.
func (t *Tally) Cloud(verdicts iter.Seq2[*reconcile.CloudVerdict, error]) iter.Seq2[*reconcile.CloudVerdict, error] {
	return counted(verdicts, func(v *reconcile.CloudVerdict) {
		t.Of[string(v.Outcome)]++
		t.After[string(v.OutcomeAfter)]++
	})
}

// Changes passes changes on and counts them by decision.
func (t *Tally) Changes(changes iter.Seq2[*reconcile.Change, error]) iter.Seq2[*reconcile.Change, error] {
	return counted(changes, func(c *reconcile.Change) { t.Of[string(c.Decision)]++ })
}

// Findings passes findings on and counts them by code.
func (t *Tally) Findings(findings iter.Seq2[reconcile.Finding, error]) iter.Seq2[reconcile.Finding, error] {
	return counted(findings, func(f reconcile.Finding) { t.Of[f.Code]++ })
}

// counted passes a stream on, and gives each item that is no error to count.
func counted[T any](items iter.Seq2[T, error], count func(T)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if err == nil {
				count(item)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// Drain reads a stream to its end, for what is counted on the way.
func Drain[T any](items iter.Seq2[T, error]) error {
	for _, err := range items {
		if err != nil {
			return err
		}
	}
	return nil
}
