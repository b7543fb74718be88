package spill

import (
	"math/rand/v2"
	"testing"
)

// TestSetAgainstMap holds a set against a map of Go's, with numbers at the edges of its words.
func TestSetAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	numbers := []uint64{0, 1, 62, 63, 64, 65, 127, 128, 1000, 100000}
	for range 50 {
		numbers = append(numbers, rnd.Uint64N(3000))
	}
	var set Set
	want := make(map[uint64]bool)
	for step := range 10000 {
		n := numbers[rnd.IntN(len(numbers))]
		switch rnd.IntN(3) {
		case 0:
			set.Add(n)
			want[n] = true
		case 1:
			set.Remove(n)
			delete(want, n)
		}
		if set.Has(n) != want[n] || set.Len() != len(want) {
			t.Fatalf("step %d: Has(%d) is %t, Len %d; want %t, %d", step, n, set.Has(n), set.Len(), want[n], len(want))
		}
	}
	for n := range uint64(4000) {
		if set.Has(n) != want[n] {
			t.Errorf("Has(%d) is %t", n, set.Has(n))
		}
	}
}

// TestSetEmpty: the zero value is empty, and taking out what is not in changes nothing.
func TestSetEmpty(t *testing.T) {
	var set Set
	set.Remove(7)
	set.Remove(1 << 40)
	if set.Has(0) || set.Has(1<<63) || set.Len() != 0 {
		t.Error("an empty set has something in it")
	}
	set.Add(7)
	set.Add(7)
	set.Remove(1 << 40)
	if !set.Has(7) || set.Has(6) || set.Has(71) || set.Len() != 1 {
		t.Error("put in twice, it is in once")
	}
}
