package reconcile_test

import (
	"strings"

	"smtpmatch/reconcile"
)

// slowWorld is a tenant: all objects of both sides in input order, and the settings.
type slowWorld struct {
	ad, cloud []*slowObject
	options   reconcile.Options
	anchorIn  reconcile.AnchorMode // never auto
}

func newSlowWorld(ad, cloud []*reconcile.Record, options reconcile.Options) *slowWorld {
	w := &slowWorld{ad: slowReadAll(ad), cloud: slowReadAll(cloud), options: options}
	w.anchorIn = options.Anchor
	if w.anchorIn == "" || w.anchorIn == reconcile.AnchorAuto {
		w.anchorIn = w.autoAnchor()
	}
	return w
}

func slowReadAll(records []*reconcile.Record) []*slowObject {
	var all []*slowObject
	for _, rec := range records {
		if !rec.Rejected {
			all = append(all, slowRead(rec, len(all)))
		}
	}
	return all
}

// judged leaves out what has no verdict yet: groups and contacts come later. Of other classes an AD
// object is out of scope, and a cloud object is nothing that a sync matches.
func (o *slowObject) judged() bool {
	if o.rec.Side == reconcile.Cloud {
		return o.isUser()
	}
	return o.rec.Class != reconcile.ClassGroup && o.rec.Class != reconcile.ClassContact
}

// autoAnchor asks what synced cloud users carry of the AD users whose two anchors differ.
func (w *slowWorld) autoAnchor() reconcile.AnchorMode {
	consistency, object := 0, 0
	for _, c := range w.cloud {
		if !c.syncedUser() {
			continue
		}
		carriesConsistency, carriesObject := false, false
		for _, a := range w.ad {
			if !a.isUser() || a.consistency() == "" || a.consistency() == a.rec.ID.Anchor() {
				continue
			}
			carriesConsistency = carriesConsistency || c.immutableID() == a.consistency()
			carriesObject = carriesObject || c.immutableID() == a.rec.ID.Anchor()
		}
		if carriesConsistency {
			consistency++
		}
		if carriesObject {
			object++
		}
	}
	if object > consistency {
		return reconcile.AnchorObjectGUID
	}
	return reconcile.AnchorConsistencyGUID
}

func (o *slowObject) consistency() string { return o.rec.ConsistencyGUID }

func (o *slowObject) syncedUser() bool { return o.isUser() && o.live() && o.rec.SyncEnabled }

// anchor is the one in use, other the one that could have been; both may be empty.
func (w *slowWorld) anchor(a *slowObject) (anchor, other string) {
	object := a.rec.ID.Anchor()
	switch {
	case a.linkedMailbox():
		return "", ""
	case !a.isUser(), a.consistency() == "":
		return object, ""
	case a.consistency() == object:
		return object, ""
	case w.anchorIn == reconcile.AnchorObjectGUID:
		return object, a.consistency()
	}
	return a.consistency(), object
}

// slowVerdict is what becomes of one AD object.
type slowVerdict struct {
	object  *slowObject
	anchor  string
	outcome reconcile.Outcome
	rule    int
	partner *slowObject // linked or matched
	culprit *slowObject // because of which the outcome is an error or Contested
	because string      // the address because of which it is

	quarantined                      []string
	smtpHolder, upnHolder, anchoring *slowObject
}

func (w *slowWorld) judge(a *slowObject) *slowVerdict {
	v := w.decide(a)
	v.object = a
	v.anchor, _ = w.anchor(a)
	v.quarantined = w.quarantined(v)
	v.smtpHolder = w.smtpHolder(a.p)
	v.upnHolder = w.upnHolder(a.u)
	v.anchoring = w.firstCloud(func(c *slowObject) bool {
		return c.isUser() && v.anchor != "" && c.immutableID() == v.anchor
	})
	return v
}

// decide asks the rules in the order of contract.md section 2.
func (w *slowWorld) decide(a *slowObject) *slowVerdict {
	for _, step := range []func(*slowObject) *slowVerdict{
		w.beforeMatching, w.byAddress, w.byUPN, w.withoutTarget,
	} {
		if v := step(a); v != nil {
			return v
		}
	}
	panic("withoutTarget answers always")
}

// beforeMatching is steps 1 to 5. What they do not decide is new to sync.
func (w *slowWorld) beforeMatching(a *slowObject) *slowVerdict {
	if a.outOfScope() {
		return &slowVerdict{rule: 1, outcome: reconcile.NotSynced}
	}
	if a.linkedMailbox() {
		return &slowVerdict{rule: 2, outcome: reconcile.NoAnchor}
	}
	if v := w.byOwnLink(a); v != nil {
		return v
	}
	if v := w.byAnchor(a); v != nil {
		return v
	}
	return w.bySID(a)
}

func (w *slowWorld) isNew(a *slowObject) bool { return a.judged() && w.beforeMatching(a) == nil }

// byOwnLink is R3 to R6.
func (w *slowWorld) byOwnLink(a *slowObject) *slowVerdict {
	anchor, other := w.anchor(a)
	managed := w.firstCloud(func(c *slowObject) bool {
		return c.isUser() && c.live() && c.rec.CloudManaged && c.immutableID() == anchor
	})
	if managed != nil {
		return &slowVerdict{rule: 3, outcome: reconcile.CloudManaged, partner: managed}
	}
	linked := w.firstCloud(func(c *slowObject) bool { return c.syncedUser() && c.immutableID() == anchor })
	if linked != nil {
		v := &slowVerdict{rule: 4, outcome: reconcile.Synced, object: a, partner: linked}
		if len(w.quarantined(v)) > 0 {
			v.rule = 5
		}
		return v
	}
	changed := w.firstCloud(func(c *slowObject) bool {
		return other != "" && c.syncedUser() && c.immutableID() == other
	})
	if changed != nil {
		return &slowVerdict{rule: 6, outcome: reconcile.SourceAnchorChanged, culprit: changed}
	}
	return nil
}

// byAnchor is R7 to R12.
func (w *slowWorld) byAnchor(a *slowObject) *slowVerdict {
	carrier := w.carrier(a)
	if carrier == nil {
		return nil
	}
	identifierDiffers := carrier.identifierDiffers(a)
	switch {
	case w.options.Tenant.BlockHardMatch:
		return &slowVerdict{rule: 7, outcome: reconcile.InvalidHardMatch, culprit: carrier}
	case identifierDiffers && !w.options.Tenant.AllowIdentifierUpdate:
		return &slowVerdict{rule: 9, outcome: reconcile.AttributeUpdateNotAllowed, culprit: carrier}
	case identifierDiffers:
		return &slowVerdict{rule: 10, outcome: reconcile.HardMatch, partner: carrier}
	case !carrier.live():
		return &slowVerdict{rule: 11, outcome: reconcile.HardMatch, partner: carrier}
	}
	return &slowVerdict{rule: 12, outcome: reconcile.HardMatch, partner: carrier}
}

// carrier is the cloud user with the object's anchor: live before soft-deleted, synced before not.
func (w *slowWorld) carrier(a *slowObject) *slowObject {
	anchor, _ := w.anchor(a)
	for _, live := range []bool{true, false} {
		for _, synced := range []bool{true, false} {
			carrier := w.firstCloud(func(c *slowObject) bool {
				return c.isUser() && c.immutableID() == anchor && c.live() == live && c.rec.SyncEnabled == synced
			})
			if carrier != nil {
				return carrier
			}
		}
	}
	return nil
}

// identifierDiffers: the cloud user has an OnPremisesObjectIdentifier, and it is not the AD object's.
func (o *slowObject) identifierDiffers(a *slowObject) bool {
	identifier := slowTrim(o.rec.ObjectIdentifier)
	if identifier == "" {
		return false
	}
	id, err := reconcile.ParseGUID(identifier)
	return err != nil || id != a.rec.ID
}

// bySID is R13.
func (w *slowWorld) bySID(a *slowObject) *slowVerdict {
	anchor, _ := w.anchor(a)
	sid := slowTrim(a.rec.SID)
	same := w.firstCloud(func(c *slowObject) bool {
		return sid != "" && c.syncedUser() && strings.EqualFold(slowTrim(c.rec.SID), sid) && c.immutableID() != anchor
	})
	if same == nil {
		return nil
	}
	return &slowVerdict{rule: 13, outcome: reconcile.AttributeMustBeUnique, culprit: same}
}

// byAddress is step 6: the live cloud object whose primary is the object's.
func (w *slowWorld) byAddress(a *slowObject) *slowVerdict {
	target := w.targetByAddress(a)
	if target == nil {
		return nil
	}
	fail := func(rule int, outcome reconcile.Outcome) *slowVerdict {
		return &slowVerdict{rule: rule, outcome: outcome, culprit: target, because: a.p}
	}
	switch {
	case target.rec.Class != a.rec.Class:
		return fail(14, reconcile.ObjectTypeMismatch)
	case target.bound():
		return fail(15, reconcile.AttributeMustBeUnique)
	case w.options.Tenant.BlockSoftMatch:
		return fail(16, reconcile.SoftMatchBlocked)
	case target.guest():
		return fail(18, reconcile.Undocumented)
	case w.anotherNewWithAddress(a):
		return fail(26, reconcile.Contested)
	}
	rule := 19
	if w.upnOfAnother(a.u, target) {
		rule = 20
	}
	return &slowVerdict{rule: rule, outcome: reconcile.SoftMatchSMTP, partner: target}
}

func (w *slowWorld) targetByAddress(a *slowObject) *slowObject {
	return w.firstCloud(func(c *slowObject) bool { return c.live() && a.p != "" && c.p == a.p })
}

func (w *slowWorld) anotherNewWithAddress(a *slowObject) bool {
	return w.anyAD(func(b *slowObject) bool { return b != a && a.p != "" && b.p == a.p && w.isNew(b) })
}

func (w *slowWorld) upnOfAnother(u string, target *slowObject) bool {
	return nil != w.firstCloud(func(c *slowObject) bool {
		return c != target && c.isUser() && c.live() && u != "" && c.u == u
	})
}

// byUPN is step 7: the live cloud user whose UPN is the object's.
func (w *slowWorld) byUPN(a *slowObject) *slowVerdict {
	target := w.upnHolder(a.u)
	if target == nil || !a.isUser() {
		return nil
	}
	fail := func(rule int, outcome reconcile.Outcome) *slowVerdict {
		return &slowVerdict{rule: rule, outcome: outcome, culprit: target, because: a.u}
	}
	switch {
	case !w.options.Tenant.SoftMatchOnUPN:
		return &slowVerdict{rule: 22, outcome: reconcile.NewObject}
	case target.bound() || w.takenByAddress(a, target):
		return &slowVerdict{rule: 23, outcome: reconcile.NewObject}
	case w.options.Tenant.BlockSoftMatch:
		return fail(16, reconcile.SoftMatchBlocked)
	case target.guest():
		return fail(18, reconcile.Undocumented)
	case w.anotherTakesByUPN(a):
		return fail(26, reconcile.Contested)
	}
	return &slowVerdict{rule: 21, outcome: reconcile.SoftMatchUPN, partner: target}
}

// takenByAddress says that another AD object's match by its primary takes the target.
func (w *slowWorld) takenByAddress(a, target *slowObject) bool {
	return w.anyAD(func(b *slowObject) bool {
		if b == a || b.p != target.p || !w.isNew(b) {
			return false
		}
		v := w.byAddress(b)
		return v != nil && v.partner == target
	})
}

// anotherTakesByUPN says that another new object with the same UPN has no target by its primary either.
func (w *slowWorld) anotherTakesByUPN(a *slowObject) bool {
	return w.anyAD(func(b *slowObject) bool {
		return b != a && b.isUser() && b.u == a.u && w.isNew(b) && w.targetByAddress(b) == nil
	})
}

// withoutTarget is step 8.
func (w *slowWorld) withoutTarget(a *slowObject) *slowVerdict {
	if w.anotherNewWithAddress(a) {
		return &slowVerdict{rule: 26, outcome: reconcile.Contested, because: a.p}
	}
	v := &slowVerdict{outcome: reconcile.NewObject}
	switch {
	case w.heldInCloud(a.p, nil):
		v.rule = 24
	case w.sameUPNBefore(a):
		v.rule = 27
	case slowMalformedUPN(a.rec.UserPrincipalName):
		v.rule = 31
	case slowUnverified(a.u, w.options.Domains):
		v.rule = 32
	case len(a.values) > 300:
		v.rule, v.outcome = 33, reconcile.LargeObject
	case w.softDeletedMentions(a.p), w.softDeletedMentions(a.u):
		v.rule = 34
	default:
		v.rule = 35
	}
	return v
}

// sameUPNBefore says that a new AD object before this one has the same UPN.
func (w *slowWorld) sameUPNBefore(a *slowObject) bool {
	return w.anyAD(func(b *slowObject) bool {
		return b.order < a.order && a.u != "" && b.u == a.u && w.isNew(b)
	})
}

func (w *slowWorld) softDeletedMentions(address string) bool {
	return nil != w.firstCloud(func(c *slowObject) bool { return c.isUser() && !c.live() && c.mentions(address) })
}

// quarantined are the object's primary, secondaries and UPN that a live cloud object other than its
// partner holds.
func (w *slowWorld) quarantined(v *slowVerdict) []string {
	switch v.outcome {
	case reconcile.Synced, reconcile.HardMatch, reconcile.SoftMatchSMTP, reconcile.SoftMatchUPN, reconcile.NewObject:
	default:
		return nil
	}
	a := v.object
	values := append([]string{a.p}, a.secondaries()...)
	values = append(values, a.u)
	var all []string
	seen := map[string]bool{"": true}
	for _, value := range values {
		placeholder := v.rule == 27 && value == a.u
		if !seen[value] && (placeholder || w.heldInCloud(value, v.partner)) {
			seen[value] = true
			all = append(all, value)
		}
	}
	return all
}

func (w *slowWorld) heldInCloud(address string, except *slowObject) bool {
	return nil != w.firstCloud(func(c *slowObject) bool { return c != except && c.holds(address) })
}

// smtpHolder is smtp_cloud_id: as primary before as alias or as the mail of an object without proxies.
func (w *slowWorld) smtpHolder(p string) *slowObject {
	if p == "" {
		return nil
	}
	if c := w.firstCloud(func(c *slowObject) bool { return c.live() && c.p == p }); c != nil {
		return c
	}
	return w.firstCloud(func(c *slowObject) bool {
		return c.live() && (c.hasSMTP(p) || len(c.values) == 0 && c.mail == p)
	})
}

func (w *slowWorld) upnHolder(u string) *slowObject {
	return w.firstCloud(func(c *slowObject) bool { return c.isUser() && c.live() && u != "" && c.u == u })
}

func (w *slowWorld) firstCloud(fits func(*slowObject) bool) *slowObject {
	for _, c := range w.cloud {
		if fits(c) {
			return c
		}
	}
	return nil
}

func (w *slowWorld) anyAD(fits func(*slowObject) bool) bool {
	for _, a := range w.ad {
		if fits(a) {
			return true
		}
	}
	return false
}
