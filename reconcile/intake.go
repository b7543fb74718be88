package reconcile

import (
	"bytes"
	"strings"

	"smtpmatch/reconcile/internal/spill"
)

// intake is what the first reading takes from a batch of records: their facts and the keys of their
// values, instead of the records themselves. It numbers the objects of the batch from 0.
type intake struct {
	counts     Counts
	ad         []adFacts // of the objects of the batch, if they are AD objects
	cloud      []cloudFacts
	ids        []GUID
	addresses  []spill.Entry
	identities []spill.Entry
	findings   []foundAt
	hits       []mapHit
}

// foundAt is a finding, packed, and the object before or at which it belongs: a rejected row has no object
// of its own.
type foundAt struct {
	object uint32
	text   []byte
}

func (in *intake) objects() int { return len(in.ids) }

func (in *intake) reset() {
	in.counts = Counts{}
	in.ad, in.cloud, in.ids = in.ad[:0], in.cloud[:0], in.ids[:0]
	in.addresses, in.identities = in.addresses[:0], in.identities[:0]
	clear(in.findings)
	in.findings = in.findings[:0]
	in.hits = in.hits[:0]
}

// taker fills intakes from records of one side.
type taker struct {
	side    Side
	source  int // its place on the side
	domains Domains
	wanted  *mapValues // what lines of the map name on this side
	hasher  hasher

	out   *intake
	begin int            // of the object's addresses
	known map[uint64]int // places of an object's addresses, if there are many
	last  []byte         // the value of the address at place, with its kind: mail and UPN often repeat it
	place int
}

// take adds a record.
func (t *taker) take(r *Record) {
	r.Side = t.side
	t.out.counts.add(r)
	object := uint32(t.out.objects())
	t.find(object, r.Findings)
	if r.Rejected {
		return
	}
	if t.side == AD {
		t.takeAD(object, r)
	} else {
		t.takeCloud(object, r)
	}
	t.out.ids = append(t.out.ids, r.ID)
}

func (t *taker) find(object uint32, list []Finding) {
	for i := range list {
		t.out.findings = append(t.out.findings, foundAt{object, packFinding(&list[i], t.source)})
	}
}

func (t *taker) takeAD(object uint32, r *Record) {
	f := adFactsOf(r, t.domains)
	t.out.ad = append(t.out.ad, f)
	t.takeADIdentity(object, r, f)
	var p facts
	if f.has(adJudged) {
		p = isP
	}
	t.takeAddresses(object, r, 0, p)
	t.takeHit(object, r, true)
}

// takeADIdentity adds the keys of an AD object. Its objectGUID's anchor stands for its id too. Only users
// have a choice of anchors.
func (t *taker) takeADIdentity(object uint32, r *Record, f adFacts) {
	of := isSelf
	if f.has(adJudged) {
		of |= ofObjectGUID
	}
	var more facts
	if f.has(adDiffers) {
		more = differs
	}
	if f.has(adJudged) && f.has(adConsistencyGUID) {
		if f.has(adDiffers) {
			t.identity(object, ofConsistencyGUID|more, append(t.hasher.begin(keyAnchor), r.ConsistencyGUID...))
		} else {
			of |= ofConsistencyGUID
		}
	}
	if f.has(adGUID) {
		t.identity(object, of|more, r.ID.appendAnchor(t.hasher.begin(keyAnchor)))
	} else {
		t.identity(object, isSelf, t.hasher.begin(keyNoGUID))
	}
	if f.has(adJudged) && r.SID != "" {
		if sid := normalSID(r.SID); sid != "" {
			t.identity(object, ofSID, append(t.hasher.begin(keySID), sid...))
		}
	}
}

func (t *taker) takeCloud(object uint32, r *Record) {
	f := cloudFactsOf(r)
	t.identity(object, isSelf, append(t.hasher.begin(keyCloudObject), r.ID[:]...))
	peer := peerFacts(r)
	begin := len(t.out.addresses)
	t.takeAddresses(object, r, peer, 0)
	lost, primaried := 0, facts(0)
	own := t.out.addresses[begin:]
	for i := range own {
		switch e := facts(own[i].Fact); {
		case e.has(atPrimary):
			primaried = isPrimaried
		case e.has(losesAlias):
			lost++
		}
	}
	for i := range own {
		own[i].Fact |= uint32(primaried)
	}
	if f.has(cloudJudged) {
		t.takeCloudIdentity(object, r, peer|primaried)
	}
	t.takeHit(object, r, (peer | primaried).canPartner())
	t.out.cloud = append(t.out.cloud, f|cloudFacts(min(lost, mostLost)))
}

func (t *taker) takeCloudIdentity(object uint32, r *Record, peer facts) {
	if r.ImmutableID != "" {
		t.identity(object, isCarrier|peer, append(t.hasher.begin(keyAnchor), r.ImmutableID...))
	}
	if r.SID != "" {
		if sid := normalSID(r.SID); sid != "" {
			t.identity(object, isCarrier|peer, append(t.hasher.begin(keySID), sid...))
		}
	}
	if peer.has(isIdentified) {
		if g, err := ParseGUID(strings.TrimSpace(r.ObjectIdentifier)); err == nil && !g.IsZero() {
			t.identity(object, isIdentifier|peer, g.appendAnchor(t.hasher.begin(keyAnchor)))
		}
	}
}

func (t *taker) identity(object uint32, f facts, value []byte) {
	e := t.hasher.entry(value)
	e.Object, e.Fact = object, uint32(f)
	t.out.identities = append(t.out.identities, e)
}

// takeAddresses adds every address of the object once, with all attributes that hold it: what
// [Record.Addresses] gives. primary is the mark of P. It also collects what the values themselves show.
func (t *taker) takeAddresses(object uint32, r *Record, own, primary facts) {
	t.begin, t.known, t.last = len(t.out.addresses), nil, t.last[:0]
	primaries, addresses, odd := 0, 0, !isJudged(r)
	for _, value := range r.ProxyAddresses {
		b, kind := t.plainProxy(value, r.PrefixesStripped)
		if kind == proxyOther {
			odd = true
			var address string
			if kind, address = parseProxy(value, r.PrefixesStripped); kind == proxyPrimary || kind == proxyAlias {
				b = append(t.hasher.begin(keyAddress), Normalize(address)...)
			}
		}
		switch kind {
		case proxyPrimary:
			addresses++
			if primaries++; primaries == 1 {
				t.place = t.address(object, atPrimary|primary|own, b)
				t.last = append(t.last[:0], b...)
				continue
			}
			fallthrough
		case proxyAlias:
			if len(b) == 1 {
				continue // a blank value of a column without prefixes
			}
			addresses++
			f := atAlias | own
			if t.side == Cloud && isLostValue(b[1:], t.domains) {
				f |= losesAlias
			}
			t.address(object, f, b)
		}
	}
	if odd || primaries > 1 || addresses > 0 && (primaries == 0 || !t.isLast(r.Mail)) {
		t.find(object, r.Inspect())
	}
	f := atMail | own
	switch {
	case r.mailCounts():
		f |= primary
	case t.side == Cloud && len(r.ProxyAddresses) == 0:
		f |= soleMail
	}
	t.cell(object, f, r.Mail)
	t.cell(object, atUPN|own, r.UserPrincipalName)
	if r.TargetAddress != "" {
		if target := r.targetAddress(); target != "" {
			t.address(object, atTarget|own, append(t.hasher.begin(keyAddress), Normalize(target)...))
		}
	}
}

// isLast says of nearly every mail that is the primary that it is; a blank one is in order too.
func (t *taker) isLast(mail string) bool {
	b, ok := appendLower(t.hasher.begin(keyAddress), mail)
	return mail == "" || ok && bytes.Equal(b, t.last)
}

// cell adds the address in a Mail or UserPrincipalName cell.
func (t *taker) cell(object uint32, f facts, cell string) {
	if cell == "" {
		return
	}
	address := CleanAddress(cell)
	if address == "" {
		return
	}
	b, ok := appendLower(t.hasher.begin(keyAddress), address)
	if !ok {
		b = append(b[:1], Normalize(address)...)
	}
	switch {
	case len(b) == 1:
	case bytes.Equal(b, t.last):
		t.hasher.scratch = b
		t.out.addresses[t.place].Fact |= uint32(f)
	default:
		t.place = t.address(object, f, b)
		t.last = append(t.last[:0], b...)
	}
}

// plainProxy reads the common form of a value: smtp: or SMTP: and printable ASCII. proxyOther says that it
// has another form.
func (t *taker) plainProxy(value string, stripped bool) ([]byte, proxyKind) {
	if stripped || len(value) < 6 || value[4] != ':' {
		return nil, proxyOther
	}
	kind := proxyAlias
	switch value[:4] {
	case "SMTP":
		kind = proxyPrimary
	case "smtp":
	default:
		return nil, proxyOther
	}
	b, ok := appendLower(t.hasher.begin(keyAddress), value[5:])
	if !ok {
		return nil, proxyOther
	}
	return b, kind
}

// fewAddresses is up to how many addresses of an object are looked through for one that is the same.
const fewAddresses = 32

// address adds an address, or another attribute of one that the object has already, and gives its place.
func (t *taker) address(object uint32, f facts, value []byte) (place int) {
	e := t.hasher.entry(value)
	all := t.out.addresses[t.begin:]
	if place = t.placeOf(&e, all); place < len(all) {
		all[place].Fact |= uint32(f)
		return t.begin + place
	}
	e.Object, e.Fact = object, uint32(f)
	t.out.addresses = append(t.out.addresses, e)
	return t.begin + place
}

// placeOf gives the place of an address among the object's others, their number if it is new.
func (t *taker) placeOf(e *spill.Entry, all []spill.Entry) int {
	if len(all) < fewAddresses {
		for i := range all {
			if all[i].Hi == e.Hi && all[i].Lo == e.Lo {
				return i
			}
		}
		return len(all)
	}
	if t.known == nil {
		t.known = make(map[uint64]int)
		for i := range all {
			t.known[all[i].Hi] = i
		}
	}
	if i, ok := t.known[e.Hi]; ok && all[i].Lo == e.Lo {
		return i
	}
	t.known[e.Hi] = len(all)
	return len(all)
}

// isLostValue says whether the take-over would lose a cloud alias, which is normalized, if the AD object
// does not have it. Entra keeps those of reserved domains itself and discards those of unverified ones
// (proxyaddresses-attribute-populate, KB 3190357).
func isLostValue[T string | []byte](alias T, domains Domains) bool {
	at := len(alias) - 1
	for at >= 0 && alias[at] != '@' {
		at--
	}
	if at < 0 {
		return false
	}
	domain := alias[at+1:]
	if n := len(domain) - len(reservedDomain); n >= 0 && string(domain[n:]) == reservedDomain && (n == 0 || domain[n-1] == '.') {
		return false
	}
	return domains == nil || domains[string(domain)]
}

func isLost(alias string, domains Domains) bool { return isLostValue(alias, domains) }
