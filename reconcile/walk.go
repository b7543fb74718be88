package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"smtpmatch/reconcile/internal/inorder"
)

// object is a record with its number on its side. Numbers follow the input order; rejected rows have none.
type object struct {
	number uint32
	record *Record
}

// sourceList is all sources of one side, in the order given.
type sourceList struct {
	side    Side
	sources []Source
}

// A CountedSource is a [Source] that knows how many rows it has before they are read.
type CountedSource interface {
	Source
	Rows() int
}

// rows is how many rows the sources have, 0 if one of them does not know.
func (l *sourceList) rows() (n int) {
	for _, source := range l.sources {
		counted, ok := source.(CountedSource)
		if !ok {
			return 0
		}
		n += counted.Rows()
	}
	return n
}

// Counts tells what became of the rows of a source: Read = Judged + Rejected.
type Counts struct {
	Read     int // rows
	Judged   int // objects with a verdict
	Rejected int // rows that cannot be used, and objects of classes that are not judged yet
}

// Plus adds up.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Read + d.Read, c.Judged + d.Judged, c.Rejected + d.Rejected}
}

func (c *Counts) add(r *Record) {
	c.Read++
	if !r.Rejected && isJudged(r) {
		c.Judged++
	} else {
		c.Rejected++
	}
}

// isJudged says whether this version gives the object a verdict. Groups and contacts only hold
// addresses so far. An AD object of any other class is outside the scope of the sync, which is a verdict.
func isJudged(r *Record) bool {
	if r.Side == AD {
		return r.Class != ClassGroup && r.Class != ClassContact
	}
	return r.Class == ClassUser
}

// progressEvery is how many records lie between two reports of progress.
const progressEvery = 1 << 16

// walk visits every object in input order and counts the rows of each source.
func (l *sourceList) walk(ctx context.Context, progress func(int), visit func(*object) error) ([]Counts, error) {
	w := l.newWalk(ctx, progress)
	for i, source := range l.sources {
		batches, ok := source.(BatchSource)
		if !ok {
			for r, err := range source.Records(ctx) {
				if err != nil {
					return nil, err
				}
				if err := w.visit(i, r, visit); err != nil {
					return nil, err
				}
			}
			continue
		}
		for batch, err := range batches.Batches(ctx) {
			if err != nil {
				return nil, err
			}
			for _, r := range batch.Records {
				if err := w.visit(i, r, visit); err != nil {
					return nil, err
				}
			}
			batch.done()
		}
	}
	return w.counts, w.end()
}

// job is a piece of work on a record, which may be done beside others; keep is called in input order.
type job func() (keep func() error)

// work walks over every object in input order like walk. pick gives a job for an object, or nil; pick, jobs
// and keeps run in goroutines of their own each.
func (l *sourceList) work(ctx context.Context, progress func(int), pick func(*object) (job, error)) ([]Counts, error) {
	w := l.newWalk(ctx, progress)
	err := inorder.Run(ctx, func(q *inorder.Line[[]func() error]) error {
		for i, source := range l.sources {
			var err error
			if batches, ok := source.(BatchSource); ok {
				err = w.workBatches(q, i, batches, pick)
			} else {
				err = w.workRecords(q, i, source, pick)
			}
			if err != nil || q.Context.Err() != nil {
				return err
			}
		}
		return w.end()
	}, func(keeps []func() error) error {
		for _, keep := range keeps {
			if err := keep(); err != nil {
				return err
			}
		}
		return nil
	})
	return w.counts, err
}

// workRecords does the jobs at once, because a record is gone when the next one comes.
func (w *recordWalk) workRecords(q *inorder.Line[[]func() error], source int, s Source, pick func(*object) (job, error)) error {
	var keeps []func() error
	for r, err := range s.Records(q.Context) {
		if err != nil {
			return err
		}
		err = w.visit(source, r, func(o *object) error {
			do, err := pick(o)
			if do != nil && err == nil {
				keeps = append(keeps, do())
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(keeps) == batchRecords {
			if !q.Ready(keeps) {
				return nil
			}
			keeps = nil
		}
	}
	q.Ready(keeps)
	return nil
}

func (w *recordWalk) workBatches(q *inorder.Line[[]func() error], source int, s BatchSource, pick func(*object) (job, error)) error {
	for batch, err := range s.Batches(q.Context) {
		if err != nil {
			return err
		}
		var jobs []job
		for _, r := range batch.Records {
			err := w.visit(source, r, func(o *object) error {
				do, err := pick(o)
				if do != nil {
					jobs = append(jobs, do)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if len(jobs) == 0 {
			batch.done()
			continue
		}
		more := q.Send(func() []func() error {
			keeps := make([]func() error, len(jobs))
			for i, do := range jobs {
				keeps[i] = do()
			}
			batch.done()
			return keeps
		})
		if !more {
			return nil
		}
	}
	return nil
}

// recordWalk is where a walk is.
type recordWalk struct {
	ctx      context.Context
	side     Side
	progress func(int)
	counts   []Counts
	read     int
	object   object
}

func (l *sourceList) newWalk(ctx context.Context, progress func(int)) *recordWalk {
	return &recordWalk{ctx: ctx, side: l.side, progress: progress, counts: make([]Counts, len(l.sources))}
}

// visit counts a record, and passes it on if it is not rejected.
func (w *recordWalk) visit(source int, r *Record, visit func(*object) error) error {
	if w.read%progressEvery == 0 {
		if w.progress(w.read); w.ctx.Err() != nil {
			return context.Cause(w.ctx)
		}
	}
	w.read++
	r.Side = w.side
	w.counts[source].add(r)
	if r.Rejected {
		return nil
	}
	w.object.record = r
	if err := visit(&w.object); err != nil {
		return err
	}
	w.object.number++
	return nil
}

// end tells that all was read. A run that was cancelled ends as that, and not because a source had fewer
// records.
func (w *recordWalk) end() error {
	if w.progress(w.read); w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	return nil
}

// Place is where an object stands in the input.
type Place struct {
	File string
	Row  int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Row) }

// Duplicate is one object that stands in the input more than once.
type Duplicate struct {
	Side   Side
	ID     GUID
	Places []Place // the first few

	first uint32 // the number of the first of them, over both sides
}

// DuplicateError says that objects stand in the files of one side more than once. Which row is right
// cannot be told, so nothing is judged.
type DuplicateError struct {
	Duplicates []Duplicate // the first few of them, in input order
	Total      int
}

func (e *DuplicateError) Error() string {
	var b strings.Builder
	for _, d := range e.Duplicates {
		column := "ObjectGUID"
		if d.Side == Cloud {
			column = "Id"
		}
		fmt.Fprintf(&b, "%s: %s: %s stands in these files again at %s", d.Places[0], column, d.ID, d.Places[1])
		for _, p := range d.Places[2:] {
			fmt.Fprintf(&b, ", %s", p)
		}
		b.WriteByte('\n')
	}
	if more := e.Total - len(e.Duplicates); more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	b.WriteString("give each object once: leave out the file or the rows that are double")
	return b.String()
}

// The most duplicates, and places of one, that an error names.
const (
	mostDuplicates = 5
	mostPlaces     = 3
)

// twins are the first few objects that stand in the files twice, each by its first numbers over both
// sides.
type twins struct {
	groups [][]uint32 // in input order
	total  int
}

// add counts a group and keeps it if it is among the first. numbers is kept.
func (t *twins) add(numbers []uint32) {
	t.total++
	at, _ := slices.BinarySearchFunc(t.groups, numbers, func(a, b []uint32) int { return cmp.Compare(a[0], b[0]) })
	t.groups = slices.Insert(t.groups, at, numbers)
	t.groups = t.groups[:min(len(t.groups), mostDuplicates)]
}
