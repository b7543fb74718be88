package reconcile

import "strings"

// facts is what an entry says of its object besides the key: which of the object's attributes hold the
// value, and what the rules ask about the object itself.
type facts uint32

// Bits 0 to 4: the attributes that hold the value, see [Attribute].
const (
	atPrimary facts = 1 << AttrPrimary
	atAlias   facts = 1 << AttrAlias
	atMail    facts = 1 << AttrMail
	atUPN     facts = 1 << AttrUPN
	atTarget  facts = 1 << AttrTarget

	atProxy   = atPrimary | atAlias
	holding   = atProxy | atMail | atUPN // targetAddress holds nothing
	attribute = holding | atTarget
)

// Of addresses.
const (
	isP        facts = 1 << (iota + 5) // AD: the value is P
	soleMail                           // cloud: mail of an object that has no proxy addresses
	losesAlias                         // cloud: an alias that a take-over would lose if the AD object does not have it
)

// Of cloud objects, see [peer].
const (
	isLive facts = 1 << (iota + 8)
	isUser
	isSynced
	isAnchored
	isManaged
	isGuest
	isPrimaried
	isIdentified // OnPremisesObjectIdentifier is set

	peerShift = 8
)

// Of identities.
const (
	ofConsistencyGUID facts = 1 << (iota + 16)
	ofObjectGUID
	ofSID
	differs      // AD: the user's two anchors are set and differ
	isSelf       // the object's own id
	isCarrier    // cloud: the object carries it
	isIdentifier // cloud: it is the object's OnPremisesObjectIdentifier
)

func (f facts) has(bits facts) bool { return f&bits != 0 }
func (f facts) all(bits facts) bool { return f&bits == bits }

// peer gives the cloud object with these facts.
func (f facts) peer(object uint32) peer {
	return peer{
		found: true, object: object, user: f.has(isUser), live: f.has(isLive), synced: f.has(isSynced), anchored: f.has(isAnchored),
		managed: f.has(isManaged), guest: f.has(isGuest), primaried: f.has(isPrimaried), otherIdentifier: f.has(isIdentified),
	}
}

// facts gives the facts of a peer, none if there is none.
func (p *peer) facts() (f facts) {
	for i, set := range [...]bool{p.live, p.user, p.synced, p.anchored, p.managed, p.guest, p.primaried, p.otherIdentifier} {
		if set {
			f |= isLive << i
		}
	}
	return f
}

// peerFacts reads the record of a cloud object. Whether it has a primary is told by its addresses.
func peerFacts(r *Record) (f facts) {
	if !r.Deleted {
		f |= isLive
	}
	if r.Class == ClassUser {
		f |= isUser
	}
	if r.SyncEnabled {
		f |= isSynced
	}
	if r.ImmutableID != "" {
		f |= isAnchored
	}
	if r.CloudManaged {
		f |= isManaged
	}
	if strings.EqualFold(TrimBlank(r.UserType), "guest") {
		f |= isGuest
	}
	if r.ObjectIdentifier != "" {
		f |= isIdentified
	}
	return f
}

// canPartner says whether the cloud object can be a candidate, as far as it itself is concerned: a member
// that is cloud-only and has a primary.
func (f facts) canPartner() bool {
	return f.all(isLive|isUser|isPrimaried) && !f.has(isSynced|isAnchored|isGuest)
}

// adFacts is what the rules ask about an AD object itself.
type adFacts uint16

const (
	adJudged adFacts = 1 << iota
	adUser
	adInScope
	adMayAnchor // see hasAnchor
	adGUID      // it has an objectGUID
	adConsistencyGUID
	adDiffers // its two anchors differ
	adUPN
	adWellUPN
	adVerified
	adLarge // more proxy addresses than is safe
	adMailbox
)

func (f adFacts) has(bit adFacts) bool { return f&bit != 0 }

func (f *adFacts) set(bit adFacts, on bool) {
	if on {
		*f |= bit
	}
}

// adFactsOf reads the record of an AD object.
func adFactsOf(r *Record, domains Domains) (f adFacts) {
	f.set(adJudged, isJudged(r))
	f.set(adUser, r.Class == ClassUser)
	f.set(adInScope, inScope(r))
	f.set(adMayAnchor, hasAnchor(r))
	f.set(adGUID, !r.ID.IsZero())
	if r.Class == ClassUser && r.ConsistencyGUID != "" {
		f.set(adConsistencyGUID, true)
		f.set(adDiffers, !r.ID.isAnchor(r.ConsistencyGUID))
	}
	f.set(adLarge, len(r.ProxyAddresses) > mostProxies)
	f.set(adMailbox, r.hasMailboxHere())
	upn := CleanAddress(r.UserPrincipalName)
	f.set(adWellUPN, upn == "" || wellFormedUPN(upn))
	if upn == "" || domains == nil {
		f.set(adVerified, true)
	} else {
		f.set(adVerified, domains.isVerified(Normalize(upn)))
	}
	f.set(adUPN, upn != "")
	return f
}

// cloudFacts is what is asked about a cloud object when its verdict is given, and when it is taken over:
// how many aliases it could lose, at most mostLost.
type cloudFacts uint16

const (
	mostLost = 1<<8 - 1

	cloudJudged cloudFacts = 1 << (iota + 7)
	cloudDeleted
	cloudBound
)

func (f cloudFacts) has(bit cloudFacts) bool { return f&bit != 0 }
func (f cloudFacts) lost() int               { return int(f & mostLost) }

func cloudFactsOf(r *Record) (f cloudFacts) {
	if isJudged(r) {
		f |= cloudJudged
	}
	if r.Deleted {
		f |= cloudDeleted
	}
	if r.SyncEnabled || r.ImmutableID != "" {
		f |= cloudBound
	}
	return f
}
