package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

// wishesOf joins the holdings of AD objects and cloud objects. owners says, by cloud object, which AD
// object will take it; the AD objects have it as their candidate.
func wishesOf(t *testing.T, ad, cloud []*Record, owners map[int]int, domains Domains) []*wish {
	t.Helper()
	var table spill.Table
	var facts spill.Notes
	for i, r := range ad {
		r.Side = AD
		var c candidate
		for owned, owner := range owners {
			if owner == i {
				c = candidate{pass: "upn", cloud: uint64(owned)}
			}
		}
		if err := addADHoldings(&table, uint64(i), r, &c); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range cloud {
		r.Side = Cloud
		owner, owned := owners[i]
		if err := addCloudHoldings(&table, uint64(i), r, ownership{owned: owned, owner: uint64(owner)}, domains); err != nil {
			t.Fatal(err)
		}
	}
	if err := joinHoldings(&table, &facts); err != nil {
		t.Fatal(err)
	}
	wishes := make([]*wish, len(ad))
	for pile, err := range facts.Piles() {
		if err != nil {
			t.Fatal(err)
		}
		if wishes[pile.Object], err = gather(pile.Notes()); err != nil {
			t.Fatal(err)
		}
	}
	return wishes
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
		{[]*Record{user("ann@x"), {Class: "computer", UserPrincipalName: "ANN@X"}}, []*Record{cloudUser()}, nil, wish{heldInAD: true, oldShared: true}, "out-of-scope ones included"},
		{[]*Record{user("")}, []*Record{cloudUser(), {ProxyAddresses: []string{"smtp:ann@x"}}}, nil, wish{heldInCloud: true}, "another live cloud object holds P as an alias"},
		{[]*Record{user("")}, []*Record{cloudUser(), {UserPrincipalName: "ann@x"}}, nil, wish{heldInCloud: true}, "as UPN"},
		{[]*Record{user("")}, []*Record{{UserPrincipalName: "Ann@x", Mail: "ann@x", ProxyAddresses: []string{"SMTP:Ann@x"}}}, nil, wish{}, "its own mail and UPN are no other's"},

		{[]*Record{user("", "SMTP:old@x"), user("old@x")}, []*Record{cloudUser()}, nil, wish{oldShared: true}, "another AD object holds the primary of now"},
		{[]*Record{user("old@x")}, []*Record{cloudUser(), {Mail: "old@x"}}, nil, wish{oldShared: true}, "another cloud object holds the primary that came from mail"},
		{[]*Record{user("", "SMTP:old@x")}, []*Record{cloudUser("smtp:old@x")}, nil, wish{}, "its own cloud object may hold it"},
		{[]*Record{user("", "smtp:old@x"), user("old@x")}, []*Record{cloudUser()}, nil, wish{}, "an alias is no primary of now"},
	} {
		got := wishesOf(t, c.ad, c.cloud, map[int]int{0: 0}, c.domains)[0]
		if got == nil {
			t.Errorf("%s: no wish", c.reason)
			continue
		}
		c.want.primary, c.want.upn = "Ann@x", "Ann@x"
		if fmt.Sprintf("%+v", *got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s:\n%+v, want\n%+v", c.reason, *got, c.want)
		}
	}
}

// TestNobodysCloud: a cloud object that nobody takes gives no wish.
func TestNobodysCloud(t *testing.T) {
	for i, w := range wishesOf(t, []*Record{user("ann@x"), user("", "SMTP:ann@x")}, []*Record{{ProxyAddresses: []string{"SMTP:ann@x"}}}, nil, nil) {
		if w != nil {
			t.Errorf("AD object %d has %+v", i, w)
		}
	}
}

// TestLargeGroups: an address held by many is joined like one held by few: the owner that has the alias
// itself does not get it twice, and facts stay one for each address.
func TestLargeGroups(t *testing.T) {
	for _, others := range []int{0, smallGroup - 3, smallGroup - 2, smallGroup - 1, smallGroup, 3000} {
		ad := []*Record{user("", "smtp:b@x")}
		for range others {
			ad = append(ad, user("b@x"))
		}
		cloud := []*Record{{UserPrincipalName: "Ann@x", ProxyAddresses: []string{"SMTP:Ann@x", "smtp:b@x"}}}
		w := wishesOf(t, ad, cloud, map[int]int{0: 0}, nil)[0]
		c, added := draft(ad[0], w)
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
	for i, w := range wishesOf(t, ad, cloud, owners, nil) {
		if w == nil || !strings.HasPrefix(w.primary, "a") || len(w.aliases) != 1 || w.heldInCloud {
			t.Fatalf("AD object %d: %+v", i, w)
		}
	}
}
