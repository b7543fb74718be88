package reconcile

import (
	"context"
	"iter"
	"sync"

	"smtpmatch/reconcile/internal/inorder"
	"smtpmatch/reconcile/internal/spill"
)

// A BatchSource is a [Source] that can give its records many at a time, so that a reader may parse, and
// [Judge] may work, in parallel.
type BatchSource interface {
	Source
	// Batches yields the records of [Source.Records], the same in the same order, the rejected ones too,
	// in batches of any size: some hundreds to thousands of records are best. It is ranged over by one
	// goroutine, and may be called again.
	//
	// A batch, its records, their slices and their texts are the receiver's until it calls Done, which it
	// does once, from any goroutine and in any order; after that the reader may use all of it again. The
	// receiver takes further batches before it gives earlier ones back, about four for each processor.
	// When it stops early, batches that are out may never be given back.
	//
	// An error is the last thing yielded, with an empty batch. When ctx ends or the receiver stops,
	// Batches returns soon, and leaves no goroutine behind that reads.
	Batches(ctx context.Context) iter.Seq2[Batch, error]
}

// Batch is some consecutive records of a source.
type Batch struct {
	Records []*Record
	Done    func() // may be nil
}

// ledger is what is left of the sources after the first reading: facts and hashes, in input order and by
// key. It holds no text but findings.
type ledger struct {
	ad         *spill.Log[adFacts]
	cloud      *spill.Log[cloudFacts]
	ids        [2]*spill.Log[GUID] // by Side, empty if no verdicts are wanted
	count      [2]int              // by Side, of objects
	addresses  *spill.Table
	identities *spill.Table
	findings   [2]*spill.Journal // by Side, by the object before or at which they stand
	hits       [2]*mapValues     // by Side, nil without a map
}

func newLedger(space *spill.Space, m *Map, rows int) *ledger {
	l := &ledger{
		ad: spill.NewLog[adFacts](space), cloud: spill.NewLog[cloudFacts](space),
		addresses: spill.NewTable(space, 3*rows), identities: spill.NewTable(space, 2*rows), // about as many
	}
	for side := range l.ids {
		l.ids[side] = spill.NewLog[GUID](space)
		l.findings[side] = spill.NewJournal(space)
		l.hits[side] = m.values(Side(side))
	}
	return l
}

// batchRecords is how many records of a source without batches are taken at a time.
const batchRecords = 512

// readAll is the first reading of a side.
func (j *judgement) readAll(ctx context.Context, list *sourceList, l *ledger) error {
	newTaker := func(source int) *taker {
		return &taker{side: list.side, source: source, domains: j.options.Domains, wanted: l.hits[list.side], hasher: hasher{seed: j.seed}}
	}
	counts := make([]Counts, len(list.sources))
	progress := j.progress("reading "+list.side.String(), list.rows())
	read := 0
	for i, source := range list.sources {
		s := &shelf{ledger: l, side: list.side, counts: &counts[i], noIDs: j.options.NoVerdicts}
		err := takeSource(ctx, source, func() *taker { return newTaker(i) }, func(in *intake) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if read += in.counts.Read; read/progressEvery != (read-in.counts.Read)/progressEvery {
				progress(read)
			}
			return s.put(in)
		})
		if err != nil {
			return err
		}
		j.ends[list.side] = append(j.ends[list.side], uint32(l.count[list.side]))
	}
	progress(read)
	j.counts[list.side] = counts
	return nil
}

// takeSource reads a source and gives what it takes from the records, batch by batch in input order.
func takeSource(ctx context.Context, source Source, newTaker func() *taker, put func(*intake) error) error {
	empty := &sync.Pool{New: func() any { return &intake{} }}
	return inorder.Run(ctx, func(l *inorder.Line[*intake]) error {
		if batches, ok := source.(BatchSource); ok {
			return takeBatches(l, batches, newTaker, empty)
		}
		return takeRecords(l, source, newTaker(), empty)
	}, func(in *intake) error {
		err := put(in)
		in.reset()
		empty.Put(in)
		return err
	})
}

// takeRecords takes a source record by record.
func takeRecords(l *inorder.Line[*intake], source Source, t *taker, empty *sync.Pool) error {
	t.out = empty.Get().(*intake)
	for r, err := range source.Records(l.Context) {
		if err != nil {
			return err
		}
		if t.take(r); t.out.counts.Read == batchRecords {
			if !l.Ready(t.out) {
				return nil
			}
			t.out = empty.Get().(*intake)
		}
	}
	l.Ready(t.out)
	return nil
}

// takeBatches takes batches in parallel.
func takeBatches(l *inorder.Line[*intake], source BatchSource, newTaker func() *taker, empty *sync.Pool) error {
	takers := sync.Pool{New: func() any { return newTaker() }}
	for batch, err := range source.Batches(l.Context) {
		if err != nil {
			return err
		}
		more := l.Send(func() *intake {
			t := takers.Get().(*taker)
			defer takers.Put(t)
			t.out = empty.Get().(*intake)
			for _, r := range batch.Records {
				t.take(r)
			}
			batch.done()
			return t.out
		})
		if !more {
			return nil
		}
	}
	return nil
}

func (b *Batch) done() {
	if b.Done != nil {
		b.Done()
	}
}

// shelf puts intakes of one source into the ledger.
type shelf struct {
	ledger *ledger
	side   Side
	counts *Counts
	noIDs  bool
}

func (s *shelf) put(in *intake) error {
	l := s.ledger
	begin := l.count[s.side]
	if l.count[s.side] += in.objects(); l.count[s.side] >= cloudBit {
		return errTooMany
	}
	*s.counts = s.counts.Plus(in.counts)
	base := uint32(begin)
	if s.side == Cloud {
		base |= cloudBit
	}
	for _, f := range in.findings {
		if err := l.findings[s.side].Add(uint32(begin)+f.object, f.text); err != nil {
			return err
		}
	}
	for _, h := range in.hits {
		h.add(uint32(begin))
	}
	if err := addEntries(l.identities, in.identities, base); err != nil {
		return err
	}
	if err := addEntries(l.addresses, in.addresses, base); err != nil {
		return err
	}
	if !s.noIDs {
		if err := l.ids[s.side].AddAll(in.ids); err != nil {
			return err
		}
	}
	if s.side == AD {
		return l.ad.AddAll(in.ad)
	}
	return l.cloud.AddAll(in.cloud)
}

func addEntries(t *spill.Table, entries []spill.Entry, base uint32) error {
	for i := range entries {
		entries[i].Object += base // the side's bit included
		if err := t.Add(entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// findDuplicates fails if objects stand in the files of their side twice; groups are of the numbers of
// the same object each.
func (j *judgement) nameDuplicates(ctx context.Context, twice *twins) error {
	if twice.total == 0 {
		return nil
	}
	found := &DuplicateError{Total: twice.total}
	for _, list := range []*sourceList{&j.ad, &j.cloud} {
		wanted := make(map[uint32]*Duplicate)
		for _, numbers := range twice.groups {
			if isCloud(numbers[0]) != (list.side == Cloud) {
				continue
			}
			d := &Duplicate{Side: list.side, first: numbers[0]}
			for _, n := range numbers {
				wanted[cloudNumber(n)] = d
			}
		}
		if len(wanted) == 0 {
			continue
		}
		err := j.again(ctx, list, "looking for duplicates", func(o *object) error {
			if d := wanted[o.number]; d != nil {
				if len(d.Places) == 0 {
					d.ID = o.record.ID
				}
				d.Places = append(d.Places, Place{File: o.record.Source, Row: o.record.Row})
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, numbers := range twice.groups {
			if d := wanted[cloudNumber(numbers[0])]; d != nil && d.first == numbers[0] {
				found.Duplicates = append(found.Duplicates, *d)
			}
		}
	}
	return found
}
