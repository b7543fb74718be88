package reconcile

// shown is what addresses.csv shows of an object, put aside when the sources were read for texts.
type shown struct {
	id        GUID
	class     string
	upn       string
	addresses map[tag]string // normalized
}

func packShown(r *Record) packer {
	p := make(packer, 0, 256)
	p.guid(r.ID)
	p.text(r.Class)
	p.text(r.UserPrincipalName)
	for _, a := range r.Addresses() {
		p.text(a.Normal)
	}
	return p
}

func unpackShown(b []byte) (*shown, error) {
	u := unpacker{bytes: b}
	s := &shown{id: u.guid(), class: u.text(), upn: u.text(), addresses: make(map[tag]string)}
	for len(u.bytes) > 0 && u.err == nil {
		address := u.text()
		s.addresses[tagOf(address)] = address
	}
	return s, u.err
}
