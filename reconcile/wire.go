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

// packFinding packs a finding that comes from the source at that place.
func packFinding(f *Finding, source int) []byte {
	var p packer
	for _, text := range []string{f.File, f.Column, string(f.Severity), f.Code, f.Value, f.Text, f.Source} {
		p.text(text)
	}
	p.uint(uint64(f.Row))
	p.uint(uint64(source))
	return p
}

type unpacker struct {
	bytes []byte
	err   error
	whole string // the bytes from the begin, if texts may share them
}

// newSharing gives an unpacker whose texts share one copy of the bytes: for a value that has many.
func newSharing(b []byte) unpacker { return unpacker{bytes: b, whole: string(b)} }

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

func (u *unpacker) text() string {
	b := u.take(u.uint())
	if u.whole == "" {
		return string(b)
	}
	end := len(u.whole) - len(u.bytes)
	return u.whole[end-len(b) : end]
}

func (u *unpacker) texts() (list []string) {
	for n := u.uint(); n > 0 && u.err == nil; n-- {
		list = append(list, u.text())
	}
	return list
}

func unpackFinding(b []byte) (f Finding, source int, err error) {
	u := newSharing(b)
	for _, text := range []*string{&f.File, &f.Column, (*string)(&f.Severity), &f.Code, &f.Value, &f.Text, &f.Source} {
		*text = u.text()
	}
	f.Row = int(u.uint())
	return f, int(u.uint()), u.err
}
