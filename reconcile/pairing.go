package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// A pass gives an AD object its candidate if each of the two is the only one that the other meets. To
// find that out, everybody need know only two of those it meets, however many share a value.

// two are the first two of any number.
type two struct {
	list  [2]uint32
	count int // at most 2
}

func (t *two) add(object uint32) {
	if t.count < len(t.list) {
		t.list[t.count] = object
		t.count++
	}
}

// pairing is one pass over those left over.
type pairing struct {
	search *search
	pass   int
	space  *spill.Space

	partners *spill.Notes[uint32] // cloud objects that an AD object meets, at most two of each value
	suitors  *spill.Notes[uint32] // AD objects that a cloud object meets, likewise

	all, strong [2]two // by Side, of the circle that is looked at
}

func newPairing(s *search, pass int, space *spill.Space) *pairing {
	return &pairing{search: s, pass: pass, space: space, partners: spill.NewNotes[uint32](space), suitors: spill.NewNotes[uint32](space)}
}

func (p *pairing) run(ctx context.Context, c *circles) error {
	defer p.partners.Free()
	defer p.suitors.Free()
	if err := c.walk(ctx, p.meet); err != nil {
		return err
	}
	if err := p.partners.Seal(); err != nil {
		return err
	}
	if err := p.suitors.Seal(); err != nil {
		return err
	}
	return p.decide()
}

// meet tells everybody in a circle whom it meets.
func (p *pairing) meet(c *circle) error {
	p.all, p.strong = [2]two{}, [2]two{}
	if err := c.each(p.look); err != nil || p.all[AD].count == 0 || p.all[Cloud].count == 0 {
		return err
	}
	return c.each(p.tell)
}

func (p *pairing) look(members []uint64) error {
	for _, word := range members {
		m := member(word)
		side, takes, strong := p.takesPart(m)
		if !takes {
			continue
		}
		p.all[side].add(m.number())
		if strong {
			p.strong[side].add(m.number())
		}
	}
	return nil
}

func (p *pairing) tell(members []uint64) error {
	for _, word := range members {
		m := member(word)
		side, takes, strong := p.takesPart(m)
		if !takes {
			continue
		}
		other, notes := AD, p.suitors
		if side == AD {
			other, notes = Cloud, p.partners
		}
		met := &p.strong[other]
		if strong {
			met = &p.all[other]
		}
		for _, object := range met.list[:met.count] {
			if err := notes.Add(m.number(), object); err != nil {
				return err
			}
		}
	}
	return nil
}

// takesPart says whether a member is left over and takes part in the pass, and whether strongly.
func (p *pairing) takesPart(m member) (side Side, takes, strong bool) {
	pass, objects := &passes[p.pass], p.search.objects
	switch {
	case m.isCloud():
		if mayPartner(m.facts(), objects.cloud[m.number()]) {
			takes, strong = pass.cloud(m.facts())
		}
		return Cloud, takes, strong
	case objects.adHas(m.object(), adAsks):
		takes, strong = pass.ad(m.facts())
	}
	return AD, takes, strong
}

// decide gives the candidates: each AD object that meets one cloud object proposes to it; one that meets
// several is ambiguous, and so are those who propose to one that meets several.
func (p *pairing) decide() error {
	proposals := spill.NewNotes[uint32](p.space)
	defer proposals.Free()
	if err := p.propose(proposals); err != nil {
		return err
	}
	suitors, proposers := p.suitors.Cursor(), proposals.Cursor()
	defer suitors.Close()
	defer proposers.Close()
	for cloud := range uint32(len(p.search.objects.cloud)) {
		by, err := proposers.Take(cloud)
		if err != nil {
			return err
		}
		if len(by) == 0 {
			continue
		}
		met, err := suitors.Take(cloud)
		if err != nil {
			return err
		}
		partner := cloud
		if !isOne(met) {
			partner = nobody
		}
		for _, object := range by {
			if err := p.search.settle(p.pass, object, partner); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pairing) propose(proposals *spill.Notes[uint32]) error {
	partners := p.partners.Cursor()
	defer partners.Close()
	for object := range uint32(len(p.search.objects.ad)) {
		if !p.search.isAsked(object) {
			continue
		}
		met, err := partners.Take(object)
		switch {
		case err != nil:
		case len(met) == 0:
		case isOne(met):
			err = proposals.Add(met[0], object)
		default:
			err = p.search.settle(p.pass, object, nobody)
		}
		if err != nil {
			return err
		}
	}
	return proposals.Seal()
}

// isOne says that all of the list are the same object.
func isOne(list []uint32) bool {
	for _, object := range list {
		if object != list[0] {
			return false
		}
	}
	return true
}
