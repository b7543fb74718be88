// Package spill is the engine under the joins: it takes entries and notes in any number and gives them
// back grouped by key or in the order of objects. It knows bytes only, no users.
//
// A [Table] groups by a 128-bit key: who else has this key? [Notes] deliver what was found to the
// objects that it concerns, in their order: what was said about me? Both keep their content in
// partitions (by the first byte of the key, by ranges of object numbers), each of which is put in order
// by itself. So no more than one partition need ever be looked at, and all access is sequential.
package spill

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
)

// Key is a 128-bit hash of a normalized value. The partitions rely on its first byte being evenly
// distributed.
type Key [16]byte

// Entry is one object's share in a key.
type Entry struct {
	Key    Key
	Object uint64
	Data   []byte // owned by the table: read it, do not keep it
}

const partitions = 256

// Table collects entries and groups them by key. The zero value is ready.
type Table struct {
	parts [partitions]arena
}

// Add keeps a copy of the entry.
func (t *Table) Add(key Key, object uint64, data []byte) error {
	t.parts[key[0]].add(key, object, data)
	return nil
}

// Group is all entries of one key, in the order of objects, those of one object as they were added.
type Group struct {
	part *arena
	refs []ref
}

// Groups yields the groups in the order of their keys. A group is valid until the next one is asked for.
// An error is the last thing yielded.
func (t *Table) Groups() iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		for i := range t.parts {
			part := &t.parts[i]
			refs := part.sorted(byKey)
			for len(refs) > 0 {
				n := sameKey(part, refs)
				if !yield(&Group{part, refs[:n]}, nil) {
					return
				}
				refs = refs[n:]
			}
		}
	}
}

func sameKey(part *arena, refs []ref) int {
	key := part.key(refs[0])
	n := 1
	for n < len(refs) && part.key(refs[n]) == key {
		n++
	}
	return n
}

// Len is the number of entries.
func (g *Group) Len() int { return len(g.refs) }

// Entries yields the entries. It may be called again: a group too large for memory is then read again.
func (g *Group) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, r := range g.refs {
			if !yield(g.part.entry(r), nil) {
				return
			}
		}
	}
}

// arena holds the entries of one partition one behind the other: key, object, length of the data, data.
type arena struct {
	bytes []byte
	refs  []ref
}

// ref is the place of an entry in its arena. Places ascend in the order of adding.
type ref int

const headSize = len(Key{}) + 8 + 4

func (a *arena) add(key Key, object uint64, data []byte) {
	a.refs = append(a.refs, ref(len(a.bytes)))
	a.bytes = append(a.bytes, key[:]...)
	a.bytes = binary.LittleEndian.AppendUint64(a.bytes, object)
	a.bytes = binary.LittleEndian.AppendUint32(a.bytes, uint32(len(data)))
	a.bytes = append(a.bytes, data...)
}

func (a *arena) key(r ref) Key { return Key(a.bytes[r:]) }

func (a *arena) object(r ref) uint64 {
	return binary.LittleEndian.Uint64(a.bytes[int(r)+len(Key{}):])
}

func (a *arena) entry(r ref) Entry {
	size := int(binary.LittleEndian.Uint32(a.bytes[int(r)+len(Key{})+8:]))
	start := int(r) + headSize
	return Entry{Key: a.key(r), Object: a.object(r), Data: a.bytes[start : start+size : start+size]}
}

// sorted gives the places in the order of compare, equal ones in the order of adding.
func (a *arena) sorted(compare func(a *arena, x, y ref) int) []ref {
	slices.SortFunc(a.refs, func(x, y ref) int {
		return cmp.Or(compare(a, x, y), cmp.Compare(x, y))
	})
	return a.refs
}

func byKey(a *arena, x, y ref) int {
	kx, ky := a.key(x), a.key(y)
	return cmp.Or(bytes.Compare(kx[:], ky[:]), byObject(a, x, y))
}

func byObject(a *arena, x, y ref) int {
	return cmp.Compare(a.object(x), a.object(y))
}
