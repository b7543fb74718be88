package reconcile

import (
	"encoding/binary"
	"errors"
)

// What travels through the engine is bytes. A packer appends values to them, an unpacker takes them off
// in the same order; it fails once and for all on bytes that no packer wrote.
type packer []byte

func (p *packer) uint(v uint64) { *p = binary.AppendUvarint(*p, v) }

func (p *packer) flags(bits ...bool) {
	var v uint64
	for i, bit := range bits {
		if bit {
			v |= 1 << i
		}
	}
	p.uint(v)
}

func (p *packer) guid(g GUID) { *p = append(*p, g[:]...) }

func (p *packer) text(s string) {
	p.uint(uint64(len(s)))
	*p = append(*p, s...)
}

func (p *packer) texts(list []string) {
	p.uint(uint64(len(list)))
	for _, s := range list {
		p.text(s)
	}
}

func (p *packer) peer(v *peer) {
	p.flags(v.found, v.live, v.synced, v.anchored, v.managed, v.guest, v.primaried)
	if !v.found {
		return
	}
	p.uint(v.object)
	p.guid(v.id)
	p.text(v.class)
	p.text(v.identifier)
}

type unpacker struct {
	bytes []byte
	err   error
}

var errDamaged = errors.New("the engine gave back damaged bytes")

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.bytes)
	if n <= 0 {
		u.err, u.bytes = errDamaged, nil
		return 0
	}
	u.bytes = u.bytes[n:]
	return v
}

func (u *unpacker) flags(bits ...*bool) {
	v := u.uint()
	for i, bit := range bits {
		*bit = v>>i&1 != 0
	}
}

func (u *unpacker) take(n uint64) []byte {
	if n > uint64(len(u.bytes)) {
		u.err, u.bytes = errDamaged, nil
		return nil
	}
	b := u.bytes[:n]
	u.bytes = u.bytes[n:]
	return b
}

func (u *unpacker) guid() (g GUID) {
	copy(g[:], u.take(uint64(len(g))))
	return g
}

func (u *unpacker) text() string { return string(u.take(u.uint())) }

func (u *unpacker) texts() (list []string) {
	for n := u.uint(); n > 0 && u.err == nil; n-- {
		list = append(list, u.text())
	}
	return list
}

func (u *unpacker) peer() (v peer) {
	u.flags(&v.found, &v.live, &v.synced, &v.anchored, &v.managed, &v.guest, &v.primaried)
	if !v.found {
		return peer{}
	}
	v.object = u.uint()
	v.id = u.guid()
	v.class = u.text()
	v.identifier = u.text()
	return v
}
