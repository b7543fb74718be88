package reconcile

import (
	"context"
	"fmt"
	"iter"

	"smtpmatch/reconcile/internal/inorder"
)

// DefaultBatchSize is how many objects a batch holds unless the options say otherwise.
const DefaultBatchSize = 100

// Changes yields every change in input order, each with its batch. The caller owns them. An error is
// the last thing yielded.
func (r *Result) Changes() iter.Seq2[*Change, error] {
	j := r.judgement
	return func(yield func(*Change, error) bool) {
		pilot, err := j.choosePilot()
		if err != nil {
			yield(nil, err)
			return
		}
		rest := newBatcher(j.options.BatchSize)
		lead := newBatcher(j.options.BatchSize)
		rest.startAfter(pilot.batches)
		pilot.left = pilot.quota
		for c, err := range j.eachChange() {
			if err != nil {
				yield(nil, err)
				return
			}
			switch {
			case c.Decision != Apply:
			case pilot.takes(c):
				c.Batch = lead.place(c)
			default:
				c.Batch = rest.place(c)
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// changesAtOnce is how many changes are unpacked at a time.
const changesAtOnce = 256

// eachChange yields every change in input order, without its batch. They are unpacked while the caller
// works on those before.
func (j *judgement) eachChange() iter.Seq2[*Change, error] {
	return yielding(func(emit func(*Change) error) error {
		return inorder.Run(context.Background(), j.unpackChanges, func(some unpackedChanges) error {
			for i := range some.changes {
				if err := emit(&some.changes[i]); err != nil {
					return err
				}
			}
			return some.err
		})
	})
}

type unpackedChanges struct {
	changes []Change
	err     error
}

func (j *judgement) unpackChanges(l *inorder.Line[unpackedChanges]) error {
	cursor := j.changes.Cursor()
	for {
		var objects []uint32
		var ends []int
		var texts []byte
		for len(objects) < changesAtOnce {
			object, text, ok, err := cursor.Next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			texts = append(texts, text...)
			objects, ends = append(objects, object), append(ends, len(texts))
		}
		if len(objects) == 0 {
			return nil
		}
		more := l.Send(func() (some unpackedChanges) {
			some.changes = make([]Change, 0, len(objects))
			begin := 0
			for i, end := range ends {
				c, err := unpackChange(texts[begin:end])
				if err != nil {
					some.err = err
					break
				}
				some.changes = append(some.changes, *j.proved(objects[i], &c))
				begin = end
			}
			return some
		})
		if !more {
			return nil
		}
	}
}

// mostRisk is the highest risk that a change can have, see [Change.rate].
const mostRisk = 3

// pilot are the changes that go first: those of the smallest risk, among equals the first ones.
type pilot struct {
	quota   [mostRisk + 1]int // by risk
	left    [mostRisk + 1]int
	batches map[byte]int // by series
}

// takes says whether the change is of the pilot; changes come in input order.
func (p *pilot) takes(c *Change) bool {
	if p.left[c.Risk] == 0 {
		return false
	}
	p.left[c.Risk]--
	return true
}

// choosePilot counts the changes that are to be applied by their risk, and the pilot's batches.
func (j *judgement) choosePilot() (*pilot, error) {
	p := &pilot{}
	if j.options.Pilot <= 0 {
		return p, nil
	}
	for c, err := range j.eachChange() {
		if err != nil {
			return nil, err
		}
		if c.Decision == Apply {
			p.quota[c.Risk]++
		}
	}
	wanted := j.options.Pilot
	for risk := range p.quota {
		p.quota[risk] = min(p.quota[risk], wanted)
		wanted -= p.quota[risk]
	}
	p.left = p.quota
	b := newBatcher(j.options.BatchSize)
	for c, err := range j.eachChange() {
		if err != nil {
			return nil, err
		}
		if c.Decision == Apply && p.takes(c) {
			b.place(c)
		}
	}
	p.batches = b.count
	return p, nil
}

// batcher puts changes into batches of one AD domain and one way of writing, closed when they are full.
// Numbers are given in the order of the batches' first objects.
type batcher struct {
	size  int
	open  map[string]*openBatch
	count map[byte]int // by series
}

type openBatch struct {
	name string
	left int
}

func newBatcher(size int) *batcher {
	if size <= 0 {
		size = DefaultBatchSize
	}
	return &batcher{size: size, open: make(map[string]*openBatch), count: make(map[byte]int)}
}

// startAfter numbers on after batches that exist.
func (b *batcher) startAfter(count map[byte]int) {
	for series, n := range count {
		b.count[series] = n
	}
}

func (b *batcher) place(c *Change) string {
	series := byte('B')
	if c.Exchange {
		series = 'X'
	}
	key := string(series) + c.Domain
	batch := b.open[key]
	if batch == nil {
		b.count[series]++
		batch = &openBatch{fmt.Sprintf("%c%05d", series, b.count[series]), b.size}
		b.open[key] = batch
	}
	if batch.left--; batch.left == 0 {
		delete(b.open, key)
	}
	return batch.name
}
