package spill

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// item is an entry as the plain implementation keeps it.
type item struct {
	key    Key
	object uint64
	data   string
}

// messy makes n entries of few keys and objects, with data of many lengths, and one hot key.
func messy(seed uint64, n int) []item {
	rnd := rand.New(rand.NewPCG(seed, 1))
	items := make([]item, n)
	for i := range items {
		var key Key
		if rnd.IntN(3) > 0 {
			binary.BigEndian.PutUint64(key[:], uint64(rnd.IntN(40))<<56)
			key[15] = byte(rnd.IntN(3))
		}
		items[i] = item{key, uint64(rnd.IntN(3 * window)), fmt.Sprintf("%0*d", rnd.IntN(30), i)}
	}
	return items
}

// TestTableAgainstSort holds the groups against one stable sort of all entries.
func TestTableAgainstSort(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100, 5000} {
		items := messy(uint64(n), n)
		var table Table
		for _, it := range items {
			if err := table.Add(it.key, it.object, []byte(it.data)); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(items, func(a, b item) int {
			return cmp.Or(slices.Compare(a.key[:], b.key[:]), cmp.Compare(a.object, b.object))
		})
		for round := range 2 { // groups may be read again
			if got := readGroups(t, &table); !slices.Equal(got, items) {
				t.Errorf("%d entries, round %d: the groups differ from a sort", n, round)
			}
		}
	}
}

func readGroups(t *testing.T, table *Table) (got []item) {
	t.Helper()
	for group, err := range table.Groups() {
		if err != nil {
			t.Fatal(err)
		}
		first := len(got)
		for range 2 { // and so may the entries of a group
			got = got[:first]
			for e, err := range group.Entries() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, item{e.Key, e.Object, string(e.Data)})
			}
		}
		if len(got)-first != group.Len() {
			t.Fatalf("Len() = %d, but %d entries", group.Len(), len(got)-first)
		}
		if slices.ContainsFunc(got[first:], func(it item) bool { return it.key != got[first].key }) {
			t.Fatal("a group of two keys")
		}
	}
	return got
}

// TestNotesAgainstSort holds the piles and a cursor's walk against one stable sort.
func TestNotesAgainstSort(t *testing.T) {
	items := messy(7, 3000)
	var notes Notes
	for i := range items {
		items[i].key = Key{}
		if err := notes.Add(items[i].object, []byte(items[i].data)); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.object, b.object) })

	var piles []item
	for pile, err := range notes.Piles() {
		if err != nil {
			t.Fatal(err)
		}
		for data, err := range pile.Notes() {
			if err != nil {
				t.Fatal(err)
			}
			piles = append(piles, item{object: pile.Object, data: string(data)})
		}
	}
	if !slices.Equal(piles, items) {
		t.Error("the piles differ from a sort")
	}

	cursor, err := notes.Cursor()
	if err != nil {
		t.Fatal(err)
	}
	defer cursor.Close()
	var taken []item
	for object := uint64(0); object < 3*window; object += 1 + object%3 { // not every object is asked for
		for data, err := range cursor.Take(object) {
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, item{object: object, data: string(data)})
		}
	}
	wanted := slices.DeleteFunc(slices.Clone(items), func(it item) bool {
		return !slices.ContainsFunc(taken, func(o item) bool { return o.object == it.object })
	})
	if len(taken) == 0 || !slices.Equal(taken, wanted) {
		t.Errorf("the cursor gave %d notes, want %d", len(taken), len(wanted))
	}
}

func TestCursorGoingBackPanics(t *testing.T) {
	var notes Notes
	cursor, _ := notes.Cursor()
	defer cursor.Close()
	for range cursor.Take(5) {
	}
	defer func() {
		if recover() == nil {
			t.Error("going back did not panic")
		}
	}()
	for range cursor.Take(5) {
	}
}
