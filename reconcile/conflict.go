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
	rule     Rule
	partner  partnership // with the directory as exported
	planned  partnership // with the changes in view
	blamed   bool        // the object's outcome comes from this value
	exported bool        // the sync sends this value, and would have it quarantined
	mark     bool        // holds nothing: says that the object's change is blocked by this address
}

// partnership names the cloud object that an AD object is or will be linked to, if there is one.
type partnership struct {
	exists bool
	object uint64 // its number among the cloud objects
}

func (p *partnership) with(object uint64) bool { return p.exists && p.object == object }

func (e *conflictEntry) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.partner.exists, e.planned.exists, e.blamed, e.exported, e.mark)
	p.uint(e.object)
	p.uint(uint64(e.attribute))
	p.uint(uint64(e.rule))
	p.uint(e.partner.object)
	p.uint(e.planned.object)
	p.text(e.value)
	return p
}

func unpackConflictEntry(b []byte) (e conflictEntry, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.partner.exists, &e.planned.exists, &e.blamed, &e.exported, &e.mark)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.attribute = Attribute(u.uint())
	e.rule = Rule(u.uint())
	e.partner.object = u.uint()
	e.planned.object = u.uint()
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

// planned is what was decided about an AD object: the zero value for one that is not judged.
type planned struct {
	found     decision
	candidate candidate
	change    *Change
}

// partners gives the cloud object that the AD object is or will be linked to, as exported and with the
// changes in view: one with a change that is to be applied counts as linked to that change's alone.
func (p *planned) partners() (now, then partnership) {
	now = partnership{p.found.partner.found, p.found.partner.object}
	if p.change != nil && p.change.Decision == Apply && p.candidate.found() {
		return now, partnership{true, p.candidate.cloud}
	}
	return now, now
}

// blockedAddress is the address that blocks the object's change because somebody else holds it.
func (p *planned) blockedAddress() string {
	if p.change != nil && (p.change.BlockedBy == AddressHeldInAD || p.change.BlockedBy == AddressHeldInCloud) {
		return Normalize(p.change.MailAfter)
	}
	return ""
}

// addADConflict puts every address of an AD object into the table.
func addADConflict(table *spill.Table, object uint64, r *Record, p *planned) error {
	e := conflictEntry{side: AD, object: object, rule: p.found.rule}
	e.partner, e.planned = p.partners()
	_, from, hasPrimary := r.Primary()
	for _, address := range r.Addresses() {
		isP := hasPrimary && address.Attribute == from
		isU := address.Attribute == AttrUPN
		e.attribute, e.value = address.Attribute, address.Normal
		e.blamed = p.found.blame == blamePrimary && isP || p.found.blame == blameUPN && isU
		e.exported = p.found.rule.Outcome().quarantines() && (isP || isU || address.Attribute == AttrAlias)
		if err := table.Add(keyOf(keyAddress, e.value), e.number(), e.pack()); err != nil {
			return err
		}
	}
	if blocked := p.blockedAddress(); blocked != "" {
		e = conflictEntry{side: AD, object: object, value: blocked, mark: true}
		return table.Add(keyOf(keyAddress, e.value), e.number(), e.pack())
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
	case e.mark:
		d.blamed = true
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
// a cloud object that is not its partner, with the changes in view.
func (d *dispute) exists() bool {
	return d.ad.count > 1 || d.cloud.count > 1 || d.ad.count == 1 && d.heldBesides(&d.firstADHas.planned)
}

// heldBesides says whether a cloud object other than the partner holds the address.
func (d *dispute) heldBesides(p *partnership) bool {
	return d.cloud.count > 1 || d.cloud.count == 1 && !p.with(d.cloud.first)
}

// quarantined says whether the sync takes the address off the AD entry's object, with the directory as
// exported. An object whose UPN an
// object before it has (R27) loses it too.
func (d *dispute) quarantined(e *conflictEntry) bool {
	return e.side == AD && e.exported && (d.heldBesides(&e.partner) || e.blamed && e.rule == 27)
}

// conflictNote tells an object that one of its addresses is in conflict.
type conflictNote struct {
	attribute   Attribute
	listed      bool // the address is in conflict; else the note is about quarantine alone
	quarantined bool // taken off this object
	blocks      bool
	ad, cloud   int    // how many objects hold it
	firstHolder uint64 // the first of them, numbered over both sides
	value       string
}

func (n *conflictNote) pack() []byte {
	var p packer
	p.flags(n.listed, n.quarantined, n.blocks)
	p.uint(uint64(n.attribute))
	p.uint(uint64(n.ad))
	p.uint(uint64(n.cloud))
	p.uint(n.firstHolder)
	p.text(n.value)
	return p
}

func unpackConflictNote(b []byte) (n conflictNote, err error) {
	u := unpacker{bytes: b}
	u.flags(&n.listed, &n.quarantined, &n.blocks)
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
		if !d.exists() && !d.takenOff {
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
	listed := d.exists()
	for e, err := range unpacked(group, unpackConflictEntry) {
		if err != nil {
			return err
		}
		if e.mark || !listed && !d.quarantined(&e) {
			continue
		}
		if listed && e.attribute != AttrTarget {
			c.clusters.Join(d.first(), e.number())
		}
		if err := c.tellHolder(&e, d, listed); err != nil {
			return err
		}
	}
	return nil
}

func (c *conflictJoin) tellHolder(e *conflictEntry, d *dispute, listed bool) error {
	note := conflictNote{
		attribute: e.attribute, value: e.value, listed: listed, quarantined: d.quarantined(e),
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
		return c.settled.Add(e.partner.object, s.pack())
	}
	return nil
}

// conflictRows sorts an object's notes about conflicts into rows, each address and attribute once.
func conflictRows(notes []conflictNote) []conflictNote {
	notes = slices.DeleteFunc(notes, func(n conflictNote) bool { return !n.listed })
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
