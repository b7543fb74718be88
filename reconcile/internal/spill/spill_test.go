package spill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// memories are shares of memory: none, so that every block goes to a file; a few blocks; enough.
var memories = []int64{0, 1 << 17, 1 << 30}

func openSpace(t testing.TB, memory int64) *Space {
	t.Helper()
	s := Open(t.TempDir(), memory)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// crowds are entries as a table may get them.
func crowds(rnd *rand.Rand) map[string][]Entry {
	one := func(key uint64, object int) Entry {
		h := rnd.Uint64() // not of the key: the fact tells entries of one object apart
		return Entry{Hi: key, Lo: uint32(key * 3), Check: uint32(key * 7), Object: uint32(object), Fact: uint32(h)}
	}
	key := func(i int) uint64 { return uint64(i+1) * 0x9E3779B97F4A7C15 }
	crowds := map[string][]Entry{"none": nil, "one": {one(key(1), 5)}}
	var mixed, hot, object, low []Entry
	for i := range 20000 {
		mixed = append(mixed, one(key(rnd.IntN(9000)), i/3))
		hot = append(hot, one(key(7), i))
		if i%10 == 0 {
			hot = append(hot, one(key(rnd.IntN(500)), i))
		}
		object = append(object, one(key(i), 3))
		e := one(5, i)
		e.Lo = uint32(rnd.IntN(3)) // keys that agree in nearly all bits
		e.Check = e.Lo
		low = append(low, e)
	}
	crowds["mixed"], crowds["a hot key"], crowds["a hot object"] = mixed, hot, object
	crowds["keys that agree in 64 bits"] = low[:3000]
	return crowds
}

// TestTableAgainstSort holds the groups against a sort in memory.
func TestTableAgainstSort(t *testing.T) {
	for name, entries := range crowds(rand.New(rand.NewPCG(1, 2))) {
		for _, memory := range memories {
			if memory < 1<<20 && strings.HasPrefix(name, "keys that agree") {
				continue // see TestManyAlike
			}
			t.Run(fmt.Sprintf("%s in %d bytes", name, memory), func(t *testing.T) {
				table := NewTable(openSpace(t, memory), len(entries)<<fewEntries>>6)
				for _, e := range entries {
					if err := table.Add(e); err != nil {
						t.Fatal(err)
					}
				}
				checkTable(t, table)
				var got []Entry
				err := Groups(t.Context(), table, func(g *Group, out *[]Entry, flush func() error) error {
					for range 2 { // it may be read again
						if err := g.Each(func(list []Entry) error { *out = append(*out, list...); return nil }); err != nil {
							return err
						}
					}
					all := *out
					once, twice := all[len(all)-2*g.Len:len(all)-g.Len], all[len(all)-g.Len:]
					if g.First != once[0] || !slices.Equal(once, twice) || (flush == nil) != (g.Entries() != nil) {
						return fmt.Errorf("a group of %d is %v, then %v", g.Len, once, twice)
					}
					if *out = all[:len(all)-g.Len]; flush != nil {
						return flush()
					}
					return nil
				}, func(out *[]Entry) error {
					got = append(got, *out...)
					*out = (*out)[:0]
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				want := slices.Clone(entries)
				slices.SortStableFunc(want, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Hi, b.Hi), cmp.Compare(a.Lo, b.Lo)) })
				if !slices.Equal(got, want) {
					t.Errorf("%d entries are not in the order of the %d that were added", len(got), len(want))
				}
			})
		}
	}
}

// checkTable holds a table against the description of its format: each block's entries belong to its
// partition, full blocks are full, and blocks in the file lie one behind the other.
func checkTable(t *testing.T, table *Table) {
	t.Helper()
	s := &table.store
	covered := int64(0)
	for i := range s.parts {
		p, count := &s.parts[i], 0
		for b, block := range p.blocks {
			if count += block.count; block.count != s.size && b < len(p.blocks)-1 {
				t.Fatalf("partition %d: block %d has %d of %d entries", i, b, block.count, s.size)
			}
			if block.values == nil {
				covered += int64(block.count * sizeOf[Entry]())
				if block.offset+int64(block.count*sizeOf[Entry]()) > s.end {
					t.Fatalf("partition %d: block %d ends after the file", i, b)
				}
			}
		}
		if count+len(p.open) != p.count {
			t.Fatalf("partition %d has %d entries, and says %d", i, count+len(p.open), p.count)
		}
		if err := s.each(i, func(list []Entry) error {
			for k := range list {
				if table.partition(&list[k]) != i {
					t.Fatalf("an entry of partition %d is in %d", table.partition(&list[k]), i)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if covered != s.end {
		t.Fatalf("the blocks cover %d bytes of %d", covered, s.end)
	}
}

// TestCollision: entries that agree in their key and not in their check are an error, however many.
func TestCollision(t *testing.T) {
	for _, memory := range memories {
		for _, many := range []int{2, 5000} {
			table := NewTable(openSpace(t, memory), 0)
			for i := range many {
				e := Entry{Hi: 77, Lo: 7, Object: uint32(i)}
				if i == many-1 {
					e.Check = 1
				}
				if err := table.Add(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := visit(t.Context(), table, nil); !errors.Is(err, ErrCollision) {
				t.Errorf("%d entries in %d bytes: %v", many, memory, err)
			}
		}
	}
}

// TestManyAlike: more different keys with 64 bits in common than fit in memory cannot be told apart on
// disk. No chance makes them, so they end the run.
func TestManyAlike(t *testing.T) {
	table := NewTable(openSpace(t, 0), 0)
	for i := range 1000 {
		if err := table.Add(Entry{Hi: 5, Lo: uint32(i), Object: uint32(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := visit(t.Context(), table, nil); !errors.Is(err, ErrCollision) {
		t.Error(err)
	}
}

// visit looks at all groups, and fails with the error if it is not nil.
func visit(ctx context.Context, table *Table, err error) error {
	return Groups(ctx, table, func(*Group, *struct{}, func() error) error { return err }, func(*struct{}) error { return nil })
}

// TestGroupsStop: a visitor's error and a cancelled context end the walk.
func TestGroupsStop(t *testing.T) {
	fill := func() *Table {
		table := NewTable(openSpace(t, 0), 0)
		for i := range 10000 {
			if err := table.Add(Entry{Hi: uint64(i) * 0x9E3779B97F4A7C15, Object: uint32(i)}); err != nil {
				t.Fatal(err)
			}
		}
		return table
	}
	stop := errors.New("stop")
	if err := visit(t.Context(), fill(), stop); err != stop {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := visit(ctx, fill(), nil); err != stop {
		t.Error(err)
	}
}

// TestNotesAgainstMap holds notes and texts against a map, with objects that have none, some and very many.
func TestNotesAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, memory := range memories {
		space := openSpace(t, memory)
		notes, texts := NewNotes[uint64](space), NewTexts(space)
		wantNotes, wantTexts := make(map[uint32][]uint64), make(map[uint32][]string)
		add := func(object uint32) {
			v := rnd.Uint64()
			text := strings.Repeat("x", rnd.IntN(50)*rnd.IntN(2))
			wantNotes[object] = append(wantNotes[object], v)
			wantTexts[object] = append(wantTexts[object], text)
			if err := errors.Join(notes.Add(object, v), texts.Add(object, []byte(text))); err != nil {
				t.Fatal(err)
			}
		}
		for range 30000 {
			add(uint32(rnd.IntN(200000)))
		}
		for range 5000 {
			add(131072 + 7)
		}
		add(0)
		add(1<<windowBits - 1)
		if err := errors.Join(notes.Seal(), texts.Seal()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // they may be walked again
			walkNotes(t, notes.Cursor(), wantNotes, 1)
			walkNotes(t, notes.Cursor(), wantNotes, 97)
			walkTexts(t, texts.Cursor(), wantTexts)
		}
		notes.Free()
		texts.Free()
	}
}

func walkNotes(t *testing.T, c *Cursor[uint64], want map[uint32][]uint64, step uint32) {
	t.Helper()
	defer c.Close()
	for object := uint32(0); object < 300000; object += step {
		got, err := c.Take(object)
		if err != nil || !slices.Equal(got, want[object]) {
			t.Fatalf("object %d has %v, want %v, error %v", object, got, want[object], err)
		}
	}
}

func walkTexts(t *testing.T, c *TextCursor, want map[uint32][]string) {
	t.Helper()
	defer c.Close()
	for object := range uint32(300000) {
		var got []string
		err := c.Take(object, func(text []byte) error { got = append(got, string(text)); return nil })
		if err != nil || !slices.Equal(got, want[object]) {
			t.Fatalf("object %d has %q, want %q, error %v", object, got, want[object], err)
		}
	}
}

// TestJournal: texts come back in the order of adding, one by one or by their objects.
func TestJournal(t *testing.T) {
	for _, memory := range memories {
		j := NewJournal(openSpace(t, memory))
		want := make(map[uint32][]string)
		count := 0
		for object := uint32(0); object < 9000; object += 1 + object%3 {
			for k := range object % 4 {
				text := strings.Repeat(fmt.Sprint(object, " "), int(k)*20)
				want[object] = append(want[object], text)
				count++
				if err := j.Add(object, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := j.Seal(); err != nil {
			t.Fatal(err)
		}
		c := j.Cursor()
		for object := range uint32(10000) {
			var got []string
			if err := c.Take(object, func(text []byte) error { got = append(got, string(text)); return nil }); err != nil || !slices.Equal(got, want[object]) {
				t.Fatalf("object %d has %q, want %q, error %v", object, got, want[object], err)
			}
		}
		c = j.Cursor()
		for ; ; count-- {
			if _, _, ok, err := c.Next(); err != nil {
				t.Fatal(err)
			} else if !ok {
				break
			}
		}
		if count != 0 {
			t.Errorf("%d texts were not given", count)
		}
	}
}

// TestLog: values come back from any place.
func TestLog(t *testing.T) {
	for _, memory := range memories {
		l := NewLog[uint32](openSpace(t, memory))
		const n = 200_000
		for i := range uint32(n) {
			if err := l.Add(i); err != nil {
				t.Fatal(err)
			}
		}
		r := l.Reader()
		for _, place := range []int{0, 1, n - 1, 65535, 65536, 65537, 3} {
			if v, err := r.One(place); err != nil || int(v) != place {
				t.Errorf("place %d has %d, %v", place, v, err)
			}
		}
		for at := 0; at < n; {
			values, err := r.At(at)
			if err != nil || int(values[0]) != at {
				t.Fatalf("place %d has %d, %v", at, values[0], err)
			}
			at += len(values)
		}
	}
}

// TestFiles: files are for the owner alone, hold the blocks that memory has no room for, and are gone when
// the space is closed. What a killed run left is cleared by the next one, and nothing else.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	left, other := filepath.Join(dir, prefix+"123"), filepath.Join(dir, "other")
	for _, path := range []string{left, other} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := Open(dir, 0)
	table := NewTable(s, 0)
	for i := range 100_000 {
		if err := table.Add(Entry{Hi: uint64(i) * 0x9E3779B97F4A7C15}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := table.store.file.Stat()
	if err != nil || info.Size() == 0 || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info, err)
	}
	if again := Open(dir, 0); again.Close() != nil || table.store.parts[0].count == 0 {
		t.Error("another run takes the files of this one away")
	}
	if err := visit(t.Context(), table, nil); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "other" {
		t.Errorf("%v, %v", entries, err)
	}
	if err := NewLog[uint64](s).store.flush(&part[uint64]{open: []uint64{1}}); err == nil {
		t.Error("a closed space makes files")
	}
}

// TestNoRoom: a folder that is not there, and a disk that is too small, are told with the way out.
func TestNoRoom(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "nowhere"), 0)
	_, err := s.create()
	if err == nil || !strings.Contains(err.Error(), "--temp") {
		t.Error(err)
	}
	s = openSpace(t, 0)
	if _, known := freeBytes(s.dir); !known {
		t.Skip("SKIPPED: the room on a disk is not known here")
	}
	if err := s.Need(1 << 30); err != nil {
		t.Log(err) // a small disk
	}
	if err := s.Need(1 << 60); err == nil || !strings.Contains(err.Error(), s.dir) || !strings.Contains(err.Error(), "--temp") {
		t.Error(err)
	}
}

// TestWriteFails: what a file refuses is told with the folder and the way out.
func TestWriteFails(t *testing.T) {
	l := NewLog[uint64](openSpace(t, 0))
	f, err := l.store.space.create()
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	l.store.file = f
	for i := 0; err == nil && i < 1<<20; i++ {
		err = l.Add(1)
	}
	if err == nil || !strings.Contains(err.Error(), l.store.space.dir) || !strings.Contains(err.Error(), "--temp") {
		t.Error(err)
	}
	l.store.space.files = nil
}

func BenchmarkTable(b *testing.B) {
	for _, memory := range []int64{16 << 20, 1 << 30} {
		b.Run(fmt.Sprintf("memory %d", memory), func(b *testing.B) {
			const n = 1 << 20
			b.SetBytes(n * int64(sizeOf[Entry]()))
			for b.Loop() {
				space := Open(b.TempDir(), memory)
				table := NewTable(space, n)
				for i := range n {
					if err := table.Add(Entry{Hi: uint64(i/2+1) * 0x9E3779B97F4A7C15, Object: uint32(i)}); err != nil {
						b.Fatal(err)
					}
				}
				if err := visit(b.Context(), table, nil); err != nil {
					b.Fatal(err)
				}
				space.Close()
			}
		})
	}
}

func BenchmarkNotes(b *testing.B) {
	const n = 1 << 20
	for b.Loop() {
		space := Open(b.TempDir(), 16<<20)
		notes := NewNotes[[6]uint32](space)
		for i := range uint32(n) {
			if err := notes.Add(i*2654435761%n, [6]uint32{i}); err != nil {
				b.Fatal(err)
			}
		}
		cursor := notes.Cursor()
		for i := range uint32(n) {
			if _, err := cursor.Take(i); err != nil {
				b.Fatal(err)
			}
		}
		space.Close()
	}
}
