// Package cluster finds which objects hang together: it takes pairs and numbers the connected
// components. It knows numbers only.
package cluster

import "slices"

// Builder collects pairs of objects that belong to the same cluster. The zero value is ready.
type Builder struct {
	pairs [][2]uint64
}

// Join says that a and b hang together. Joining an object with itself makes it a cluster of its own.
func (b *Builder) Join(a, c uint64) { b.pairs = append(b.pairs, [2]uint64{a, c}) }

// Clusters numbers the components from 1, in the order of their smallest objects.
func (b *Builder) Clusters() *Clusters {
	c := &Clusters{objects: make([]uint64, 0, 2*len(b.pairs))}
	for _, pair := range b.pairs {
		c.objects = append(c.objects, pair[0], pair[1])
	}
	slices.Sort(c.objects)
	c.objects = slices.Compact(c.objects)
	parents := make([]int, len(c.objects))
	for i := range parents {
		parents[i] = i
	}
	for _, pair := range b.pairs {
		union(parents, c.place(pair[0]), c.place(pair[1]))
	}
	c.number(parents)
	return c
}

// Clusters are the numbered components.
type Clusters struct {
	objects []uint64 // ascending
	numbers []int    // of the object at the same place
}

// Of gives the number of the object's cluster, 0 for an object that was never joined.
func (c *Clusters) Of(object uint64) int {
	i, found := slices.BinarySearch(c.objects, object)
	if !found {
		return 0
	}
	return c.numbers[i]
}

func (c *Clusters) place(object uint64) int {
	i, _ := slices.BinarySearch(c.objects, object)
	return i
}

// number relies on every root being the smallest member of its component, which union sees to.
func (c *Clusters) number(parents []int) {
	c.numbers = make([]int, len(c.objects))
	count := 0
	for i := range parents {
		if root := find(parents, i); root != i {
			c.numbers[i] = c.numbers[root]
			continue
		}
		count++
		c.numbers[i] = count
	}
}

func union(parents []int, a, b int) {
	a, b = find(parents, a), find(parents, b)
	parents[max(a, b)] = min(a, b)
}

// find gives the root of i and halves the way to it.
func find(parents []int, i int) int {
	for parents[i] != i {
		parents[i] = parents[parents[i]]
		i = parents[i]
	}
	return i
}
