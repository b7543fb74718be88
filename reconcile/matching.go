package reconcile

import "smtpmatch/reconcile/internal/spill"

// The matching join tells every AD object whom it meets by its primary address and by its UPN.

// matchingEntry is an object's share in an address or UPN.
type matchingEntry struct {
	side   Side
	object uint64 // its number on its side
	value  string

	// Of AD entries: the value is P, is U (or both), and the object is new to the sync.
	isP, isU, isNew bool

	// Of cloud entries.
	attribute Attribute
	soleMail  bool // mail of an object that has no proxy addresses
	peer      peer
}

func (e *matchingEntry) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.isP, e.isU, e.isNew, e.soleMail)
	p.uint(e.object)
	p.uint(uint64(e.attribute))
	p.peer(&e.peer)
	p.text(e.value)
	return p
}

func unpackMatchingEntry(b []byte) (e matchingEntry, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.isP, &e.isU, &e.isNew, &e.soleMail)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.attribute = Attribute(u.uint())
	e.peer = u.peer()
	e.value = u.text()
	return e, u.err
}

// addADMatching puts P and U of an AD object into the table. isNew says that it reached matching.
func addADMatching(table *spill.Table, s *self, isNew bool) error {
	e := matchingEntry{side: AD, object: s.object, isNew: isNew}
	if s.primary != "" {
		e.isP, e.isU, e.value = true, s.primary == s.upn, s.primary
		if err := table.Add(keyOf(keyAddress, e.value), adObject(s.object), e.pack()); err != nil {
			return err
		}
	}
	if s.upn == "" || s.upn == s.primary {
		return nil
	}
	e.isP, e.isU, e.value = false, true, s.upn
	return table.Add(keyOf(keyAddress, e.value), adObject(s.object), e.pack())
}

// addCloudMatching puts every address of a cloud object into the table.
func addCloudMatching(table *spill.Table, object uint64, r *Record) error {
	e := matchingEntry{side: Cloud, object: object, peer: newPeer(object, r)}
	for _, address := range r.Addresses() {
		if address.Attribute == AttrTarget {
			continue
		}
		e.attribute, e.value = address.Attribute, address.Normal
		e.soleMail = address.Attribute == AttrMail && len(r.ProxyAddresses) == 0
		if err := table.Add(keyOf(keyAddress, e.value), cloudObject(object), e.pack()); err != nil {
			return err
		}
	}
	return nil
}

// meeting is what one value brings together.
type meeting struct {
	primary primaryMeeting
	upn     upnMeeting

	aliasHolder peer // the first live cloud object with it among its proxies, not as primary
	newByP      int  // new AD objects whose P it is
	newByU      bool // a new AD object has it as U: upn.firstNew is set
}

func (m *meeting) add(e *matchingEntry) {
	switch {
	case e.side == AD:
		m.addAD(e)
	case e.peer.live:
		m.addLive(e)
	case e.peer.class == ClassUser:
		m.primary.deleted, m.upn.deleted = true, true
	}
}

func (m *meeting) addAD(e *matchingEntry) {
	if !e.isNew {
		return
	}
	if e.isP {
		m.newByP++
	}
	if e.isU && !m.newByU {
		m.upn.firstNew, m.newByU = e.object, true
	}
}

func (m *meeting) addLive(e *matchingEntry) {
	m.primary.held = true
	switch {
	case e.attribute == AttrPrimary:
		if !m.primary.target.found {
			m.primary.target = e.peer
		}
	case e.attribute == AttrAlias, e.soleMail:
		if !m.aliasHolder.found {
			m.aliasHolder = e.peer
		}
	case e.attribute == AttrUPN && e.peer.class == ClassUser:
		m.addUPN(e.peer)
	}
}

func (m *meeting) addUPN(p peer) {
	switch {
	case !m.upn.target.found:
		m.upn.target = p
	case !m.upn.second.found && !m.upn.target.is(&p):
		m.upn.second = p
	}
}

// finish fills in what only the whole group shows.
func (m *meeting) finish() {
	m.primary.rival = m.newByP > 1
	if m.primary.holder = m.primary.target; !m.primary.holder.found {
		m.primary.holder = m.aliasHolder
	}
}

// matchingNote tells an AD object whom it meets by a value that is its P, its U, or both.
type matchingNote struct {
	isP, isU, isNew bool
	primary         primaryMeeting
	upn             upnMeeting
}

func (n *matchingNote) pack() []byte {
	var p packer
	p.flags(n.isP, n.isU, n.isNew, n.primary.rival, n.primary.held, n.primary.deleted, n.upn.deleted)
	if n.isP {
		p.peer(&n.primary.target)
		p.peer(&n.primary.holder)
	}
	if n.isU {
		p.peer(&n.upn.target)
		p.peer(&n.upn.second)
		p.uint(n.upn.firstNew)
	}
	return p
}

func unpackMatchingNote(b []byte) (n matchingNote, err error) {
	u := unpacker{bytes: b}
	u.flags(&n.isP, &n.isU, &n.isNew, &n.primary.rival, &n.primary.held, &n.primary.deleted, &n.upn.deleted)
	if n.isP {
		n.primary.target = u.peer()
		n.primary.holder = u.peer()
	}
	if n.isU {
		n.upn.target = u.peer()
		n.upn.second = u.peer()
		n.upn.firstNew = u.uint()
	}
	return n, u.err
}

// joinMatching reads the groups of the matching table and writes the notes.
func joinMatching(table *spill.Table, notes *spill.Notes) error {
	for group, err := range table.Groups() {
		if err != nil {
			return err
		}
		if group.Len() == 1 {
			continue
		}
		if err := meetMatching(group, notes); err != nil {
			return err
		}
	}
	return nil
}

func meetMatching(group *spill.Group, notes *spill.Notes) error {
	var check confirmation
	var m meeting
	for e, err := range unpacked(group, unpackMatchingEntry) {
		if err == nil {
			err = check.confirm(e.value)
		}
		if err != nil {
			return err
		}
		m.add(&e)
	}
	m.finish()
	for e, err := range unpacked(group, unpackMatchingEntry) {
		if err != nil {
			return err
		}
		if e.side == Cloud {
			return nil // AD entries come first
		}
		note := matchingNote{isP: e.isP, isU: e.isU, isNew: e.isNew, primary: m.primary, upn: m.upn}
		if err := notes.Add(e.object, note.pack()); err != nil {
			return err
		}
	}
	return nil
}

// hearMatching puts a note into the dossier.
func (d *dossier) hearMatching(b []byte) error {
	n, err := unpackMatchingNote(b)
	if err != nil {
		return err
	}
	d.self.isNew = n.isNew
	if n.isP {
		d.primary = n.primary
	}
	if n.isU {
		d.upn = n.upn
	}
	return nil
}
