package spill

import (
	"cmp"
	"math/bits"
	"slices"
)

// sorted puts entries in the order of their keys, equal ones in the order in which they are, and gives
// them and an array that the next call may use. used is how many bits the keys agree in already.
//
// It deals the entries out by the next bits of their keys, into so many piles that each has a few, which
// are sorted by insertion. The keys are hashes, so that a pile is large only where many entries have the
// same key; such a pile is dealt out once more.
func sorted(entries, spare []Entry, used uint) (inOrder, rest []Entry) {
	if cap(spare) < len(entries) {
		spare = make([]Entry, len(entries)+len(entries)/8)
	}
	spare = spare[:len(entries)]
	d := &dealer{}
	d.deal(entries, spare, used)
	return spare, entries
}

// dealer keeps the array in which it counts.
type dealer struct {
	ends []uint32
}

const (
	smallPile  = 24
	mostDigits = 14
)

// deal brings the entries to the other array, in order.
func (d *dealer) deal(from, to []Entry, used uint) {
	digits := uint(min(max(bits.Len(uint(len(from)))-3, 1), mostDigits))
	if used+digits > 64 {
		copy(to, from)
		insertionOrder(to)
		return
	}
	n := 1 << digits
	if cap(d.ends) < n {
		d.ends = make([]uint32, n)
	}
	ends := d.ends[:n]
	clear(ends)
	digit := func(e *Entry) uint64 { return e.Hi << used >> (64 - digits) }
	for i := range from {
		ends[digit(&from[i])]++
	}
	at := uint32(0)
	for i, count := range ends {
		ends[i] = at
		at += count
	}
	for i := range from {
		end := &ends[digit(&from[i])]
		to[*end] = from[i]
		*end++
	}
	begin := uint32(0)
	var large [][2]uint32
	for _, end := range ends {
		switch n := end - begin; {
		case n <= 1:
		case n <= smallPile:
			sortSmall(to[begin:end])
		default:
			large = append(large, [2]uint32{begin, end})
		}
		begin = end
	}
	for _, pile := range large {
		d.again(to[pile[0]:pile[1]], from[pile[0]:pile[1]], used+digits)
	}
}

// again sorts a large pile in its place, with the help of another array.
func (d *dealer) again(pile, help []Entry, used uint) {
	for i := range pile {
		if !pile[i].sameKey(&pile[0]) {
			copy(help, pile)
			d.deal(help, pile, used)
			return
		}
	}
}

func sortSmall(pile []Entry) {
	for i := 1; i < len(pile); i++ {
		if !less(&pile[i], &pile[i-1]) {
			continue
		}
		e := pile[i]
		k := i
		for ; k > 0 && less(&e, &pile[k-1]); k-- {
			pile[k] = pile[k-1]
		}
		pile[k] = e
	}
}

func less(a, b *Entry) bool { return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo }

// insertionOrder sorts entries that agree in nearly all of Hi, which hashes do not.
func insertionOrder(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Hi, b.Hi), cmp.Compare(a.Lo, b.Lo)) })
}
