package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"smtpmatch/reconcile/internal/cluster"
	"smtpmatch/reconcile/internal/spill"
)

// The conflict join puts all addresses of both sides into one index. When it runs, partners are known:
// an AD object and the cloud object that it is or will be linked to may share an address.

// conflictEntry is one attribute of one object that holds an address, or names it as its target.
type conflictEntry struct {
	side      Side
	object    uint64 // its number on its side
	attribute Attribute
	value     string

	// Of AD entries.
	rule       Rule
	hasPartner bool
	partner    uint64 // the partner's number among the cloud objects
	blamed     bool   // the object's outcome comes from this value
	exported   bool   // the sync sends this value, and would have it quarantined
}

func (e *conflictEntry) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.hasPartner, e.blamed, e.exported)
	p.uint(e.object)
	p.uint(uint64(e.attribute))
	p.uint(uint64(e.rule))
	p.uint(e.partner)
	p.text(e.value)
	return p
}

func unpackConflictEntry(b []byte) (e conflictEntry, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.hasPartner, &e.blamed, &e.exported)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.attribute = Attribute(u.uint())
	e.rule = Rule(u.uint())
	e.partner = u.uint()
	e.value = u.text()
	return e, u.err
}

// number is the object's number over both sides.
func (e *conflictEntry) number() uint64 {
	if e.side == Cloud {
		return cloudObject(e.object)
	}
	return adObject(e.object)
}

// addADConflict puts every address of an AD object into the table. found is its decision, the zero
// value for an object that is not judged.
func addADConflict(table *spill.Table, object uint64, r *Record, found decision) error {
	e := conflictEntry{side: AD, object: object, rule: found.rule, hasPartner: found.partner.found, partner: found.partner.object}
	_, from, hasPrimary := r.Primary()
	for _, address := range r.Addresses() {
		isP := hasPrimary && address.Attribute == from
		isU := address.Attribute == AttrUPN
		e.attribute, e.value = address.Attribute, address.Normal
		e.blamed = found.blame == blamePrimary && isP || found.blame == blameUPN && isU
		e.exported = found.rule.Outcome().quarantines() && (isP || isU || address.Attribute == AttrAlias)
		if err := table.Add(keyOf(keyAddress, e.value), e.number(), e.pack()); err != nil {
			return err
		}
	}
	return nil
}

// addCloudConflict puts every address of a live cloud object into the table.
func addCloudConflict(table *spill.Table, object uint64, r *Record) error {
	e := conflictEntry{side: Cloud, object: object}
	for _, address := range r.Addresses() {
		e.attribute, e.value = address.Attribute, address.Normal
		if err := table.Add(keyOf(keyAddress, e.value), e.number(), e.pack()); err != nil {
			return err
		}
	}
	return nil
}

// dispute is what one address brings together.
type dispute struct {
	ad, cloud  holders
	blamed     bool
	takenOff   bool // quarantined for some AD object
	firstADHas conflictEntry
}

// holders counts the objects of one side; entries come object by object.
type holders struct {
	count int
	last  uint64
	first uint64
}

func (h *holders) add(object uint64) {
	if h.count == 0 {
		h.first = object
	}
	if h.count == 0 || h.last != object {
		h.count++
	}
	h.last = object
}

func (d *dispute) add(e *conflictEntry) {
	switch {
	case e.attribute == AttrTarget: // names the address and holds nothing
	case e.side == Cloud:
		d.cloud.add(e.object)
	default:
		if d.ad.count == 0 {
			d.firstADHas = *e
		}
		d.ad.add(e.object)
		d.blamed = d.blamed || e.blamed
	}
}

// first is the first holder in input order, numbered over both sides.
func (d *dispute) first() uint64 {
	if d.ad.count > 0 {
		return adObject(d.ad.first)
	}
	return cloudObject(d.cloud.first)
}

// exists says whether the address is in conflict: two objects of one side hold it, or an AD object and
// a cloud object that is not its partner.
func (d *dispute) exists() bool {
	return d.ad.count > 1 || d.cloud.count > 1 || d.ad.count == 1 && d.heldBesides(&d.firstADHas)
}

// heldBesides says whether a cloud object other than the AD entry's partner holds the address.
func (d *dispute) heldBesides(e *conflictEntry) bool {
	return d.cloud.count > 1 || d.cloud.count == 1 && !(e.hasPartner && e.partner == d.cloud.first)
}

// quarantined says whether the sync takes the address off the AD entry's object. An object whose UPN an
// object before it has (R27) loses it too.
func (d *dispute) quarantined(e *conflictEntry) bool {
	return e.side == AD && e.exported && (d.heldBesides(e) || e.blamed && e.rule == 27)
}

// conflictNote tells an object that one of its addresses is in conflict.
type conflictNote struct {
	attribute   Attribute
	quarantined bool // taken off this object
	blocks      bool
	ad, cloud   int    // how many objects hold it
	firstHolder uint64 // the first of them, numbered over both sides
	value       string
}

func (n *conflictNote) pack() []byte {
	var p packer
	p.flags(n.quarantined, n.blocks)
	p.uint(uint64(n.attribute))
	p.uint(uint64(n.ad))
	p.uint(uint64(n.cloud))
	p.uint(n.firstHolder)
	p.text(n.value)
	return p
}

func unpackConflictNote(b []byte) (n conflictNote, err error) {
	u := unpacker{bytes: b}
	u.flags(&n.quarantined, &n.blocks)
	n.attribute = Attribute(u.uint())
	n.ad = int(u.uint())
	n.cloud = int(u.uint())
	n.firstHolder = u.uint()
	n.value = u.text()
	return n, u.err
}

// compare puts the notes of one object in the order of addresses.csv.
func (n *conflictNote) compare(m *conflictNote) int {
	return cmp.Or(cmp.Compare(n.value, m.value), cmp.Compare(n.attribute, m.attribute))
}

func (n *conflictNote) reason() string {
	return "Held by " + countOf(n.ad, "AD object") + " and " + countOf(n.cloud, "cloud object") + "."
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// conflictJoin is where the conflict join writes.
type conflictJoin struct {
	ad, cloud *spill.Notes // conflict notes by object
	settled   *spill.Notes // what AD objects make of cloud objects
	clusters  cluster.Builder
}

// run reads the groups of the conflict table and writes the notes.
func (c *conflictJoin) run(table *spill.Table) error {
	for group, err := range table.Groups() {
		if err != nil {
			return err
		}
		if group.Len() == 1 {
			continue
		}
		d, err := hold(group)
		if err != nil {
			return err
		}
		if !d.exists() {
			continue
		}
		if err := c.tell(group, d); err != nil {
			return err
		}
	}
	return nil
}

// hold looks at the holders of one address.
func hold(group *spill.Group) (*dispute, error) {
	var check confirmation
	d := &dispute{}
	for e, err := range unpacked(group, unpackConflictEntry) {
		if err == nil {
			err = check.confirm(e.value)
		}
		if err != nil {
			return nil, err
		}
		d.add(&e)
	}
	for e, err := range unpacked(group, unpackConflictEntry) {
		if err != nil {
			return nil, err
		}
		d.takenOff = d.takenOff || d.quarantined(&e)
	}
	return d, nil
}

func (c *conflictJoin) tell(group *spill.Group, d *dispute) error {
	for e, err := range unpacked(group, unpackConflictEntry) {
		if err != nil {
			return err
		}
		if e.attribute != AttrTarget {
			c.clusters.Join(d.first(), e.number())
		}
		if err := c.tellHolder(&e, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *conflictJoin) tellHolder(e *conflictEntry, d *dispute) error {
	note := conflictNote{
		attribute: e.attribute, value: e.value, quarantined: d.quarantined(e),
		blocks: d.blamed || d.takenOff, ad: d.ad.count, cloud: d.cloud.count, firstHolder: d.first(),
	}
	if e.side == Cloud {
		return c.cloud.Add(e.object, note.pack())
	}
	if err := c.ad.Add(e.object, note.pack()); err != nil {
		return err
	}
	if e.rule == 4 && note.quarantined {
		s := settlement{rule: 5, from: e.object}
		return c.settled.Add(e.partner, s.pack())
	}
	return nil
}

// conflictRows sorts an object's notes into rows, each address and attribute once.
func conflictRows(notes []conflictNote) []conflictNote {
	slices.SortFunc(notes, func(a, b conflictNote) int { return a.compare(&b) })
	return slices.CompactFunc(notes, func(a, b conflictNote) bool { return a.compare(&b) == 0 })
}

// cluster gives the number of the cluster that the row belongs to. An object that only names the
// address as its target is in no cluster itself: it shows the number of the address's holders.
func (n *conflictNote) cluster(j *judgement, object uint64) int {
	if n.attribute == AttrTarget {
		return j.clusters.Of(n.firstHolder)
	}
	return j.clusters.Of(object)
}
