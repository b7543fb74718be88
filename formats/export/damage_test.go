package export

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// Damage to one row is data: the row is rejected, or used with a warning, and the rest of the file counts.
func TestDamagedRows(t *testing.T) {
	limit := strings.Repeat("a", cellLimit)
	replaced := func(g grid, old, by string) string { return strings.Replace(g.csv(), old, by, 1) }
	for _, c := range []struct {
		reason   string
		side     reconcile.Side
		text     string
		rejected bool
		findings string // of the row: severity code column, apart by |
	}{
		{"no id", reconcile.AD, goodAD().set(3, "ObjectGUID", "").csv(), true, "refuse NoId ObjectGUID"},
		{"a placeholder is no id", reconcile.AD, goodAD().set(3, "ObjectGUID", "NULL").csv(), true, "refuse NoId ObjectGUID"},
		{"no id in the cloud", reconcile.Cloud, goodCloud().set(3, "Id", " ").csv(), true, "refuse NoId Id"},
		{"an id that is no GUID", reconcile.Cloud, goodCloud().set(3, "Id", "bert").csv(), true, "refuse BadId Id"},
		{"the GUID of nothing", reconcile.Cloud, goodCloud().set(3, "Id", "00000000-0000-0000-0000-000000000000").csv(), true, "refuse BadId Id"},

		{"two fields more", reconcile.AD, replaced(goodAD(), `"Bert"`, `Be,rt,x`), true, "refuse Fields |warn Boolean Enabled"},
		{"fields missing, needed ones among them", reconcile.AD, replaced(goodAD(), `,"","","","Bert","False",""`, ""), true, "refuse Fields "},
		{"only useful fields missing", reconcile.AD, replaced(goodAD(), `,"False",""`, ""), false, "warn Fields "},
		{"text behind a closing quote: PHP's \\\"", reconcile.AD, replaced(goodAD(), `"Bert"`, `"Bert \"B\" X"`), true, "refuse Quote "},

		{"a spreadsheet error in a key", reconcile.AD, goodAD().set(3, "UserPrincipalName", "#NAME?").csv(), true, "refuse SpreadsheetError UserPrincipalName"},
		{"an error in an anchor", reconcile.AD, goodAD().set(3, "mS-DS-ConsistencyGuid", "#NAME?").csv(), true, "refuse SpreadsheetError mS-DS-ConsistencyGuid"},
		{"an error in an id", reconcile.Cloud, goodCloud().set(3, "Id", "#REF!").csv(), true, "refuse SpreadsheetError Id|refuse BadId Id"},
		{"an error elsewhere", reconcile.AD, goodAD().set(3, "DisplayName", "#N/A").csv(), false, "warn SpreadsheetError DisplayName"},
		{"an error in another language", reconcile.AD, goodAD().set(3, "Title", "#NOME?").csv(), false, "warn SpreadsheetError Title"},
		{"something with # is no error", reconcile.AD, goodAD().set(3, "Title", "#1 in sales").csv(), false, ""},
		{"a guest's UPN is no error", reconcile.Cloud, goodCloud().set(3, "UserPrincipalName", "b_x.de#EXT#@contoso.onmicrosoft.com").csv(), false, ""},

		{"32,767 characters of addresses", reconcile.AD, goodAD().set(3, "proxyAddresses", limit).csv(), true, "refuse CellLimit proxyAddresses"},
		{"one less is no limit", reconcile.AD, goodAD().set(3, "proxyAddresses", limit[1:]).csv(), false, ""},
		{"32,767 characters elsewhere", reconcile.AD, goodAD().set(3, "Title", limit).csv(), false, "warn CellLimit Title"},
		{"32,767 characters, not bytes", reconcile.AD, goodAD().set(3, "Title", "ä"+limit[1:]).csv(), false, "warn CellLimit Title"},
		{"an emoji is two of them, as Excel counts", reconcile.AD, goodAD().set(3, "Title", "😀"+limit[2:]).csv(), false, "warn CellLimit Title"},
		{"32,767 bytes of fewer characters are no limit", reconcile.AD, goodAD().set(3, "Title", "ä"+limit[2:]).csv(), false, ""},

		{"a screen's list", reconcile.AD, goodAD().set(3, "proxyAddresses", "{SMTP:b@x.de, smtp:c@x.de...}").csv(), true, "refuse CutList proxyAddresses"},
		{"the same of PowerShell 7", reconcile.AD, goodAD().set(3, "proxyAddresses", "{SMTP:b@x.de, smtp:c@x.de…}").csv(), true, "refuse CutList proxyAddresses"},
		{"without braces", reconcile.AD, goodAD().set(3, "proxyAddresses", "SMTP:b@x.de, smtp:c...").csv(), true, "refuse CutList proxyAddresses"},
		{"blanks behind the dots", reconcile.AD, goodAD().set(3, "proxyAddresses", "SMTP:b@x.de, smtp:c...\u00a0 ").csv(), true, "refuse CutList proxyAddresses"},
		{"a whole list of a screen is parsed", reconcile.AD, goodAD().set(3, "proxyAddresses", "{SMTP:b@x.de, smtp:c@x.de}").csv(), false, "warn ScreenList proxyAddresses"},
		{"a rounded number is no anchor", reconcile.AD, goodAD().set(3, "mS-DS-ConsistencyGuid", "1.23456789012346E+017").csv(), true, "refuse RoundedNumber mS-DS-ConsistencyGuid"},
		{"bytes in no known form", reconcile.AD, goodAD().set(3, "mS-DS-ConsistencyGuid", "{212 195 178}").csv(), false, "warn Anchor mS-DS-ConsistencyGuid"},
		{"dots at the end of a name are a name's", reconcile.AD, goodAD().set(3, "DisplayName", "Bert...").csv(), false, ""},

		{"a boolean that verdicts rest on: the row still holds its addresses", reconcile.Cloud, goodCloud().set(3, "OnPremisesSyncEnabled", "perhaps").csv(), false, "warn Boolean OnPremisesSyncEnabled"},
		{"another boolean is unknown", reconcile.AD, goodAD().set(3, "Enabled", "perhaps").csv(), false, "warn Boolean Enabled"},
		{"the inverted one of the Microsoft 365 file", reconcile.Cloud, goodCloud().renamed("AccountEnabled", "Block credential").set(3, "Block credential", "?").csv(), false, "warn Boolean BlockCredential"},
		{"a critical system object or not", reconcile.AD, goodAD().with("isCriticalSystemObject", "", "?").csv(), false, "warn Boolean isCriticalSystemObject"},
		{"a deleted AD object is left out and counted", reconcile.AD, goodAD().with("isDeleted", "", "True").csv(), true, "refuse Deleted isDeleted"},
		{"one that is not deleted", reconcile.AD, goodAD().with("isDeleted", "False", "").csv(), false, ""},
	} {
		f := open(t, save(t, "users.csv", c.text), c.side, Options{})
		list := records(t, f)
		if len(list) != 2 || list[0].Rejected || len(list[0].Findings) > 0 {
			t.Errorf("%s: the other row is %+v", c.reason, list[0])
			continue
		}
		var got []string
		for _, found := range list[1].Findings {
			got = append(got, string(found.Severity)+" "+found.Code+" "+found.Column)
			if found.File != "users.csv" || found.Row != 3 || found.Text == "" || len(found.Value) > 250 {
				t.Errorf("%s: the finding does not say where it is, or too much: %+v", c.reason, found)
			}
		}
		if list[1].Rejected != c.rejected || strings.Join(got, "|") != c.findings {
			t.Errorf("%s: rejected %v, findings %q, want %v, %q", c.reason, list[1].Rejected, got, c.rejected, c.findings)
		}
	}
}

// Blank fields behind the last column are what spreadsheets leave; anything else there means that a
// value was torn apart.
func TestFieldsBeyondTheHeader(t *testing.T) {
	for _, c := range []struct {
		reason, more string
		rejected     bool
	}{
		{"blank", `,"",, `, false},
		{"something", `,"x"`, true},
		{"something behind blanks", `,,,x`, true},
	} {
		text := strings.TrimSuffix(goodAD().csv(), "\r\n") + c.more + "\r\n"
		list := records(t, open(t, save(t, "ad.csv", text), reconcile.AD, Options{}))
		if list[1].Rejected != c.rejected {
			t.Errorf("%s: rejected %v, %v", c.reason, list[1].Rejected, list[1].Findings)
		}
	}
}

// What is mended is counted, with the first rows.
func TestMended(t *testing.T) {
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		grid   grid
		code   string
		check  func(r *reconcile.Record) string
		want   string
	}{
		{"an anchor behind an apostrophe", reconcile.AD, goodAD().set(3, "mS-DS-ConsistencyGuid", "'+wfM9xV8fUSHbcAbDlqeOA=="), "Apostrophe", func(r *reconcile.Record) string { return r.ConsistencyGUID }, "+wfM9xV8fUSHbcAbDlqeOA=="},
		{"an id behind an apostrophe", reconcile.Cloud, goodCloud().set(3, "Id", "'"+guid2), "Apostrophe", func(r *reconcile.Record) string { return r.ID.String() }, guid2},
		{"addresses behind an apostrophe", reconcile.AD, goodAD().set(3, "proxyAddresses", "'SMTP:b@x.de"), "Apostrophe", func(r *reconcile.Record) string { return strings.Join(r.ProxyAddresses, "|") }, "SMTP:b@x.de"},
		{"a mail behind an apostrophe stays as it is: who reads the address takes it off", reconcile.AD, goodAD().set(3, "mail", "'b@x.de"), "Apostrophe", func(r *reconcile.Record) string { return r.Mail }, "'b@x.de"},
		{"NA is no anchor", reconcile.AD, goodAD().set(3, "mS-DS-ConsistencyGuid", "NA"), "Placeholder", func(r *reconcile.Record) string { return r.ConsistencyGUID }, ""},
		{`\N is no anchor`, reconcile.Cloud, goodCloud().set(3, "OnPremisesImmutableId", `\N`), "Placeholder", func(r *reconcile.Record) string { return r.ImmutableID }, ""},
		{"- is no address", reconcile.Cloud, goodCloud().set(3, "ProxyAddresses", "-"), "Placeholder", func(r *reconcile.Record) string { return strings.Join(r.ProxyAddresses, "|") }, ""},
		{"NULL is no mail", reconcile.Cloud, goodCloud().set(3, "Mail", "NULL"), "Placeholder", func(r *reconcile.Record) string { return r.Addresses()[0].Text }, "bert@contoso.com"},
		{"NA is no employee id", reconcile.AD, goodAD().with("EmployeeID", "7", "NA"), "Placeholder", func(r *reconcile.Record) string { return r.EmployeeID }, ""},
		{"mailto:", reconcile.AD, goodAD().set(3, "mail", "mailto:b@x.de"), "Wrapped", func(r *reconcile.Record) string { return r.Addresses()[0].Text }, "b@x.de"},
		{"a name and angle brackets", reconcile.AD, goodAD().set(3, "mail", "Bert <b@x.de>"), "Wrapped", func(r *reconcile.Record) string { return r.Addresses()[0].Text }, "b@x.de"},
		{"a quote inside a value", reconcile.AD, nil, "BareQuote", func(r *reconcile.Record) string { return r.DisplayName }, `Bert "B"`},
		{"Null is a name, where no key is expected", reconcile.AD, goodAD().set(3, "DisplayName", "Null"), "", func(r *reconcile.Record) string { return r.DisplayName }, "Null"},
		{"an apostrophe of a name is the name's", reconcile.AD, goodAD().set(3, "DisplayName", "'t Hooft"), "", func(r *reconcile.Record) string { return r.DisplayName }, "'t Hooft"},
	} {
		text := strings.Replace(goodAD().csv(), `"Bert"`, `Bert "B"`, 1)
		if c.grid != nil {
			text = c.grid.csv()
		}
		f := open(t, save(t, "users.csv", text), c.side, Options{})
		list := records(t, f)
		if got := c.check(&list[1]); got != c.want || list[1].Rejected {
			t.Errorf("%s: %q, want %q; findings %v", c.reason, got, c.want, list[1].Findings)
		}
		var want []string
		if c.code != "" {
			want = []string{"fix " + c.code}
		}
		if got := codes(f.Findings()); !slices.Equal(got, want) {
			t.Errorf("%s: findings %v, want %v", c.reason, got, want)
			continue
		}
		if c.code != "" && (f.Findings()[0].Row != 3 || !strings.Contains(f.Findings()[0].Text, "1 times, first in row 3.")) {
			t.Errorf("%s: %+v", c.reason, f.Findings()[0])
		}
	}
}

func TestDamagesAreCounted(t *testing.T) {
	var a, b, sum damages
	for row := range 5 {
		a.mendAt("Apostrophe", row+2, "mail", "'x")
		a.mend("Apostrophe", row+2)
	}
	b.mend("Apostrophe", 9)
	b.mend("BlankRow", 9)
	a.into(&sum)
	b.into(&sum)
	got := sum.findings("f.csv")
	if len(got) != 2 || got[0].Row != 2 || !strings.Contains(got[0].Text, " 11 times, first in row 2, 3, 4.") || got[1].Code != "BlankRow" {
		t.Errorf("%+v", got)
	}
	if got[0].Column != "mail" || got[0].Value != "'x" {
		t.Errorf("the first value: %+v", got[0])
	}
}

// What spreadsheets do to cells shows in a workbook without its text: formulas and error values.
func TestDamagedCells(t *testing.T) {
	for _, c := range []struct {
		reason, column, cell string
		rejected             bool
		findings             string
	}{
		{"a formula without a value: a text with = of openpyxl", "UserPrincipalName", `><f>x</f>`, true, "refuse Formula"},
		{"a formula with an empty value", "UserPrincipalName", `><f>x</f><v></v>`, true, "refuse Formula"},
		{"the same where nothing rests on it", "DisplayName", `><f>x</f>`, false, "warn Formula"},
		{"a formula with 0: a text with = of XlsxWriter", "UserPrincipalName", `><f>x</f><v>0</v>`, true, "refuse Formula"},
		{"a formula with a text is as good as the text", "UserPrincipalName", ` t="str"><f>A1</f><v>bert@contoso.com</v>`, false, ""},
		{"a formula with a boolean: LibreOffice", "Enabled", ` t="b"><f>FALSE()</f><v>0</v>`, false, ""},
		{"a boolean as a word: the OpenXML SDK", "Enabled", ` t="b"><v>true</v>`, false, ""},
		{"an error in a key", "mail", ` t="e"><v>#N/A</v>`, true, "refuse SpreadsheetError"},
		{"an error of a formula", "mail", ` t="e"><f>x</f><v>#REF!</v>`, true, "refuse SpreadsheetError"},
		{"an error elsewhere", "DisplayName", ` t="e"><v>#GETTING_DATA</v>`, false, "warn SpreadsheetError"},
		{"a text that is an error", "mail", ` t="str"><v>#N/A</v>`, true, "refuse SpreadsheetError"},
		{"a number where a text is expected", "SamAccountName", `><v>123</v>`, false, ""},
		{"cells missing at the end of a row are no damage on a sheet", "Enabled", ` t="b"><v>0</v>`, false, ""},
	} {
		path := rawWorkbook(t, goodAD().set(3, c.column, "CELL"))
		path = save(t, "users.xlsx", withPart(t, path, "xl/worksheets/sheet1.xml", func(text string) string {
			return strings.Replace(text, ` t="str"><v>CELL</v>`, c.cell, 1)
		}))
		list := records(t, open(t, path, reconcile.AD, Options{}))
		if got := strings.Join(codes(list[1].Findings), "|"); list[1].Rejected != c.rejected || got != c.findings {
			t.Errorf("%s: rejected %v, %q, want %v, %q", c.reason, list[1].Rejected, got, c.rejected, c.findings)
		}
	}
}

// No row, however odd, may make a panic: cells may be missing, the states too.
func FuzzOpen(f *testing.F) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		g := good(side)
		f.Add([]byte(g.csv()))
		f.Add([]byte("\ufeff#TYPE x\r\n" + g.text(";", "\n", false)))
		f.Add([]byte(g.set(3, "DisplayName", "#N/A").csv() + ",,\r\n\"x\"y,'z\n"))
	}
	f.Add([]byte("Id,UserPrincipalName,ProxyAddresses,OnPremisesSyncEnabled\n1,2,3"))
	f.Add([]byte("\xff\xfeI\x00d\x00,\x00"))
	for _, path := range []string{workbook(f, sheetGrid{"Users", goodAD(), 1}), streamed(f, goodCloud()), rawWorkbook(f, goodAD())} {
		content, err := os.ReadFile(path)
		check(f, err)
		f.Add(content)
	}
	path := filepath.Join(f.TempDir(), "any.csv")
	f.Fuzz(func(t *testing.T, content []byte) {
		check(t, os.WriteFile(path, content, 0o600))
		for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
			o := Options{AnchorObjectGUID: true, AcceptBlank: []string{"mail", "Mail", "proxyAddresses", "OnPremisesSyncEnabled", "OnPremisesImmutableId", "UserPrincipalName"}}
			file, err := Open(context.Background(), path, side, o)
			if err == nil {
				records(t, file)
				continue
			}
			if refusal, ok := errors.AsType[*Refusal](err); !ok || len(refusal.Reasons) == 0 || refusal.File == "" {
				t.Errorf("%s: refused by %#v", side, err)
			}
		}
	})
}
