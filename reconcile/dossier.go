package reconcile

// peer is what the rules ask about a cloud object that an AD object meets.
type peer struct {
	found           bool
	object          uint32 // its number among the cloud objects
	user            bool   // of that class
	live            bool   // not soft-deleted
	synced          bool   // OnPremisesSyncEnabled
	anchored        bool   // OnPremisesImmutableId is set
	managed         bool   // IsCloudManaged
	guest           bool
	primaried       bool // it has an SMTP: value, which stands for a mailbox as far as exports tell
	otherIdentifier bool // OnPremisesObjectIdentifier is set and not the AD object's id
}

// bound says that the cloud object belongs to an on-premises object already (contract 1).
func (p *peer) bound() bool { return p.anchored || p.synced }

// is says whether both are the same cloud object.
func (p *peer) is(q *peer) bool { return p.found && q.found && p.object == q.object }

// carriers are the cloud users that carry one anchor.
type carriers struct {
	first   peer // in input order, soft-deleted ones too
	managed peer // the first live one with IsCloudManaged
	linked  peer // the first live one that is synced
	best    peer // live before soft-deleted, synced before not, then input order
}

// self is what the rules ask about the AD object itself.
type self struct {
	object   uint32 // its number among the AD objects
	user     bool   // of that class
	inScope  bool
	anchored bool  // it has an anchor in use
	anchorOf facts // the attribute of it
	hasOther bool  // by the other attribute it would have another anchor
	hasUPN   bool
	wellUPN  bool // U is well-formed or blank
	verified bool // U's suffix is verified, or nobody knows
	large    bool // it has more values of proxyAddresses than is safe
}

// dossier is all that the rules ask about one AD object, its own record and the objects that it meets.
// The joins fill it in the order of its parts; each part may be read once it is there.
type dossier struct {
	self self

	// From the identity join.
	anchor  carriers // of the anchor in use
	other   carriers // of the other anchor
	sameSID peer     // the first live synced user with the same SID

	// From the matching join, about P.
	primary primaryMeeting
	// From the matching join, about U.
	upn upnMeeting

	// From the claims: what another AD object does with the cloud user that has U.
	answer claimAnswer
}

// primaryMeeting is whom an AD object meets by its primary address.
type primaryMeeting struct {
	target  peer // the first live cloud object whose primary it is
	holder  peer // the first live cloud object with it among its proxies, as primary before as alias
	rival   bool // another new AD object has the same
	held    bool // a live cloud object holds it in any way
	deleted bool // a soft-deleted cloud user has it
}

// upnMeeting is whom an AD object meets by its UPN.
type upnMeeting struct {
	target   peer   // the first live cloud user with this UPN
	second   peer   // the next one
	firstNew uint32 // the first new AD object with it
	deleted  bool   // a soft-deleted cloud user has it
}

// claimAnswer is what the cloud user that has U says to the AD object that would take it by U.
type claimAnswer struct {
	taken   bool // another AD object's match by P takes it
	claimed bool // another new AD object would take it by U too
}

// upnOfAnother says whether a live cloud user other than p has the object's UPN.
func (d *dossier) upnOfAnother(p *peer) bool {
	return d.upn.target.found && !d.upn.target.is(p) || d.upn.second.found
}

// self gives what an AD object's facts tell, and chooses between the two anchors that a user can have
// (plan-connect-design-concepts).
func (f adFacts) self(object uint32, mode AnchorMode) self {
	s := self{
		object: object, user: f.has(adUser), inScope: f.has(adInScope), large: f.has(adLarge),
		hasUPN: f.has(adUPN), wellUPN: f.has(adWellUPN), verified: f.has(adVerified),
	}
	if !f.has(adMayAnchor) {
		return s
	}
	s.anchored, s.anchorOf = f.has(adGUID), ofObjectGUID
	if !f.has(adConsistencyGUID) {
		return s
	}
	s.hasOther = f.has(adDiffers)
	if mode != AnchorObjectGUID {
		s.anchored, s.anchorOf = true, ofConsistencyGUID
		s.hasOther = f.has(adDiffers) && f.has(adGUID)
	}
	return s
}

// anchor gives the anchor in use of an AD object.
func (r *Record) anchor(mode AnchorMode) string {
	switch {
	case !hasAnchor(r):
		return ""
	case r.Class == ClassUser && r.ConsistencyGUID != "" && mode != AnchorObjectGUID:
		return r.ConsistencyGUID
	}
	return r.ID.Anchor()
}
