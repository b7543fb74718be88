package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"smtpmatch/reconcile/internal/cluster"
	"smtpmatch/reconcile/internal/spill"
)

// The conflict join looks at all circles. When it runs, partners are known: an AD object and the cloud
// object that it is or will be linked to may share an address.

// dispute is what one address brings together.
type dispute struct {
	objects   *objects
	ad, cloud holders
	blamed    bool
	takenOff  bool // quarantined for some AD object
}

// holders counts the objects of one side.
type holders struct {
	count int
	first uint32
}

func (h *holders) add(object uint32) {
	if h.count == 0 {
		h.first = object
	}
	h.count++
}

func (d *dispute) add(m member) {
	if !m.holds() {
		return // names the address, or is soft-deleted
	}
	if !m.isCloud() {
		d.ad.add(m.object())
		d.blamed = d.blamed || d.blames(m)
		return
	}
	d.cloud.add(m.number())
	if owner := d.objects.owners[m.number()]; m.facts().has(atPrimary) && owner != nobody && d.objects.adHas(owner, adHeld) {
		d.blamed = true // the owner's change is blocked by this address
	}
}

// blames says whether the AD object's outcome comes from the address.
func (d *dispute) blames(m member) bool {
	state := d.objects.ad[m.object()]
	return m.facts().has(isP) && state&adBlamesP != 0 || m.facts().has(atUPN) && state&adBlamesU != 0
}

// first is the first holder in input order, numbered over both sides.
func (d *dispute) first() uint32 {
	if d.ad.count > 0 {
		return d.ad.first
	}
	return d.cloud.first | cloudBit
}

// exists says whether the address is in conflict: two objects of one side hold it, or an AD object and
// a cloud object that is not its partner, with the changes in view.
func (d *dispute) exists() bool {
	return d.ad.count > 1 || d.cloud.count > 1 || d.ad.count == 1 && d.cloud.count == 1 && !d.willBeLinked(d.ad.first, d.cloud.first)
}

// willBeLinked says whether the two are or will be linked: an object with a change that is to be applied
// counts as linked to that change's cloud object alone.
func (d *dispute) willBeLinked(ad, cloud uint32) bool {
	if d.objects.ad[ad]&(adApplies|adCandidate) == adApplies|adCandidate {
		return d.objects.owners[cloud] == ad
	}
	return d.objects.partners[ad] == cloud
}

// quarantined says whether the sync takes the address off the member, with the directory as exported: it
// is an AD object that the sync lets through, it sends the address, and a cloud object other than its
// partner holds it. An object whose UPN an object before it has (R27) loses it too.
func (d *dispute) quarantined(m member) bool {
	if m.isCloud() || !m.facts().has(isP|atAlias|atUPN) {
		return false
	}
	rule := d.objects.rules[m.object()]
	if !rule.Outcome().quarantines() {
		return false
	}
	return d.cloud.count > 1 || d.cloud.count == 1 && d.objects.partners[m.object()] != d.cloud.first || rule == 27 && d.blames(m)
}

// conflictNote tells an object that one of its addresses is in conflict.
type conflictNote struct {
	tagHigh, tagLow uint32
	about           conflictBits
	ad, cloud       uint32 // how many objects hold it
	firstHolder     uint32 // the first of them, numbered over both sides
}

// conflictBits are the attributes that hold the address, as in [facts], and what the address is to the
// object.
type conflictBits uint32

const (
	conflictListed      conflictBits = 1 << (iota + 8) // the address is in conflict; else the note is about quarantine alone
	conflictQuarantined                                // taken off this object
	conflictBlocks
)

func (n *conflictNote) tag() tag { return tag(n.tagHigh)<<32 | tag(n.tagLow) }

func (n *conflictNote) is(bit conflictBits) bool { return n.about&bit != 0 }

func (n *conflictNote) reason() string {
	return "Held by " + countOf(n.ad, "AD object") + " and " + countOf(n.cloud, "cloud object") + "."
}

func countOf(n uint32, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// conflictJoin is where the conflict join writes.
type conflictJoin struct {
	objects  *objects
	notes    [2]*spill.Notes[conflictNote] // by Side
	clusters *cluster.Builder
	dispute  dispute // about the address that is looked at
}

func (j *conflictJoin) run(ctx context.Context, c *circles) error {
	if err := c.walk(ctx, j.meet); err != nil {
		return err
	}
	for _, notes := range j.notes {
		if err := notes.Seal(); err != nil {
			return err
		}
	}
	return nil
}

func (j *conflictJoin) meet(c *circle) error {
	if c.count == 1 {
		return nil
	}
	d := &j.dispute
	*d = dispute{objects: j.objects}
	if err := c.each(d.look); err != nil {
		return err
	}
	if err := c.each(d.weigh); err != nil || !d.exists() && !d.takenOff {
		return err
	}
	return c.each(func(members []uint64) error { return j.tell(c.tag, d, members) })
}

func (d *dispute) look(members []uint64) error {
	for _, word := range members {
		d.add(member(word))
	}
	return nil
}

func (d *dispute) weigh(members []uint64) error {
	for _, word := range members {
		d.takenOff = d.takenOff || d.quarantined(member(word))
	}
	return nil
}

func (j *conflictJoin) tell(t tag, d *dispute, members []uint64) error {
	listed := d.exists()
	for _, word := range members {
		m := member(word)
		quarantined := d.quarantined(m)
		if m.isCloud() && !m.facts().has(isLive) || !listed && !quarantined {
			continue
		}
		if listed && m.holds() {
			if err := j.clusters.Join(d.first(), m.object()); err != nil {
				return err
			}
		}
		n := conflictNote{
			tagHigh: uint32(t >> 32), tagLow: uint32(t), about: conflictBits(m.facts() & attribute),
			ad: uint32(d.ad.count), cloud: uint32(d.cloud.count), firstHolder: d.first(),
		}
		for _, c := range []struct {
			set bool
			bit conflictBits
		}{{listed, conflictListed}, {quarantined, conflictQuarantined}, {d.blamed || d.takenOff, conflictBlocks}} {
			if c.set {
				n.about |= c.bit
			}
		}
		side := AD
		if m.isCloud() {
			side = Cloud
		}
		if err := j.notes[side].Add(m.number(), n); err != nil {
			return err
		}
		if quarantined && j.objects.rules[m.object()] == 4 {
			j.objects.rules[m.object()] = 5
		}
	}
	return nil
}

// conflictRow is one row of addresses.csv.
type conflictRow struct {
	address   string
	attribute Attribute
	note      *conflictNote
}

// conflictRows makes rows of an object's notes, each address and attribute once, in the order of
// addresses.csv.
func conflictRows(notes []conflictNote, s *shown) (rows []conflictRow) {
	for i := range notes {
		n := &notes[i]
		if !n.is(conflictListed) {
			continue
		}
		for a := AttrPrimary; a <= AttrTarget; a++ {
			if n.is(1 << a) {
				rows = append(rows, conflictRow{s.addresses[n.tag()], a, n})
			}
		}
	}
	slices.SortFunc(rows, func(a, b conflictRow) int {
		return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.attribute, b.attribute))
	})
	return rows
}

// cluster gives the number of the cluster that the row belongs to. An object that only names the
// address as its target is in no cluster itself: it shows the number of the address's holders.
func (r *conflictRow) cluster(j *judgement, object uint32) int {
	if r.attribute == AttrTarget {
		object = r.note.firstHolder
	}
	return j.clusters.Of(object)
}
