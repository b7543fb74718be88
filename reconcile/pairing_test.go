package reconcile

import (
	"context"
	"fmt"
	"testing"
	"time"

	"smtpmatch/reconcile/internal/spill"
)

func newSearch() *search {
	return &search{tables: make([]spill.Table, len(passes)), found: &spill.Notes{}, owners: &spill.Notes{}}
}

func numbered(n int) (g GUID) {
	for i := range 4 {
		g[i] = byte(n >> (8 * i))
	}
	g[15] = 1
	return g
}

// searchAmong looks for candidates among AD users and cloud users, all of whom may take part.
func searchAmong(t testing.TB, ad, cloud []*Record) *search {
	t.Helper()
	s := newSearch()
	for i, r := range ad {
		r.Side, r.Class = AD, ClassUser
		if err := s.addAD(uint64(i), r); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range cloud {
		r.Side, r.Class, r.ID = Cloud, ClassUser, numbered(i)
		if err := s.addCloud(uint64(i), r); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// candidatesOf are the candidates as "pass number", "pass ?" for an ambiguous one and "" for none.
func candidatesOf(t testing.TB, s *search, n int) []string {
	t.Helper()
	list := make([]string, n)
	for pile, err := range s.found.Piles() {
		if err != nil {
			t.Fatal(err)
		}
		for c, err := range unpackedNotes(pile.Notes(), unpackCandidate) {
			switch {
			case err != nil:
				t.Fatal(err)
			case list[pile.Object] != "":
				t.Errorf("AD object %d has two candidates", pile.Object)
			case c.ambiguous:
				list[pile.Object] = c.pass + " ?"
			default:
				list[pile.Object] = fmt.Sprint(c.pass, " ", c.cloud)
				if c.id != numbered(int(c.cloud)) {
					t.Errorf("the id of %d is %s", c.cloud, c.id)
				}
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
		s := searchAmong(t, c.ad, c.cloud)
		if err := s.run(context.Background()); err != nil {
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
		s := searchAmong(t, ad, cloud)
		for i := range passes {
			p := pairing{search: s, pass: passes[i].name}
			if err := p.run(&s.tables[i]); err != nil {
				t.Fatal(err)
			}
			mostNotes(t, name+": partners", &p.partners, 2)
			mostNotes(t, name+": suitors", &p.suitors, 2)
		}
		mostNotes(t, name+": candidates", s.found, 1)
		mostNotes(t, name+": owners", s.owners, 1)
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
func mostNotes(t *testing.T, what string, notes *spill.Notes, most int) {
	t.Helper()
	for pile, err := range notes.Piles() {
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for range pile.Notes() {
			count++
		}
		if count > most {
			t.Fatalf("%s: %d notes about one object", what, count)
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
		if asks(ClassUser, rule) != want[rule] {
			t.Errorf("a user with %s (%s) asks: %t", rule, rule.Outcome(), !want[rule])
		}
		if asks(ClassGroup, rule) || asks(ClassContact, rule) || asks("computer", rule) {
			t.Errorf("%s: candidates are for users", rule)
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
		best   *settlement
		want   bool
		reason string
	}{
		{func(*Record) {}, nil, true, "a cloud-only member with a primary"},
		{func(r *Record) { r.UserType = "" }, nil, true, "no guest, as far as is known"},
		{func(r *Record) { r.Enabled = No }, nil, true, "disabled accounts take part"},
		{func(r *Record) { r.UserType = " guest" }, nil, false, "a guest"},
		{func(r *Record) { r.SyncEnabled = true }, nil, false, "synced is bound"},
		{func(r *Record) { r.ImmutableID = "x" }, nil, false, "an immutable id is bound"},
		{func(r *Record) { r.Deleted = true }, nil, false, "soft-deleted"},
		{func(r *Record) { r.Class = ClassGroup }, nil, false, "no user"},
		{func(r *Record) { r.ProxyAddresses = nil; r.Mail = "a@x" }, nil, false, "cloud mail is no primary"},
		{func(r *Record) { r.ProxyAddresses = []string{"smtp:a@x"} }, nil, false, "an alias is none"},
		{func(*Record) {}, &settlement{rule: 19}, false, "taken by SMTP"},
		{func(*Record) {}, &settlement{rule: 20}, false, "taken by SMTP, UPN elsewhere"},
		{func(*Record) {}, &settlement{rule: 12}, false, "taken by anchor"},
		{func(*Record) {}, &settlement{rule: 21}, true, "a match by UPN can become one by SMTP"},
		{func(*Record) {}, &settlement{rule: 26}, true, "the target of R26 is taken by nobody"},
		{func(*Record) {}, &settlement{rule: 16}, true, "nor is that of R16"},
	} {
		r := good()
		c.edit(r)
		if got := mayPartner(r, c.best); got != c.want {
			t.Errorf("%s: %t", c.reason, got)
		}
	}
}
