package reconcile_test

import (
	"context"
	"iter"

	"smtpmatch/reconcile"
)

// memorySource is an export in memory.
type memorySource struct {
	name    string
	records []*reconcile.Record
}

func (s *memorySource) Name() string                  { return s.name }
func (s *memorySource) Findings() []reconcile.Finding { return nil }

// Records gives every record in the same place, as a reader may: nobody may keep one.
func (s *memorySource) Records(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	return func(yield func(*reconcile.Record, error) bool) {
		var shared reconcile.Record
		for _, rec := range s.records {
			shared = *rec
			if !yield(&shared, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
	}
}

// sourcesOf puts the records into their sources, in the order of their first records.
func sourcesOf(records []*reconcile.Record, names []string) []reconcile.Source {
	var sources []reconcile.Source
	for _, name := range names {
		s := &memorySource{name: name}
		for _, rec := range records {
			if rec.Source == name {
				s.records = append(s.records, rec)
			}
		}
		sources = append(sources, s)
	}
	return sources
}
