package reconcile

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

func newHasher() hasher { return hasher{seed: maphash.MakeSeed()} }

// oddValues are what cells and values of proxyAddresses may hold.
var oddValues = []string{
	"", " ", "a@x.com", "A@X.com", " a@x.com\u00a0", "'a@x.com", "NA", "-", "mailto:B@x.com", "Ann <b@x.com>", "ä@x.com", "A\u0308@x.com", "J\u030C@x.com",
	"smtp:a@x.com", "SMTP:A@X.com", "Smtp:b@x.com", "smtp:", "SMTP: a@x.com", "smtp:a b@x.com", "smtp:Ä@x.com", "SIP:a@x.com", "X500:/o=a", "\u200Bsmtp:z@x.com",
	"b@t.onmicrosoft.com", "smtp:B@T.onmicrosoft.com", "SMTP:b@onmicrosoft.com", "smtp:b@y.com", "noat", "smtp:noat", "smtp:a@x.com\x7f", "smtp:\u017Fa@x.com",
}

func oddRecord(rnd *rand.Rand) *Record {
	pick := func() string { return oddValues[rnd.IntN(len(oddValues))] }
	r := &Record{Side: Side(rnd.IntN(2)), Class: []string{ClassUser, ClassUser, ClassGroup, "computer"}[rnd.IntN(4)], ID: numbered(rnd.IntN(100)),
		Mail: pick(), UserPrincipalName: pick(), TargetAddress: pick(), SamAccountName: "s", PrefixesStripped: rnd.IntN(5) == 0}
	for range rnd.IntN(6) * rnd.IntN(12) {
		r.ProxyAddresses = append(r.ProxyAddresses, pick())
	}
	return r
}

// TestTakenAddresses holds what is taken from a record against what the record itself says: each address
// once, with all attributes that hold it, P, and what a take-over would lose.
func TestTakenAddresses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	domains := Domains{"x.com": true, "t.onmicrosoft.com": true}
	for range 20000 {
		r := oddRecord(rnd)
		taker := &taker{side: r.Side, domains: domains, hasher: newHasher(), out: &intake{}}
		taker.take(r)
		got := make(map[tag]facts)
		for _, e := range taker.out.addresses {
			if _, twice := got[tag(e.Hi)]; twice {
				t.Fatalf("%+v: an address stands twice", r)
			}
			got[tag(e.Hi)] = facts(e.Fact) & (attribute | isP | losesAlias | isPrimaried)
		}
		want := wantedAddresses(r, domains)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%+v:\n%v, want\n%v", r, got, want)
		}
		if found := r.Inspect(); len(found) != len(taker.out.findings) {
			t.Fatalf("%+v: %d findings, want %d", r, len(taker.out.findings), len(found))
		}
	}
}

func wantedAddresses(r *Record, domains Domains) map[tag]facts {
	want := make(map[tag]facts)
	p, from, has := r.Primary()
	for _, a := range r.Addresses() {
		f := facts(1) << a.Attribute
		if r.Side == AD && isJudged(r) && has && a.Attribute == from && a.Normal == Normalize(p) {
			f |= isP
		}
		if r.Side == Cloud && a.Attribute == AttrAlias && isLost(a.Normal, domains) {
			f |= losesAlias
		}
		want[tagOf(a.Normal)] |= f
	}
	if r.Side == Cloud && has {
		for t := range want {
			want[t] |= isPrimaried
		}
	}
	return want
}

// TestHotObject: an object with very many addresses is taken in time that grows with their number.
func TestHotObject(t *testing.T) {
	const many = 200_000
	r := &Record{Class: ClassUser, ID: numbered(1), ProxyAddresses: []string{"SMTP:p@x.com"}}
	for i := range many {
		r.ProxyAddresses = append(r.ProxyAddresses, fmt.Sprintf("smtp:a%d@x.com", i%(many/2)))
	}
	for _, side := range []Side{AD, Cloud} {
		taker := &taker{side: side, hasher: newHasher(), out: &intake{}}
		taker.take(r)
		if n := len(taker.out.addresses); n != many/2+1 {
			t.Errorf("%s: %d addresses", side, n)
		}
	}
	r.Side = Cloud
	w := newWish(r, nil, nil)
	if len(w.aliases) != many/2 {
		t.Errorf("%d aliases are wished for", len(w.aliases))
	}
	if c, added := draft(&Record{Class: ClassUser}, w); added != many/2 || len(c.ProxyAfter) != many/2+1 {
		t.Errorf("%d aliases are added", added)
	}
}

// TestIdentifiers: a cloud user that carries the anchor and another object's OnPremisesObjectIdentifier is
// no hard match; its own id in any spelling is.
func TestIdentifiers(t *testing.T) {
	id := numbered(1)
	for _, c := range []struct {
		identifier string
		rule       Rule
		reason     string
	}{
		{"", 12, "no identifier"},
		{id.String(), 12, "its own"},
		{" {" + strings.ToUpper(id.String()) + "}", 12, "in braces and upper case"},
		{numbered(2).String(), 9, "another object's"},
		{"no GUID at all", 9, "no GUID"},
	} {
		ad := []*Record{{Class: ClassUser, ID: id, SamAccountName: "s"}, {Class: ClassUser, ID: numbered(2), SamAccountName: "s"}}
		cloud := []*Record{{Class: ClassUser, ID: numbered(3), ImmutableID: id.Anchor(), ObjectIdentifier: c.identifier}}
		result, err := Judge(t.Context(), []Source{&listSource{"ad.csv", ad}}, []Source{&listSource{"cloud.csv", cloud}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := result.judgement.objects.rules[0]; got != c.rule {
			t.Errorf("%s: %s, want %s", c.reason, got, c.rule)
		}
		result.Close()
	}
}

// benchRecords are records as large directories have them.
func benchRecords(n int) (records []*Record) {
	for i := range n {
		name := fmt.Sprintf("Karin.Kaminski%d", i)
		records = append(records, &Record{
			Class: ClassUser, ID: numbered(i), SamAccountName: fmt.Sprintf("u%d", i), UserPrincipalName: strings.ToLower(name) + "@contoso.com",
			DistinguishedName: `CN=Kaminski\, Karin ` + fmt.Sprint(i) + ",OU=Users,OU=Warszawa,DC=corp,DC=contoso,DC=com",
			Mail:              strings.ToLower(name) + "@contoso.com", UserType: "Member",
			ProxyAddresses: []string{"SMTP:" + name + "@contoso.com", "smtp:" + name + "@contoso.onmicrosoft.com", "smtp:kk" + fmt.Sprint(i) + "@legacy.contoso.com"},
		})
	}
	return records
}

func BenchmarkTake(b *testing.B) {
	records := benchRecords(1000)
	for _, side := range []Side{AD, Cloud} {
		b.Run(side.String(), func(b *testing.B) {
			t := &taker{side: side, hasher: newHasher(), out: &intake{}}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%1000 == 0 {
					t.out.reset()
				}
				t.take(records[i%1000])
			}
		})
	}
}

func BenchmarkHash(b *testing.B) {
	h := newHasher()
	value := []byte("karin.kaminski190273@contoso.onmicrosoft.com")
	var e spill.Entry
	for b.Loop() {
		e = h.entry(append(h.begin(keyAddress), value...))
	}
	if slices.Contains([]uint64{0}, e.Hi) {
		b.Fatal("no hash")
	}
}

// BenchmarkCircles is the matching join, and one walk over the circles that it leaves.
func BenchmarkCircles(b *testing.B) {
	records := benchRecords(100_000)
	for b.Loop() {
		b.StopTimer()
		j := &judgement{
			ad: sourceList{AD, []Source{&listSource{"ad.csv", records}}}, cloud: sourceList{Cloud, []Source{&listSource{"cloud.csv", records}}},
			space: spill.Open(b.TempDir(), 64<<20), seed: newHasher().seed, now: roundNow(Tenant{}),
		}
		if err := j.read(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := j.match(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := j.circles.walk(b.Context(), func(*circle) error { return nil }); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		j.space.Close()
		b.StartTimer()
	}
}
