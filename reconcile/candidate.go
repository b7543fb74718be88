package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// A candidate is the cloud user that an AD user most probably is, though no rule of the sync would link
// them yet. Candidates are looked for in passes, each among those that the passes before left over.

// pass is one way to tell that an AD user and a cloud user are the same person.
type pass struct {
	name string
	// ad and cloud say whether a member of a circle takes part in the pass with its address, and whether
	// strongly: a weak one counts only against a strong one.
	ad, cloud func(facts) (takes, strong bool)
}

// passes are the ways, in their order. The first is that of the pairs that people decided; it compares
// nothing.
var passes = []pass{
	{name: "map"},
	{name: "upn", ad: byUPN, cloud: byUPN},
	{name: "address", ad: byADAddress, cloud: byCloudAddress},
}

// mapPass is the place of the first pass.
const mapPass = 0

func byUPN(f facts) (takes, strong bool) { return f.has(atUPN), true }

// byADAddress: any address of the AD user counts against the cloud primary; its primary, mail and UPN
// count against any address of the cloud user.
func byADAddress(f facts) (takes, strong bool) { return f.has(holding), f.has(holding &^ atAlias) }

func byCloudAddress(f facts) (takes, strong bool) { return f.has(holding), f.has(atPrimary) }

// asks says whether a candidate is looked for: the object is new, and so a user, and no SMTP match links it.
func asks(rule Rule) bool {
	switch rule.Outcome() {
	case SoftMatchUPN, NewObject, Contested, ObjectTypeMismatch, AdminRoleConflict, SoftMatchBlocked:
		return true
	}
	return rule == 15
}

// mayPartner says whether a cloud object can be a candidate: a member that is cloud-only, has a primary
// and is not taken by SMTP or anchor. Whoever is taken by anchor has one, and so is bound.
func mayPartner(f facts, state cloudState) bool {
	return f.canPartner() && state&(cloudTaken|cloudGone) == 0
}

// candidate is what the search found for one AD object.
type candidate struct {
	cloud uint32 // its number among the cloud objects, nobody if the pass found several: the search ended
	pass  uint32 // its place among the passes
}

func (c *candidate) ambiguous() bool { return c.cloud == nobody }

// name is that of the pass.
func (c *candidate) name() string { return passes[c.pass].name }

// search looks for candidates. The states of the objects say who is left over.
type search struct {
	objects   *objects
	asked     int // how many are left over
	ambiguous int
	found     *spill.Notes[candidate]
}

func (s *search) isAsked(object uint32) bool { return s.objects.adHas(object, adAsks) }

func (s *search) isPartner(object uint32) bool {
	return !s.objects.cloudHas(object, cloudTaken|cloudGone)
}

// run asks the passes that compare values, in their order.
func (s *search) run(ctx context.Context, space *spill.Space, c *circles) error {
	for i := mapPass + 1; i < len(passes); i++ {
		if s.asked == 0 {
			return nil
		}
		p := newPairing(s, i, space)
		if err := p.run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// settle notes that the pass found the cloud object for the AD object, or several: then cloud is nobody.
func (s *search) settle(pass int, object, cloud uint32) error {
	s.asked--
	state := &s.objects.ad[object]
	*state &^= adAsks
	if cloud != nobody {
		*state |= adCandidate
		s.objects.cloud[cloud] |= cloudGone
		s.objects.owners[cloud] = object
	} else {
		s.ambiguous++
	}
	return s.found.Add(object, candidate{cloud, uint32(pass)})
}
