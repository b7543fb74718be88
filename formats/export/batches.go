package export

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/reconcile"
)

// Batches yields the records of [File.Records] in batches, which are made in parallel where the file is CSV,
// see [reconcile.BatchSource].
func (f *File) Batches(ctx context.Context) iter.Seq2[reconcile.Batch, error] {
	return func(yield func(reconcile.Batch, error) bool) {
		text, ok := f.table.(*textTable)
		if !ok || f.whole.rowPerAddress {
			f.batchRecords(ctx, yield)
			return
		}
		if err := f.batchChunks(ctx, text, yield); err != nil && err != errStopped {
			yield(reconcile.Batch{}, fmt.Errorf("%s: %w", f.name, err))
		}
	}
}

// recordBatch are the records of one chunk. It is used again when they are given back.
type recordBatch struct {
	records  []reconcile.Record
	pointers []*reconcile.Record
	values   []string // room for proxyAddresses
	refused  int      // the row of a second header with other columns; 0 for none
	err      error
}

// add gives the next record, blank.
func (b *recordBatch) add() *reconcile.Record {
	if len(b.records) == cap(b.records) {
		b.grow()
	}
	b.records = append(b.records, reconcile.Record{})
	return &b.records[len(b.records)-1]
}

// grow makes more room; the records that are there keep their values and get new places.
func (b *recordBatch) grow() {
	larger := make([]reconcile.Record, len(b.records), max(256, 2*cap(b.records)))
	copy(larger, b.records)
	b.records = larger
}

// place gives the records their rows, and lists them.
func (b *recordBatch) place(rowsBefore int) []*reconcile.Record {
	b.pointers = b.pointers[:0]
	for i := range b.records {
		r := &b.records[i]
		r.Row += rowsBefore
		for k := range r.Findings {
			r.Findings[k].Row += rowsBefore
		}
		b.pointers = append(b.pointers, r)
	}
	return b.pointers
}

func (b *recordBatch) reset() {
	clear(b.records)
	clear(b.values[:cap(b.values)])
	b.records, b.values, b.refused = b.records[:0], b.values[:0], 0
	b.err = nil
}

// batchChunks reads chunks of a text, several at a time.
func (f *File) batchChunks(ctx context.Context, t *textTable, yield func(reconcile.Batch, error) bool) error {
	readers := make(chan *surveyor, mostWorkers)
	batches := make(chan *recordBatch, mostWorkers)
	work := func(chunk *csvscan.Chunk) *recordBatch {
		s := take(readers, f.newSurveyor)
		defer give(readers, s)
		b := take(batches, func() *recordBatch { return &recordBatch{} })
		s.record(f, t, chunk, b)
		return b
	}
	return eachChunk(ctx, t, work, func(b *recordBatch, rowsBefore int, free func()) error {
		if b.err != nil {
			return b.err
		}
		if b.refused > 0 {
			return f.refuseGlued(b.refused + rowsBefore)
		}
		done := func() {
			b.reset()
			give(batches, b)
			free()
		}
		if !yield(reconcile.Batch{Records: b.place(rowsBefore), Done: done}, nil) {
			return errStopped
		}
		return nil
	})
}

// record makes records of a chunk's rows, which are numbered from its own beginning.
func (s *surveyor) record(f *File, t *textTable, chunk *csvscan.Chunk, b *recordBatch) {
	p := s.recorder
	p.values, p.mended = b.values, damages{}
	var bareQuote, passed damages
	var r row
	for found := range chunk.Rows() {
		if b.err == nil {
			b.err = t.fill(&r, found, &bareQuote)
		}
		r.stable = true
		if b.err != nil || b.refused > 0 || chunk.First && r.number <= f.headerRow {
			continue
		}
		if t.spilled != nil {
			p.readInto(b.add(), &r)
			continue
		}
		switch s.seam.sift(&r, &passed) {
		case otherHeader:
			b.refused = r.number
		case anObject:
			p.readInto(b.add(), &r)
		}
	}
	b.values, p.values = p.values, nil
}

// recordsInBatch is how many records of a table that is read row by row make a batch.
const recordsInBatch = 1 << 10

// batchRecords reads the table row by row.
func (f *File) batchRecords(ctx context.Context, yield func(reconcile.Batch, error) bool) {
	b := &recordBatch{}
	for r, err := range f.Records(ctx) {
		if err != nil {
			if len(b.records) == 0 || yield(reconcile.Batch{Records: b.place(0)}, nil) {
				yield(reconcile.Batch{}, err)
			}
			return
		}
		kept := b.add()
		*kept = *r
		kept.Findings = slices.Clone(r.Findings) // the room for them is used again
		if len(b.records) == recordsInBatch {
			if !yield(reconcile.Batch{Records: b.place(0)}, nil) {
				return
			}
			b = &recordBatch{}
		}
	}
	if len(b.records) > 0 {
		yield(reconcile.Batch{Records: b.place(0)}, nil)
	}
}
