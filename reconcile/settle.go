package reconcile

import "smtpmatch/reconcile/internal/spill"

// settlement is what an AD object's decision makes of the cloud object that it names. The one with the
// strongest role counts: linked, taken over, in conflict; among equals the first AD object.
type settlement struct {
	rule Rule
	from uint64 // the AD object's number
	id   GUID   // its objectGUID
}

func (s *settlement) pack() []byte {
	var p packer
	p.uint(uint64(s.rule))
	p.uint(s.from)
	p.guid(s.id)
	return p
}

func unpackSettlement(b []byte) (s settlement, err error) {
	u := unpacker{bytes: b}
	s.rule = Rule(u.uint())
	s.from = u.uint()
	s.id = u.guid()
	return s, u.err
}

// settle tells the cloud object that a decision names.
func settle(settled *spill.Notes, s *self, found *decision) error {
	named := found.partner
	if !named.found {
		named = found.culprit
	}
	if !named.found {
		return nil
	}
	n := settlement{rule: found.rule, from: s.object, id: s.id}
	return settled.Add(named.object, n.pack())
}

// takeSettlement gives the settlement of a cloud object that counts, nil if there is none.
func takeSettlement(settled *spill.Cursor, object uint64) (best *settlement, err error) {
	for s, err := range unpackedNotes(settled.Take(object), unpackSettlement) {
		if err != nil {
			return nil, err
		}
		best = s.fold(best)
	}
	return best, nil
}

// fold gives the settlement that counts when s comes after best, which is nil at first.
func (s settlement) fold(best *settlement) *settlement {
	switch {
	case s.rule == 5: // says more about an R4 that came before
		if best != nil && best.rule == 4 && best.from == s.from {
			best.rule = 5
		}
		return best
	case best == nil || s.before(best):
		return &s
	}
	return best
}

// before says whether s counts rather than t.
func (s *settlement) before(t *settlement) bool {
	if s.rule.role() != t.rule.role() {
		return s.rule.role() < t.rule.role()
	}
	return s.from < t.from
}

// verdict gives the cloud object's outcome; best is nil if no AD object names it.
func (best *settlement) verdict(r *Record) (Outcome, Rule) {
	switch {
	case best != nil && best.rule.role() == roleLinked:
		return Linked, best.rule
	case best != nil && best.rule.role() == roleTakenOver:
		return TakenOver, best.rule
	case best != nil:
		return Conflict, best.rule
	case r.Deleted:
		return SoftDeleted, 0
	case r.SyncEnabled || r.ImmutableID != "":
		return Orphan, 39
	}
	return Untouched, 36
}
