package reconcile

import (
	"iter"

	"smtpmatch/reconcile/internal/spill"
)

// A pass gives an AD object its candidate if each of the two is the only one that the other meets. To
// find that out, everybody need know only two of those it meets, however many share a value.

// suitor is one object's share in a value that a pass compares.
type suitor struct {
	side   Side
	object uint64 // its number on its side
	id     GUID   // of cloud objects
	strong bool
	value  string
}

func (e *suitor) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.strong)
	p.uint(e.object)
	p.guid(e.id)
	p.text(e.value)
	return p
}

func unpackSuitor(b []byte) (e suitor, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.strong)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.id = u.guid()
	e.value = u.text()
	return e, u.err
}

// two are the first two of any number.
type two struct {
	list  [2]suitor
	count int // at most 2
}

func (t *two) add(e suitor) {
	if t.count < len(t.list) {
		t.list[t.count] = e
		t.count++
	}
}

// pairing is one pass over those left over.
type pairing struct {
	search *search
	pass   string

	partners spill.Notes // cloud objects that an AD object meets, at most two of each value
	suitors  spill.Notes // AD objects that a cloud object meets, likewise
}

func (p *pairing) run(table *spill.Table) error {
	for group, err := range table.Groups() {
		if err != nil {
			return err
		}
		if group.Len() == 1 {
			continue
		}
		if err := p.meet(group); err != nil {
			return err
		}
	}
	return p.decide()
}

// meet tells everybody in a group whom it meets.
func (p *pairing) meet(group *spill.Group) error {
	var all, strong [2]two // by Side
	for e, err := range p.leftOver(group) {
		if err != nil {
			return err
		}
		all[e.side].add(e)
		if e.strong {
			strong[e.side].add(e)
		}
	}
	if all[AD].count == 0 || all[Cloud].count == 0 {
		return nil
	}
	for e, err := range p.leftOver(group) {
		if err != nil {
			return err
		}
		other, notes := AD, &p.suitors
		if e.side == AD {
			other, notes = Cloud, &p.partners
		}
		met := &strong[other]
		if e.strong {
			met = &all[other]
		}
		for _, m := range met.list[:met.count] {
			if err := notes.Add(e.object, m.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftOver yields the objects of a group that are left over, each once: strong if one of its values is.
func (p *pairing) leftOver(group *spill.Group) iter.Seq2[suitor, error] {
	return func(yield func(suitor, error) bool) {
		var last suitor
		var check confirmation
		begun := false
		for e, err := range unpacked(group, unpackSuitor) {
			if err == nil {
				err = check.confirm(e.value)
			}
			if err != nil {
				yield(suitor{}, err)
				return
			}
			if !p.isLeft(&e) {
				continue
			}
			if begun && last.side == e.side && last.object == e.object {
				last.strong = last.strong || e.strong
				continue
			}
			if begun && !yield(last, nil) {
				return
			}
			last, begun = e, true
		}
		if begun {
			yield(last, nil)
		}
	}
}

func (p *pairing) isLeft(e *suitor) bool {
	if e.side == AD {
		return p.search.asked.Has(e.object)
	}
	return p.search.partners.Has(e.object)
}

// decide gives the candidates.
func (p *pairing) decide() error {
	proposals, err := p.propose()
	if err != nil {
		return err
	}
	suitors, err := p.suitors.Cursor()
	if err != nil {
		return err
	}
	defer suitors.Close()
	for pile, err := range proposals.Piles() {
		if err != nil {
			return err
		}
		shared, err := several(suitors.Take(pile.Object))
		if err != nil {
			return err
		}
		for e, err := range unpackedNotes(pile.Notes(), unpackSuitor) {
			if err != nil {
				return err
			}
			c := candidate{cloud: pile.Object, id: e.id, ambiguous: shared}
			if err := p.search.settle(p.pass, e.object, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// propose lets each AD object that meets one cloud object propose to it; one that meets several is
// ambiguous.
func (p *pairing) propose() (*spill.Notes, error) {
	proposals := &spill.Notes{}
	for pile, err := range p.partners.Piles() {
		if err != nil {
			return nil, err
		}
		partner, isOne, err := only(pile.Notes())
		if err != nil {
			return nil, err
		}
		if !isOne {
			err = p.search.settle(p.pass, pile.Object, candidate{ambiguous: true})
		} else {
			proposal := suitor{side: AD, object: pile.Object, id: partner.id}
			err = proposals.Add(partner.object, proposal.pack())
		}
		if err != nil {
			return nil, err
		}
	}
	return proposals, nil
}

// only gives the object that all notes are about; isOne is false if there are several.
func only(notes iter.Seq2[[]byte, error]) (first suitor, isOne bool, err error) {
	begun := false
	for e, err := range unpackedNotes(notes, unpackSuitor) {
		switch {
		case err != nil:
			return first, false, err
		case !begun:
			first, begun = e, true
		case first.object != e.object:
			return first, false, nil
		}
	}
	return first, begun, nil
}

func several(notes iter.Seq2[[]byte, error]) (bool, error) {
	_, isOne, err := only(notes)
	return !isOne, err
}
