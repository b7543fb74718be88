package export

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"smtpmatch/reconcile"
)

// dataRows yields the rows below the header that are objects, and counts in passed what it passes over:
// blank rows, and the headers and #TYPE lines of files that were glued to this one. A header with other
// columns than the first ends the reading with a refusal.
func (f *File) dataRows(ctx context.Context, passed *damages) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		glue := newSeam(f.binding)
		for r, err := range f.table.rows(ctx) {
			if err == nil && r.number <= f.headerRow {
				continue
			}
			if err == nil && f.spill == nil { // a working file holds objects only
				switch glue.sift(r, passed) {
				case passedOver:
					continue
				case otherHeader:
					r, err = nil, f.refuseGlued(r.number)
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// sifted says what a row below the header is.
type sifted uint8

const (
	anObject sifted = iota
	passedOver
	otherHeader
)

// sift tells objects from what is passed over, which it counts.
func (s *seam) sift(r *row, passed *damages) sifted {
	switch {
	case r.isBlankRow():
		passed.mend("BlankRow", r.number)
		return passedOver
	case s.isAt(r) && !s.isSameHeader(r):
		return otherHeader
	case s.isAt(r):
		passed.see("Glued", warning, r.number, gluedText)
		return passedOver
	case r.glued:
		passed.see("Glued", warning, r.number, gluedRowText)
	}
	return anObject
}

const (
	gluedText    = "A second header or #TYPE line stands in the middle: files were put together (-Append, or a copy). It was skipped; see that no object is there twice."
	gluedRowText = "A byte order mark stands in the middle: files were put together (-Append, or a copy). It was taken off; see that no object is there twice."
)

func (f *File) refuseGlued(row int) *Refusal {
	return &Refusal{
		File: f.name, Cure: "Give the files one by one.",
		Reasons: []Damage{reason("Glued", "a second header with other columns stands in row "+joinInts([]int{row})+": files were put together, and the values below it stand in wrong columns.", row)},
	}
}

// seam finds the places at which files were glued together.
type seam struct {
	binding *binding
	first   map[string]bool // headers of the schema, any of which may begin a second header
	lengths [256]bool       // of these: most values have none of them
	header  [][]byte
}

func newSeam(b *binding) *seam {
	s := &seam{binding: b, first: make(map[string]bool)}
	for _, h := range b.header[:min(len(b.header), mostColumns)] {
		s.header = append(s.header, trimmed([]byte(h)))
		s.first[string(trimmed([]byte(h)))] = true
	}
	delete(s.first, "")
	for i := range b.schema {
		s.first[b.schema[i].name()] = true
	}
	for word := range s.first {
		s.lengths[min(len(word), len(s.lengths)-1)] = true
	}
	return s
}

// isAt says whether the row is no object but a header, or a #TYPE line with nothing behind it. A header
// has at least three words that are headers, or all of a narrow table's.
func (s *seam) isAt(r *row) bool {
	if len(r.cells) == 0 {
		return false
	}
	first := headerWord(r.cells[0])
	if bytes.HasPrefix(first, []byte("#TYPE ")) && isBlankFrom(r.cells, 1) {
		return true
	}
	if !s.lengths[min(len(first), len(s.lengths)-1)] || !s.first[string(first)] {
		return false
	}
	words := 0
	for _, cell := range r.cells {
		if s.first[string(headerWord(cell))] {
			words++
		}
	}
	return words >= min(3, len(s.header))
}

// isSameHeader says whether a second header is like the first, or a #TYPE line.
func (s *seam) isSameHeader(r *row) bool {
	if bytes.HasPrefix(headerWord(r.cells[0]), []byte("#TYPE ")) {
		return true
	}
	for i, want := range s.header {
		if !bytes.Equal(headerWord(r.text(i)), want) {
			return false
		}
	}
	return isBlankFrom(r.cells, len(s.header))
}

// headerWord gives a header's cell without the byte order mark and the quotes that stay where files were
// glued together.
func headerWord(cell []byte) []byte { return bytes.Trim(trimmed(cell), `"`) }

func isBlankFrom(cells [][]byte, from int) bool {
	for i := from; i < len(cells); i++ {
		if !isBlank(cells[i]) {
			return false
		}
	}
	return true
}

// mergedRecords puts the rows of one object together, one below the other, in a file with a row for each
// address: the first one's record with the addresses and findings of all.
func mergedRecords(records iter.Seq2[*reconcile.Record, error]) iter.Seq2[*reconcile.Record, error] {
	return func(yield func(*reconcile.Record, error) bool) {
		var held reconcile.Record
		holding := false
		for r, err := range records {
			if err == nil && holding && isSameObject(&held, r) {
				held.Findings = append(held.Findings, r.Findings...)
				for _, value := range r.ProxyAddresses {
					if !slices.Contains(held.ProxyAddresses, value) { // the same row twice
						held.ProxyAddresses = append(held.ProxyAddresses, value)
					}
				}
				continue
			}
			if holding && !yield(&held, nil) {
				return
			}
			if holding = err == nil; !holding {
				yield(nil, err)
				return
			}
			held = *r
			held.Findings = slices.Clone(r.Findings)
			held.ProxyAddresses = slices.Clone(r.ProxyAddresses)
		}
		if holding {
			yield(&held, nil)
		}
	}
}

func isSameObject(a, b *reconcile.Record) bool {
	return !a.Rejected && !b.Rejected && a.ID == b.ID
}
