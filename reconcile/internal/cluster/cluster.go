// Package cluster finds which objects hang together: it takes pairs and numbers the connected
// components. It knows numbers only.
package cluster

import (
	"math/bits"

	"smtpmatch/reconcile/internal/spill"
)

// Builder collects pairs of objects that belong to the same cluster. It keeps a bit for each object in
// memory, however many pairs there are.
type Builder struct {
	pairs   *spill.Log[pair]
	members members
}

type pair struct{ a, b uint32 }

// NewBuilder makes an empty builder.
func NewBuilder(space *spill.Space) *Builder { return &Builder{pairs: spill.NewLog[pair](space)} }

// Join says that a and b hang together. Joining an object with itself makes it a cluster of its own.
func (b *Builder) Join(a, c uint32) error {
	b.members.add(a)
	b.members.add(c)
	if a == c {
		return nil
	}
	return b.pairs.Add(pair{a, c})
}

// Clusters numbers the components from 1, in the order of their smallest objects. It keeps four bytes for
// each object that was joined.
func (b *Builder) Clusters() (*Clusters, error) {
	c := &Clusters{members: b.members}
	parents := make([]uint32, c.members.index())
	for i := range parents {
		parents[i] = uint32(i)
	}
	reader := b.pairs.Reader()
	for at := 0; at < b.pairs.Len(); {
		pairs, err := reader.At(at)
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			union(parents, c.members.place(p.a), c.members.place(p.b))
		}
		at += len(pairs)
	}
	b.pairs.Free()
	number(parents)
	c.numbers = parents
	return c, nil
}

// Clusters are the numbered components.
type Clusters struct {
	members members
	numbers []uint32 // by place
}

// Of gives the number of the object's cluster, 0 for an object that was never joined.
func (c *Clusters) Of(object uint32) int {
	if !c.members.has(object) {
		return 0
	}
	return int(c.numbers[c.members.place(object)])
}

// number turns parents into numbers. It relies on every root being the smallest member of its component,
// which union sees to.
func number(parents []uint32) {
	for i := range parents {
		parents[i] = find(parents, uint32(i))
	}
	count := uint32(0)
	for i, root := range parents {
		if root == uint32(i) {
			count++
			parents[i] = count
			continue
		}
		parents[i] = parents[root] // a number already
	}
}

func union(parents []uint32, a, b uint32) {
	a, b = find(parents, a), find(parents, b)
	parents[max(a, b)] = min(a, b)
}

// find gives the root of i and halves the way to it.
func find(parents []uint32, i uint32) uint32 {
	for parents[i] != i {
		parents[i] = parents[parents[i]]
		i = parents[i]
	}
	return i
}

// members is a set of objects and their places in it. Objects are counted from 0 in each half of the
// numbers, so that both sides are dense.
type members struct {
	halves [2][]uint64
	before [2][]uint32 // how many members come before each word
}

func halfOf(object uint32) (half int, at uint32) { return int(object >> 31), object &^ (1 << 31) }

func (m *members) add(object uint32) {
	half, at := halfOf(object)
	words := m.halves[half]
	for uint32(len(words)) <= at/64 {
		words = append(words, 0)
	}
	words[at/64] |= 1 << (at % 64)
	m.halves[half] = words
}

func (m *members) has(object uint32) bool {
	half, at := halfOf(object)
	words := m.halves[half]
	return at/64 < uint32(len(words)) && words[at/64]>>(at%64)&1 != 0
}

// index counts the members, for place.
func (m *members) index() int {
	count := uint32(0)
	for half, words := range m.halves {
		m.before[half] = make([]uint32, len(words))
		for i, word := range words {
			m.before[half][i] = count
			count += uint32(bits.OnesCount64(word))
		}
	}
	return int(count)
}

// place gives the place of a member.
func (m *members) place(object uint32) uint32 {
	half, at := halfOf(object)
	word := m.halves[half][at/64]
	return m.before[half][at/64] + uint32(bits.OnesCount64(word&(1<<(at%64)-1)))
}
