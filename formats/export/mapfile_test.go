package export

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// mapKeyCells give a cell of each key, by row.
var mapKeyCells = map[reconcile.MapKey][2]string{
	reconcile.MapByID:                {guid1, guid2},
	reconcile.MapBySamAccountName:    {"asa", "bert"},
	reconcile.MapByUserPrincipalName: {"asa@contoso.com", "bert@contoso.com"},
	reconcile.MapByMail:              {"a@contoso.com", "b@contoso.com"},
}

// mapHeaders are all spellings of the headers of contract sections 4 and 7: a key, with the side before or
// after it, with and without a blank.
func mapHeaders(side reconcile.Side) map[string]reconcile.MapKey {
	keys := map[string]reconcile.MapKey{"ObjectGUID": reconcile.MapByID, "SamAccountName": reconcile.MapBySamAccountName}
	word := "AD"
	if side == reconcile.Cloud {
		keys, word = map[string]reconcile.MapKey{"Id": reconcile.MapByID}, "Cloud"
	}
	keys["UserPrincipalName"], keys["Mail"] = reconcile.MapByUserPrincipalName, reconcile.MapByMail
	all := make(map[string]reconcile.MapKey)
	for name, key := range keys {
		for _, header := range []string{name, word + name, word + " " + name, name + word, name + " " + word, name + " (" + word + ")", strings.ToLower(word + "_" + name), " " + strings.ToUpper(name+word) + "\u00A0"} {
			all[header] = key
		}
	}
	return all
}

// TestMapHeaders reads every pair of headers, in either order, with a note between.
func TestMapHeaders(t *testing.T) {
	bothSides := []string{"UserPrincipalName", "Mail"}
	plain := func(header string) bool {
		return slices.ContainsFunc(bothSides, func(name string) bool { return headerKey(name) == headerKey(header) })
	}
	for adHeader, adKey := range mapHeaders(reconcile.AD) {
		for cloudHeader, cloudKey := range mapHeaders(reconcile.Cloud) {
			if plain(adHeader) && plain(cloudHeader) {
				continue // TestMapRefused
			}
			ad, cloud := mapKeyCells[adKey], mapKeyCells[cloudKey]
			want := &reconcile.Map{File: "map.csv", AD: adKey, Cloud: cloudKey, Lines: []reconcile.MapLine{
				{Row: 2, AD: ad[0], Cloud: cloud[1]}, {Row: 3, AD: ad[1], Cloud: cloud[0]},
			}}
			sameMap(t, grid{{adHeader, "Note", cloudHeader}, {ad[0], "x", cloud[1]}, {ad[1], "", cloud[0]}}.csv(), want)
			sameMap(t, grid{{cloudHeader, "Ticket", adHeader}, {cloud[1], "x", ad[0]}, {cloud[0], "", ad[1]}}.csv(), want)
		}
	}
}

func sameMap(t *testing.T, content string, want *reconcile.Map) {
	t.Helper()
	sameMapOf(t, save(t, "map.csv", content), want)
}

func sameMapOf(t *testing.T, path string, want *reconcile.Map) {
	t.Helper()
	got, err := ReadMap(path)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	if got.File != want.File || got.AD != want.AD || got.Cloud != want.Cloud || !slices.Equal(got.Lines, want.Lines) {
		t.Errorf("read %+v\nwant %+v", *got, *want)
	}
}

// TestMapRefused: headers that do not say which key each side uses, and objects named twice.
func TestMapRefused(t *testing.T) {
	for _, c := range []struct {
		text   string
		want   []string
		reason string
	}{
		{"UserPrincipalName,UserPrincipalName\na@x,b@x\n", []string{"cannot be told whose key"}, "two plain UserPrincipalName columns"},
		{"Mail,Mail\na@x,b@x\n", []string{"cannot be told whose key"}, "two plain Mail columns"},
		{"UserPrincipalName,Mail\na@x,b@x\n", []string{"cannot be told whose key UserPrincipalName is, and whose Mail"}, "one plain column of each"},
		{"ObjectGUID,Id,Mail\n,,\n", []string{"3 columns name a key, not two", "ObjectGUID, Id, Mail"}, "more keys than two"},
		{"ObjectGUID,AD Mail,Cloud Mail\n,,\n", []string{"3 columns name a key, not two"}, "two keys of AD"},
		{"ObjectGUID,ObjectGUID,Id\n,,\n", []string{"3 columns name a key, not two"}, "the same column twice"},
		{"ObjectGUID,SamAccountName\n,\n", []string{"name keys of the same side", "ObjectGUID and SamAccountName"}, "AD twice"},
		{"ObjectGUID,AD Mail\n,\n", []string{"name keys of the same side"}, "AD twice, once said"},
		{"Id,Cloud UserPrincipalName\n,\n", []string{"name keys of the same side"}, "cloud twice"},
		{"AD Mail,Mail AD\n,\n", []string{"name keys of the same side"}, "AD twice in two spellings"},
		{"ObjectGUID,Note\n,\n", []string{"1 columns name a key, not two"}, "one key"},
		{"From,To\na,b\n", []string{"0 columns name a key, not two; the header is: From, To"}, "no key"},
		{"Cloud ObjectGUID,AD Id\n,\n", []string{"0 columns name a key"}, "the other side's key"},
		{"Cloud SamAccountName,ObjectGUID\n,\n", []string{"1 columns name a key"}, "SamAccountName is the AD side's alone"},
		{guid1 + "," + guid2 + "\n", []string{"0 columns name a key"}, "no header"},
		{"", []string{"holds nothing"}, "an empty file"},
		{"\r\n\r\n", []string{"holds nothing"}, "empty lines"},
		{"ObjectGUID,Id\n" + guid1 + "," + guid2 + "," + guid3 + "\n", []string{"fields"}, "a row wider than the header"},

		{"ObjectGUID,Id\n" + guid1 + "," + guid2 + "\n" + guid1 + "," + guid3 + "\n", []string{"rows 2 and 3 name the same AD object, " + guid1, "Name each object once"}, "an AD object twice"},
		{"ObjectGUID,Id\n" + guid1 + "," + guid3 + "\n" + guid2 + "," + guid3 + "\n", []string{"rows 2 and 3 name the same cloud object, " + guid3}, "a cloud object twice"},
		{"ObjectGUID,Id\n" + guid1 + "," + guid2 + "\n" + guid1 + "," + guid2 + "\n", []string{"same AD object", "same cloud object"}, "the same line twice"},
		{"ObjectGUID,Id\n" + guid1 + ",\n{" + strings.ToUpper(guid1) + "}," + guid2 + "\n", []string{"rows 2 and 3 name the same AD object"}, "two forms of one GUID"},
		{"SamAccountName,Id\nasa," + guid1 + "\n ASA," + guid2 + "\n", []string{"rows 2 and 3 name the same AD object"}, "sAMAccountName without case and blanks"},
		{"AD UPN,AD UserPrincipalName,Id\n,José@x," + guid1 + "\n,JOSE\u0301@X," + guid2 + "\n", []string{"rows 2 and 3 name the same AD object"}, "UPNs by NFC and lower case"},
		{"AD Mail,Id\nann@x," + guid1 + "\n'ann@x," + guid2 + "\n", []string{"rows 2 and 3 name the same AD object"}, "an apostrophe is taken off"},
		{"AD Mail,Id\nann@x,\n,\nbob@x,\nmailto:Ann@x,\n", []string{"rows 2 and 5 name the same AD object, mailto:Ann@x"}, "rows count the blank ones"},
	} {
		_, err := ReadMap(save(t, "map.csv", c.text))
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.File != "map.csv" || refusal.Cure == "" {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: says %q, want %q", c.reason, err, want)
			}
		}
	}
	if _, err := ReadMap(t.TempDir() + "/none.csv"); err == nil || errors.As(err, new(*Refusal)) {
		t.Errorf("a file that is not there gave %v", err)
	}
}

// TestMapNamedOften: of many objects named twice, a refusal names a few and counts the rest.
func TestMapNamedOften(t *testing.T) {
	text := "SamAccountName,Id\n"
	for i := range 20 {
		text += fmt.Sprintf("sam%d,\n", i%10)
	}
	_, err := ReadMap(save(t, "map.csv", text))
	if err == nil || strings.Count(err.Error(), "name the same AD object") != 5 || !strings.Contains(err.Error(), "and 5 more.") {
		t.Error(err)
	}
}

// TestMapCells: what cells become, and the numbers of the rows.
func TestMapCells(t *testing.T) {
	ids := func(lines ...reconcile.MapLine) *reconcile.Map {
		return &reconcile.Map{File: "map.csv", AD: reconcile.MapByID, Cloud: reconcile.MapByID, Lines: lines}
	}
	for _, form := range []string{
		guid1, "{" + guid1 + "}", strings.ToUpper(guid1), "  " + guid1 + "\u00A0", "'" + guid1, " '{" + guid1 + "}",
		"X'D4C3B2A1F6E58947ABCD1234567890AB'", `\d4\c3\b2\a1\f6\e5\89\47\ab\cd\12\34\56\78\90\ab`,
		"D4 C3 B2 A1 F6 E5 89 47 AB CD 12 34 56 78 90 AB", "212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 171",
	} {
		sameMap(t, "ObjectGUID,Id\n"+form+","+guid2+"\n", ids(reconcile.MapLine{Row: 2, AD: guid1, Cloud: guid2}))
	}
	sameMap(t, "ObjectGUID,Id\n"+guid1+",\n,"+guid2+"\n,\nNA,NULL\n\\N,-\n", ids(
		reconcile.MapLine{Row: 2, AD: guid1}, reconcile.MapLine{Row: 3, Cloud: guid2},
		reconcile.MapLine{Row: 5}, reconcile.MapLine{Row: 6}, // blank cells hit nothing; a blank row is none
	))
	sameMap(t, "ObjectGUID,Id\nnobody,"+guid2+"\n", ids(reconcile.MapLine{Row: 2, AD: "nobody", Cloud: guid2})) // hits nothing, and says so
	sameMap(t, "ObjectGUID,Id,Note\n"+guid1+","+guid2+",\"two\nlines\"\n"+guid2+","+guid1+",x\n", ids(
		reconcile.MapLine{Row: 2, AD: guid1, Cloud: guid2}, reconcile.MapLine{Row: 3, AD: guid2, Cloud: guid1})) // records, not lines
	sameMap(t, "\"ObjectGUID\";\"Id\"\r\n\""+guid1+"\";\""+guid2+"\"\r\n", ids(reconcile.MapLine{Row: 2, AD: guid1, Cloud: guid2}))
	sameMap(t, "ObjectGUID\tId\n"+guid1+"\t"+guid2+"\n", ids(reconcile.MapLine{Row: 2, AD: guid1, Cloud: guid2}))
	sameMap(t, "\ufeffObjectGUID,Id\r\n"+guid1+","+guid2, ids(reconcile.MapLine{Row: 2, AD: guid1, Cloud: guid2}))
	sameMap(t, "ObjectGUID,Id\n", ids()) // nobody decided anything

	names := &reconcile.Map{File: "map.csv", AD: reconcile.MapByUserPrincipalName, Cloud: reconcile.MapByMail,
		Lines: []reconcile.MapLine{{Row: 2, AD: "Ann@contoso.com ", Cloud: "'=x@contoso.com"}}}
	sameMap(t, "UserPrincipalName,Cloud Mail\nAnn@contoso.com ,'=x@contoso.com\n", names) // as in the file
	utf16 := "\xff\xfe"
	for _, r := range "AD UserPrincipalName;Cloud Mail\r\nåsa@x;å@x\r\n" {
		utf16 += string([]byte{byte(r), byte(r >> 8)})
	}
	sameMap(t, utf16, &reconcile.Map{File: "map.csv", AD: reconcile.MapByUserPrincipalName, Cloud: reconcile.MapByMail,
		Lines: []reconcile.MapLine{{Row: 2, AD: "åsa@x", Cloud: "å@x"}}})
}

// TestMapSheet: a workbook is read like a text; rows are those of the sheet.
func TestMapSheet(t *testing.T) {
	g := grid{{"Note", "Cloud UPN", "Cloud UserPrincipalName", "ObjectGUID"}, {"", "", "asa@x", guid1}, {}, {"only a note"}, {"", "", "", "{" + guid2 + "}"}}
	want := &reconcile.Map{File: "users.xlsx", AD: reconcile.MapByID, Cloud: reconcile.MapByUserPrincipalName, Lines: []reconcile.MapLine{
		{Row: 2, AD: guid1, Cloud: "asa@x"}, {Row: 4}, {Row: 5, AD: guid2},
	}}
	sameMapOf(t, workbook(t, sheetGrid{name: "Pairs", grid: g}), want)
	sameMapOf(t, streamed(t, g), want)
	sameMapOf(t, rawWorkbook(t, g), want)
	for i := range want.Lines {
		want.Lines[i].Row += 2
	}
	sameMapOf(t, workbook(t, sheetGrid{name: "Pairs", grid: g, from: 3}), want)
	twice := grid{{"ObjectGUID", "Id"}, {guid1, guid2}, {}, {guid1, guid3}}
	if _, err := ReadMap(workbook(t, sheetGrid{name: "Pairs", grid: twice})); err == nil || !strings.Contains(err.Error(), "rows 2 and 4 name the same AD object") {
		t.Error(err)
	}
}
