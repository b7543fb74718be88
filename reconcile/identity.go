package reconcile

import (
	"strings"

	"smtpmatch/reconcile/internal/spill"
)

// The identity join tells every AD user which cloud users carry its anchor, its other anchor and its
// SID, and finds the anchor in use where the options leave that open.

// anchorOf says which of an AD user's two possible anchors an entry or note is about.
type anchorOf uint8

const (
	ofNothing anchorOf = iota
	ofConsistencyGUID
	ofObjectGUID
	ofSID // not an anchor: the security identifier
)

// identityEntry is an AD user's or a cloud user's share in an anchor or SID.
type identityEntry struct {
	object  uint64 // its number on its side
	side    Side
	of      anchorOf // of AD entries
	differs bool     // of AD entries: the user's two anchors are set and differ
	peer    peer     // of cloud entries
	value   string
}

func (e *identityEntry) pack() []byte {
	var p packer
	p.flags(e.side == Cloud, e.differs)
	p.uint(e.object)
	p.uint(uint64(e.of))
	p.peer(&e.peer)
	p.text(e.value)
	return p
}

func unpackIdentityEntry(b []byte) (e identityEntry, err error) {
	u := unpacker{bytes: b}
	var cloud bool
	u.flags(&cloud, &e.differs)
	if cloud {
		e.side = Cloud
	}
	e.object = u.uint()
	e.of = anchorOf(u.uint())
	e.peer = u.peer()
	e.value = u.text()
	return e, u.err
}

// addADIdentity puts the keys of an AD object into the table. Only users have a choice of anchors.
func addADIdentity(table *spill.Table, object uint64, r *Record) error {
	consistencyGUID := ""
	if r.Class == ClassUser {
		consistencyGUID = r.ConsistencyGUID
	}
	e := identityEntry{object: object, side: AD, differs: consistencyGUID != "" && consistencyGUID != r.ID.Anchor()}
	for _, share := range []struct {
		of    anchorOf
		kind  keyKind
		value string
	}{
		{ofConsistencyGUID, keyAnchor, consistencyGUID},
		{ofObjectGUID, keyAnchor, r.ID.Anchor()},
		{ofSID, keySID, normalSID(r.SID)},
	} {
		e.of, e.value = share.of, share.value
		if err := e.add(table, share.kind, adObject(object)); err != nil {
			return err
		}
	}
	return nil
}

func addCloudIdentity(table *spill.Table, object uint64, r *Record) error {
	e := identityEntry{object: object, side: Cloud, peer: newPeer(object, r), value: r.ImmutableID}
	if err := e.add(table, keyAnchor, cloudObject(object)); err != nil {
		return err
	}
	e.value = normalSID(r.SID)
	return e.add(table, keySID, cloudObject(object))
}

func (e *identityEntry) add(table *spill.Table, kind keyKind, object uint64) error {
	if e.value == "" {
		return nil
	}
	return table.Add(keyOf(kind, e.value), object, e.pack())
}

func normalSID(sid string) string { return strings.ToUpper(strings.TrimFunc(sid, IsBlank)) }

func newPeer(object uint64, r *Record) peer {
	_, _, primaried := r.Primary()
	return peer{
		found: true, object: object, id: r.ID, class: r.Class,
		live: !r.Deleted, synced: r.SyncEnabled, anchored: r.ImmutableID != "",
		managed: r.CloudManaged, guest: strings.EqualFold(strings.TrimFunc(r.UserType, IsBlank), "guest"),
		identifier: r.ObjectIdentifier, primaried: primaried,
	}
}

// meet adds a cloud user that carries the anchor; users come in input order.
func (c *carriers) meet(p peer) {
	if !c.first.found {
		c.first = p
	}
	if !c.managed.found && p.live && p.managed {
		c.managed = p
	}
	if !c.linked.found && p.live && p.synced {
		c.linked = p
	}
	if !c.best.found || rank(&p) > rank(&c.best) {
		c.best = p
	}
}

// rank puts live before soft-deleted and synced before not.
func rank(p *peer) int {
	switch {
	case p.live && p.synced:
		return 3
	case p.live:
		return 2
	case p.synced:
		return 1
	}
	return 0
}

// identityNote tells an AD user who carries one of its anchors, or its SID.
type identityNote struct {
	of       anchorOf
	carriers carriers
}

func (n *identityNote) pack() []byte {
	var p packer
	p.uint(uint64(n.of))
	p.peer(&n.carriers.first)
	p.peer(&n.carriers.managed)
	p.peer(&n.carriers.linked)
	p.peer(&n.carriers.best)
	return p
}

func unpackIdentityNote(b []byte) (n identityNote, err error) {
	u := unpacker{bytes: b}
	n.of = anchorOf(u.uint())
	n.carriers.first = u.peer()
	n.carriers.managed = u.peer()
	n.carriers.linked = u.peer()
	n.carriers.best = u.peer()
	return n, u.err
}

// anchorCount is the evidence for --anchor auto: how many synced cloud users carry the
// mS-DS-ConsistencyGuid, and how many the objectGUID, of AD users for whom the two differ.
type anchorCount struct {
	consistencyGUID, objectGUID int
}

func (c anchorCount) mode() AnchorMode {
	if c.objectGUID > c.consistencyGUID {
		return AnchorObjectGUID
	}
	return AnchorConsistencyGUID
}

// joinIdentity reads the groups of the identity table and writes the notes.
func joinIdentity(table *spill.Table, notes *spill.Notes) (count anchorCount, err error) {
	for group, err := range table.Groups() {
		if err != nil {
			return count, err
		}
		if group.Len() == 1 {
			continue
		}
		met, err := meetIdentity(group, &count)
		if err != nil {
			return count, err
		}
		if err := tellIdentity(group, &met, notes); err != nil {
			return count, err
		}
	}
	return count, nil
}

// meetIdentity collects the cloud users of a group and counts for --anchor auto.
func meetIdentity(group *spill.Group, count *anchorCount) (met carriers, err error) {
	var check confirmation
	var differs [ofSID]bool
	synced := 0
	for e, err := range unpacked(group, unpackIdentityEntry) {
		if err == nil {
			err = check.confirm(e.value)
		}
		if err != nil {
			return met, err
		}
		switch {
		case e.side == Cloud:
			met.meet(e.peer)
			if e.peer.live && e.peer.synced {
				synced++
			}
		case e.of != ofSID && e.differs:
			differs[e.of] = true
		}
	}
	if differs[ofConsistencyGUID] {
		count.consistencyGUID += synced
	}
	if differs[ofObjectGUID] {
		count.objectGUID += synced
	}
	return met, nil
}

func tellIdentity(group *spill.Group, met *carriers, notes *spill.Notes) error {
	if !met.first.found {
		return nil
	}
	for e, err := range unpacked(group, unpackIdentityEntry) {
		if err != nil {
			return err
		}
		if e.side == Cloud {
			return nil // AD entries come first
		}
		note := identityNote{of: e.of, carriers: *met}
		if err := notes.Add(e.object, note.pack()); err != nil {
			return err
		}
	}
	return nil
}

// hearIdentity puts a note into the dossier.
func (d *dossier) hearIdentity(b []byte) error {
	n, err := unpackIdentityNote(b)
	if err != nil {
		return err
	}
	switch {
	case n.of == ofSID:
		d.sameSID = n.carriers.linked
	case n.of == d.self.anchorOf:
		d.anchor = n.carriers
	case d.self.other != "":
		d.other = n.carriers
	}
	return nil
}
