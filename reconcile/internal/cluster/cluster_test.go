package cluster

import (
	"math/rand/v2"
	"testing"
)

// TestAgainstSpreading holds the numbers against the obvious way: spread the smallest member until
// nothing changes.
func TestAgainstSpreading(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var b Builder
		var pairs [][2]uint64
		for range rnd.IntN(30) {
			x, y := uint64(rnd.IntN(25))<<40, uint64(rnd.IntN(25))<<40
			b.Join(x, y)
			pairs = append(pairs, [2]uint64{x, y})
		}
		got := b.Clusters()
		for object, want := range spread(pairs) {
			if got.Of(object) != want {
				t.Fatalf("%v: object %d is in cluster %d, want %d", pairs, object>>40, got.Of(object), want)
			}
		}
		if got.Of(99) != 0 {
			t.Fatal("an object that was never joined has a cluster")
		}
	}
}

func spread(pairs [][2]uint64) map[uint64]int {
	least := make(map[uint64]uint64)
	for _, p := range pairs {
		least[p[0]], least[p[1]] = p[0], p[1]
	}
	for changed := true; changed; {
		changed = false
		for _, p := range pairs {
			if m := min(least[p[0]], least[p[1]]); least[p[0]] != m || least[p[1]] != m {
				least[p[0]], least[p[1]], changed = m, m, true
			}
		}
	}
	numbers, number := make(map[uint64]int), make(map[uint64]int)
	for object := uint64(0); object < 25; object++ {
		root, found := least[object<<40]
		if !found {
			continue
		}
		if number[root] == 0 {
			number[root] = len(number) + 1
		}
		numbers[object<<40] = number[root]
	}
	return numbers
}
