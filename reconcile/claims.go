package reconcile

import "smtpmatch/reconcile/internal/spill"

// A match by UPN depends on what other AD objects do with the same cloud user (R23, R26). So each new
// AD object lays a claim on the cloud user that it would take; each cloud user looks at its claims; and
// those who would take it by UPN get an answer.

type claim struct {
	by   blamed // blamePrimary or blameUPN
	from uint64 // the AD object's number
}

func (c *claim) pack() []byte {
	var p packer
	p.uint(uint64(c.by))
	p.uint(c.from)
	return p
}

func unpackClaim(b []byte) (c claim, err error) {
	u := unpacker{bytes: b}
	c.by = blamed(u.uint())
	c.from = u.uint()
	return c, u.err
}

// settleClaims reads what the AD objects meet and writes the answers that they get.
func settleClaims(matching, answers *spill.Notes, t *Tenant) error {
	claims, err := layClaims(matching, t)
	if err != nil {
		return err
	}
	for pile, err := range claims.Piles() {
		if err != nil {
			return err
		}
		if err := answerClaims(pile, answers); err != nil {
			return err
		}
	}
	return nil
}

// layClaims gives the claims by the cloud user that they are laid on.
func layClaims(matching *spill.Notes, t *Tenant) (*spill.Notes, error) {
	claims := &spill.Notes{}
	for pile, err := range matching.Piles() {
		if err != nil {
			return nil, err
		}
		d := &dossier{self: self{object: pile.Object, class: ClassUser}} // all that is new is a user
		for note, err := range pile.Notes() {
			if err == nil {
				err = d.hearMatching(note)
			}
			if err != nil {
				return nil, err
			}
		}
		if !d.self.isNew {
			continue
		}
		target, by := d.claims(t)
		if !target.found {
			continue
		}
		c := claim{by: by, from: pile.Object}
		if err := claims.Add(target.object, c.pack()); err != nil {
			return nil, err
		}
	}
	return claims, nil
}

func answerClaims(pile *spill.Pile, answers *spill.Notes) error {
	byUPN := 0
	var answer claimAnswer
	for c, err := range unpackedNotes(pile.Notes(), unpackClaim) {
		if err != nil {
			return err
		}
		switch c.by {
		case blamePrimary:
			answer.taken = true
		case blameUPN:
			byUPN++
		}
	}
	answer.claimed = byUPN > 1
	if answer == (claimAnswer{}) {
		return nil
	}
	for c, err := range unpackedNotes(pile.Notes(), unpackClaim) {
		if err != nil {
			return err
		}
		if c.by != blameUPN {
			continue
		}
		if err := answers.Add(c.from, answer.pack()); err != nil {
			return err
		}
	}
	return nil
}

func (a *claimAnswer) pack() []byte {
	var p packer
	p.flags(a.taken, a.claimed)
	return p
}

// hearAnswer puts an answer into the dossier.
func (d *dossier) hearAnswer(b []byte) error {
	u := unpacker{bytes: b}
	u.flags(&d.answer.taken, &d.answer.claimed)
	return u.err
}
