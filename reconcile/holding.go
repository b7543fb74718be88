package reconcile

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"smtpmatch/reconcile/internal/spill"
)

// The holding join tells every AD object for which a change may be made, its cloud object's addresses
// and who else holds them. It runs when candidates are known: each cloud object knows its owner, the AD
// object that will take it.

// holding is one attribute of one object that holds an address.
type holding struct {
	side      Side
	object    uint64 // its number on its side
	attribute Attribute
	value     string

	// Of cloud entries.
	owned bool   // an AD object will take it
	owner uint64 // its number
	match bool   // the owner matches it as it is
	place int    // among the object's addresses
	text  string // as in the file, of owned ones
	upn   string // of the object as in the file, with owned primaries

	// Of AD entries: the address is the object's primary of now, and it has a candidate.
	isOld     bool
	candidate uint64 // its number among the cloud objects
}

func (e *holding) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.owned, e.match, e.isOld)
	p.uint(e.object)
	p.uint(uint64(e.attribute))
	p.text(e.value)
	if e.owned {
		p.uint(e.owner)
		p.uint(uint64(e.place))
		p.text(e.text)
		p.text(e.upn)
	}
	if e.isOld {
		p.uint(e.candidate)
	}
	return p
}

func unpackHolding(b []byte) (e holding, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.owned, &e.match, &e.isOld)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.attribute = Attribute(u.uint())
	e.value = u.text()
	if e.owned {
		e.owner = u.uint()
		e.place = int(u.uint())
		e.text = u.text()
		e.upn = u.text()
	}
	if e.isOld {
		e.candidate = u.uint()
	}
	return e, u.err
}

// addADHoldings puts every address that an AD object holds into the table.
func addADHoldings(table *spill.Table, object uint64, r *Record, c *candidate) error {
	e := holding{side: AD, object: object, candidate: c.cloud}
	_, from, hasPrimary := r.Primary()
	for _, a := range r.Addresses() {
		if a.Attribute == AttrTarget {
			continue
		}
		e.attribute, e.value = a.Attribute, a.Normal
		e.isOld = c.found() && hasPrimary && a.Attribute == from
		if err := table.Add(keyOf(keyAddress, e.value), adObject(object), e.pack()); err != nil {
			return err
		}
	}
	return nil
}

// ownership says which AD object will take a cloud object.
type ownership struct {
	owned, match bool
	owner        uint64
}

// addCloudHoldings puts every address that a live cloud object holds into the table. Only aliases that
// its owner would lose are marked as owned.
func addCloudHoldings(table *spill.Table, object uint64, r *Record, o ownership, domains Domains) error {
	for place, a := range r.Addresses() {
		if a.Attribute == AttrTarget {
			continue
		}
		e := holding{side: Cloud, object: object, attribute: a.Attribute, value: a.Normal}
		if o.owned && (a.Attribute == AttrPrimary || a.Attribute == AttrAlias && isLost(a.Normal, domains)) {
			e.owned, e.owner, e.match, e.place, e.text = true, o.owner, o.match, place, a.Text
			if a.Attribute == AttrPrimary {
				e.upn = r.UserPrincipalName
			}
		}
		if err := table.Add(keyOf(keyAddress, e.value), cloudObject(object), e.pack()); err != nil {
			return err
		}
	}
	return nil
}

// isLost says whether the take-over would lose a cloud alias that the AD object does not have. Entra keeps
// those of reserved domains itself and discards those of unverified ones
// (proxyaddresses-attribute-populate, KB 3190357).
func isLost(alias string, domains Domains) bool {
	return strings.Contains(alias, "@") && !isReserved(alias) && domains.isVerified(alias)
}

// firstHolders are the first two distinct objects of one side that hold an address.
type firstHolders struct {
	list  [2]uint64
	count int
}

func (h *firstHolders) add(object uint64) {
	if h.count < len(h.list) && (h.count == 0 || h.list[h.count-1] != object) {
		h.list[h.count] = object
		h.count++
	}
}

// besides says whether an object other than this one is among them.
func (h *firstHolders) besides(object uint64) bool {
	return h.count > 1 || h.count == 1 && h.list[0] != object
}

// factKind says what a fact is about.
type factKind uint8

const (
	factPrimary factKind = iota // the cloud object's primary
	factAlias                   // an SMTP address of the cloud object that the AD object does not hold as one
	factOld                     // somebody else holds the AD object's primary of now
)

// fact is what the holding join tells an AD object.
type fact struct {
	kind         factKind
	place        int
	text         string
	upn          string
	otherInAD    bool
	otherInCloud bool
}

func (f *fact) pack() []byte {
	var p packer
	p.flags(f.otherInAD, f.otherInCloud)
	p.uint(uint64(f.kind))
	p.uint(uint64(f.place))
	p.text(f.text)
	p.text(f.upn)
	return p
}

func unpackFact(b []byte) (f fact, err error) {
	u := unpacker{bytes: b}
	u.flags(&f.otherInAD, &f.otherInCloud)
	f.kind = factKind(u.uint())
	f.place = int(u.uint())
	f.text = u.text()
	f.upn = u.text()
	return f, u.err
}

// joinHoldings reads the groups of the table and writes the facts.
func joinHoldings(table *spill.Table, facts *spill.Notes) error {
	for group, err := range table.Groups() {
		if err != nil {
			return err
		}
		if err := meetHoldings(group, facts); err != nil {
			return err
		}
	}
	return nil
}

func meetHoldings(group *spill.Group, facts *spill.Notes) error {
	var check confirmation
	var held [2]firstHolders // by Side
	told := false            // somebody wants to know
	for e, err := range unpacked(group, unpackHolding) {
		if err == nil {
			err = check.confirm(e.value)
		}
		if err != nil {
			return err
		}
		held[e.side].add(e.object)
		told = told || e.owned || e.isOld
	}
	if !told {
		return nil
	}
	for e, err := range unpacked(group, unpackHolding) {
		if err == nil {
			err = tellHolding(group, &e, &held, facts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func tellHolding(group *spill.Group, e *holding, held *[2]firstHolders, facts *spill.Notes) error {
	switch {
	case e.isOld:
		if held[AD].besides(e.object) || held[Cloud].besides(e.candidate) {
			f := fact{kind: factOld}
			return facts.Add(e.object, f.pack())
		}
		return nil
	case !e.owned:
		return nil
	}
	f := fact{
		kind: factAlias, place: e.place, text: e.text, upn: e.upn,
		otherInAD: held[AD].besides(e.owner), otherInCloud: held[Cloud].besides(e.object),
	}
	if e.attribute == AttrPrimary {
		f.kind = factPrimary
		return facts.Add(e.owner, f.pack())
	}
	isHeld, err := holdsAsProxy(group, e.owner)
	if err != nil || isHeld {
		return err
	}
	return facts.Add(e.owner, f.pack())
}

// smallGroup is how many entries are looked through for one object. In a larger group the owner is told
// in any case, and finds out for itself.
const smallGroup = 32

// holdsAsProxy says whether the AD object has the group's address among its proxyAddresses; in a large
// group it does not know, and says no.
func holdsAsProxy(group *spill.Group, object uint64) (bool, error) {
	if group.Len() > smallGroup {
		return false, nil
	}
	for e, err := range unpacked(group, unpackHolding) {
		if err != nil {
			return false, err
		}
		if e.side == Cloud || e.object > object {
			return false, nil // AD entries come first, in the order of objects
		}
		if e.object == object && e.attribute <= AttrAlias {
			return true, nil
		}
	}
	return false, nil
}

// gather makes a wish of an AD object's facts, nil if there are none.
func gather(notes iter.Seq2[[]byte, error]) (w *wish, err error) {
	var list []fact
	for f, err := range unpackedNotes(notes, unpackFact) {
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b fact) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.place, b.place)) })
	for _, f := range list {
		switch f.kind {
		case factPrimary:
			w = &wish{primary: f.text, upn: f.upn, heldInAD: f.otherInAD, heldInCloud: f.otherInCloud}
		case factAlias:
			if w != nil {
				w.addAlias(&f)
			}
		case factOld:
			if w != nil {
				w.oldShared = true
			}
		}
	}
	return w, nil
}

// addAlias takes an alias that the take-over would lose, unless another AD object holds it: then it cannot
// be copied.
func (w *wish) addAlias(f *fact) {
	address := Normalize(f.text)
	known := func(list []string) bool {
		return slices.ContainsFunc(list, func(a string) bool { return Normalize(a) == address })
	}
	switch {
	case address == Normalize(w.primary) || known(w.aliases) || known(w.notCopied):
	case f.otherInAD:
		w.notCopied = append(w.notCopied, f.text)
	default:
		w.aliases = append(w.aliases, f.text)
	}
}
