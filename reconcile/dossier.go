package reconcile

// peer is what the rules ask about a cloud object that an AD object meets.
type peer struct {
	found      bool
	object     uint64 // its number among the cloud objects
	id         GUID
	class      string
	live       bool // not soft-deleted
	synced     bool // OnPremisesSyncEnabled
	anchored   bool // OnPremisesImmutableId is set
	managed    bool // IsCloudManaged
	guest      bool
	primaried  bool   // it has an SMTP: value, which stands for a mailbox as far as exports tell
	identifier string // OnPremisesObjectIdentifier
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
	object   uint64 // its number among the AD objects
	id       GUID
	class    string
	inScope  bool
	anchor   string // in use, base64; empty if there is none
	anchorOf anchorOf
	other    string // the anchor it would have by the other attribute, empty if the same
	primary  string // P, normalized
	upn      string // U, normalized
	wellUPN  bool   // U is well-formed or blank
	verified bool   // U's suffix is verified, or nobody knows
	proxies  int    // values of proxyAddresses
	isNew    bool   // reached matching; known from the matching join on
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
	firstNew uint64 // the first new AD object with it
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

// newDossier starts a dossier with what the object's own record says.
func newDossier(object uint64, r *Record, mode AnchorMode, domains Domains) *dossier {
	d := &dossier{self: self{
		object: object, id: r.ID, class: r.Class, inScope: inScope(r), proxies: len(r.ProxyAddresses),
		upn: Normalize(CleanAddress(r.UserPrincipalName)), wellUPN: true, verified: true,
	}}
	if primary, _, ok := r.Primary(); ok {
		d.self.primary = Normalize(primary)
	}
	if d.self.upn != "" {
		d.self.wellUPN = wellFormedUPN(CleanAddress(r.UserPrincipalName))
		d.self.verified = domains.isVerified(d.self.upn)
	}
	d.self.setAnchor(r, mode)
	d.upn.firstNew = object
	return d
}

// setAnchor chooses between the two anchors that a user can have (plan-connect-design-concepts).
func (s *self) setAnchor(r *Record, mode AnchorMode) {
	if !hasAnchor(r) {
		return
	}
	s.anchor, s.anchorOf = r.ID.Anchor(), ofObjectGUID
	if r.Class != ClassUser || r.ConsistencyGUID == "" {
		return
	}
	if s.other = r.ConsistencyGUID; s.other == s.anchor {
		s.other = ""
	}
	if mode != AnchorObjectGUID {
		s.anchorOf = ofConsistencyGUID
		if s.other != "" {
			s.anchor, s.other = s.other, s.anchor
		}
	}
}
