package cluster

import (
	"math/rand/v2"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

// kth gives the k-th object of the test: the first dozen on one side, the others on the other, each a
// word or so apart.
func kth(k uint64) uint32 {
	if k < 12 {
		return uint32(k * 61)
	}
	return 1<<31 + uint32(k-12)*67
}

// TestAgainstSpreading holds the numbers against the obvious way: spread the smallest member until
// nothing changes.
func TestAgainstSpreading(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		space := spill.Open(t.TempDir(), int64(rnd.IntN(2))<<20)
		b := NewBuilder(space)
		var pairs [][2]uint64
		for range rnd.IntN(30) {
			x, y := uint64(rnd.IntN(25)), uint64(rnd.IntN(25))
			if err := b.Join(kth(x), kth(y)); err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, [2]uint64{x, y})
		}
		got, err := b.Clusters()
		if err != nil {
			t.Fatal(err)
		}
		for object, want := range spread(pairs) {
			if got.Of(kth(object)) != want {
				t.Fatalf("%v: object %d is in cluster %d, want %d", pairs, object, got.Of(kth(object)), want)
			}
		}
		if got.Of(kth(99)) != 0 {
			t.Fatal("an object that was never joined has a cluster")
		}
		space.Close()
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
		root, found := least[object]
		if !found {
			continue
		}
		if number[root] == 0 {
			number[root] = len(number) + 1
		}
		numbers[object] = number[root]
	}
	return numbers
}
