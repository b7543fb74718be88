package reconcile

import (
	"context"
	"iter"

	"smtpmatch/reconcile/internal/spill"
)

// A candidate is the cloud user that an AD user most probably is, though no rule of the sync would link
// them yet. Candidates are looked for in passes, each among those that the passes before left over.

// evidence is one value by which a pass compares two objects. A weak value counts only against a
// strong one.
type evidence struct {
	value  string
	strong bool
}

// pass is one way to tell that an AD user and a cloud user are the same person.
type pass struct {
	name  string
	kind  keyKind // keeps the passes' values apart
	ad    func(*Record) []evidence
	cloud func(*Record) []evidence
}

// The pass whose pairs people decided; it comes first and compares nothing.
const passMap = "map"

// passes are those that compare values, in their order.
var passes = []pass{
	{name: "upn", kind: keyPassUPN, ad: upnEvidence, cloud: upnEvidence},
	{name: "address", kind: keyPassAddress, ad: adAddressEvidence, cloud: cloudAddressEvidence},
}

func upnEvidence(r *Record) []evidence {
	return appendEvidence(nil, Normalize(CleanAddress(r.UserPrincipalName)), true)
}

// adAddressEvidence: any address of the AD user counts against the cloud primary; its primary, mail and
// UPN count against any address of the cloud user.
func adAddressEvidence(r *Record) (list []evidence) {
	for _, a := range r.Addresses() {
		if a.Attribute != AttrTarget {
			list = appendEvidence(list, a.Normal, a.Attribute != AttrAlias)
		}
	}
	return list
}

func cloudAddressEvidence(r *Record) (list []evidence) {
	for _, a := range r.Addresses() {
		if a.Attribute != AttrTarget {
			list = appendEvidence(list, a.Normal, a.Attribute == AttrPrimary)
		}
	}
	return list
}

func appendEvidence(list []evidence, value string, strong bool) []evidence {
	if value == "" {
		return list
	}
	return append(list, evidence{value, strong})
}

// asks says whether a candidate is looked for: the object is a new user that no SMTP match links.
func asks(class string, rule Rule) bool {
	if class != ClassUser {
		return false
	}
	switch rule.Outcome() {
	case SoftMatchUPN, NewObject, Contested, ObjectTypeMismatch, AdminRoleConflict, SoftMatchBlocked:
		return true
	}
	return rule == 15
}

// mayPartner says whether a cloud object can be a candidate: a member that is cloud-only, has a primary
// and is not taken by SMTP or anchor. best is what AD objects make of it, nil for nothing.
func mayPartner(r *Record, best *settlement) bool {
	p := newPeer(0, r)
	if p.class != ClassUser || !p.live || p.bound() || p.guest {
		return false
	}
	if _, _, ok := r.Primary(); !ok {
		return false
	}
	return best == nil || best.rule.role() != roleTakenOver || best.rule.Outcome() == SoftMatchUPN
}

// candidate is what the search found for one AD object.
type candidate struct {
	pass      string
	ambiguous bool   // the pass found several; the search ended
	cloud     uint64 // its number among the cloud objects
	id        GUID
}

// found says that there is one.
func (c *candidate) found() bool { return c.pass != "" && !c.ambiguous }

func (c *candidate) pack() []byte {
	var p packer
	p.text(c.pass)
	p.flags(c.ambiguous)
	p.uint(c.cloud)
	p.guid(c.id)
	return p
}

func unpackCandidate(b []byte) (c candidate, err error) {
	u := unpacker{bytes: b}
	c.pass = u.text()
	u.flags(&c.ambiguous)
	c.cloud = u.uint()
	c.id = u.guid()
	return c, u.err
}

// takeCandidate reads the one note that there may be.
func takeCandidate(notes iter.Seq2[[]byte, error]) (c candidate, err error) {
	for found, err := range unpackedNotes(notes, unpackCandidate) {
		if err != nil {
			return c, err
		}
		c = found
	}
	return c, nil
}

// search looks for candidates. Its tables are filled from the records once, for all passes; the sets say
// who is left over.
type search struct {
	asked, partners spill.Set
	tables          []spill.Table // by pass
	found           *spill.Notes  // candidates, by AD object
	owners          *spill.Notes  // AD objects, by the cloud object that is their candidate
}

// addAD puts an AD object that asks into the tables.
func (s *search) addAD(object uint64, r *Record) error {
	s.asked.Add(object)
	for i, pass := range passes {
		for _, e := range pass.ad(r) {
			entry := suitor{side: AD, object: object, strong: e.strong, value: e.value}
			if err := s.tables[i].Add(keyOf(pass.kind, e.value), adObject(object), entry.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *search) addCloud(object uint64, r *Record) error {
	s.partners.Add(object)
	for i, pass := range passes {
		for _, e := range pass.cloud(r) {
			entry := suitor{side: Cloud, object: object, id: r.ID, strong: e.strong, value: e.value}
			if err := s.tables[i].Add(keyOf(pass.kind, e.value), cloudObject(object), entry.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

// run asks the passes in their order.
func (s *search) run(ctx context.Context) error {
	for i, pass := range passes {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.asked.Len() == 0 || s.partners.Len() == 0 {
			return nil
		}
		p := pairing{search: s, pass: pass.name}
		if err := p.run(&s.tables[i]); err != nil {
			return err
		}
	}
	return nil
}

// settle notes that the pass found the cloud object for the AD object.
func (s *search) settle(pass string, object uint64, c candidate) error {
	s.asked.Remove(object)
	c.pass = pass
	if c.ambiguous {
		c = candidate{pass: pass, ambiguous: true}
		return s.found.Add(object, c.pack())
	}
	s.partners.Remove(c.cloud)
	var owner packer
	owner.uint(object)
	if err := s.owners.Add(c.cloud, owner); err != nil {
		return err
	}
	return s.found.Add(object, c.pack())
}
