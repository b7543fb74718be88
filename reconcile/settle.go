package reconcile

// settlement is what an AD object's decision makes of the cloud object that it names. The one with the
// strongest role counts: linked, taken over, in conflict; among equals the first AD object.
type settlement struct {
	from uint32 // the AD object's number
	rule Rule
	id   GUID // its objectGUID
}

// named is the cloud object that a decision names: the partner, or the one because of which it fails.
func (found *decision) named() *peer {
	if found.partner.found {
		return &found.partner
	}
	return &found.culprit
}

// best gives the settlement that counts, nil if there is none.
func best(list []settlement) (best *settlement) {
	for i := range list {
		if best == nil || list[i].before(best) {
			best = &list[i]
		}
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

// settle keeps the strongest role that an AD object gives the cloud object in a round.
func (o *objects) settle(r *round, found *decision) {
	named := found.named()
	if !named.found {
		return
	}
	state := &o.cloud[named.object]
	mask := cloudState(1<<roleBits - 1)
	role := cloudState(found.rule.role()) + 1
	if old := *state >> r.roles & mask; old == 0 || role < old {
		*state = *state&^(mask<<r.roles) | role<<r.roles
	}
}

// cloudOutcome gives the cloud object's outcome in a round.
func (o *objects) cloudOutcome(r *round, object uint32, f cloudFacts) Outcome {
	switch role := o.cloud[object] >> r.roles & (1<<roleBits - 1); {
	case role == 1+cloudState(roleLinked):
		return Linked
	case role == 1+cloudState(roleTakenOver):
		return TakenOver
	case role == 1+cloudState(roleConflict):
		return Conflict
	case f.has(cloudDeleted):
		return SoftDeleted
	case f.has(cloudBound):
		return Orphan
	}
	return Untouched
}

// ruleOf gives the rule of a cloud object that has the outcome; best is nil if no AD object names it.
func ruleOf(outcome Outcome, best *settlement) Rule {
	switch {
	case best != nil:
		return best.rule
	case outcome == Orphan:
		return 39
	case outcome == Untouched:
		return 36
	}
	return 0
}
