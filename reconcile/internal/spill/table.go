// Package spill is the engine under the joins: it takes entries and notes in any number and gives them
// back grouped by key or in the order of objects, within a share of memory. It knows bytes and numbers
// only, no users.
//
// A [Table] groups by a key, the hash of a value: who else has this value? [Notes] and [Texts] deliver
// what was found to the objects that it concerns, in their order: what was said about me? A [Log] and a
// [Journal] keep what comes in order already. All of them keep their content in blocks in a [Space], in
// partitions (by the first bits of the key, by ranges of object numbers), each of which is put in order
// by itself, in memory. So no more than a few partitions are looked at at any time, and all access to
// files is sequential.
package spill

import (
	"context"
	"errors"
	"math/bits"
	"sync"

	"smtpmatch/reconcile/internal/inorder"
)

// Entry is one object's share in a value: 24 bytes.
//
// Entries of one value are found by 96 bits of its hash. Check is an independent hash of the same value,
// by a function whose seed the process draws for itself, so that nobody can prepare two values that agree
// in both: with it 128 bits have to agree by chance before two values are taken for one. Entries that
// agree in the key alone end the run, see [ErrCollision].
type Entry struct {
	Hi     uint64 // the key's first 64 bits; evenly distributed
	Lo     uint32 // 32 more
	Check  uint32
	Object uint32
	Fact   uint32 // whatever the caller wants to know about it
}

// ErrCollision says that two different values have the same key. It does not happen by chance, so it ends
// the run rather than giving a wrong answer.
var ErrCollision = errors.New("two different values have the same 96-bit hash")

func (e *Entry) sameKey(f *Entry) bool { return e.Hi == f.Hi && e.Lo == f.Lo }

// How many partitions a table has, as a power of two: the more entries, the more, so that each of them fits
// well into the processor's cache. One that is too large for memory is split into the least number.
const (
	leastFanOut = 8
	mostFanOut  = 11
	fewEntries  = 18 // in a partition, likewise
)

// Table collects entries and groups them by key.
type Table struct {
	space *Space
	store store[Entry]
	used  uint // bits of the key by which its entries agree already
	bits  uint // the next ones, by which they go to partitions

	// Watch, if set, is told now and then how many partitions of how many were looked at.
	Watch func(done, of int)
}

// NewTable makes an empty table for about so many entries, 0 if nobody knows.
func NewTable(space *Space, entries int) *Table {
	fanOut := uint(min(max(bits.Len(uint(entries>>fewEntries)), leastFanOut), mostFanOut))
	return &Table{space: space, store: newStore[Entry](space, space.blockBytes(), 1<<fanOut), bits: fanOut}
}

// Add adds an entry. Those of one key come back in the order of adding.
func (t *Table) Add(e Entry) error { return t.store.add(t.partition(&e), e) }

func (t *Table) partition(e *Entry) int { return int(e.Hi << t.used >> (64 - t.bits)) }

// Free gives back what the table holds.
func (t *Table) Free() { t.store.free() }

// Group is all entries of one key.
type Group struct {
	Len     int
	First   Entry
	entries []Entry                         // all of them, or nil
	each    func(func([]Entry) error) error // for a group that is too large for memory
}

// Entries gives all entries of a group that is in memory as a whole, nil for a larger one.
func (g *Group) Entries() []Entry { return g.entries }

// Each gives the entries in slices, in the order of adding. It may be called again. The slices are valid
// during the call.
func (g *Group) Each(visit func([]Entry) error) error {
	if g.entries != nil {
		return visit(g.entries)
	}
	return g.each(visit)
}

// A Look sees the groups of a table and puts what it finds into an output. flush is nil but for a group that
// is too large for memory: then it passes on what the output holds so far, and empties it.
type Look[T any] func(g *Group, out *T, flush func() error) error

// Groups lets look see all groups, those of one partition in the order of their keys, and empties the table.
// Partitions are looked at in parallel, each with an output of its own; keep gets the outputs in the order
// of partitions and empties them.
func Groups[T any](ctx context.Context, t *Table, look Look[T], keep func(*T) error) error {
	defer t.Free()
	if err := t.store.seal(); err != nil {
		return err
	}
	outputs := sync.Pool{New: func() any { return new(T) }}
	buffers := sync.Pool{New: func() any { return new(buffer) }}
	return inorder.Run(ctx, func(l *inorder.Line[looked[T]]) error {
		for i := range t.store.parts {
			if t.tooLarge(i) {
				if !l.Ready(looked[T]{part: i, isLarge: true}) {
					return nil
				}
				continue
			}
			more := l.Send(func() looked[T] {
				b, out := buffers.Get().(*buffer), outputs.Get().(*T)
				defer buffers.Put(b)
				entries, err := b.load(t, i)
				if err == nil {
					err = groupsOf(entries, func(g *Group) error { return look(g, out, nil) })
				}
				return looked[T]{part: i, out: out, err: err}
			})
			if !more {
				return nil
			}
		}
		return nil
	}, func(found looked[T]) error {
		if t.Watch != nil {
			t.Watch(found.part+1, len(t.store.parts))
		}
		if found.isLarge {
			return splitGroups(ctx, t, found.part, look, keep)
		}
		if found.err != nil {
			return found.err
		}
		defer outputs.Put(found.out)
		return keep(found.out)
	})
}

// looked is what was found in one partition.
type looked[T any] struct {
	part    int
	isLarge bool // it is to be split
	out     *T
	err     error
}

// groupsOf gives the groups of entries in order.
func groupsOf(entries []Entry, visit func(*Group) error) error {
	var g Group // one for all: there are very many
	for begin := 0; begin < len(entries); {
		end := begin + 1
		for end < len(entries) && entries[end].sameKey(&entries[begin]) {
			if entries[end].Check != entries[begin].Check {
				return ErrCollision
			}
			end++
		}
		g.Len, g.First, g.entries = end-begin, entries[begin], entries[begin:end:end]
		if err := visit(&g); err != nil {
			return err
		}
		begin = end
	}
	return nil
}

// buffer is where a partition is read and sorted.
type buffer struct{ entries, spare []Entry }

// load reads and sorts a partition, and drops it. The entries are valid until the next load.
func (b *buffer) load(t *Table, i int) ([]Entry, error) {
	entries, err := t.store.load(i, b.entries[:0])
	t.store.drop(i)
	if err != nil {
		return nil, err
	}
	b.entries, b.spare = sorted(entries, b.spare, t.used+t.bits)
	return b.entries, nil
}

// largest is how many entries a partition may have to be sorted in memory: four such arrays are there at
// a time.
func (t *Table) largest() int {
	return max(int(t.space.memory/2)/sizeOf[Entry](), 16)
}

func (t *Table) tooLarge(i int) bool { return t.store.count(i) > t.largest() }

// splitGroups looks at a partition that is too large in a table of its own, by the next bits of the key. One
// that holds nothing but one key is a group.
func splitGroups[T any](ctx context.Context, t *Table, i int, look Look[T], keep func(*T) error) error {
	first, isOne, err := t.isOneKey(i)
	if err != nil {
		return err
	}
	if isOne {
		var out T
		flush := func() error { return keep(&out) }
		g := Group{Len: t.store.count(i), First: first, each: func(visit func([]Entry) error) error { return t.store.each(i, visit) }}
		if err := look(&g, &out, flush); err != nil {
			return err
		}
		return flush()
	}
	sub := NewTable(t.space, 0)
	defer sub.Free()
	if sub.used = t.used + t.bits; sub.used >= 64 {
		return ErrCollision // different values with 64 bits in common, by the million
	}
	err = t.store.each(i, func(entries []Entry) error {
		for _, e := range entries {
			if err := sub.Add(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.store.drop(i)
	return Groups(ctx, sub, look, keep)
}

// isOneKey says whether a partition, which has entries, holds only one key.
func (t *Table) isOneKey(i int) (first Entry, isOne bool, err error) {
	begun := false
	isOne = true
	err = t.store.each(i, func(entries []Entry) error {
		if !begun && len(entries) > 0 {
			first, begun = entries[0], true
		}
		for k := range entries {
			same := entries[k].sameKey(&first)
			isOne = isOne && same
			if same && entries[k].Check != first.Check {
				return ErrCollision
			}
		}
		return nil
	})
	return first, isOne, err
}
