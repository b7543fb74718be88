package reconcile

import (
	"slices"
	"testing"
)

// someone is a cloud user that is live and not bound.
func someone(object uint32) peer {
	return peer{found: true, object: object, user: true, live: true}
}

func with(p peer, change func(*peer)) peer {
	change(&p)
	return p
}

func carriedBy(p peer) carriers {
	var c carriers
	c.meet(p)
	return c
}

// ruleCase is a dossier, from one of a new user with nothing to meet, and the rule it comes to.
type ruleCase struct {
	rule    Rule
	reason  string
	dossier func(*dossier)
	tenant  func(*Tenant)
}

var (
	synced  = func(p *peer) { p.synced, p.anchored = true, true }
	deleted = func(p *peer) { p.live = false }
	guest   = func(p *peer) { p.guest = true }
	managed = func(p *peer) { p.managed = true }
)

var ruleCases = []ruleCase{
	{1, "out of scope before everything", func(d *dossier) { d.self.inScope = false; d.anchor = carriedBy(with(someone(1), synced)) }, nil},
	{2, "no anchor", func(d *dossier) { d.self.anchored = false }, nil},
	{3, "managed in the cloud wins over linked", func(d *dossier) {
		d.anchor = carriedBy(with(with(someone(1), synced), managed))
	}, nil},
	{3, "managed, and not synced any more", func(d *dossier) { d.anchor = carriedBy(with(someone(1), managed)) }, nil},
	{4, "linked", func(d *dossier) { d.anchor = carriedBy(with(someone(1), synced)) }, nil},
	{6, "the other anchor is carried by a synced user", func(d *dossier) { d.other = carriedBy(with(someone(1), synced)) }, nil},
	{35, "the other anchor carried by one that is not synced says nothing", func(d *dossier) { d.other = carriedBy(someone(1)) }, nil},
	{7, "hard match blocked", func(d *dossier) { d.anchor = carriedBy(someone(1)) }, func(t *Tenant) { t.BlockHardMatch = true }},
	{9, "another identifier", func(d *dossier) {
		d.anchor = carriedBy(with(someone(1), func(p *peer) { p.otherIdentifier = true }))
	}, nil},
	{10, "another identifier, and the tenant allows it", func(d *dossier) {
		d.anchor = carriedBy(with(someone(1), func(p *peer) { p.otherIdentifier = true }))
	}, func(t *Tenant) { t.AllowIdentifierUpdate = true }},
	{12, "the same identifier", func(d *dossier) {
		d.anchor = carriedBy(with(someone(1), func(p *peer) { p.otherIdentifier = false }))
	}, nil},
	{11, "soft-deleted with the anchor", func(d *dossier) { d.anchor = carriedBy(with(someone(1), deleted)) }, nil},
	{12, "live with the anchor", func(d *dossier) { d.anchor = carriedBy(someone(1)) }, nil},
	{13, "same SID", func(d *dossier) { d.sameSID = with(someone(1), synced) }, nil},
	{14, "a group has P", func(d *dossier) { d.primary.target = with(someone(1), func(p *peer) { p.user = false }) }, nil},
	{15, "P bound by anchor", func(d *dossier) { d.primary.target = with(someone(1), func(p *peer) { p.anchored = true }) }, nil},
	{15, "P bound by sync alone", func(d *dossier) { d.primary.target = with(someone(1), func(p *peer) { p.synced = true }) }, nil},
	{16, "soft match blocked, P", func(d *dossier) { d.primary.target = someone(1) }, func(t *Tenant) { t.BlockSoftMatch = true }},
	{18, "a guest has P", func(d *dossier) { d.primary.target = with(someone(1), guest) }, nil},
	{26, "a rival for P", func(d *dossier) { d.primary.target, d.primary.rival = someone(1), true }, nil},
	{18, "guest before rival", func(d *dossier) { d.primary.target, d.primary.rival = with(someone(1), guest), true }, nil},
	{20, "U is another user's", func(d *dossier) { d.primary.target, d.upn.target = someone(1), someone(2) }, nil},
	{20, "U is the target's and another user's", func(d *dossier) {
		d.primary.target, d.upn.target, d.upn.second = someone(1), someone(1), someone(2)
	}, nil},
	{19, "U is the target's own", func(d *dossier) { d.primary.target, d.upn.target = someone(1), someone(1) }, nil},
	{22, "no match by UPN", func(d *dossier) { d.upn.target = someone(1) }, func(t *Tenant) { t.SoftMatchOnUPN = false }},
	{23, "U bound", func(d *dossier) { d.upn.target = with(someone(1), synced) }, nil},
	{23, "U taken by a match by P", func(d *dossier) { d.upn.target, d.answer.taken = someone(1), true }, nil},
	{16, "soft match blocked, U", func(d *dossier) { d.upn.target = someone(1) }, func(t *Tenant) { t.BlockSoftMatch = true }},
	{23, "bound is asked before blocked", func(d *dossier) { d.upn.target = with(someone(1), synced) }, func(t *Tenant) { t.BlockSoftMatch = true }},
	{18, "a guest has U", func(d *dossier) { d.upn.target = with(someone(1), guest) }, nil},
	{26, "claimed by UPN twice", func(d *dossier) { d.upn.target, d.answer.claimed = someone(1), true }, nil},
	{21, "match by UPN", func(d *dossier) { d.upn.target = someone(1) }, nil},
	{21, "match by UPN although P is held as an alias", func(d *dossier) { d.upn.target, d.primary.held = someone(1), true }, nil},
	{26, "a rival for P without any target", func(d *dossier) { d.primary.rival = true }, nil},
	{24, "P held as an alias", func(d *dossier) { d.primary.held = true }, nil},
	{27, "an earlier object has U", func(d *dossier) { d.upn.firstNew = 3 }, nil},
	{31, "malformed UPN", func(d *dossier) { d.self.wellUPN, d.self.verified = false, false }, nil},
	{32, "unverified suffix", func(d *dossier) { d.self.verified = false }, nil},
	{33, "301 values", func(d *dossier) { d.self.large = withValues(301) }, nil},
	{35, "300 values", func(d *dossier) { d.self.large = withValues(300) }, nil},
	{34, "P soft-deleted", func(d *dossier) { d.primary.deleted = true }, nil},
	{34, "U soft-deleted", func(d *dossier) { d.upn.deleted = true }, nil},
	{35, "nothing met", func(d *dossier) {}, nil},
}

func TestOutcome(t *testing.T) {
	for _, c := range ruleCases {
		d, tenant := newUserDossier(), DefaultTenant()
		c.dossier(d)
		if c.tenant != nil {
			c.tenant(&tenant)
		}
		if got := d.outcome(&tenant).rule; got != c.rule {
			t.Errorf("%s: %s, want %s", c.reason, got, c.rule)
		}
	}
}

func newUserDossier() *dossier {
	d := &dossier{self: self{
		object: 7, user: true, inScope: true, anchored: true, anchorOf: ofObjectGUID,
		hasUPN: true, wellUPN: true, verified: true,
	}}
	d.upn.firstNew = 7
	return d
}

// Every rule has a text, and every rule of this version is asked for above.
func TestRuleTexts(t *testing.T) {
	for rule, text := range ruleTexts {
		if text.outcome == "" || text.reason == "" || text.source == "" || len(text.reason) > 120 {
			t.Errorf("%s: outcome, reason (at most 120 bytes) or source missing: %+v", rule, text)
		}
		covered := slices.ContainsFunc(ruleCases, func(c ruleCase) bool { return c.rule == rule })
		if fromElsewhere := rule == 5 || rule > 35; !covered && !fromElsewhere {
			t.Errorf("%s: no case in ruleCases", rule)
		}
	}
}

func TestBestCarrier(t *testing.T) {
	live, gone := someone(2), with(someone(1), deleted)
	var c carriers
	for _, p := range []peer{gone, live, with(someone(3), synced)} {
		c.meet(p)
	}
	if c.first.object != 1 || c.best.object != 3 || c.linked.object != 3 {
		t.Errorf("first %d, best %d, linked %d", c.first.object, c.best.object, c.linked.object)
	}
}

// withValues says whether an object with so many values of proxyAddresses counts as large.
func withValues(n int) bool {
	return adFactsOf(&Record{Class: ClassUser, ProxyAddresses: make([]string, n)}, nil).has(adLarge)
}

// TestLinkedMailboxMeetsNobody: an object without an anchor has no carrier of it either.
func TestLinkedMailboxMeetsNobody(t *testing.T) {
	r := &Record{Class: ClassUser, ConsistencyGUID: "1MOyofbliUerzRI0VniQqw==", MsExchRecipientType: "2"}
	d := &dossier{self: adFactsOf(r, nil).self(1, AnchorConsistencyGUID)}
	d.hearIdentity([]identityNote{noteOf(ofConsistencyGUID, &carriers{first: someone(1), best: someone(1)})})
	if d.anchor.first.found || d.other.first.found || d.self.anchored {
		t.Errorf("carriers %+v, %+v", d.anchor, d.other)
	}
}

// TestAnchors: which of its two possible anchors an object has in use, and whether it would have another.
func TestAnchors(t *testing.T) {
	id := numbered(1)
	for _, c := range []struct {
		reason   string
		record   Record
		mode     AnchorMode
		anchored bool
		of       facts
		hasOther bool
	}{
		{"objectGUID alone", Record{Class: ClassUser, ID: id}, AnchorConsistencyGUID, true, ofObjectGUID, false},
		{"both, the same", Record{Class: ClassUser, ID: id, ConsistencyGUID: id.Anchor()}, AnchorConsistencyGUID, true, ofConsistencyGUID, false},
		{"both, ConsistencyGuid in use", Record{Class: ClassUser, ID: id, ConsistencyGUID: "x"}, AnchorConsistencyGUID, true, ofConsistencyGUID, true},
		{"both, objectGUID in use", Record{Class: ClassUser, ID: id, ConsistencyGUID: "x"}, AnchorObjectGUID, true, ofObjectGUID, true},
		{"ConsistencyGuid alone", Record{Class: ClassUser, ConsistencyGUID: "x"}, AnchorConsistencyGUID, true, ofConsistencyGUID, false},
		{"ConsistencyGuid alone, not in use", Record{Class: ClassUser, ConsistencyGUID: "x"}, AnchorObjectGUID, false, ofObjectGUID, true},
		{"a group has no choice", Record{Class: ClassGroup, ID: id, ConsistencyGUID: "x"}, AnchorConsistencyGUID, true, ofObjectGUID, false},
	} {
		s := adFactsOf(&c.record, nil).self(0, c.mode)
		if s.anchored != c.anchored || s.anchorOf != c.of || s.hasOther != c.hasOther {
			t.Errorf("%s: %+v", c.reason, s)
		}
		if got := c.record.anchor(c.mode); (got != "") != c.anchored {
			t.Errorf("%s: anchor %q", c.reason, got)
		}
	}
}
