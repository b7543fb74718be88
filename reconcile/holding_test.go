package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

// wishesOf gives what each AD object wants, nil for nothing, where owners[c] is the AD object whose
// candidate the cloud object c is. shared says of each AD object whether somebody else holds its primary.
func wishesOf(t *testing.T, ad, cloud []*Record, owners map[int]int, domains Domains) (wishes []*wish, shared []bool) {
	t.Helper()
	for i, r := range ad {
		r.ID = numbered(i)
		if r.Class == "" {
			r.Class = ClassUser
		}
	}
	for i, r := range cloud {
		r.ID, r.Class = numbered(i), ClassUser
	}
	j := among(t, ad, cloud, Options{Domains: domains})
	for owned, owner := range owners {
		j.objects.owners[owned] = uint32(owner)
		j.objects.ad[owner] |= adCandidate
	}
	notes := spill.NewNotes[holdingNote](j.space)
	if err := (&holdingJoin{objects: j.objects, notes: notes}).run(t.Context(), j.circles); err != nil {
		t.Fatal(err)
	}
	cursor := notes.Cursor()
	defer cursor.Close()
	wishes, shared = make([]*wish, len(ad)), make([]bool, len(ad))
	for i, r := range cloud {
		held, err := cursor.Take(uint32(i))
		if err != nil {
			t.Fatal(err)
		}
		owner, owned := owners[i]
		if !owned {
			if len(held) > 0 {
				t.Errorf("cloud object %d belongs to nobody and is told %v", i, held)
			}
			continue
		}
		w, err := unpackWish(newWish(r, held, domains).pack(nil))
		if err != nil {
			t.Fatal(err)
		}
		wishes[owner] = w
	}
	for i := range ad {
		shared[i] = j.objects.adHas(uint32(i), adOldShared)
	}
	return wishes, shared
}

// TestWishes: what the holding join tells the owner (the first AD object) of its cloud object (the first).
func TestWishes(t *testing.T) {
	cloudUser := func(proxies ...string) *Record {
		return &Record{UserPrincipalName: "Ann@x", ProxyAddresses: append([]string{"SMTP:Ann@x"}, proxies...)}
	}
	for _, c := range []struct {
		ad, cloud []*Record
		domains   Domains
		want      wish
		reason    string
	}{
		{[]*Record{user("")}, []*Record{cloudUser()}, nil, wish{}, "P in the cloud's spelling, its UPN"},
		{[]*Record{user("")}, []*Record{cloudUser("smtp:C@x", "X500:/o=a", "SIP:a@x", "Smtp:b@x", "SMTP:d@x")}, nil, wish{aliases: []string{"C@x", "b@x", "d@x"}}, "aliases in the cloud's order; of several SMTP: the further ones too"},
		{[]*Record{user("")}, []*Record{cloudUser("smtp:b@y", "smtp:b@x", "smtp:b@t.onmicrosoft.com")}, Domains{"x": true, "t.onmicrosoft.com": true}, wish{aliases: []string{"b@x"}}, "verified domains outside onmicrosoft.com"},
		{[]*Record{user("", "smtp:B@x")}, []*Record{cloudUser("smtp:b@x")}, nil, wish{}, "an alias that the object has as a proxy"},
		{[]*Record{user("b@x", "smtp:c@x")}, []*Record{cloudUser("smtp:b@x")}, nil, wish{aliases: []string{"b@x"}}, "having it as mail does not keep it: mail becomes P"},
		{[]*Record{user(""), user("", "smtp:b@x")}, []*Record{cloudUser("smtp:b@x")}, nil, wish{notCopied: []string{"b@x"}}, "another AD object holds it: AliasNotCopied"},
		{[]*Record{user(""), user("b@x", "smtp:c@x")}, []*Record{cloudUser("smtp:b@x")}, nil, wish{notCopied: []string{"b@x"}}, "as mail"},
		{[]*Record{user(""), {UserPrincipalName: "b@x"}}, []*Record{cloudUser("smtp:b@x")}, nil, wish{notCopied: []string{"b@x"}}, "as UPN"},
		{[]*Record{user(""), {TargetAddress: "SMTP:b@x"}}, []*Record{cloudUser("smtp:b@x")}, nil, wish{aliases: []string{"b@x"}}, "targetAddress holds nothing"},
		{[]*Record{user("")}, []*Record{cloudUser("smtp:b@x"), {Mail: "b@x"}}, nil, wish{aliases: []string{"b@x"}}, "another cloud object's hold does not keep an alias back"},
		{[]*Record{user("")}, []*Record{cloudUser("smtp:b@x", "smtp:B@x")}, nil, wish{aliases: []string{"b@x"}}, "each once"},
		{[]*Record{user("")}, []*Record{cloudUser("smtp:ann@x")}, nil, wish{}, "P is no alias"},

		{[]*Record{user("", "smtp:ann@x")}, []*Record{cloudUser()}, nil, wish{}, "its own hold is no other's"},
		{[]*Record{user(""), user("", "smtp:ann@x")}, []*Record{cloudUser()}, nil, wish{heldInAD: true}, "another AD object holds P"},
		{[]*Record{user("ann@x"), {Class: "computer", UserPrincipalName: "ANN@X"}}, []*Record{cloudUser()}, nil, wish{heldInAD: true, upn: "shared"}, "out-of-scope ones included"},
		{[]*Record{user("")}, []*Record{cloudUser(), {ProxyAddresses: []string{"smtp:ann@x"}}}, nil, wish{heldInCloud: true}, "another live cloud object holds P as an alias"},
		{[]*Record{user("")}, []*Record{cloudUser(), {UserPrincipalName: "ann@x"}}, nil, wish{heldInCloud: true}, "as UPN"},
		{[]*Record{user("")}, []*Record{{UserPrincipalName: "Ann@x", Mail: "ann@x", ProxyAddresses: []string{"SMTP:Ann@x"}}}, nil, wish{}, "its own mail and UPN are no other's"},

		{[]*Record{user("", "SMTP:old@x"), user("old@x")}, []*Record{cloudUser()}, nil, wish{upn: "shared"}, "another AD object holds the primary of now"},
		{[]*Record{user("old@x")}, []*Record{cloudUser(), {Mail: "old@x"}}, nil, wish{upn: "shared"}, "another cloud object holds the primary that came from mail"},
		{[]*Record{user("", "SMTP:old@x")}, []*Record{cloudUser("smtp:old@x")}, nil, wish{}, "its own cloud object may hold it"},
		{[]*Record{user("", "smtp:old@x"), user("old@x")}, []*Record{cloudUser()}, nil, wish{}, "an alias is no primary of now"},
	} {
		wishes, shared := wishesOf(t, c.ad, c.cloud, map[int]int{0: 0}, c.domains)
		got := wishes[0]
		if got == nil {
			t.Errorf("%s: no wish", c.reason)
			continue
		}
		if wantShared := c.want.upn == "shared"; shared[0] != wantShared {
			t.Errorf("%s: the old primary is shared: %t", c.reason, shared[0])
		}
		c.want.id, c.want.primary, c.want.upn = numbered(0), "Ann@x", "Ann@x"
		if fmt.Sprintf("%+v", *got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s:\n%+v, want\n%+v", c.reason, *got, c.want)
		}
	}
}

// TestNobodysCloud: a cloud object that nobody takes gives no wish.
func TestNobodysCloud(t *testing.T) {
	wishes, _ := wishesOf(t, []*Record{user("ann@x"), user("", "SMTP:ann@x")}, []*Record{{ProxyAddresses: []string{"SMTP:ann@x"}}}, nil, nil)
	for i, w := range wishes {
		if w != nil {
			t.Errorf("AD object %d has %+v", i, w)
		}
	}
}

// TestLargeGroups: an address held by many is joined like one held by few: the owner that has the alias
// itself does not get it twice, and facts stay one for each address.
func TestLargeGroups(t *testing.T) {
	for _, others := range []int{0, smallCircle - 3, smallCircle - 2, smallCircle - 1, smallCircle, 3000} {
		ad := []*Record{user("", "smtp:b@x")}
		for range others {
			ad = append(ad, user("b@x"))
		}
		cloud := []*Record{{UserPrincipalName: "Ann@x", ProxyAddresses: []string{"SMTP:Ann@x", "smtp:b@x"}}}
		wishes, _ := wishesOf(t, ad, cloud, map[int]int{0: 0}, nil)
		c, added := draft(ad[0], wishes[0])
		if added != 0 || !slices.Equal(c.ProxyAfter, []string{"SMTP:Ann@x", "smtp:b@x"}) {
			t.Errorf("%d others: %q", others, c.ProxyAfter)
		}
	}
	// Many cloud objects with owners of their own share one alias.
	var ad, cloud []*Record
	owners := make(map[int]int)
	for i := range 500 {
		ad = append(ad, user(""))
		cloud = append(cloud, &Record{ProxyAddresses: []string{fmt.Sprintf("SMTP:a%d@x", i), "smtp:shared@x"}})
		owners[i] = i
	}
	wishes, _ := wishesOf(t, ad, cloud, owners, nil)
	for i, w := range wishes {
		if w == nil || !strings.HasPrefix(w.primary, "a") || len(w.aliases) != 1 || w.heldInCloud {
			t.Fatalf("AD object %d: %+v", i, w)
		}
	}
}
