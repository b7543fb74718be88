package export

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// what tells a report in one line: what the file is, how it was written and how large it is.
func what(r *Report) string {
	return fmt.Sprintf("%s %s by %q: %s %s %q %s %q header %d rows %d", r.Verdict, r.Kind, r.Producer, r.Format, r.Encoding, r.Delimiter, r.LineEnds, r.Sheet, r.HeaderRow, r.Rows)
}

func costs(r *Report) (list []string) {
	for _, m := range r.Missing {
		list = append(list, m.Column+": "+m.Cost)
	}
	return list
}

// wholeAD and wholeCloud have every column that collect exports, each filled.
func wholeAD() grid {
	return grid{
		{"ObjectGUID", "ObjectClass", "SID", "SamAccountName", "UserPrincipalName", "mail", "proxyAddresses", "targetAddress", "mailNickname", "mS-DS-ConsistencyGuid",
			"DistinguishedName", "DisplayName", "GivenName", "Surname", "EmployeeID", "Department", "Title", "Enabled", "isCriticalSystemObject", "adminCount",
			"msExchRecipientTypeDetails", "msExchMailboxGuid", "msExchRemoteRecipientType"},
		{guid1, "user", "S-1-5-21-1-2-3-1001", "asa", "asa@contoso.com", "asa@contoso.com", "SMTP:asa@contoso.com", "SMTP:asa@fabrikam.com", "asa", anchor1,
			"CN=Asa,DC=contoso,DC=com", "Asa", "Asa", "Oberg", "7", "Sales", "Head", "True", "False", "1", "1", guid3, "4"},
	}
}

func wholeCloud() grid {
	return grid{
		{"Id", "UserPrincipalName", "Mail", "MailNickname", "ProxyAddresses", "DisplayName", "GivenName", "Surname", "EmployeeId", "Department", "JobTitle", "UserType",
			"AccountEnabled", "OnPremisesSyncEnabled", "OnPremisesImmutableId", "OnPremisesSecurityIdentifier", "OnPremisesSamAccountName", "OnPremisesObjectIdentifier",
			"IsCloudManaged", "DeletedDateTime"},
		{guid1, "asa@contoso.com", "asa@contoso.com", "asa", "SMTP:asa@contoso.com", "Asa", "Asa", "Oberg", "7", "Sales", "Head", "Member", "True", "True", anchor1,
			"S-1-5-21-1-2-3-1001", "asa", guid3, "False", ""},
	}
}

// goodGroups and goodContacts are of both sides.
func goodGroups(side reconcile.Side) grid {
	if side == reconcile.AD {
		return grid{{"ObjectGUID", "SID", "mail", "proxyAddresses", "SamAccountName", "GroupCategory", "GroupScope"},
			{guid1, "S-1-5-21-1-2-3-2001", "sales@contoso.com", "SMTP:sales@contoso.com", "sales", "Distribution", "Universal"}}
	}
	return grid{{"Id", "Mail", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesSecurityIdentifier", "GroupTypes", "SecurityEnabled"},
		{guid1, "sales@contoso.com", "SMTP:sales@contoso.com", "True", "S-1-5-21-1-2-3-2001", "Unified", "False"}}
}

func goodContacts(side reconcile.Side) grid {
	if side == reconcile.AD {
		return grid{{"ObjectGUID", "mail", "proxyAddresses", "targetAddress"}, {guid1, "c@fabrikam.com", "SMTP:c@fabrikam.com", "SMTP:c@fabrikam.com"}}
	}
	return grid{{"Id", "Mail", "ProxyAddresses", "OnPremisesSyncEnabled"}, {guid1, "c@fabrikam.com", "SMTP:c@fabrikam.com", "False"}}
}

// What a file is and how it was written.
func TestReports(t *testing.T) {
	title := append(longTitle(3), goodAD()...)
	mixed := wholeAD()
	mixed = append(mixed, slices.Clone(mixed[1]))
	mixed.set(3, "ObjectGUID", guid2).set(3, "ObjectClass", "group")
	for _, c := range []struct {
		reason string
		file   content
		want   string
	}{
		{"AD users", csvOf(wholeAD()), `use ad-users by "Get-ADUser": csv utf-8 "," crlf "" header 1 rows 1`},
		{"AD groups", csvOf(goodGroups(reconcile.AD)), `use ad-groups by "Get-ADGroup": csv utf-8 "," crlf "" header 1 rows 1`},
		{"AD contacts", csvOf(goodContacts(reconcile.AD)), `use ad-contacts by "Get-ADObject": csv utf-8 "," crlf "" header 1 rows 1`},
		{"AD objects of two classes", csvOf(mixed), `use ad-mixed by "Get-ADUser": csv utf-8 "," crlf "" header 1 rows 2`},
		{"cloud users", csvOf(wholeCloud()), `use cloud-users by "Get-MgUser": csv utf-8 "," crlf "" header 1 rows 1`},
		{"cloud groups", csvOf(goodGroups(reconcile.Cloud)), `use cloud-groups by "Get-MgGroup": csv utf-8 "," crlf "" header 1 rows 1`},
		{"cloud contacts", csvOf(goodContacts(reconcile.Cloud)), `use cloud-contacts by "Get-MgContact": csv utf-8 "," crlf "" header 1 rows 1`},
		{"the admin center", csvOf(goodCenter()), `use cloud-users by "Microsoft 365 admin center": csv utf-8 "," crlf "" header 1 rows 2`},

		{"Linux", textOf(goodAD().text(",", "\n", true)), `use ad-users by "Get-ADUser": csv utf-8 "," lf "" header 1 rows 2`},
		{"an old Mac", textOf(strings.ReplaceAll(plainCells().text(",", "\r", false), "\n", " ")), `use ad-users by "Get-ADUser": csv utf-8 "," cr "" header 1 rows 2`},
		{"two programs", textOf(plainCells().text(",", "\r\n", true) + further().text(",", "\n", true)), `use ad-users by "Get-ADUser": csv utf-8 "," mixed "" header 1 rows 3`},
		{"without a line end", textOf(strings.TrimRight(plainCells().first(1).text(",", "\n", true), "\n")), `use ad-users by "Get-ADUser": csv utf-8 "," lf "" header 1 rows 1`},
		{"a mark", textOf("\ufeff" + goodAD().csv()), `use ad-users by "Get-ADUser": csv utf-8 with BOM "," crlf "" header 1 rows 2`},
		{"UTF-16, tabs", textOf(utf16Text("\ufeff"+goodAD().text("\t", "\r\n", false), binary.LittleEndian)), `use ad-users by "Get-ADUser": csv utf-16le with BOM "tab" crlf "" header 1 rows 2`},
		{"UTF-16 without a mark", textOf(utf16Text(goodAD().csv(), binary.BigEndian)), `use ad-users by "Get-ADUser": csv utf-16be "," crlf "" header 1 rows 2`},
		{"Windows-1252, semicolons", textOf(windows1252(t, goodAD().text(";", "\r\n", false))), `warn ad-users by "Get-ADUser": csv windows-1252 ";" crlf "" header 1 rows 2`},
		{"bars", textOf(goodAD().text("|", "\r\n", false)), `use ad-users by "Get-ADUser": csv utf-8 "|" crlf "" header 1 rows 2`},
		{"lines above the header", textOf("#TYPE x\r\nsep=;\r\n" + goodAD().text(";", "\r\n", false)), `use ad-users by "Get-ADUser": csv utf-8 ";" crlf "" header 1 rows 2`},

		{"a sheet", sheetOf(goodCloud()), `use cloud-users by "Get-MgUser": xlsx  ""  "Users" header 1 rows 2`},
		{"a title above", sheetOf(title), `warn ad-users by "Get-ADUser": xlsx  ""  "Users" header 4 rows 2`},
		{"the second sheet", sheetsOf(sheetGrid{"Notes", grid{{"x"}}, 1}, sheetGrid{"Data", goodAD(), 5}), `use ad-users by "Get-ADUser": xlsx  ""  "Data" header 5 rows 2`},

		{"no rows", csvOf(goodAD().first(0)), `refuse ad-users by "Get-ADUser": csv utf-8 "," crlf "" header 1 rows 0`},
		{"no header", csvOf(goodAD()[1:]), `refuse other by "": csv utf-8 "," crlf "" header 0 rows 2`},
		{"groups without what groups need", csvOf(goodGroups(reconcile.AD).without("SID")), `refuse ad-groups by "Get-ADGroup": csv utf-8 "," crlf "" header 1 rows 1`},
		{"passwords", csvOf(goodAD().with("Password", "x", "y")), `refuse other by "password list": csv utf-8 "," crlf "" header 1 rows 2`},
		{"JSON", textOf(`[{"Id":"x"}]`), `refuse other by "": json utf-8 "" "" header 0 rows 0`},
		{"LDIF", textOf("dn: CN=x\n"), `refuse other by "": ldif utf-8 "" "" header 0 rows 0`},
		{"a screen", textOf(utf16Text("\ufeffId   Mail\r\n--   ----\r\n", binary.LittleEndian)), `refuse other by "": screen utf-16le with BOM "" "" header 0 rows 0`},
		{"HTML", textOf("<html></html>"), `refuse other by "": xml utf-8 "" "" header 0 rows 0`},
		{"nothing", textOf(""), `refuse other by "": csv utf-8 "" "" header 0 rows 0`},
		{"two sheets", sheetsOf(sheetGrid{"A", goodAD(), 1}, sheetGrid{"B", goodAD(), 1}), `refuse other by "Get-ADUser": xlsx header 0 rows 0`},
	} {
		path := c.file(t)
		r := inspect(t, path, Options{})
		if got := squeezed(what(r)); got != squeezed(c.want) {
			t.Errorf("%s:\n got %s\nwant %s\n%s", c.reason, got, c.want, damageTexts(r.Damage))
		}
		if r.File != filepath.Base(path) {
			t.Errorf("%s: the file is named %q", c.reason, r.File)
		}
		if (r.Verdict == Refuse) != slices.ContainsFunc(r.Damage, func(d Damage) bool { return d.Severity == refusing && len(d.Rows) == 0 }) {
			t.Errorf("%s: %s, and the damage is %s", c.reason, r.Verdict, damageTexts(r.Damage))
		}
		if r.Verdict == Refuse && r.Command == "" {
			t.Errorf("%s: refused, and no way out is told", c.reason)
		}
	}
}

// squeezed makes runs of blanks and empty values one blank.
func squeezed(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, `""`, "")), " ")
}

// plainCells is a good file without line breaks in values.
func plainCells() grid { return goodAD().set(2, "Title", "Head") }

// further is a row more of it.
func further() grid {
	return grid{{guid3, "user", "S-1-5-21-1-2-3-1003", "cleo", "cleo@contoso.com", "", "", "", "Cleo", "True", ""}}
}

// The columns that are read, under their headers; of an attribute's several columns all.
func TestReportedColumns(t *testing.T) {
	g := goodCloud().renamed("Id", "Object Id").renamed("ProxyAddresses", "Proxy-Addresses").with("ImmutableId", anchor1, "").with("Notes", "x", "y")
	r := inspect(t, csvOf(g)(t), Options{})
	want := []Column{
		{"Id", "Object Id"}, {"UserPrincipalName", "UserPrincipalName"}, {"Mail", "Mail"}, {"ProxyAddresses", "Proxy-Addresses"}, {"DisplayName", "DisplayName"},
		{"JobTitle", "JobTitle"}, {"UserType", "UserType"}, {"AccountEnabled", "AccountEnabled"}, {"OnPremisesSyncEnabled", "OnPremisesSyncEnabled"},
		{"OnPremisesImmutableId", "OnPremisesImmutableId"}, {"OnPremisesImmutableId", "ImmutableId"},
	}
	if !slices.Equal(r.Columns, want) {
		t.Errorf("got %v\nwant %v", r.Columns, want)
	}
}

// Missing columns with what each costs, and the command that gives them.
func TestReportedMissing(t *testing.T) {
	const noUse = ": the file cannot be used without it"
	const blank = ": it is blank in every row, and the file cannot be used unless that is accepted (--accept-blank)"
	for _, c := range []struct {
		reason  string
		grid    grid
		want    string // parts of the list, one an entry
		command string
	}{
		{"nothing is missing of an AD file", wholeAD(), "", ""},
		{"nor of a cloud file that was never in use on-premises", wholeCloud(), "", ""},
		{"nor of groups", goodGroups(reconcile.AD), "", ""},
		{"nor of contacts", goodContacts(reconcile.Cloud), "", ""},
		{"a useful column", wholeAD().without("adminCount"), "adminCount: privileged accounts are not told", adCommand},
		{"several, in the order of the list", wholeCloud().without("UserType", "Mail"), "Mail: mail addresses are not seen in conflicts|UserType: guests are not told (R18)", cloudCommand},
		{"one that every object has, and is blank", wholeAD().set(2, "DistinguishedName", ""), "DistinguishedName: conflict objects (R1) and AD domains are not told", adCommand},
		{"one that may be blank", wholeAD().set(2, "adminCount", "").set(2, "msExchMailboxGuid", ""), "", ""},
		{"needed ones come first", wholeAD().without("adminCount", "mail", "proxyAddresses"), "mail" + noUse + "|proxyAddresses" + noUse + "|adminCount: privileged accounts are not told", adCommand},
		{"needed ones that are blank", wholeAD().set(2, "mail", ""), "mail" + blank, adCommand},
		{"of groups", goodGroups(reconcile.AD).without("SID", "SamAccountName"), "SID" + noUse + "|SamAccountName: system groups are not told by their names (R1)", "Get-ADGroup -Filter"},
		{"of contacts", goodContacts(reconcile.AD).without("targetAddress", "proxyAddresses").with("DisplayName", "C").with("GivenName", "C"), "proxyAddresses" + noUse + "|targetAddress: target addresses are not listed in conflicts", "Get-ADObject -LDAPFilter"},
	} {
		r := inspect(t, csvOf(c.grid)(t), Options{})
		if got := strings.Join(costs(r), "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.reason, got, c.want)
		}
		if !strings.Contains(r.Command, c.command) || c.command == "" && r.Command != "" || strings.Contains(r.Command, exportAgainWords) {
			t.Errorf("%s: the command is %q, want %q in it", c.reason, r.Command, c.command)
		}
	}
}

// The user's decisions: what is accepted and chosen.
func TestReportsWithOptions(t *testing.T) {
	two := []sheetGrid{{"Old", goodAD().first(1), 1}, {"New", goodAD(), 1}}
	for _, c := range []struct {
		reason  string
		file    content
		options Options
		want    string
	}{
		{"a blank column is accepted", csvOf(goodAD().setAll("proxyAddresses", "")), Options{AcceptBlank: []string{"proxyAddresses"}}, `use ad-users by "Get-ADUser": csv utf-8 "," crlf header 1 rows 2`},
		{"the anchor is no matter", csvOf(goodAD().without("mS-DS-ConsistencyGuid")), Options{AnchorObjectGUID: true}, `use ad-users by "Get-ADUser": csv utf-8 "," crlf header 1 rows 2`},
		{"the sheet", sheetsOf(two...), Options{Sheet: "Old"}, `use ad-users by "Get-ADUser": xlsx "Old" header 1 rows 1`},
		{"the encoding", textOf(windows1252(t, goodAD().csv())), Options{Encoding: "windows-1252"}, `use ad-users by "Get-ADUser": csv windows-1252 "," crlf header 1 rows 2`},
		{"the delimiter", textOf(goodAD().text(";", "\r\n", true)), Options{Delimiter: ";"}, `use ad-users by "Get-ADUser": csv utf-8 ";" crlf header 1 rows 2`},
		{"the column", csvOf(goodAD().renamed("proxyAddresses", "Adressen")), Options{Columns: map[string]string{"proxyAddresses": "Adressen"}}, `use ad-users by "Get-ADUser": csv utf-8 "," crlf header 1 rows 2`},
	} {
		r := inspect(t, c.file(t), c.options)
		if got := squeezed(what(r)); got != squeezed(c.want) {
			t.Errorf("%s:\n got %s\nwant %s\n%s", c.reason, got, c.want, damageTexts(r.Damage))
		}
		if r := inspect(t, c.file(t), Options{}); r.Verdict == Use && len(c.options.Delimiter) == 0 {
			t.Errorf("%s: without the option: %s", c.reason, what(r))
		}
	}
}

// The side inputs of plan.
func TestReportedSideInputs(t *testing.T) {
	domains := grid{{"Id", "IsVerified", "AuthenticationType", "IsInitial"}, {"contoso.com", "True", "Managed", "False"}, {"fabrikam.com", "False", "Managed", "False"}}
	roles := grid{{"Id", "UserPrincipalName", "Role", "Assignment"}, {guid1, "asa@contoso.com", "Global Reader", "Assigned"}}
	pairs := grid{{"SamAccountName", "Id"}, {"asa", guid1}, {"bert", guid2}}
	tenant := `{"SoftMatchOnUpnEnabled":true,"BlockSoftMatchEnabled":true}`
	for _, c := range []struct {
		reason string
		file   content
		want   string
		text   string
	}{
		{"domains", csvOf(domains), `use domains by "Get-MgDomain": csv utf-8 "," crlf header 1 rows 2`, ""},
		{"domains in a workbook", sheetOf(domains), `use domains by "Get-MgDomain": xlsx "Users" header 1 rows 2`, ""},
		{"domains with semicolons and a #TYPE line", textOf("#TYPE x\n" + domains.text(";", "\n", false)), `use domains by "Get-MgDomain": csv utf-8 ";" lf header 1 rows 2`, ""},
		{"a domain twice", csvOf(append(domains.clone(), []string{"contoso.com", "False", "", ""})), `refuse domains by "Get-MgDomain": csv utf-8 "," crlf header 1 rows 3`, "listed twice|Get-MgDomain -All"},
		{"no boolean", csvOf(domains.clone().set(2, "IsVerified", "perhaps")), `refuse domains by "Get-MgDomain": csv utf-8 "," crlf header 1 rows 2`, "neither true nor false|Get-MgDomain -All"},
		{"a row too wide", textOf(domains.csv() + "a,b,c,d,e\r\n"), `refuse domains by "Get-MgDomain": csv utf-8 "," crlf header 0 rows 0`, "wrong number of fields"},
		{"roles", csvOf(roles), `use roles by "": csv utf-8 "," crlf header 1 rows 1`, ""},
		{"roles in UTF-16", textOf(utf16Text("\ufeff"+roles.csv(), binary.LittleEndian)), `use roles by "": csv utf-16le with BOM "," crlf header 1 rows 1`, ""},
		{"a map", csvOf(pairs), `use map by "": csv utf-8 "," crlf header 1 rows 2`, ""},
		{"a map with notes, a title row blank", sheetsOf(sheetGrid{"Map", pairs.clone().with("Note", "x", "y"), 2}), `use map by "": xlsx "Map" header 2 rows 2`, ""},
		{"an object named twice", csvOf(pairs.clone().set(3, "Id", guid1)), `refuse map by "": csv utf-8 "," crlf header 1 rows 2`, "rows 2 and 3|Name each object once"},
		{"the tenant's switches", textOf(tenant), `use tenant by "Get-MgDirectoryOnPremiseSynchronization": json utf-8 header 0 rows 0`, ""},
		{"the same as PowerShell redirects it", textOf(utf16Text("\ufeff{\"Features\":"+tenant+"}", binary.LittleEndian)), `use tenant by "Get-MgDirectoryOnPremiseSynchronization": json utf-16le with BOM header 0 rows 0`, ""},
		{"a switch that is no boolean", textOf(`{"BlockSoftMatchEnabled":"perhaps"}`), `refuse tenant by "Get-MgDirectoryOnPremiseSynchronization": json utf-8 header 0 rows 0`, "BlockSoftMatchEnabled|Get-MgDirectoryOnPremiseSynchronization |"},
		{"an export with an id and a name is no map", csvOf(goodAD()), `use ad-users by "Get-ADUser": csv utf-8 "," crlf header 1 rows 2`, ""},
	} {
		r := inspect(t, c.file(t), Options{})
		if got := squeezed(what(r)); got != squeezed(c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.reason, got, squeezed(c.want))
		}
		said := r.Command
		for _, d := range r.Damage {
			said += d.Text
		}
		for _, part := range strings.Split(c.text, "|") {
			if !strings.Contains(said, part) {
				t.Errorf("%s: %q is not in %q", c.reason, part, said)
			}
		}
	}
}

// An export that took the prefixes off is told once; a value of the directory that has none by itself.
func TestReportedNoPrefix(t *testing.T) {
	for _, c := range []struct{ reason, first, second, want string }{
		{"all are taken off", "asa@contoso.com;a.o@contoso.com", "bert@contoso.com", "warn NoPrefix 1 []"},
		{"all are taken off, and one holds a blank", "asa@contoso.com;a o@contoso.com", "bert@contoso.com", "warn Blank 1 [2]|warn NoPrefix 1 []"},
		{"one has none", "SMTP:asa@contoso.com", "SMTP:bert@contoso.com;b@contoso.com", "warn NoPrefix 1 [3]"},
		{"others have another type", "SMTP:asa@contoso.com;X500:/o=Contoso", "SIP:bert@contoso.com", ""},
	} {
		path := csvOf(goodAD().set(2, "proxyAddresses", c.first).set(3, "proxyAddresses", c.second))(t)
		r := inspect(t, path, Options{})
		slices.SortFunc(r.Damage, func(x, y Damage) int { return strings.Compare(x.Code, y.Code) })
		if got := damageTexts(r.Damage); got != c.want {
			t.Errorf("%s: %s, want %s", c.reason, got, c.want)
		}
		f := open(t, path, reconcile.AD, Options{})
		sameCounts(t, c.reason, r, f, records(t, f))
	}
}

// beside writes the side file of collect beside a file.
func beside(t testing.TB, path string, rows int, sum string, columns ...string) {
	t.Helper()
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".export.json"
	text := fmt.Sprintf(`{"rows":%d,"sha256":%q,"columns":["%s"],"time":"2026-01-01T00:00:00Z","source":"Get-ADUser, by Export-AD.ps1"}`, rows, sum, strings.Join(columns, `","`))
	check(t, os.WriteFile(name, []byte(text), 0o600))
}

// The side file of collect: the export is verified against it, and the columns it names are really blank.
func TestReportedCollected(t *testing.T) {
	blank := wholeAD().set(2, "mail", "").set(2, "msExchMailboxGuid", "").set(2, "DistinguishedName", "")
	domains := "Id,IsVerified\ncontoso.com,True\n"
	tenant := `{"BlockSoftMatchEnabled":false}`
	all := blank[0]
	for _, c := range []struct {
		reason, name, content string
		rows                  int
		columns               []string
		want, text            string
	}{
		{"as it was written", "ad-users.csv", blank.csv(), 1, all, "use ad-users", ""},
		{"rows are missing", "ad-users.csv", blank.csv(), 2, all, "refuse ad-users", "it has 1 rows, but ad-users.export.json says 2"},
		{"a column is missing", "ad-users.csv", blank.csv(), 1, []string{"mail", "extensionAttribute1"}, "refuse ad-users", "no column extensionAttribute1, which ad-users.export.json names"},
		{"a blank column that was not exported", "ad-users.csv", blank.csv(), 1, []string{"ObjectGUID"}, "refuse ad-users", "mail is blank in every row"},
		{"domains", "domains.csv", domains, 1, []string{"Id", "IsVerified"}, "use domains", ""},
		{"domains with fewer rows", "domains.csv", domains, 2, nil, "refuse domains", "says 2: rows are missing"},
		{"a tenant", "tenant.json", tenant, 0, nil, "use tenant", ""},
	} {
		path := save(t, c.name, c.content)
		if c.columns == nil {
			c.columns = []string{"Id"}
		}
		beside(t, path, c.rows, hashOf([]byte(c.content)), c.columns...)
		r := inspect(t, path, Options{})
		if got := string(r.Verdict) + " " + r.Kind; got != c.want || c.text != "" && !strings.Contains(r.Damage[0].Text, c.text) {
			t.Errorf("%s: %s, want %s: %+v", c.reason, got, c.want, r.Damage)
		}
		if strings.HasPrefix(c.want, "use ad") && (r.Producer != "Get-ADUser, by Export-AD.ps1" || len(r.Missing) > 0) {
			t.Errorf("%s: by %q, missing %v", c.reason, r.Producer, r.Missing)
		}

		beside(t, path, c.rows, hashOf([]byte("x")), c.columns...)
		r = inspect(t, path, Options{})
		if r.Verdict != Refuse || r.Damage[0].Code != "Changed" || !strings.Contains(r.Damage[0].Text, "changed after it was exported") || r.Command == "" {
			t.Errorf("%s, but the file was changed: %s %+v", c.reason, r.Verdict, r.Damage)
		}
	}
}

// The content decides and not the name: renamed, with its columns in another order and with further ones a
// file gives the same report, apart from these.
func TestContentDecides(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for _, g := range []grid{
		goodAD(), goodCloud(), goodCenter(), wholeAD(), goodGroups(reconcile.AD), goodGroups(reconcile.Cloud), goodContacts(reconcile.AD),
		goodAD().set(3, "mail", "mailto:bert@contoso.com").set(3, "Enabled", "WAHR").set(2, "DisplayName", "MÃ¼ller"),
		goodAD().setAll("proxyAddresses", "System.String[]"), goodCloud().without("ProxyAddresses"), goodCloud().setAll("ProxyAddresses", ""),
		append(goodCloud(), slices.Clone(goodCloud()[1])),
	} {
		want := inspect(t, csvOf(g)(t), Options{})
		for _, c := range []struct {
			reason, name string
			grid         grid
		}{
			{"renamed", "exportUsers_2025-9-1.xlsx.txt", g},
			{"named for the other side", "cloud.ad.export", g},
			{"columns in another order", "users.csv", turned(g, random.Perm(len(g[0])))},
			{"further columns", "users.csv", g.clone().withNotes()},
			{"all of it", "domains.csv", turned(g.clone().withNotes(), random.Perm(len(g[0])+2))},
		} {
			got := inspect(t, save(t, c.name, c.grid.csv()), Options{})
			sameReport(t, fmt.Sprint(want.Kind, ", ", c.reason), got, want)
		}
		book := inspect(t, sheetOf(g)(t), Options{})
		book.Format, book.Encoding, book.Delimiter, book.LineEnds, book.Sheet = want.Format, want.Encoding, want.Delimiter, want.LineEnds, ""
		sameReport(t, fmt.Sprint(want.Kind, ", a workbook"), book, want)
	}
}

// withNotes puts two columns of no meaning beside the others.
func (g grid) withNotes() grid {
	for i := range g {
		note := fmt.Sprint("note ", i)
		if i == 0 {
			note = "Note"
		}
		g[i] = append(append([]string{note}, g[i]...), "Q"+note)
	}
	return g
}

// turned puts the columns in another order.
func turned(g grid, order []int) grid {
	other := make(grid, len(g))
	for i, row := range g {
		for _, column := range order {
			other[i] = append(other[i], row[column])
		}
	}
	return other
}

// sameReport compares two reports but for the file's name, and damage without its order.
func sameReport(t *testing.T, what string, got, want *Report) {
	t.Helper()
	a, b := *got, *want
	a.File, b.File = "", ""
	for _, r := range []*Report{&a, &b} {
		r.Damage = slices.Clone(r.Damage)
		slices.SortFunc(r.Damage, func(x, y Damage) int { return strings.Compare(x.Code, y.Code) })
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, a, b)
	}
}

// What keeps a file from being looked at is an error, not a report.
func TestInspectErrors(t *testing.T) {
	if _, err := Inspect(context.Background(), filepath.Join(t.TempDir(), "none.csv"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	if r, err := Inspect(ctx, csvOf(goodAD())(t), Options{}); !errors.Is(err, cause) {
		t.Errorf("cancelled: %v, %v", r, err)
	}
	if r := inspect(t, t.TempDir(), Options{}); r.Verdict != Refuse || !strings.Contains(r.Damage[0].Text, "a folder") {
		t.Errorf("a folder: %+v", r)
	}
}

// BenchmarkInspect reads a whole file as check does; BenchmarkOpen as plan does before it judges.
func BenchmarkInspect(b *testing.B) {
	benchmarkFile(b, func(path string) error {
		_, err := Inspect(context.Background(), path, Options{})
		return err
	})
}

func BenchmarkOpen(b *testing.B) {
	benchmarkFile(b, func(path string) error {
		_, err := Open(context.Background(), path, reconcile.AD, Options{})
		return err
	})
}

func benchmarkFile(b *testing.B, read func(path string) error) {
	const rows = 20000
	g := wholeAD()
	for n := range rows {
		row := append([]string(nil), g[1]...)
		row[0] = fmt.Sprintf("a1b2c3d4-e5f6-4789-abcd-%012d", n)
		row[4] = fmt.Sprintf("user%d@contoso.com", n)
		row[5] = row[4]
		row[6] = fmt.Sprintf("SMTP:%s;smtp:u%d@contoso.com;X500:/o=Contoso/cn=%d", row[4], n, n)
		g = append(g, row)
	}
	text := g.csv()
	path := save(b, "users.csv", text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		check(b, read(path))
	}
}
