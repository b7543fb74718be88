package reconcile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// TestDuplicatesInInputOrder: an error names the first few objects that stand twice, in input order.
func TestDuplicatesInInputOrder(t *testing.T) {
	var twice twins
	for _, first := range []uint32{29, 40, cloudBit | 1, 19, 7, 33, 8, 50} {
		twice.add([]uint32{first, first + 100})
	}
	var got []uint32
	for _, numbers := range twice.groups {
		got = append(got, numbers[0])
	}
	if want := []uint32{7, 8, 19, 29, 33}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	e := &DuplicateError{Duplicates: []Duplicate{{Places: []Place{{"a.csv", 2}, {"b.csv", 2}}}, {Places: []Place{{"a.csv", 3}, {"b.csv", 4}}}}, Total: 5}
	if text := e.Error(); !strings.Contains(text, "a.csv:2: ObjectGUID: ") || !strings.Contains(text, fmt.Sprintf("and %d more", 3)) {
		t.Errorf("%d: %s", e.Total, text)
	}
}

// TestDuplicates: objects that stand in the files of their side twice are named with their places, in
// input order, AD first; the same id on both sides is none.
func TestDuplicates(t *testing.T) {
	at := func(file string, row, id int) *Record {
		return &Record{Source: file, Row: row, Class: ClassUser, ID: numbered(id), SamAccountName: "x"}
	}
	ad := []Source{
		&listSource{"a.csv", []*Record{at("a.csv", 2, 1), at("a.csv", 3, 2), at("a.csv", 4, 3)}},
		&listSource{"b.csv", []*Record{at("b.csv", 2, 3), at("b.csv", 5, 1), at("b.csv", 6, 1), at("b.csv", 7, 1)}},
	}
	group := at("c.csv", 9, 2)
	group.Class = ClassGroup
	cloud := []Source{&listSource{"c.csv", []*Record{at("c.csv", 2, 1), at("c.csv", 3, 2), group}}}
	_, err := Judge(t.Context(), ad, cloud, Options{Temp: t.TempDir(), Memory: 1})
	found, ok := errors.AsType[*DuplicateError](err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found.Duplicates {
		got = append(got, fmt.Sprint(d.Side, d.ID == numbered(1), d.Places))
	}
	want := []string{"ad true [a.csv:2 b.csv:5 b.csv:6]", "ad false [a.csv:4 b.csv:2]", "cloud false [c.csv:3 c.csv:9]"}
	if !slices.Equal(got, want) || found.Total != 3 {
		t.Errorf("%d: %q, want %q", found.Total, got, want)
	}
}

// TestCheckMemory: memory that the objects would nearly fill is refused with what to give instead.
func TestCheckMemory(t *testing.T) {
	const million = 1_000_000
	for _, c := range []struct {
		ad, cloud int
		memory    int64
		want      string
	}{
		{10, 10, 1, ""},
		{10 * million, 10 * million, 512 << 20, ""},
		{50 * million, 50 * million, 1 << 30, ""},
		{50 * million, 50 * million, 512 << 20, "50000000 AD objects and 50000000 cloud objects need more memory than 512 MiB: give --memory 1239MiB"},
	} {
		got := ""
		if err := checkMemory(c.ad, c.cloud, c.memory); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%d and %d in %d: %q, want %q", c.ad, c.cloud, c.memory, got, c.want)
		}
	}
}

// TestStateSize: the states take what is said of them.
func TestStateSize(t *testing.T) {
	if n := int(unsafe.Sizeof(adState(0)) + unsafe.Sizeof(Rule(0)) + unsafe.Sizeof(uint32(0))); n != bytesPerAD {
		t.Errorf("%d bytes for an AD object", n)
	}
	if n := int(unsafe.Sizeof(cloudState(0)) + unsafe.Sizeof(uint8(0)) + unsafe.Sizeof(uint32(0))); n != bytesPerCloud {
		t.Errorf("%d bytes for a cloud object", n)
	}
}
