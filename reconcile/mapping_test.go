package reconcile

import (
	"fmt"
	"strings"
	"testing"

	"smtpmatch/reconcile/internal/spill"
)

// TestMapKeys: a cell and a record that mean the same come to the same value (contract 4 and 7).
func TestMapKeys(t *testing.T) {
	id, err := ParseGUID("a1b2c3d4-e5f6-4789-abcd-1234567890ab")
	if err != nil {
		t.Fatal(err)
	}
	r := &Record{ID: id, SamAccountName: "Ann", UserPrincipalName: " 'José@x", Mail: "mailto:Mail@x", ProxyAddresses: []string{"SMTP:p@x"}}
	for _, c := range []struct {
		key    MapKey
		cell   string
		hits   bool
		reason string
	}{
		{MapByID, id.String(), true, "an id"},
		{MapByID, " {" + strings.ToUpper(id.String()) + "} ", true, "in braces and upper case"},
		{MapByID, "", false, "blank"},
		{MapByID, "a1b2", false, "no id"},
		{MapBySamAccountName, " ANN", true, "without case and blanks"},
		{MapBySamAccountName, "Anne", false, "another"},
		{MapByUserPrincipalName, "JOSE\u0301@X", true, "NFC and lower case"},
		{MapByUserPrincipalName, "<josé@x>", true, "without angle brackets"},
		{MapByUserPrincipalName, "-", false, "a placeholder is no value"},
		{MapByMail, "mail@X", true, "mail is the attribute"},
		{MapByMail, "p@x", false, "and not the primary"},
	} {
		got := c.key.Normalize(c.cell)
		if (got != "" && got == c.key.value(r)) != c.hits {
			t.Errorf("%s: %q became %q, the record has %q", c.reason, c.cell, got, c.key.value(r))
		}
	}
}

// TestMapping: what lines hit, and the findings about those that hit nothing.
func TestMapping(t *testing.T) {
	type side struct {
		name    string
		canTake bool
	}
	ad := []side{{"ann", true}, {"bob", true}, {"twin", true}, {"twin", false}, {"linked", false}, {"", true}}
	cloud := []side{{"a@x", true}, {"b@x", true}, {"two@x", true}, {"two@x", true}, {"guest@x", false}, {"taken@x", true}, {"", true}}
	const taken = 5
	for _, c := range []struct {
		ad, cloud string
		want      string
		reason    string
	}{
		{"Ann", "A@X", "", "a pair"},
		{"eve", "a@x", "The line hits no AD object.", "nothing in AD"},
		{"ann", "e@x", "The line hits no live cloud object.", "nothing in the cloud"},
		{"eve", "e@x", "The line hits no AD object.", "nothing at all: AD is said first"},
		{"", "a@x", "The line hits no AD object.", "a blank cell hits nothing, not the objects without a name"},
		{"ann", " ", "The line hits no live cloud object.", "a blank cell of the cloud"},
		{"twin", "a@x", "The line hits several of the AD objects.", "two objects, though one alone can take part"},
		{"ann", "two@x", "The line hits several of the live cloud objects.", "two cloud objects"},
		{"linked", "a@x", "The AD object takes no part", "an object that cannot take part"},
		{"ann", "guest@x", "The cloud object takes no part", "a guest"},
		{"ann", "taken@x", "The cloud object takes no part", "one that another object takes"},
	} {
		m := &Map{File: "map.csv", AD: MapBySamAccountName, Cloud: MapByUserPrincipalName, Lines: []MapLine{
			{Row: 2, AD: "nobody", Cloud: "nobody@x"}, {Row: 7, AD: c.ad, Cloud: c.cloud},
		}}
		var adRecords, cloudRecords []*Record
		for _, o := range ad {
			adRecords = append(adRecords, &Record{Class: ClassUser, SamAccountName: o.name})
		}
		for i, o := range cloud {
			r := &Record{Class: ClassUser, UserPrincipalName: o.name, ProxyAddresses: []string{fmt.Sprintf("SMTP:%d@x", i)}}
			if !o.canTake {
				r.UserType = "Guest"
			}
			cloudRecords = append(cloudRecords, r)
		}
		j := among(t, adRecords, cloudRecords, Options{Map: m})
		s := &search{objects: j.objects, asked: len(ad), found: spill.NewNotes[candidate](j.space)}
		for i, o := range ad {
			if o.canTake {
				j.objects.ad[i] |= adAsks
			}
		}
		j.objects.cloud[taken] |= cloudTaken
		findings, err := s.settleMap(m, j.ledger.hits)
		if err != nil {
			t.Fatal(err)
		}
		found := fmt.Sprint(candidatesOf(t, s, len(ad)))
		if c.want == "" {
			if len(findings) != 1 || found != "[map 0     ]" || s.isAsked(0) || s.isPartner(0) || !s.isAsked(1) {
				t.Errorf("%s: %q, %+v", c.reason, found, findings)
			}
			continue
		}
		if len(findings) != 2 || found != "[     ]" || s.asked != len(ad) {
			t.Errorf("%s: %q, %+v", c.reason, found, findings)
			continue
		}
		f := findings[1]
		if f.File != "map.csv" || f.Row != 7 || f.Code != "MapLine" || f.Severity != SeverityWarn || f.Value != c.ad+", "+c.cloud || !strings.HasPrefix(f.Text, c.want) {
			t.Errorf("%s: %+v", c.reason, f)
		}
	}
}

// TestNoMap: without a map nothing is kept and nothing found.
func TestNoMap(t *testing.T) {
	j := among(t, []*Record{{Class: ClassUser, SamAccountName: "ann"}}, nil, Options{})
	s := &search{objects: j.objects}
	if findings, err := s.settleMap(nil, j.ledger.hits); len(findings) > 0 || err != nil {
		t.Error(findings, err)
	}
}
