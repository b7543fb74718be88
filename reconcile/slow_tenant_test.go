package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// slowTenant is the input of a judgement.
type slowTenant struct {
	ad, cloud               []*reconcile.Record // in input order
	adSources, cloudSources []string
	options                 reconcile.Options
}

func (t *slowTenant) records() []*reconcile.Record { return slices.Concat(t.ad, t.cloud) }

// dice makes random tenants in which conflicts abound: all values come from small pools.
type dice struct {
	*rand.Rand
	addresses []string
	anchors   []reconcile.GUID // objectGUIDs of AD, and what else may be an anchor
	mess      float64          // how often a value is written in an odd way
}

var (
	slowNames = []string{
		"ann", "bob", "josé", "jose\u0301", "o'neil", "müller", "straße", "zoë", "\u212Bsa", "åsa", "İ\u0308da",
		"ïda", "I\u0307da", "ida", "Σς", "STRA\u1E9EE",
	}
	slowHosts = []string{"contoso.com", "contoso.com", "fabrikam.example", "contoso.onmicrosoft.com", "bücher.example"}
	slowOdd   = []string{
		"", "ann", "@contoso.com", "ann@", "ann@@contoso.com", "a@b@contoso.com", ".ann@contoso.com",
		"ann.@contoso.com", "ann@contoso.com.", "an/n@contoso.com", "ann@contoso.local", "an n@contoso.com",
		"\u212Aen@contoso.com", "ken@contoso.com", strings.Repeat("a", 65) + "@contoso.com", "ann+x@contoso.com",
		strings.Repeat("a", 64) + "@contoso.com", "ann@" + strings.Repeat("b", 49), "ann@" + strings.Repeat("b", 48),
	}
	slowBlanks   = []string{" ", "\u00A0", "\u200B", "\u2060", "\uFEFF", "\t", "\u3000", "\u200F", "  "}
	slowPrefixes = []string{"SMTP:", "SMTP:", "SMTP:", "smtp:", "smtp:", "smtp:", "smtp:", "Smtp:", "sMTP:", ""}
	slowProxies  = []string{
		"X500:/o=First/ou=x/cn=ann", "x500:ann@contoso.com", "SIP:ann@contoso.com", "sip:bob@contoso.com",
		"X400:c=US;a= ;p=First;o=Exchange;s=ann;", "SMTP:", "smtp:", "EUM:1234", "SPO:SPO_1@SPO_2", "smtp", ":ann@contoso.com", "mailto:ann@contoso.com", "<ann@contoso.com>",
	}
	slowSIDs    = []string{"", "", "S-1-5-21-1-1001", "S-1-5-21-1-1002", "S-1-5-21-1-1003", "s-1-5-21-1-1003", " S-1-5-21-1-1001 ", " "}
	slowOddSams = []string{"", "AAD_12ab", "MSOL_34cd", "SUPPORT_388945a0", "CAS_{12}", "CAS_12", "AADx", "XMSOL_1", "aad_x", "msol_x", "support_388945A0", "cas_{1", " ", "MSOL_"}
)

func newDice(seed uint64) *dice {
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 7))}
	d.mess = []float64{0, 0.1, 0.4}[d.IntN(3)]
	for range 3 + d.IntN(7) {
		d.addresses = append(d.addresses, pick(d, slowNames)+"@"+pick(d, slowHosts))
	}
	for i := range 64 {
		d.anchors = append(d.anchors, slowGUID(0xA, i))
	}
	return d
}

func slowGUID(kind, i int) reconcile.GUID {
	g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-e5f6-4789-abcd-1234567890ab", kind<<28|i+1))
	if err != nil {
		panic(err)
	}
	return g
}

func pick[T any](d *dice, pool []T) T { return pool[d.IntN(len(pool))] }

func (d *dice) chance(p float64) bool { return d.Float64() < p }

func (d *dice) tenant() *slowTenant {
	t := &slowTenant{options: d.options()}
	t.ad, t.adSources = d.side(reconcile.AD, d.adRecord)
	t.cloud, t.cloudSources = d.side(reconcile.Cloud, d.cloudRecord)
	return t
}

func (d *dice) options() reconcile.Options {
	o := reconcile.Options{Tenant: reconcile.DefaultTenant()}
	if d.chance(0.5) {
		o.Tenant = reconcile.Tenant{
			SoftMatchOnUPN: d.chance(0.7), BlockSoftMatch: d.chance(0.2), BlockHardMatch: d.chance(0.3),
			AllowIdentifierUpdate: d.chance(0.5), QuarantineUPN: d.chance(0.5), QuarantineProxies: d.chance(0.5),
		}
	}
	if d.chance(0.5) {
		o.Domains = reconcile.Domains{"contoso.com": true, "contoso.onmicrosoft.com": true,
			"fabrikam.example": d.chance(0.5), "bücher.example": d.chance(0.5)}
	}
	if d.chance(0.02) {
		o.Domains = reconcile.Domains{}
	}
	o.Anchor = pick(d, []reconcile.AnchorMode{"", reconcile.AnchorAuto, reconcile.AnchorConsistencyGUID, reconcile.AnchorObjectGUID})
	return o
}

// side makes the records of a side, in one to three sources.
func (d *dice) side(side reconcile.Side, make func(i int) *reconcile.Record) (all []*reconcile.Record, names []string) {
	n := d.IntN(14)
	switch {
	case d.chance(0.1):
		n = d.IntN(2)
	case d.chance(0.02):
		n = 30 + d.IntN(30)
	}
	sources := 1 + d.IntN(3)
	i := 0
	for s := range sources {
		name := fmt.Sprintf("%s-%d.csv", side, s+1)
		names = append(names, name)
		stripped := d.chance(0.1)
		for row := 2; i < n*(s+1)/sources; row++ {
			rec := make(i)
			rec.Side, rec.Source, rec.Row = side, name, row
			rec.Rejected = d.chance(0.03)
			if stripped {
				stripPrefixes(rec)
			}
			// A reader gives no blank values.
			rec.ProxyAddresses = slices.DeleteFunc(rec.ProxyAddresses, func(v string) bool { return slowTrim(v) == "" })
			all = append(all, rec)
			i++
		}
	}
	return all, names
}

// stripPrefixes leaves what an export without prefixes would hold.
func stripPrefixes(rec *reconcile.Record) {
	rec.PrefixesStripped = true
	var kept []string
	for _, value := range rec.ProxyAddresses {
		_, value, found := strings.Cut(value, ":")
		if found && !strings.Contains(value, ":") {
			kept = append(kept, value)
		}
	}
	rec.ProxyAddresses = kept
}

// common are the values that objects of both sides have.
func (d *dice) common(rec *reconcile.Record) {
	rec.Class = reconcile.ClassUser
	if d.chance(0.08) {
		rec.Class = pick(d, []string{reconcile.ClassGroup, reconcile.ClassContact})
	}
	rec.SID = pick(d, slowSIDs)
	if rec.Class != reconcile.ClassContact && rec.Class != reconcile.ClassGroup {
		rec.UserPrincipalName = d.upn()
	}
	if d.chance(0.5) {
		rec.Mail = d.written(d.address())
	}
	rec.ProxyAddresses = d.proxies()
	if d.chance(0.01) && d.chance(0.5) {
		d.tooMany(rec)
	}
}

func (d *dice) adRecord(i int) *reconcile.Record {
	rec := &reconcile.Record{ID: d.anchors[i]}
	d.common(rec)
	if d.chance(0.04) {
		rec.Class = "computer"
	}
	rec.SamAccountName = fmt.Sprintf("sam%d", i)
	rec.DistinguishedName = fmt.Sprintf("CN=%d,OU=People,DC=contoso,DC=com", i)
	if d.chance(0.05) {
		d.putOutOfScope(rec)
	}
	if d.chance(0.05) {
		rec.MsExchRecipientType = pick(d, []string{"1", "2", "2", "4", "2147483648", "34", "x", " 2", "02", "-1", "0x2", "2.0"})
	}
	if d.chance(0.3) {
		rec.ConsistencyGUID = d.anchor()
	}
	if d.chance(0.2) {
		rec.TargetAddress = pick(d, []string{"", "SMTP:", "smtp:"}) + d.written(d.address())
	}
	return rec
}

func (d *dice) putOutOfScope(rec *reconcile.Record) {
	switch d.IntN(5) {
	case 0:
		rec.IsCriticalSystemObject = true
	case 1:
		rec.DistinguishedName = `CN=x\0ACNF:1a2b,DC=contoso,DC=com`
	case 2:
		rec.SamAccountName = pick(d, slowOddSams)
	case 3:
		rec.MailNickname = pick(d, []string{"SystemMailbox{1}", "CAS_{1}", "CAS_1", "SystemMailbox", "systemmailbox{x", "cas_}"})
	case 4:
		rec.MsExchRecipientType = pick(d, []string{"536870912", "4194304", "16777216", "8388608", "4096", "8192", "16384"})
	}
}

func (d *dice) cloudRecord(i int) *reconcile.Record {
	rec := &reconcile.Record{ID: slowGUID(0xC, i), UserType: "Member"}
	d.common(rec)
	if d.chance(0.1) {
		rec.UserType = pick(d, []string{"Guest", "guest", "", " Guest", "Guests"})
	}
	if d.chance(0.04) {
		rec.Class = "device"
	}
	rec.SyncEnabled = d.chance(0.25)
	if d.chance(0.3) || rec.SyncEnabled && d.chance(0.8) {
		rec.ImmutableID = d.anchor()
	}
	rec.Deleted = d.chance(0.12)
	rec.CloudManaged = d.chance(0.08)
	if d.chance(0.2) {
		rec.ObjectIdentifier = pick(d, []string{d.guidText(), d.guidText(), "no GUID at all", "", " " + d.guidText()})
	}
	return rec
}

// guidText is an AD object's id, in any spelling.
func (d *dice) guidText() string {
	text := pick(d, d.anchors[:14]).String()
	switch d.IntN(3) {
	case 0:
		return strings.ToUpper(text)
	case 1:
		return "{" + text + "}"
	}
	return text
}

func (d *dice) anchor() string {
	switch {
	case d.chance(0.1):
		return "employee-7"
	case d.chance(0.1):
		return pick(d, []string{"", "", "EMPLOYEE-7"})
	}
	return pick(d, d.anchors[:14]).Anchor()
}

func (d *dice) address() string {
	if d.chance(d.mess / 4) {
		return pick(d, slowOdd)
	}
	return pick(d, d.addresses)
}

func (d *dice) upn() string {
	if d.chance(0.1) {
		return ""
	}
	if d.chance(0.1) {
		return pick(d, slowOdd)
	}
	return d.written(pick(d, d.addresses))
}

// proxies are a few values of every kind.
func (d *dice) proxies() []string {
	if d.chance(0.35) {
		return nil
	}
	var all []string
	if d.chance(0.6) {
		all = append(all, "SMTP:"+pick(d, d.addresses))
	}
	for range d.IntN(4) {
		if d.chance(0.15) {
			all = append(all, pick(d, slowProxies))
			continue
		}
		all = append(all, d.written(pick(d, slowPrefixes)+d.written(d.address())))
	}
	d.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (d *dice) tooMany(rec *reconcile.Record) {
	n := 299 + d.IntN(4)
	for i := len(rec.ProxyAddresses); i < n; i++ {
		rec.ProxyAddresses = append(rec.ProxyAddresses, fmt.Sprintf("smtp:many%d-%s@contoso.com", i, rec.ID.String()[:8]))
	}
}

// written is the value in another spelling now and then: case, blanks around it or inside.
func (d *dice) written(s string) string {
	if s == "" || !d.chance(d.mess) {
		return s
	}
	switch d.IntN(5) {
	case 0:
		return pick(d, slowBlanks) + s
	case 1:
		return s + pick(d, slowBlanks)
	case 2:
		at := d.IntN(len(s))
		for !isStart(s[at]) {
			at--
		}
		return s[:at] + pick(d, slowBlanks) + s[at:]
	}
	prefix, address, found := strings.Cut(s, ":")
	if !found {
		return strings.ToUpper(s)
	}
	return prefix + ":" + strings.ToUpper(address)
}

func isStart(b byte) bool { return b < 0x80 || b >= 0xC0 }
