package reconcile

import "slices"

// newWish makes a wish of the addresses of an owned cloud object. Of its aliases it takes those that the
// take-over would lose, unless another AD object holds them: these cannot be copied.
func newWish(r *Record, notes []holdingNote, domains Domains) *wish {
	w := &wish{id: r.ID, upn: r.UserPrincipalName}
	heldOf := func(address string) held {
		if len(notes) == 0 {
			return 0
		}
		wanted := tagOf(address)
		for i := range notes {
			if notes[i].tag() == wanted {
				return notes[i].held
			}
		}
		return 0
	}
	var seen addressSet
	for _, value := range r.ProxyAddresses {
		if kind, address := parseProxy(value, r.PrefixesStripped); kind == proxyPrimary {
			normal := Normalize(address)
			h := heldOf(normal)
			w.primary, w.heldInAD, w.heldInCloud = address, h&heldInAD != 0, h&heldInCloud != 0
			seen.add(normal)
			break
		}
	}
	for _, value := range r.ProxyAddresses {
		kind, address := parseProxy(value, r.PrefixesStripped)
		if kind != proxyPrimary && kind != proxyAlias {
			continue
		}
		normal := Normalize(address)
		if !isLost(normal, domains) || !seen.add(normal) {
			continue
		}
		switch h := heldOf(normal); {
		case h&heldByOwner != 0:
		case h&heldInAD != 0:
			w.notCopied = append(w.notCopied, address)
		default:
			w.aliases = append(w.aliases, address)
		}
	}
	return w
}

func (w *wish) pack(p packer) []byte {
	p.guid(w.id)
	p.flags(w.heldInAD, w.heldInCloud)
	p.text(w.primary)
	p.text(w.upn)
	p.texts(w.aliases)
	p.texts(w.notCopied)
	return p
}

func unpackWish(b []byte) (*wish, error) {
	u := newSharing(b)
	w := &wish{id: u.guid()}
	u.flags(&w.heldInAD, &w.heldInCloud)
	w.primary = u.text()
	w.upn = u.text()
	w.aliases = u.texts()
	w.notCopied = u.texts()
	return w, u.err
}

// addressSet is a set of normalized addresses, mostly few.
type addressSet struct {
	few  []string
	many map[string]bool
}

// add puts an address in and says whether it is new.
func (s *addressSet) add(address string) bool {
	if s.has(address) {
		return false
	}
	if s.many == nil && len(s.few) < fewAddresses {
		s.few = append(s.few, address)
		return true
	}
	if s.many == nil {
		s.many = make(map[string]bool, 2*len(s.few))
		for _, a := range s.few {
			s.many[a] = true
		}
	}
	s.many[address] = true
	return true
}

func (s *addressSet) has(address string) bool {
	if s.many != nil {
		return s.many[address]
	}
	return slices.Contains(s.few, address)
}
