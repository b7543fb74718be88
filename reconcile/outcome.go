package reconcile

// blamed says which of an object's values an outcome comes from.
type blamed uint8

const (
	blameNothing blamed = iota
	blamePrimary
	blameUPN
)

// decision is the row of the table that an AD object comes to.
type decision struct {
	rule    Rule
	partner peer   // the cloud object that it is linked to, or that its match takes over
	culprit peer   // the cloud object because of which it fails
	blame   blamed // the value because of which it fails or is quarantined
}

// outcome asks the rules in the order of the contract; the first that answers wins
// (how-to-connect-install-existing-tenant, tshoot-connect-sync-errors).
func (d *dossier) outcome(t *Tenant) decision {
	if found, ok := d.byIdentity(t); ok {
		return found
	}
	return d.matched(t)
}

// matched asks the rules about an object that is new to the sync: R14 to R35.
func (d *dossier) matched(t *Tenant) decision {
	if found, ok := d.byPrimary(t); ok {
		return found
	}
	if found, ok := d.byUPN(t); ok {
		return found
	}
	return d.alone()
}

// byIdentity asks what comes before matching: R1 to R13. An object that none of them answers is new
// to the sync. R5 is told from R4 when the conflicts are known.
func (d *dossier) byIdentity(t *Tenant) (decision, bool) {
	switch {
	case !d.self.inScope:
		return decision{rule: 1}, true
	case !d.self.anchored:
		return decision{rule: 2}, true
	case d.anchor.managed.found:
		return decision{rule: 3, partner: d.anchor.managed}, true
	case d.anchor.linked.found:
		return decision{rule: 4, partner: d.anchor.linked}, true
	case d.other.linked.found:
		return decision{rule: 6, culprit: d.other.linked}, true
	case d.anchor.best.found:
		return d.hardMatch(t), true
	case d.sameSID.found:
		return decision{rule: 13, culprit: d.sameSID}, true
	}
	return decision{}, false
}

// hardMatch decides about the cloud user that carries the object's anchor and is not synced.
func (d *dossier) hardMatch(t *Tenant) decision {
	carrier := d.anchor.best
	switch {
	case t.BlockHardMatch:
		return decision{rule: 7, culprit: carrier}
	case carrier.otherIdentifier && !t.AllowIdentifierUpdate:
		return decision{rule: 9, culprit: carrier}
	case carrier.otherIdentifier:
		return decision{rule: 10, partner: carrier}
	case !carrier.live:
		return decision{rule: 11, partner: carrier}
	}
	return decision{rule: 12, partner: carrier}
}

// byPrimary decides about the target by P: R14 to R20, R26.
func (d *dossier) byPrimary(t *Tenant) (decision, bool) {
	target := d.primary.target
	if !target.found {
		return decision{}, false
	}
	fails := func(r Rule) (decision, bool) {
		return decision{rule: r, culprit: target, blame: blamePrimary}, true
	}
	switch {
	case target.user != d.self.user:
		return fails(14)
	case target.bound():
		return fails(15)
	case t.BlockSoftMatch:
		return fails(16)
	case target.guest:
		return fails(18)
	case d.primary.rival:
		return fails(26)
	case d.upnOfAnother(&target):
		return decision{rule: 20, partner: target}, true
	}
	return decision{rule: 19, partner: target}, true
}

// byUPN decides about the target by U: R16, R18, R21 to R23, R26.
func (d *dossier) byUPN(t *Tenant) (decision, bool) {
	target := d.upn.target
	if !target.found {
		return decision{}, false
	}
	fails := func(r Rule) (decision, bool) {
		return decision{rule: r, culprit: target, blame: blameUPN}, true
	}
	switch {
	case !t.SoftMatchOnUPN:
		return decision{rule: 22}, true
	case target.bound() || d.answer.taken:
		return decision{rule: 23}, true
	case t.BlockSoftMatch:
		return fails(16)
	case target.guest:
		return fails(18)
	case d.answer.claimed:
		return fails(26)
	}
	return decision{rule: 21, partner: target}, true
}

// mostProxies is how many addresses an object can have without risk (tshoot-connect-sync-errors).
const mostProxies = 300

// alone decides about an object that has no target: R24, R26, R27, R31 to R35.
func (d *dossier) alone() decision {
	switch {
	case d.primary.rival:
		return decision{rule: 26, blame: blamePrimary}
	case d.primary.held:
		return decision{rule: 24}
	case d.upn.firstNew != d.self.object && d.self.hasUPN:
		return decision{rule: 27, blame: blameUPN}
	case !d.self.wellUPN:
		return decision{rule: 31}
	case !d.self.verified:
		return decision{rule: 32}
	case d.self.large:
		return decision{rule: 33}
	case d.primary.deleted || d.upn.deleted:
		return decision{rule: 34}
	}
	return decision{rule: 35}
}

// claims says which cloud user a new object would take, and by which value: what a rule about other
// objects' matches (R23, R26) must be asked with.
func (d *dossier) claims(t *Tenant) (target peer, by blamed) {
	if found, ok := d.byPrimary(t); ok {
		return found.partner, blamePrimary
	}
	return d.upn.target, blameUPN
}
