package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"smtpmatch/reconcile/internal/spill"
)

// object is a record with its number on its side. Numbers follow the input order; rejected rows have none.
type object struct {
	number uint64
	record *Record
}

// sourceList is all sources of one side, in the order given.
type sourceList struct {
	side    Side
	sources []Source
}

// Counts tells what became of the rows of a source: Read = Judged + Rejected.
type Counts struct {
	Read     int // rows
	Judged   int // objects with a verdict
	Rejected int // rows that cannot be used, and objects of classes that are not judged yet
}

// Plus adds up.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Read + d.Read, c.Judged + d.Judged, c.Rejected + d.Rejected}
}

func (c *Counts) add(r *Record) {
	c.Read++
	if !r.Rejected && isJudged(r) {
		c.Judged++
	} else {
		c.Rejected++
	}
}

// isJudged says whether this version gives the object a verdict. Groups and contacts only hold
// addresses so far. An AD object of any other class is outside the scope of the sync, which is a verdict.
func isJudged(r *Record) bool {
	if r.Side == AD {
		return r.Class != ClassGroup && r.Class != ClassContact
	}
	return r.Class == ClassUser
}

// progressEvery is how many records lie between two reports of progress.
const progressEvery = 1 << 16

// walk visits every object in input order and counts the rows of each source.
func (l *sourceList) walk(ctx context.Context, progress func(int), visit func(*object) error) ([]Counts, error) {
	counts := make([]Counts, len(l.sources))
	read := 0
	o := object{}
	for i, source := range l.sources {
		for r, err := range source.Records(ctx) {
			if err != nil {
				return nil, err
			}
			if read%progressEvery == 0 {
				if progress(read); ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
			}
			read++
			r.Side = l.side
			counts[i].add(r)
			if r.Rejected {
				continue
			}
			o.record = r
			if err := visit(&o); err != nil {
				return nil, err
			}
			o.number++
		}
	}
	progress(read)
	return counts, nil
}

// Place is where an object stands in the input.
type Place struct {
	File string
	Row  int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Row) }

// Duplicate is one object that stands in the input more than once.
type Duplicate struct {
	Side   Side
	ID     GUID
	Places []Place // the first few

	first uint64 // the number of the first of them, over both sides
}

// DuplicateError says that objects stand in the files of one side more than once. Which row is right
// cannot be told, so nothing is judged.
type DuplicateError struct {
	Duplicates []Duplicate // the first few of them, in input order
	Total      int
}

func (e *DuplicateError) Error() string {
	var b strings.Builder
	for _, d := range e.Duplicates {
		column := "ObjectGUID"
		if d.Side == Cloud {
			column = "Id"
		}
		fmt.Fprintf(&b, "%s: %s: %s stands in these files again at %s", d.Places[0], column, d.ID, d.Places[1])
		for _, p := range d.Places[2:] {
			fmt.Fprintf(&b, ", %s", p)
		}
		b.WriteByte('\n')
	}
	if more := e.Total - len(e.Duplicates); more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	b.WriteString("give each object once: leave out the file or the rows that are double")
	return b.String()
}

// add counts a duplicate, and keeps it if it is among the first.
func (e *DuplicateError) add(d Duplicate) {
	e.Total++
	at, _ := slices.BinarySearchFunc(e.Duplicates, d, func(a, b Duplicate) int { return cmp.Compare(a.first, b.first) })
	e.Duplicates = slices.Insert(e.Duplicates, at, d)
	e.Duplicates = e.Duplicates[:min(len(e.Duplicates), mostDuplicates)]
}

// The most duplicates, and places of one, that an error names.
const (
	mostDuplicates = 5
	mostPlaces     = 3
)

// addPlace notes where an object stands under its id.
func addPlace(table *spill.Table, o *object) error {
	r := o.record
	number := adObject(o.number)
	if r.Side == Cloud {
		number = cloudObject(o.number)
	}
	var p packer
	p.uint(uint64(r.Row))
	p.guid(r.ID)
	p.text(r.Source)
	return table.Add(keyOf(keyObject, r.Side.String()+string(r.ID[:])), number, p)
}

// findDuplicates fails if an id stands for more than one record.
func findDuplicates(table *spill.Table) error {
	found := &DuplicateError{}
	for group, err := range table.Groups() {
		if err != nil {
			return err
		}
		if group.Len() == 1 {
			continue
		}
		duplicate, err := unpackDuplicate(group)
		if err != nil {
			return err
		}
		found.add(duplicate)
	}
	if found.Total > 0 {
		return found
	}
	return nil
}

func unpackDuplicate(group *spill.Group) (d Duplicate, err error) {
	for entry, err := range group.Entries() {
		if err != nil {
			return d, err
		}
		if len(d.Places) == 0 {
			d.first = entry.Object
		}
		if entry.Object&cloudBit != 0 {
			d.Side = Cloud
		}
		u := unpacker{bytes: entry.Data}
		row := int(u.uint())
		d.ID = u.guid()
		if d.Places = append(d.Places, Place{File: u.text(), Row: row}); u.err != nil {
			return d, u.err
		}
		if len(d.Places) == mostPlaces {
			break
		}
	}
	return d, nil
}
