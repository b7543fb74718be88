package reconcile

// A match by UPN depends on what other AD objects do with the same cloud user (R23, R26). So each new
// AD object lays a claim on the cloud user that it would take; each cloud user keeps whether a match by P
// takes it, and counts to two how many would take it by UPN; and those who would are told.

// A cloud object has for each round: a match by P takes it; one would take it by U; several would.
const (
	claimTaken uint8 = 1 << iota
	claimByU
	claimsByU

	claimBits = 3
)

// lay lays a new AD object's claim in a round.
func (o *objects) lay(r *round, target uint32, by blamed) {
	claims := &o.claims[target]
	switch {
	case by == blamePrimary:
		*claims |= claimTaken << r.claims
	case *claims&(claimByU<<r.claims) == 0:
		*claims |= claimByU << r.claims
	default:
		*claims |= claimsByU << r.claims
	}
}

// answer is what the cloud user that has U says to a new AD object.
func (o *objects) answer(r *round, target *peer) (a claimAnswer) {
	if target.found {
		claims := o.claims[target.object] >> r.claims
		a.taken, a.claimed = claims&claimTaken != 0, claims&claimsByU != 0
	}
	return a
}
