package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// When candidates are known, each cloud object knows its owner, the AD object that will take it. The
// holding join tells who else holds the addresses that a change is about. What it does not tell of an
// address is that nobody else holds it. It also marks the objects that addresses.csv may have to show.

// besides says whether an object other than this one is among them.
func (t *two) besides(object uint32) bool {
	return t.count > 1 || t.count == 1 && t.list[0] != object
}

// holdingNote tells a cloud object that has an owner who else holds one of its addresses.
type holdingNote struct {
	tagHigh, tagLow uint32
	held            held
}

func newHoldingNote(t tag, h held) holdingNote { return holdingNote{uint32(t >> 32), uint32(t), h} }

type held uint32

const (
	heldInAD    held = 1 << iota // by an AD object that is not the owner
	heldInCloud                  // by another cloud object
	heldByOwner                  // by the owner, among its proxyAddresses: it loses nothing
)

func (n *holdingNote) tag() tag { return tag(n.tagHigh)<<32 | tag(n.tagLow) }

// holdingJoin looks at all circles.
type holdingJoin struct {
	objects *objects
	notes   *spill.Notes[holdingNote] // about cloud objects
	crowd   crowd                     // of the circle that is looked at
}

func (j *holdingJoin) run(ctx context.Context, c *circles) error {
	if err := c.walk(ctx, j.meet); err != nil {
		return err
	}
	return j.notes.Seal()
}

// crowd is what a circle shows.
type crowd struct {
	holders [2]two // by Side: the first who hold the address
	asks    bool   // somebody wants to know who else is there
}

func (j *holdingJoin) meet(c *circle) error {
	if c.count == 1 {
		return nil // nobody else holds it
	}
	all := &j.crowd
	*all = crowd{}
	if err := c.each(j.look); err != nil {
		return err
	}
	if all.asks {
		err := c.each(func(members []uint64) error { return j.tell(c, all, members) })
		if err != nil {
			return err
		}
	}
	if !j.mayConflict(all) {
		return nil
	}
	return c.each(j.show)
}

func (j *holdingJoin) look(members []uint64) error {
	all := &j.crowd
	for _, word := range members {
		m := member(word)
		switch {
		case !m.holds():
		case m.isCloud():
			all.holders[Cloud].add(m.number())
			all.asks = all.asks || m.facts().has(atPrimary|losesAlias) && j.objects.owners[m.number()] != nobody
		default:
			all.holders[AD].add(m.object())
			all.asks = all.asks || m.facts().has(isP) && j.objects.adHas(m.object(), adCandidate)
		}
	}
	return nil
}

func (j *holdingJoin) tell(c *circle, all *crowd, members []uint64) error {
	for _, word := range members {
		m := member(word)
		switch {
		case !m.holds():
		case !m.isCloud():
			if m.facts().has(isP) && j.objects.adHas(m.object(), adCandidate) && j.shares(all, m.object()) {
				j.objects.ad[m.object()] |= adOldShared
			}
		case m.facts().has(atPrimary | losesAlias):
			owner := j.objects.owners[m.number()]
			if owner == nobody {
				continue
			}
			held, err := j.held(c, all, m, owner)
			if err != nil {
				return err
			}
			if held == 0 {
				continue
			}
			if err := j.notes.Add(m.number(), newHoldingNote(c.tag, held)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shares says whether anybody but the AD object and its candidate holds the address.
func (j *holdingJoin) shares(all *crowd, object uint32) bool {
	cloud := &all.holders[Cloud]
	return all.holders[AD].besides(object) || cloud.count > 1 || cloud.count == 1 && j.objects.owners[cloud.list[0]] != object
}

// held says who else holds an address of an owned cloud object.
func (j *holdingJoin) held(c *circle, all *crowd, m member, owner uint32) (h held, err error) {
	if all.holders[AD].besides(owner) {
		h |= heldInAD
	}
	if m.facts().has(atPrimary) {
		if all.holders[Cloud].besides(m.number()) {
			h |= heldInCloud
		}
		return h, nil
	}
	isHeld, err := holdsAsProxy(c, owner)
	if isHeld {
		h |= heldByOwner
	}
	return h, err
}

// smallCircle is how many members are looked through for one object. In a larger circle the owner is told
// in any case, and finds out for itself.
const smallCircle = 32

// holdsAsProxy says whether the AD object has the circle's address among its proxyAddresses; in a large
// circle it does not know, and says no.
func holdsAsProxy(c *circle, object uint32) (bool, error) {
	if c.count > smallCircle {
		return false, nil
	}
	isHeld := false
	err := c.each(func(members []uint64) error {
		for _, word := range members {
			m := member(word)
			isHeld = isHeld || m.object() == object && m.facts().has(atProxy)
		}
		return nil
	})
	return isHeld, err
}

// mayConflict says whether the address can be in conflict, whatever becomes of the changes. See
// [dispute.exists], which decides when they are known.
func (j *holdingJoin) mayConflict(all *crowd) bool {
	ad, cloud := &all.holders[AD], &all.holders[Cloud]
	if ad.count > 1 || cloud.count > 1 {
		return true
	}
	if ad.count == 0 || cloud.count == 0 {
		return false
	}
	a, c := ad.list[0], cloud.list[0]
	return j.objects.partners[a] != c || j.objects.adHas(a, adCandidate) && j.objects.owners[c] != a
}

// show marks objects that may have to be shown.
func (j *holdingJoin) show(members []uint64) error {
	for _, word := range members {
		switch m := member(word); {
		case !m.isCloud():
			j.objects.ad[m.object()] |= adShown
		case m.facts().has(isLive):
			j.objects.cloud[m.number()] |= cloudShown
		}
	}
	return nil
}
