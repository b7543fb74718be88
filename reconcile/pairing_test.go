package reconcile

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"testing"
	"time"

	"smtpmatch/reconcile/internal/spill"
)

func numbered(n int) (g GUID) {
	for i := range 4 {
		g[i] = byte(n >> (8 * i))
	}
	g[15] = 1
	return g
}

// listSource is an export in memory.
type listSource struct {
	name    string
	records []*Record
}

func (s *listSource) Name() string        { return s.name }
func (s *listSource) Findings() []Finding { return nil }

func (s *listSource) Records(context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for _, r := range s.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// among reads records and finds their circles, without judging them.
func among(t testing.TB, ad, cloud []*Record, o Options) *judgement {
	t.Helper()
	space := spill.Open(t.TempDir(), 1<<20)
	t.Cleanup(func() { space.Close() })
	j := &judgement{
		ad: sourceList{AD, []Source{&listSource{"ad.csv", ad}}}, cloud: sourceList{Cloud, []Source{&listSource{"cloud.csv", cloud}}},
		options: o, seed: maphash.MakeSeed(), space: space, now: roundNow(o.Tenant),
	}
	for _, stage := range []func(context.Context) error{j.read, j.match} {
		if err := stage(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// searchAmong lets all AD objects ask, and all cloud objects take part that can.
func searchAmong(t testing.TB, ad, cloud []*Record) (*search, *judgement) {
	t.Helper()
	for _, r := range ad {
		r.Class = ClassUser
	}
	for i, r := range cloud {
		r.Class, r.ID = ClassUser, numbered(i)
	}
	j := among(t, ad, cloud, Options{})
	for i := range j.objects.ad {
		j.objects.ad[i] |= adAsks
	}
	return &search{objects: j.objects, asked: len(ad), found: spill.NewNotes[candidate](j.space)}, j
}

// candidatesOf gives for each AD object the pass and its candidate's number, or ? for several.
func candidatesOf(t testing.TB, s *search, n int) []string {
	t.Helper()
	list := make([]string, n)
	cursor := s.found.Cursor()
	defer cursor.Close()
	for i := range list {
		found, err := cursor.Take(uint32(i))
		switch {
		case err != nil:
			t.Fatal(err)
		case len(found) > 1:
			t.Errorf("AD object %d has %d candidates", i, len(found))
		case len(found) == 0:
		case found[0].ambiguous():
			list[i] = found[0].name() + " ?"
		default:
			list[i] = fmt.Sprint(found[0].name(), " ", found[0].cloud)
			if s.objects.owners[found[0].cloud] != uint32(i) {
				t.Errorf("the owner of %d is %d", found[0].cloud, s.objects.owners[found[0].cloud])
			}
		}
	}
	return list
}

// TestPasses: contract 4 and 7, Candidates.
func TestPasses(t *testing.T) {
	upn := func(s string) *Record { return &Record{UserPrincipalName: s} }
	cloud := func(upn, mail string, proxies ...string) *Record {
		return &Record{UserPrincipalName: upn, Mail: mail, ProxyAddresses: proxies}
	}
	for _, c := range []struct {
		ad, cloud []*Record
		want      []string
		reason    string
	}{
		{[]*Record{upn("a@x")}, []*Record{cloud("A@X ", "", "SMTP:z@x")}, []string{"upn 0"}, "UPN equal, without case and blanks"},
		{[]*Record{upn("")}, []*Record{cloud("", "", "SMTP:z@x")}, []string{""}, "two blank UPNs are not equal"},
		{[]*Record{upn("a@x")}, []*Record{cloud("a@x", "", "SMTP:y@x"), cloud("a@x", "", "SMTP:z@x")}, []string{"upn ?"}, "two cloud users with one UPN"},
		{[]*Record{upn("a@x"), upn("a@x")}, []*Record{cloud("a@x", "", "SMTP:z@x")}, []string{"upn ?", "upn ?"}, "two AD users that share one partner are both ambiguous"},
		{[]*Record{upn("a@x"), upn("a@x"), {Mail: "z@x"}}, []*Record{cloud("a@x", "", "SMTP:z@x")}, []string{"upn ?", "upn ?", "address 0"}, "the cloud partner stays available in later passes"},
		{[]*Record{upn("a@x"), {UserPrincipalName: "b@x", Mail: "z@x"}}, []*Record{cloud("a@x", "", "SMTP:z@x")}, []string{"upn 0", ""}, "a partner that is taken is not left over"},
		{[]*Record{upn("b@x"), {UserPrincipalName: "c@x", ProxyAddresses: []string{"smtp:y@x", "smtp:z@x"}}},
			[]*Record{cloud("b@x", "", "SMTP:y@x"), cloud("d@x", "", "SMTP:z@x")}, []string{"upn 0", "address 1"}, "an object one of whose partners is gone takes the other"},

		{[]*Record{{ProxyAddresses: []string{"X500:/o=a", "smtp:z@x"}}}, []*Record{cloud("", "", "SMTP:z@x")}, []string{"address 0"}, "an on-premises proxy is the cloud primary"},
		{[]*Record{{Mail: "z@x", ProxyAddresses: []string{"SMTP:b@x"}}}, []*Record{cloud("", "", "SMTP:z@x")}, []string{"address 0"}, "so is mail, masked or not"},
		{[]*Record{upn("z@x")}, []*Record{cloud("", "", "SMTP:z@x")}, []string{"address 0"}, "so is the UPN"},
		{[]*Record{{ProxyAddresses: []string{"SMTP:b@x"}}}, []*Record{cloud("", "", "SMTP:z@x", "smtp:b@x")}, []string{"address 0"}, "the on-premises primary is a cloud alias"},
		{[]*Record{{Mail: "b@x"}}, []*Record{cloud("", "b@x", "SMTP:z@x")}, []string{"address 0"}, "on-premises mail is cloud mail"},
		{[]*Record{upn("b@x")}, []*Record{cloud("", "b@x", "SMTP:z@x")}, []string{"address 0"}, "the on-premises UPN is cloud mail"},
		{[]*Record{{ProxyAddresses: []string{"SMTP:b@x"}}}, []*Record{cloud("b@x", "", "SMTP:z@x")}, []string{"address 0"}, "the on-premises primary is the cloud UPN"},
		{[]*Record{{ProxyAddresses: []string{"smtp:b@x"}}}, []*Record{cloud("b@x", "b@x", "SMTP:z@x", "smtp:b@x")}, []string{""}, "an alias counts against the primary alone"},
		{[]*Record{{TargetAddress: "z@x"}}, []*Record{cloud("", "", "SMTP:z@x")}, []string{""}, "targetAddress is no evidence"},
		{[]*Record{{Mail: "z@x", ProxyAddresses: []string{"smtp:y@x"}}}, []*Record{cloud("", "", "SMTP:y@x"), cloud("", "", "SMTP:z@x")}, []string{"address ?"}, "two partners by two values"},
		{[]*Record{{Mail: "b@x", ProxyAddresses: []string{"smtp:z@x"}, UserPrincipalName: "z@x"}}, []*Record{cloud("b@x", "b@x", "SMTP:z@x", "smtp:b@x")}, []string{"address 0"}, "one partner by many values"},
		{[]*Record{{Mail: "b@x"}, {ProxyAddresses: []string{"smtp:z@x"}}}, []*Record{cloud("b@x", "", "SMTP:z@x")}, []string{"address ?", "address ?"}, "two AD users by different values of one partner"},
		{[]*Record{{Mail: "y@x", UserPrincipalName: "z@x"}, {Mail: "z@x"}}, []*Record{cloud("", "", "SMTP:y@x"), cloud("", "", "SMTP:z@x")}, []string{"address ?", "address ?"}, "an ambiguous object still is a second partner of the other's"},
	} {
		s, j := searchAmong(t, c.ad, c.cloud)
		if err := s.run(t.Context(), j.space, j.circles); err != nil {
			t.Fatal(err)
		}
		if got := candidatesOf(t, s, len(c.ad)); fmt.Sprint(got) != fmt.Sprint(c.want) || len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

// TestHotKey: however many objects share a value, each is told of two others at most, so the work and
// the notes grow with the objects and not with their pairs.
func TestHotKey(t *testing.T) {
	const many = 100_000
	for _, c := range []struct{ ad, cloud, alone int }{
		{many, 1, 0}, {many, many, 0}, {1, many, 0}, {many, 0, 0}, {0, many, 0},
	} {
		name := fmt.Sprintf("%d AD users and %d cloud users with one UPN", c.ad, c.cloud)
		var ad, cloud []*Record
		for range c.ad {
			ad = append(ad, &Record{UserPrincipalName: "info@contoso.com", Mail: "info@contoso.com"})
		}
		for i := range c.cloud {
			cloud = append(cloud, &Record{UserPrincipalName: "info@contoso.com", ProxyAddresses: []string{fmt.Sprintf("SMTP:a%d@contoso.com", i)}})
		}
		// One pair beside the crowd is found all the same.
		ad = append(ad, &Record{UserPrincipalName: "ann@contoso.com"})
		cloud = append(cloud, &Record{UserPrincipalName: "ann@contoso.com", ProxyAddresses: []string{"SMTP:ann@contoso.com"}})
		begin := time.Now()
		s, j := searchAmong(t, ad, cloud)
		for i := mapPass + 1; i < len(passes); i++ {
			p := newPairing(s, i, j.space)
			if err := j.circles.walk(t.Context(), p.meet); err != nil {
				t.Fatal(err)
			}
			mostNotes(t, name+": partners", p.partners, len(ad), 2)
			mostNotes(t, name+": suitors", p.suitors, len(cloud), 2)
			if err := p.decide(); err != nil {
				t.Fatal(err)
			}
		}
		mostNotes(t, name+": candidates", s.found, len(ad), 1)
		if d := time.Since(begin); d > 30*time.Second { // some tenths of a second; pairs would take hours
			t.Errorf("%s took %v", name, d)
		}
		found := candidatesOf(t, s, len(ad))
		crowd := "upn ?"
		switch {
		case c.cloud == 0:
			crowd = ""
		case c.cloud == 1 && c.ad == 1:
			crowd = "upn 0"
		}
		for i, got := range found[:c.ad] {
			if got != crowd {
				t.Fatalf("%s: AD user %d has %q, want %q", name, i, got, crowd)
			}
		}
		if want := fmt.Sprint("upn ", c.cloud); found[c.ad] != want {
			t.Errorf("%s: the pair beside is %q, want %q", name, found[c.ad], want)
		}
	}
}

// mostNotes says that no object has more than so many notes. The two values of these users give one group
// each pass, so two notes are all that the pass may write.
func mostNotes[N any](t *testing.T, what string, notes *spill.Notes[N], objects, most int) {
	t.Helper()
	cursor := notes.Cursor()
	defer cursor.Close()
	for i := range uint32(objects) {
		if list, err := cursor.Take(i); err != nil || len(list) > most {
			t.Fatalf("%s: %d notes about one object, %v", what, len(list), err)
		}
	}
}

// TestAsks: which AD objects look for a candidate (contract 4).
func TestAsks(t *testing.T) {
	want := map[Rule]bool{
		14: true, 15: true, 16: true, 17: true, 21: true, 22: true, 23: true, 24: true, 26: true, 27: true,
		30: true, 31: true, 32: true, 34: true, 35: true,
	}
	for rule := Rule(1); rule <= 36; rule++ {
		if rule.Outcome() == "" {
			continue
		}
		if asks(rule) != want[rule] {
			t.Errorf("a user with %s (%s) asks: %t", rule, rule.Outcome(), !want[rule])
		}
	}
	for _, class := range []string{ClassGroup, ClassContact, "computer"} {
		if inScope(&Record{Class: class, SamAccountName: "s"}) {
			t.Errorf("a %s reaches matching: candidates are for users", class)
		}
	}
}

// TestMayPartner: which cloud objects can be a candidate (contract 4).
func TestMayPartner(t *testing.T) {
	good := func() *Record {
		return &Record{Side: Cloud, Class: ClassUser, UserType: "Member", ProxyAddresses: []string{"SMTP:a@x"}}
	}
	for _, c := range []struct {
		edit   func(*Record)
		rule   Rule // of an AD object that names it
		want   bool
		reason string
	}{
		{func(*Record) {}, 0, true, "a cloud-only member with a primary"},
		{func(r *Record) { r.UserType = "" }, 0, true, "no guest, as far as is known"},
		{func(r *Record) { r.Enabled = No }, 0, true, "disabled accounts take part"},
		{func(r *Record) { r.UserType = " guest" }, 0, false, "a guest"},
		{func(r *Record) { r.SyncEnabled = true }, 0, false, "synced is bound"},
		{func(r *Record) { r.ImmutableID = "x" }, 0, false, "an immutable id is bound"},
		{func(r *Record) { r.Deleted = true }, 0, false, "soft-deleted"},
		{func(r *Record) { r.Class = ClassGroup }, 0, false, "no user"},
		{func(r *Record) { r.ProxyAddresses = nil; r.Mail = "a@x" }, 0, false, "cloud mail is no primary"},
		{func(r *Record) { r.ProxyAddresses = []string{"smtp:a@x"} }, 0, false, "an alias is none"},
		{func(*Record) {}, 19, false, "taken by SMTP"},
		{func(*Record) {}, 20, false, "taken by SMTP, UPN elsewhere"},
		{func(*Record) {}, 12, false, "taken by anchor"},
		{func(*Record) {}, 21, true, "a match by UPN can become one by SMTP"},
		{func(*Record) {}, 26, true, "the target of R26 is taken by nobody"},
		{func(*Record) {}, 16, true, "nor is that of R16"},
	} {
		r := good()
		c.edit(r)
		if got := mayPartnerWith(r, c.rule); got != c.want {
			t.Errorf("%s: %t", c.reason, got)
		}
	}
}

// mayPartnerWith asks for a cloud object that an AD object names by the rule.
func mayPartnerWith(r *Record, rule Rule) bool {
	t := &taker{side: Cloud, hasher: newHasher(), out: &intake{}}
	t.take(r)
	o := newObjects(1, 1)
	j := &judgement{objects: o, now: roundNow(Tenant{})}
	f := facts(0)
	if len(t.out.addresses) > 0 {
		f = facts(t.out.addresses[0].Fact)
	}
	if rule != 0 {
		found := decision{rule: rule, partner: f.peer(0)}
		if rule.role() == roleConflict {
			found = decision{rule: rule, culprit: f.peer(0)}
		}
		j.decide(0, &found)
	}
	return mayPartner(f, o.cloud[0])
}
