package reconcile

import (
	"context"
	"slices"
	"strings"

	"smtpmatch/reconcile/internal/spill"
)

// The identity join tells every AD user which cloud users carry its anchor, its other anchor and its
// SID, and finds the anchor in use where the options leave that open. It also finds objects that stand in
// the files twice.

func normalSID(sid string) string { return strings.ToUpper(TrimBlank(sid)) }

// meet adds a cloud user that carries the anchor; users come in input order.
func (c *carriers) meet(p peer) {
	if !c.first.found {
		c.first = p
	}
	if !c.managed.found && p.live && p.managed {
		c.managed = p
	}
	if !c.linked.found && p.live && p.synced {
		c.linked = p
	}
	if !c.best.found || rank(&p) > rank(&c.best) {
		c.best = p
	}
}

// rank puts live before soft-deleted and synced before not.
func rank(p *peer) int {
	switch {
	case p.live && p.synced:
		return 3
	case p.live:
		return 2
	case p.synced:
		return 1
	}
	return 0
}

// identityNote tells an AD object who carries one of its anchors, or its SID: the first, the first managed,
// linked and best of them, with their facts. One that is of an identifier tells of one cloud object whose
// OnPremisesObjectIdentifier is the object's id.
type identityNote struct {
	of       facts
	carriers [4]uint32
	facts    [4]uint8 // see peerShift
}

func noteOf(of facts, c *carriers) identityNote {
	n := identityNote{of: of}
	for i, p := range []*peer{&c.first, &c.managed, &c.linked, &c.best} {
		n.carriers[i] = nobody
		if p.found {
			n.carriers[i], n.facts[i] = p.object, uint8(p.facts()>>peerShift)
		}
	}
	return n
}

func (n *identityNote) peer(i int) peer {
	if n.carriers[i] == nobody {
		return peer{}
	}
	return (facts(n.facts[i]) << peerShift).peer(n.carriers[i])
}

// anchorCount is the evidence for --anchor auto: how many synced cloud users carry the
// mS-DS-ConsistencyGuid, and how many the objectGUID, of AD users for whom the two differ.
type anchorCount struct {
	consistencyGUID, objectGUID int
}

func (c anchorCount) mode() AnchorMode {
	if c.objectGUID > c.consistencyGUID {
		return AnchorObjectGUID
	}
	return AnchorConsistencyGUID
}

// identityJoin is what the groups of the identity table give.
type identityJoin struct {
	notes *spill.Notes[identityNote] // about AD objects
	count anchorCount
	twice twins
}

// identityFound is what some of the groups give.
type identityFound struct {
	count     anchorCount
	twice     [][]uint32
	told      []told[identityNote]
	gathering gathering // of the group that is looked at
}

// told is a note and the object that it is about.
type told[N any] struct {
	object uint32
	note   N
}

func (j *identityJoin) run(ctx context.Context, table *spill.Table) error {
	return spill.Groups(ctx, table, lookAtIdentity, j.keep)
}

func (j *identityJoin) keep(f *identityFound) error {
	j.count.consistencyGUID += f.count.consistencyGUID
	j.count.objectGUID += f.count.objectGUID
	for _, numbers := range f.twice {
		j.twice.add(numbers)
	}
	for _, t := range f.told {
		if err := j.notes.Add(t.object, t.note); err != nil {
			return err
		}
	}
	f.count, f.twice, f.told = anchorCount{}, nil, f.told[:0]
	return nil
}

func lookAtIdentity(g *spill.Group, f *identityFound, flush func() error) error {
	if g.Len == 1 {
		return nil
	}
	m := &f.gathering
	*m = gathering{owner: nobody, selves: m.selves[:0]}
	entries := g.Entries()
	if entries != nil {
		m.look(entries)
	} else if err := g.Each(func(entries []spill.Entry) error { m.look(entries); return nil }); err != nil {
		return err
	}
	if m.differs[0] {
		f.count.consistencyGUID += m.synced
	}
	if m.differs[1] {
		f.count.objectGUID += m.synced
	}
	if len(m.selves) > 1 {
		f.twice = append(f.twice, slices.Clone(m.selves))
	}
	switch {
	case !m.carriers.first.found && !m.identifier:
		return nil
	case entries != nil:
		f.tell(entries)
		return nil
	}
	return g.Each(func(entries []spill.Entry) error {
		f.tell(entries)
		return flush()
	})
}

// gathering is who meets in one anchor, SID or id.
type gathering struct {
	carriers   carriers
	selves     []uint32 // the first objects whose own id it is, over both sides
	owner      uint32   // the first AD object whose objectGUID it is
	identifier bool     // it is somebody's OnPremisesObjectIdentifier
	differs    [2]bool  // for an AD user the ConsistencyGuid, the objectGUID is this one and the other differs
	synced     int
}

func (m *gathering) look(entries []spill.Entry) {
	for i := range entries {
		m.add(entries[i].Object, facts(entries[i].Fact))
	}
}

func (m *gathering) add(object uint32, f facts) {
	if f.has(isSelf) && len(m.selves) < mostPlaces {
		m.selves = append(m.selves, object)
	}
	switch {
	case !isCloud(object):
		if f.has(ofObjectGUID) && m.owner == nobody {
			m.owner = object
		}
		m.differs[0] = m.differs[0] || f.all(ofConsistencyGUID|differs)
		m.differs[1] = m.differs[1] || f.all(ofObjectGUID|differs)
	case f.has(isCarrier):
		m.carriers.meet(f.peer(cloudNumber(object)))
		if f.all(isLive | isSynced) {
			m.synced++
		}
	case f.has(isIdentifier):
		m.identifier = true
	}
}

func (f *identityFound) tell(entries []spill.Entry) {
	m := &f.gathering
	for i := range entries {
		object, fact := entries[i].Object, facts(entries[i].Fact)
		switch of := fact & (ofConsistencyGUID | ofObjectGUID | ofSID); {
		case !isCloud(object) && of != 0 && m.carriers.first.found:
			f.told = append(f.told, told[identityNote]{object, noteOf(of, &m.carriers)})
		case isCloud(object) && fact.has(isIdentifier) && m.owner != nobody:
			n := identityNote{of: isIdentifier}
			n.carriers[0] = cloudNumber(object)
			f.told = append(f.told, told[identityNote]{m.owner, n})
		}
	}
}

// hearIdentity puts the notes of the identity join into the dossier.
func (d *dossier) hearIdentity(notes []identityNote) {
	for i := range notes {
		n := &notes[i]
		switch {
		case n.of.has(isIdentifier):
		case n.of.has(ofSID):
			d.sameSID = n.peer(2)
		case n.of.has(d.self.anchorOf):
			d.anchor = carriers{n.peer(0), n.peer(1), n.peer(2), n.peer(3)}
		case d.self.hasOther:
			d.other = carriers{n.peer(0), n.peer(1), n.peer(2), n.peer(3)}
		}
	}
	if best := &d.anchor.best; best.otherIdentifier {
		for i := range notes {
			if notes[i].of.has(isIdentifier) && notes[i].carriers[0] == best.object {
				best.otherIdentifier = false
			}
		}
	}
}
