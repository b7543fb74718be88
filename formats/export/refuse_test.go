package export

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

const (
	adCommand    = "Get-ADUser -Filter *"
	cloudCommand = "Get-MgUser -All -Property"
)

// refusalCase is a file that must be refused; want are parts of the message, apart by |.
type refusalCase struct {
	reason  string
	side    reconcile.Side
	content string
	options Options
	want    string
}

func (c *refusalCase) check(t *testing.T, path string) {
	t.Helper()
	message := refused(t, path, c.side, c.options).Error()
	for _, part := range strings.Split(c.want, "|") {
		if !strings.Contains(message, part) {
			t.Errorf("%s: %q is not in the message:\n%s", c.reason, part, message)
		}
	}
	if !strings.HasPrefix(message, filepath.Base(path)+": ") {
		t.Errorf("%s: the message does not begin with the file:\n%s", c.reason, message)
	}
}

func checkRefusals(t *testing.T, cases []refusalCase) {
	t.Helper()
	for _, c := range cases {
		c.check(t, save(t, "users.csv", c.content))
	}
}

// Rule 1 of facts/exports.md: a type name in an address or id column refuses the file.
func TestRefuseTypeNames(t *testing.T) {
	for _, name := range []string{
		"System.String[]", "System.Object[]", "System.Collections.Generic.List`1[System.String]",
		"System.Collections.Generic.HashSet`1[System.String]",
		"System.Collections.Generic.SortedDictionary`2+KeyCollection[System.String,System.Object]",
		"Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
		"Microsoft.Exchange.Data.ProxyAddressCollection",
		"Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection",
		"Selected.Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser",
		"@{ProxyAddresses=System.Object[]}",
	} {
		c := refusalCase{"not expanded", reconcile.Cloud, goodCloud().set(2, "ProxyAddresses", name).csv(), Options{},
			"the column ProxyAddresses holds the text '" + name + "' (row 2)|not joined|" + cloudCommand}
		c.check(t, save(t, "users.csv", c.content))
	}
	checkRefusals(t, []refusalCase{
		{"the first such row is named", reconcile.AD, goodAD().set(3, "proxyAddresses", "System.String[]").csv(), Options{}, "proxyAddresses|(row 3)|" + adCommand},
		{"an anchor", reconcile.AD, goodAD().set(2, "mS-DS-ConsistencyGuid", "System.Byte[]").csv(), Options{}, "the column mS-DS-ConsistencyGuid holds the text 'System.Byte[]' (row 2)"},
		{"the header as it stands in the file", reconcile.AD, goodAD().set(2, "proxyAddresses", "System.String[]").renamed("proxyAddresses", "Proxy Addresses").csv(), Options{}, "the column Proxy Addresses holds"},
	})
	for _, c := range []struct {
		reason string
		grid   grid
	}{
		{"in columns that are not needed", goodAD().setAll("Title", "System.String[]")},
		{"a name that looks like a type", goodAD().setAll("DisplayName", "System.Account").setAll("SamAccountName", "System.Account")},
		{"within an address", goodAD().set(2, "mail", "System.String@x.de")},
	} {
		open(t, save(t, "users.csv", c.grid.csv()), reconcile.AD, Options{})
	}
}

func TestRefuseMissingColumns(t *testing.T) {
	for side, names := range map[reconcile.Side][]string{
		reconcile.AD:    {"ObjectGUID", "UserPrincipalName", "mail", "proxyAddresses", "mS-DS-ConsistencyGuid"},
		reconcile.Cloud: {"Id", "UserPrincipalName", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesImmutableId"},
	} {
		command := adCommand
		if side == reconcile.Cloud {
			command = cloudCommand
		}
		for _, name := range names {
			if name == "UserPrincipalName" && side == reconcile.Cloud {
				continue // see below: without a UPN the rows are contacts
			}
			c := refusalCase{"a needed column", side, good(side).without(name).csv(), Options{}, "the file has no column " + name + "|" + command}
			c.check(t, save(t, "users.csv", c.content))
		}
	}
	checkRefusals(t, []refusalCase{
		{"all missing ones in one sentence", reconcile.AD, goodAD().without("mail", "proxyAddresses").csv(), Options{}, "no column mail and proxyAddresses."},
		{"rows that say user, without a UPN", reconcile.Cloud, goodCloud().without("UserPrincipalName").with("ObjectType", "User", "User").csv(), Options{}, "no column UserPrincipalName."},
		{"-Properties *: what the first object lacks is lost", reconcile.AD, goodAD().without("proxyAddresses").with("PropertyCount", "99", "110").csv(), Options{}, "no column proxyAddresses.|only the columns of the first object|Select-Object"},
		{"--anchor objectGUID spares one column only", reconcile.AD, goodAD().without("mS-DS-ConsistencyGuid", "mail").csv(), Options{AnchorObjectGUID: true}, "no column mail."},
		{"no OnPremisesImmutableId where a row is synced", reconcile.Cloud, goodCloud().without("OnPremisesImmutableId").csv(), Options{}, "no column OnPremisesImmutableId."},
		{"the default of Get-ADUser", reconcile.AD, goodAD().without("mail", "proxyAddresses", "mS-DS-ConsistencyGuid", "Title").csv(), Options{}, "no column mail, proxyAddresses and mS-DS-ConsistencyGuid.|" + adCommand},
		{"groups have their own command", reconcile.AD, goodAD().setAll("ObjectClass", "group").without("mail").csv(), Options{}, "no column mail.|Get-ADGroup -Filter *"},
		{"and their own columns", reconcile.AD, goodAD().setAll("ObjectClass", "group").without("SID").csv(), Options{}, "no column SID."},
		{"contacts too", reconcile.AD, goodAD().setAll("ObjectClass", "contact").without("mail").csv(), Options{}, "no column mail.|(objectClass=contact)"},
		{"cloud groups need their SID", reconcile.Cloud, goodCloud().with("ObjectType", "Group", "Group").csv(), Options{}, "no column OnPremisesSecurityIdentifier.|Get-MgGroup"},
		{"cloud contacts need Mail", reconcile.Cloud, goodCloud().with("ObjectType", "OrgContact", "OrgContact").without("UserPrincipalName", "Mail").csv(), Options{}, "no column Mail.|Get-MgContact"},
		{"users without their UPNs are no contacts", reconcile.Cloud, goodCloud().without("UserPrincipalName").csv(), Options{}, "no column UserPrincipalName.|Get-MgUser"},
		{"nor are those of AD", reconcile.AD, goodAD().without("UserPrincipalName", "ObjectClass").csv(), Options{}, "no column UserPrincipalName.|Get-ADUser"},
		{"a mixed file needs what each class needs", reconcile.AD, goodAD().without("SID").set(3, "ObjectClass", "group").csv(), Options{}, "no column SID."},
	})
}

func TestRefuseBlankColumns(t *testing.T) {
	const both = "blank in every row|Either the directory holds none, or they were not exported|--accept-blank "
	users := goodCloud().setAll("ProxyAddresses", "").setAll("OnPremisesSyncEnabled", "").setAll("OnPremisesImmutableId", "")
	groups := func() grid {
		return goodCloud().with("ObjectType", "Group", "Group").with("OnPremisesSecurityIdentifier", "", "")
	}
	checkRefusals(t, []refusalCase{
		{"Get-MgUser without -Property", reconcile.Cloud, users.csv(), Options{}, "the columns ProxyAddresses, OnPremisesSyncEnabled and OnPremisesImmutableId are " + both + "ProxyAddresses --accept-blank OnPremisesSyncEnabled --accept-blank OnPremisesImmutableId|named with -Property|" + cloudCommand},
		{"those accepted are not named again", reconcile.Cloud, users.csv(), Options{AcceptBlank: []string{"OnPremisesSyncEnabled", "onpremisesimmutableid"}}, "the column ProxyAddresses is " + both},
		{"AD without Exchange, or not asked for", reconcile.AD, goodAD().setAll("proxyAddresses", "").csv(), Options{}, "the column proxyAddresses is " + both + "proxyAddresses|" + adCommand},
		{"blanks are blank", reconcile.AD, goodAD().setAll("mail", "\u00a0 ").csv(), Options{}, "the column mail is " + both + "mail"},
		{"accepted blank does not spare a missing column", reconcile.AD, goodAD().without("mail").csv(), Options{AcceptBlank: []string{"mail"}}, "no column mail."},
		{"OnPremisesSecurityIdentifier where groups are synced", reconcile.Cloud, groups().csv(), Options{}, "the column OnPremisesSecurityIdentifier is " + both + "OnPremisesSecurityIdentifier"},
		{"every reason at once", reconcile.AD, goodAD().without("mail").setAll("UserPrincipalName", "").set(2, "proxyAddresses", "System.String[]").csv(), Options{}, "no column mail|UserPrincipalName is blank|System.String[]"},
	})

	open(t, save(t, "users.csv", users.csv()), reconcile.Cloud, Options{AcceptBlank: []string{"ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesImmutableId"}})
	open(t, save(t, "groups.csv", groups().csv()), reconcile.Cloud, Options{AcceptBlank: []string{"OnPremisesSecurityIdentifier"}})
	open(t, save(t, "groups.csv", groups().setAll("OnPremisesSyncEnabled", "").csv()), reconcile.Cloud, Options{AcceptBlank: []string{"OnPremisesSyncEnabled"}})
	mixed := groups().set(2, "ObjectType", "User").set(3, "ProxyAddresses", "smtp:g@x.de")
	open(t, save(t, "mixed.csv", mixed.csv()), reconcile.Cloud, Options{AcceptBlank: []string{"OnPremisesSyncEnabled"}})
}

func TestRefuseContent(t *testing.T) {
	json := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[]}`
	checkRefusals(t, []refusalCase{
		{"an empty file", reconcile.AD, "", Options{}, "empty|" + adCommand},
		{"a BOM alone", reconcile.AD, "\ufeff", Options{}, "the file is empty|" + adCommand},
		{"line ends alone", reconcile.Cloud, "\r\n\r\n", Options{}, "the file is empty|" + cloudCommand},
		{"a #TYPE line alone", reconcile.AD, "#TYPE Foo\r\n", Options{}, "holds nothing"},
		{"a header without rows", reconcile.AD, goodAD().first(0).csv(), Options{}, "a header but no rows|" + adCommand},
		{"a header and blank rows", reconcile.AD, goodAD().first(0).csv() + ",,,\r\n\r\n", Options{}, "a header but no rows"},
		{"no header", reconcile.AD, "1,Huntlee,Aireton,haireton0@chron.com\n2,Liv,Arnald,larnald1@hibu.com\n", Options{}, "there is no header row|1, Huntlee, Aireton|" + adCommand},
		{"a quote that never ends", reconcile.AD, goodAD().csv() + "\"" + guid3 + "\",\"user", Options{}, "a quoted value that begins on line 5 never ends|cut off|" + adCommand},
		{"the line is the file's", reconcile.AD, "#TYPE Foo\r\n" + goodAD().csv() + "\"" + guid3, Options{}, "begins on line 6 never ends"},
		{"a lost quote", reconcile.AD, strings.Replace(goodAD().csv(), `Bert"`, "Bert", 1) + `"`, Options{}, "never ends"},
		{"UTF-16 that ends within a character", reconcile.Cloud, strings.TrimSuffix(utf16Text("\ufeff"+goodCloud().csv(), binary.LittleEndian), "\x00"), Options{}, "ends within a character|cut off|" + cloudCommand},
		{"JSON of Graph", reconcile.Cloud, json, Options{}, "JSON|" + cloudCommand},
		{"JSON of ConvertTo-Json", reconcile.Cloud, "\r\n [{}]", Options{}, "JSON"},
		{"JSON with a BOM", reconcile.Cloud, "\ufeff" + json, Options{}, "JSON"},
		{"JSON that was redirected with >", reconcile.Cloud, utf16Text("\ufeff"+json, binary.LittleEndian), Options{}, "JSON"},
		{"LDIF", reconcile.AD, "dn: CN=Anna,DC=x\nchangetype: add\n", Options{}, "LDIF|" + adCommand},
		{"LDIF with its version", reconcile.AD, "version: 1\n\ndn: CN=Anna,DC=x\n", Options{}, "LDIF"},
		{"LDIF of -u", reconcile.AD, utf16Text("\ufeffdn: CN=Anna,DC=x\n", binary.LittleEndian), Options{}, "LDIF"},
		{"HTML named .xls", reconcile.AD, "<html><body><table></table></body></html>", Options{}, "HTML"},
		{"a table without html", reconcile.AD, "\n<TABLE><tr><td>Id", Options{}, "HTML"},
		{"XML", reconcile.AD, `<?xml version="1.0"?><Workbook/>`, Options{}, "XML"},
		{"old Excel", reconcile.AD, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 2000), Options{}, ".xls|Save it as .xlsx"},
		{"a workbook with a password", reconcile.AD, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 504) + utf16Text("EncryptedPackage", binary.LittleEndian) + strings.Repeat("\x00", 2000), Options{}, "password|without a password"},
		{"a cut workbook", reconcile.AD, read(t, workbook(t, sheetGrid{"Users", goodAD(), 1}))[:3000], Options{}, "zip|damaged or cut off|" + adCommand},
		{"a zip that is no workbook", reconcile.AD, zipped(t, map[string]string{"a.txt": "a"}), Options{}, "no Excel workbook"},
		{"a zip that is empty", reconcile.AD, zipped(t, nil), Options{}, "no Excel workbook"},
		{"OpenDocument", reconcile.AD, zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), Options{}, "OpenDocument|Save it as .xlsx"},
		{"a binary workbook", reconcile.AD, zipped(t, map[string]string{"xl/workbook.bin": "x"}), Options{}, ".xlsb|Save it as .xlsx"},
	})
}

func TestRefuseOptions(t *testing.T) {
	plain := goodAD().csv()
	cases := []refusalCase{
		{"--encoding unknown", reconcile.AD, plain, Options{Encoding: "klingon"}, `--encoding|"klingon"|utf-8`},
		{"--encoding that the mark contradicts", reconcile.AD, "\ufeff" + plain, Options{Encoding: "utf-16"}, "byte order mark of utf-8"},
		{"--delimiter of two characters", reconcile.AD, plain, Options{Delimiter: "::"}, `--delimiter "::"`},
		{"--column with a header that is not there, where there is no other", reconcile.AD, goodAD().without("mail").csv(), Options{Columns: map[string]string{"mail": "Adresse"}}, `there is no column "Adresse"|--column gives for mail|ObjectGUID, ObjectClass`},
	}
	checkRefusals(t, cases)
	for _, c := range cases {
		refusal := refused(t, save(t, "users.csv", c.content), c.side, c.options)
		if strings.Contains(refusal.Error(), "Export again") && !strings.Contains(c.reason, "contradicts") {
			t.Errorf("%s: another export is no cure:\n%s", c.reason, refusal)
		}
	}
	two := []sheetGrid{{"Old", goodAD().first(1), 1}, {"New", goodAD(), 1}}
	for _, c := range []struct {
		refusalCase
		path string
	}{
		{refusalCase{"two sheets that fit", reconcile.AD, "", Options{}, `several sheets could be meant: "Old" (ObjectGUID|"New" (ObjectGUID|--sheet`}, workbook(t, two...)},
		{refusalCase{"--sheet unknown", reconcile.AD, "", Options{Sheet: "Users"}, `there is no sheet "Users"|Old, New`}, workbook(t, two...)},
		{refusalCase{"--sheet without a header", reconcile.AD, "", Options{Sheet: "Empty"}, `no sheet "Empty" with a header`}, workbook(t, sheetGrid{"Users", goodAD(), 1}, sheetGrid{"Empty", nil, 1})},
		{refusalCase{"no sheet with known columns", reconcile.AD, "", Options{}, "no sheet has a header with known columns|" + adCommand}, workbook(t, sheetGrid{"Notes", grid{{"x", "y"}, {"1", "2"}}, 1})},
		{refusalCase{"no sheet with all columns", reconcile.AD, "", Options{}, `no sheet has all the columns|"A" (|"B" (|` + adCommand}, workbook(t, sheetGrid{"A", goodAD().without("mail"), 1}, sheetGrid{"B", goodAD().without("ObjectGUID"), 1})},
		{refusalCase{"one sheet: the reason of the sheet", reconcile.AD, "", Options{}, "no column mail.|" + adCommand}, workbook(t, sheetGrid{"A", goodAD().without("mail"), 1})},
		{refusalCase{"a value that is the name of a column makes no header", reconcile.AD, "", Options{}, "the file has no column ObjectGUID."}, workbook(t, sheetGrid{"A", goodAD().without("ObjectGUID").set(3, "DisplayName", "Mail"), 1})},
		{refusalCase{"the sheet that was asked for: its reason", reconcile.AD, "", Options{Sheet: "A"}, "no column mail."}, workbook(t, sheetGrid{"A", goodAD().without("mail"), 1}, sheetGrid{"B", goodAD(), 1})},
		{refusalCase{"a header in row 12 is not looked for", reconcile.AD, "", Options{}, "no sheet has a header"}, workbook(t, sheetGrid{"A", append(longTitle(11), goodAD()...), 1})},
		{refusalCase{"--column of a sheet", reconcile.AD, "", Options{Columns: map[string]string{"mail": "Adresse"}}, `there is no column "Adresse"`}, workbook(t, sheetGrid{"A", goodAD().without("mail"), 1})},
	} {
		c.check(t, c.path)
	}
}

func longTitle(rows int) (g grid) {
	for range rows {
		g = append(g, []string{"A title"})
	}
	return g
}

func TestRefuseOtherSide(t *testing.T) {
	checkRefusals(t, []refusalCase{
		{"a cloud file given as AD's", reconcile.AD, goodCloud().csv(), Options{}, "no column ObjectGUID|an export of the cloud: give the file with --cloud."},
		{"an AD file given as the cloud's", reconcile.Cloud, goodAD().csv(), Options{}, "no column Id|an export of Active Directory: give the file with --ad."},
	})
	// A user_id alone makes no export of the cloud.
	list := grid{{"user_id", "Vorname", "Nachname"}, {"3000", "Magrit", "Rosenow"}}
	if r := refused(t, save(t, "list.csv", list.csv()), reconcile.AD, Options{}); strings.Contains(r.Error(), "--cloud") {
		t.Errorf("a list of a school: %v", r)
	}
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		if r := refused(t, save(t, "users.csv", good(1-side).csv()), side, Options{}); strings.Contains(r.Cure, "Export again") {
			t.Errorf("a file of the other side needs no new export:\n%s", r.Cure)
		}
	}
}

// Two headers for one attribute: section 8 of facts/exports.md.
func TestTwoColumns(t *testing.T) {
	const differ = "the columns Id and ObjectId are both Id and differ, first in row 3|" + guid2 + "|" + guid3 + "|--column Id=HEADER"
	checkRefusals(t, []refusalCase{
		{"they differ", reconcile.Cloud, goodCloud().with("ObjectId", guid1, guid3).csv(), Options{}, differ},
		{"in any attribute", reconcile.AD, goodAD().with("EmailAddress", "asa@contoso.com", "b@x.de").with("E-Mail", "", "c@x.de").csv(), Options{}, "EmailAddress and E-Mail are both mail and differ, first in row 3"},
	})
	want := records(t, open(t, save(t, "cloud.csv", goodCloud().csv()), reconcile.Cloud, Options{}))
	for _, c := range []struct {
		reason string
		grid   grid
	}{
		{"they agree", goodCloud().with("ObjectId", guid1, guid2)},
		{"one is blank", goodCloud().with("ObjectId", "", "")},
		{"the first is blank: Get-EntraUser", goodCloud().renamed("Id", "ObjectId").with("Id", "", "")},
		{"they fill each other", goodCloud().renamed("Id", "ObjectId").set(2, "ObjectId", "").with("Id", guid1, "")},
	} {
		sameRecords(t, c.reason, records(t, open(t, save(t, "cloud.csv", c.grid.csv()), reconcile.Cloud, Options{})), want)
	}
	// A row whose values stand in wrong columns says nothing about the columns.
	shifted := goodAD().with("EmailAddress", "", "").set(3, "mail", "bert@contoso.com").set(3, "EmailAddress", "bert@contoso.com")
	shifted = append(shifted, append([]string{guid3, "user"}, shifted[2]...))
	f := open(t, save(t, "ad.csv", shifted.csv()), reconcile.AD, Options{})
	if f.rows != 3 || f.used != 2 {
		t.Errorf("%d rows, %d used", f.rows, f.used)
	}
}

// The side file of collect.
func TestCollected(t *testing.T) {
	blank := goodCloud().setAll("ProxyAddresses", "").csv()
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	good := map[string]string{"rows": "2", "sha256": `"` + hash(blank) + `"`, "columns": `["Id","proxyaddresses"]`}
	beside := func(name, value string) string {
		fields := maps.Clone(good)
		fields[name] = value
		return fmt.Sprintf("{\"rows\":%s,\"sha256\":%s,\"columns\":%s,\"time\":\"x\",\"source\":\"y\"}", fields["rows"], fields["sha256"], fields["columns"])
	}
	for _, c := range []struct{ reason, beside, want string }{
		{"the column was asked for, so it is really blank", beside("rows", "2"), ""},
		{"with the BOM of Windows PowerShell", "\ufeff" + beside("rows", "2"), ""},
		{"the hash in capitals", beside("sha256", `"`+strings.ToUpper(hash(blank))+`"`), ""},
		{"the hash is another", beside("sha256", `"`+hash("x")+`"`), "cloud-users.csv: its SHA-256 is not the one in cloud-users.export.json|changed after it was exported|" + cloudCommand},
		{"no hash", beside("sha256", `""`), "SHA-256"},
		{"rows are missing", beside("rows", "3"), "cloud-users.csv: it has 2 rows, but cloud-users.export.json says 3"},
		{"the column was not asked for", beside("columns", `["Id"]`), "the column ProxyAddresses is blank in every row"},
		{"no JSON", "{", "cloud-users.export.json: no valid JSON|take this file away"},
		{"JSON of another shape", `{"rows":"many"}`, "cloud-users.export.json: no valid JSON"},
	} {
		path := save(t, "cloud-users.csv", blank)
		check(t, os.WriteFile(filepath.Join(filepath.Dir(path), "cloud-users.export.json"), []byte(c.beside), 0o600))
		if c.want != "" {
			message := refused(t, path, reconcile.Cloud, Options{}).Error()
			for _, part := range strings.Split(c.want, "|") {
				if !strings.Contains(message, part) {
					t.Errorf("%s: %q is not in the message:\n%s", c.reason, part, message)
				}
			}
			continue
		}
		f := open(t, path, reconcile.Cloud, Options{})
		assumed := false
		for _, a := range f.Assumptions() {
			assumed = assumed || a.Code == "BlankColumn" && strings.Contains(a.Text, "cloud-users.export.json")
		}
		if !assumed {
			t.Errorf("%s: no assumption: %v", c.reason, f.Assumptions())
		}
	}
}
