package reconcile

import (
	"context"
	"iter"
)

// A BatchSource is a [Source] that can give its records many at a time, so that readers may parse and
// [Judge] may work in parallel.
type BatchSource interface {
	Source
	// Batches yields the records of [Source.Records], the same in the same order, in batches. A batch
	// and all it points to belong to the receiver until it calls Done, which it does once for each batch,
	// from any goroutine and in any order; what was given back may be used again for a later batch. An
	// error is the last thing yielded, with an empty batch. When the receiver stops early, or ctx ends,
	// nothing more is read, and the iterator returns without waiting for batches that are still out.
	Batches(ctx context.Context) iter.Seq2[Batch, error]
}

// Batch is some consecutive records of a source.
type Batch struct {
	Records []*Record
	Done    func() // may be nil
}
