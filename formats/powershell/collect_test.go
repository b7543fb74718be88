package powershell

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"smtpmatch/formats/export"
	"smtpmatch/reconcile"
)

func collectScripts(t testing.TB) files {
	t.Helper()
	made := files{}
	must(t, WriteCollectors(made.create, "dev"))
	return made
}

// The scripts are what an administrator lets loose on a directory: a change of one shows in this file's diff.
func TestScriptCollectorsAreTheReviewedOnes(t *testing.T) {
	var got strings.Builder
	for _, name := range []string{ADCollector, EntraCollector} {
		text, err := collectors.ReadFile("collect/" + name)
		must(t, err)
		sum := sha256.Sum256(text)
		got.WriteString(hex.EncodeToString(sum[:]) + "  " + name + "\n")
	}
	const golden = "testdata/collect/scripts.sha256"
	if *update {
		must(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got.String() != string(want) {
		t.Errorf("a script was changed; review it, then run with -update:\n%s", got.String())
	}
}

// The scripts are bytes that every version of PowerShell reads alike, only read, and share what they share.
func TestScriptCollectorsBytes(t *testing.T) {
	var shared []string
	for name, text := range collectScripts(t) {
		if strings.ContainsAny(strings.ReplaceAll(text, "\r\n", ""), "\r\n\t\"`") || !strings.HasSuffix(text, "\r\n") {
			t.Errorf("%s holds a byte that no script may hold", name)
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r > '~' || r < ' ' && r != '\r' && r != '\n' }); i >= 0 {
			t.Errorf("%s: byte %d is %#x", name, i, text[i])
		}
		if mark.MatchString(text) || strings.Count(text, "smtpmatch dev") != 1 || !strings.Contains(text, "'dev'") {
			t.Errorf("%s does not name its version", name)
		}
		for _, line := range strings.Split(text, "\r\n") {
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: blanks at the end of %q", name, line)
			}
		}
		if found := regexp.MustCompile(`(?i)\b(Set|New|Remove|Update|Restore|Add|Grant|Move|Rename)-(AD|Mg)\w+|Invoke-Expression`).FindString(text); found != "" {
			t.Errorf("%s calls %s", name, found)
		}
		_, part, ok := strings.Cut(text, "# --- shared: ")
		part, _, end := strings.Cut(part, "# --- end of the shared part ---")
		if !ok || !end {
			t.Errorf("%s has no shared part", name)
		}
		shared = append(shared, part)
	}
	if shared[0] != shared[1] {
		t.Error("the shared parts differ")
	}
	if err := WriteCollectors(files{}.create, "1'\u2019"); err == nil {
		t.Error("a version that no script may hold is taken")
	}
}

func TestScriptCollectorsPscheckFindsNothing(t *testing.T) {
	program := tool("SMTPMATCH_PSCHECK", "pscheck")
	if program == "" {
		t.Skip("NO SCRIPT WAS PARSED: there is no pscheck")
	}
	stubs, err := filepath.Abs("testdata/collect")
	must(t, err)
	dir := t.TempDir()
	args := []string{}
	for name, text := range collectScripts(t) {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		args = append(args, filepath.Join(dir, name))
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "PSModulePath="+stubs)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// forest and tenant are what the stand-ins in testdata/collect read.
type forest struct {
	Domains   []string       `json:"domains"`
	Closed    []string       `json:"closed"`
	FailAfter map[string]int `json:"failAfter"`
	Schema    []string       `json:"schema"`
	Objects   []adObject     `json:"objects"`
}

type adObject struct {
	Domain string `json:"domain"`
	Cmdlet string `json:"cmdlet"`
	Values row    `json:"values"`
}

type row map[string]any

type tenant struct {
	ID           string           `json:"id"`
	Context      bool             `json:"context"`
	Users        []row            `json:"users"`
	Deleted      []row            `json:"deleted"`
	Groups       []row            `json:"groups"`
	Contacts     []row            `json:"contacts"`
	Domains      []row            `json:"domains"`
	RoleNames    row              `json:"roleNames"`
	Assigned     []row            `json:"assigned"`
	Eligible     []row            `json:"eligible"`
	Members      map[string][]row `json:"members"`
	Features     row              `json:"features"`
	MoreFeatures row              `json:"moreFeatures"`
	Authority    row              `json:"authority"`
	NoLicense    bool             `json:"noLicense"`
	Refused      []string         `json:"refused"`
	FailAfter    map[string]int   `json:"failAfter"`
}

const (
	hostileName = "=cmd|'/C calc'!A0,\"O'Brien\"\r\n\u00dcml\u00e4ut \U0001F600 \u2019$(throw)"
	hostileRead = "=cmd|'/C calc'!A0,\"O'Brien\"\n\u00dcml\u00e4ut \U0001F600 \u2019$(throw)"
	hostileCell = "\"=cmd|'/C calc'!A0,\"\"O'Brien\"\"\r\n\u00dcml\u00e4ut \U0001F600 \u2019$(throw)\""
	x400        = "X400:c=US;a= ;p=Contoso;o=Exchange;s=Brien;g=Ob;"
)

func testAnchor(n int) string {
	g := testGUID(n)
	return base64.StdEncoding.EncodeToString(g[:])
}

var exchangeSchema = []string{"mailNickname", "targetAddress", "msExchRecipientTypeDetails", "msExchMailboxGuid", "msExchRemoteRecipientType"}

// testForest is a forest with two domains, whose objects show every type of value and hostile ones.
func testForest() *forest {
	f := &forest{
		Domains: []string{"corp.contoso.com", "sub.contoso.com"}, Closed: []string{}, FailAfter: map[string]int{},
		Schema: append([]string{"mail", "proxyAddresses", "mS-DS-ConsistencyGuid", "displayName", "employeeID", "department", "title",
			"isCriticalSystemObject", "adminCount", "givenName", "sn"}, exchangeSchema...),
	}
	add := func(domain, cmdlet string, n int, values row) {
		values["ObjectGUID"] = testGUID(n).String()
		values["DistinguishedName"] = fmt.Sprintf("CN=%d\\, \"x\",DC=%s", n, strings.ReplaceAll(domain, ".", ",DC="))
		values["Name"] = "not exported"
		if cmdlet != "Get-ADObject" {
			values["SID"] = fmt.Sprintf("S-1-5-21-1-2-3-%d", n)
			values["SamAccountName"] = fmt.Sprintf("sam%d", n)
		}
		f.Objects = append(f.Objects, adObject{domain, cmdlet, values})
	}
	for i, domain := range f.Domains {
		add(domain, "Get-ADUser", 100*i+1, row{"ObjectClass": "user", "Enabled": false, "isCriticalSystemObject": true, "adminCount": 1})
		add(domain, "Get-ADUser", 100*i+2, row{
			"ObjectClass": "user", "Enabled": true, "UserPrincipalName": fmt.Sprintf("ob%d@contoso.com", i), "mail": "ob@contoso.com",
			"proxyAddresses":        []string{"smtp:first@contoso.com", x400, "SMTP:ob@contoso.com", "bare@contoso.com", "X500:/o=a/cn=b"},
			"mS-DS-ConsistencyGuid": testAnchor(7), "displayName": hostileName, "GivenName": "\u2028\u202e", "Surname": "", "employeeID": "000123",
			"msExchMailboxGuid": testAnchor(8), "msExchRecipientTypeDetails": 2147483648, "targetAddress": "SMTP:ob@contoso.mail.onmicrosoft.com",
		})
		add(domain, "Get-ADGroup", 100*i+3, row{"ObjectClass": "group", "GroupCategory": "Security", "GroupScope": "Universal", "mail": "g@contoso.com", "proxyAddresses": []string{"SMTP:g@contoso.com"}})
		add(domain, "Get-ADObject", 100*i+4, row{"ObjectClass": "contact", "mail": "c@fabrikam.com", "sn": "Sur", "givenName": "Given",
			"targetAddress": "SMTP:c@fabrikam.com", "proxyAddresses": []string{"SMTP:c@fabrikam.com", "X400:c=US;a= ;p=x;s=c;"}})
	}
	return f
}

func cloudID(n int) string { return testGUID(0xC00 + n).String() }

func testTenant() *tenant {
	const admin, reader = "62e90394-69f5-4237-9190-012177145e10", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	t := &tenant{
		ID: testGUID(0xFFF).String(),
		Users: []row{
			{"Id": cloudID(1), "UserPrincipalName": "ob@contoso.com", "Mail": "ob@contoso.com", "MailNickname": "ob", "DisplayName": hostileName,
				"ProxyAddresses": []string{"SMTP:ob@contoso.com", "smtp:o@contoso.com"}, "UserType": "Member", "AccountEnabled": true,
				"OnPremisesSyncEnabled": true, "OnPremisesImmutableId": testAnchor(2), "OnPremisesSecurityIdentifier": "S-1-5-21-1-2-3-2", "EmployeeId": "000123"},
			{"Id": cloudID(2), "UserPrincipalName": "none@contoso.com", "UserType": "Guest", "AccountEnabled": false},
			{"Id": cloudID(3), "UserPrincipalName": "soa@contoso.com", "UserType": "Member", "AccountEnabled": true, "OnPremisesImmutableId": testAnchor(3), "ProxyAddresses": []string{}},
		},
		Deleted: []row{{"Id": cloudID(9), "UserPrincipalName": strings.ReplaceAll(cloudID(9), "-", "") + "gone@contoso.com", "DeletedDateTime": "2026-10-01T08:00:00Z", "ProxyAddresses": []string{"SMTP:gone@contoso.com"}}},
		Groups: []row{{"Id": cloudID(4), "Mail": "g@contoso.com", "MailEnabled": true, "SecurityEnabled": false, "DisplayName": hostileName,
			"ProxyAddresses": []string{"SMTP:g@contoso.com"}, "GroupTypes": []string{"Unified", "DynamicMembership"}, "OnPremisesSyncEnabled": true, "OnPremisesSecurityIdentifier": "S-1-5-21-1-2-3-3"}},
		Contacts: []row{{"Id": cloudID(5), "Mail": "c@fabrikam.com", "DisplayName": "C", "ProxyAddresses": []string{"SMTP:c@fabrikam.com"}, "OnPremisesSyncEnabled": true}},
		Domains: []row{
			{"Id": "contoso.com", "IsVerified": true, "AuthenticationType": "Managed", "IsInitial": false},
			{"Id": "new.example", "IsVerified": false, "AuthenticationType": "Managed", "IsInitial": false},
		},
		RoleNames: row{admin: "Global Administrator", reader: "Directory Readers"},
		Assigned: []row{
			{"id": cloudID(1), "type": "user", "upn": "ob@contoso.com", "role": admin, "scope": "/"},
			{"id": cloudID(6), "type": "group", "role": admin, "scope": "/"},
			{"id": cloudID(6), "type": "group", "role": reader, "scope": "/administrativeUnits/1"},
			{"id": cloudID(7), "type": "servicePrincipal", "role": reader, "scope": "/"},
			{"id": cloudID(9), "type": "", "role": reader, "scope": "/"},
		},
		Eligible: []row{{"id": cloudID(2), "type": "user", "upn": "none@contoso.com", "role": "unknown", "scope": "/"}},
		Members: map[string][]row{cloudID(6): {
			{"id": cloudID(3), "type": "user", "upn": "soa@contoso.com"}, {"id": cloudID(8), "type": "group"},
		}},
		Features:     row{"BlockSoftMatchEnabled": true, "SoftMatchOnUpnEnabled": false, "QuarantineUponUpnConflictEnabled": true, "QuarantineUponProxyAddressesConflictEnabled": true},
		MoreFeatures: row{"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": true, "note": "no switch"},
		Authority:    row{cloudID(1): row{"identifier": "obid", "managed": false}, cloudID(3): row{"identifier": nil, "managed": true}},
		Refused:      []string{}, FailAfter: map[string]int{},
	}
	return t
}

// collection is a folder that the scripts write, and the directories that they read.
type collection struct {
	*lab
	out string
}

func newCollection(t testing.TB) *collection {
	t.Helper()
	l := &lab{t: t, pwsh: findPwsh(t), dir: t.TempDir()}
	for name, text := range collectScripts(t) {
		must(t, os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600))
	}
	stubs, err := filepath.Abs("testdata/collect")
	must(t, err)
	data := t.TempDir()
	l.stubs, l.adFile, l.server = stubs, filepath.Join(data, "forest.json"), filepath.Join(data, "tenant.json")
	l.save(l.adFile, testForest())
	l.save(l.server, testTenant())
	return &collection{l, filepath.Join(t.TempDir(), "made [1]", "exports")}
}

// collect runs a script into the folder.
func (c *collection) collect(code int, script string, args ...string) string {
	c.t.Helper()
	return c.want(code, script, append([]string{"-OutputFolder", c.out}, args...)...)
}

func (c *collection) names() (list []string) {
	c.t.Helper()
	entries, err := os.ReadDir(c.out)
	must(c.t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// text gives a file's text. It must have a BOM and CRLF.
func (c *collection) text(name string) string {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.out, name))
	must(c.t, err)
	body, ok := bytes.CutPrefix(text, []byte("\ufeff"))
	if !ok || !bytes.HasSuffix(body, []byte("\r\n")) {
		c.t.Errorf("%s has no BOM or no CRLF: %.60q", name, text)
	}
	return string(body)
}

// table gives the rows of an export by the header's names. (The reader makes CRLF in a cell LF.)
func (c *collection) table(name string) (rows []map[string]string, header []string) {
	c.t.Helper()
	text := c.text(name)
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		c.t.Errorf("%s has a bare line feed", name)
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(c.t, err)
	for _, record := range records[1:] {
		r := map[string]string{}
		for i, cell := range record {
			r[records[0][i]] = cell
		}
		rows = append(rows, r)
	}
	return rows, records[0]
}

type sideFile struct {
	Rows    int      `json:"rows"`
	SHA256  string   `json:"sha256"`
	Columns []string `json:"columns"`
	Time    string   `json:"time"`
	Source  string   `json:"source"`
}

// side gives the side file of an export, which must be true.
func (c *collection) side(name string) (s sideFile) {
	c.t.Helper()
	must(c.t, json.Unmarshal([]byte(c.text(strings.TrimSuffix(name, filepath.Ext(name))+".export.json")), &s))
	text, err := os.ReadFile(filepath.Join(c.out, name))
	must(c.t, err)
	if sum := sha256.Sum256(text); s.SHA256 != hex.EncodeToString(sum[:]) {
		c.t.Errorf("%s: the side file has another hash", name)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(s.Time) {
		c.t.Errorf("%s: the time is %q", name, s.Time)
	}
	return s
}

// withSides are the names of the exports and of their side files, sorted.
func withSides(names ...string) (list []string) {
	for _, name := range names {
		list = append(list, name, strings.TrimSuffix(name, filepath.Ext(name))+".export.json")
	}
	slices.Sort(list)
	return list
}

var (
	adFiles    = []string{"ad-users.csv", "ad-groups.csv", "ad-contacts.csv"}
	entraFiles = []string{"cloud-users.csv", "cloud-groups.csv", "cloud-contacts.csv", "cloud-deleted-users.csv", "roles.csv", "domains.csv", "tenant.json"}
)

// wantCells compares some cells of a row.
func wantCells(t testing.TB, got map[string]string, want map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
	}
}

const (
	adUserHeader    = "ObjectGUID, ObjectClass, SID, SamAccountName, UserPrincipalName, mail, proxyAddresses, targetAddress, mailNickname, mS-DS-ConsistencyGuid, DistinguishedName, DisplayName, GivenName, Surname, EmployeeID, Department, Title, Enabled, isCriticalSystemObject, adminCount, msExchRecipientTypeDetails, msExchMailboxGuid, msExchRemoteRecipientType"
	cloudUserHeader = "Id, UserPrincipalName, Mail, MailNickname, ProxyAddresses, DisplayName, GivenName, Surname, EmployeeId, Department, JobTitle, UserType, AccountEnabled, OnPremisesSyncEnabled, OnPremisesImmutableId, OnPremisesSecurityIdentifier, OnPremisesSamAccountName, OnPremisesObjectIdentifier, IsCloudManaged, DeletedDateTime"
)

func TestPowerShellExportAD(t *testing.T) {
	c := newCollection(t)
	out := c.collect(0, ADCollector)
	if !strings.Contains(out, "ad-users.csv: 4 rows") || strings.Contains(out, "WARNING") {
		t.Errorf("it says:\n%s", out)
	}
	if got := c.names(); !slices.Equal(got, withSides(adFiles...)) {
		t.Errorf("it writes %q", got)
	}
	rows, header := c.table("ad-users.csv")
	if strings.Join(header, ", ") != adUserHeader || len(rows) != 4 {
		t.Fatalf("%d rows, header %q", len(rows), header)
	}
	wantCells(t, rows[0], map[string]string{
		"ObjectGUID": testGUID(1).String(), "SID": "S-1-5-21-1-2-3-1", "Enabled": "False", "isCriticalSystemObject": "True", "adminCount": "1",
		"proxyAddresses": "", "mS-DS-ConsistencyGuid": "", "msExchMailboxGuid": "", "DisplayName": "", "UserPrincipalName": "",
	})
	wantCells(t, rows[3], map[string]string{
		"ObjectGUID": testGUID(102).String(), "DisplayName": hostileRead, "GivenName": "\u2028\u202e", "EmployeeID": "000123",
		"proxyAddresses":        "smtp:first@contoso.com;SMTP:ob@contoso.com;bare@contoso.com;X500:/o=a/cn=b;" + x400,
		"mS-DS-ConsistencyGuid": testAnchor(7), "msExchMailboxGuid": mailboxGUID(t), "msExchRecipientTypeDetails": "2147483648",
		"DistinguishedName": `CN=102\, "x",DC=sub,DC=contoso,DC=com`, "Enabled": "True", "isCriticalSystemObject": "",
	})
	if strings.Count(c.text("ad-users.csv"), hostileCell) != 2 {
		t.Error("the hostile name is not written as it is")
	}
	if s := c.side("ad-users.csv"); strings.Join(s.Columns, ", ") != adUserHeader || s.Rows != 4 || s.Source != "Get-ADUser of corp.contoso.com, sub.contoso.com; Export-AD.ps1 of smtpmatch dev" {
		t.Errorf("the side file is %+v", s)
	}
	groups, _ := c.table("ad-groups.csv")
	wantCells(t, groups[1], map[string]string{"GroupCategory": "Security", "proxyAddresses": "SMTP:g@contoso.com", "SID": "S-1-5-21-1-2-3-103"})
	contacts, _ := c.table("ad-contacts.csv")
	wantCells(t, contacts[1], map[string]string{"Surname": "Sur", "GivenName": "Given", "targetAddress": "SMTP:c@fabrikam.com"})
}

// mailboxGUID is the text of the mailbox GUID, whose bytes are those of a .NET Guid.
func mailboxGUID(t testing.TB) string {
	b, err := base64.StdEncoding.DecodeString(testAnchor(8))
	must(t, err)
	return fmt.Sprintf("%x-%x-%x-%x-%x", []byte{b[3], b[2], b[1], b[0]}, []byte{b[5], b[4]}, []byte{b[7], b[6]}, b[8:10], b[10:])
}

// Attributes that the schema lacks are not asked for; a domain may be chosen; accounts that see little are told.
func TestPowerShellExportADWithoutExchange(t *testing.T) {
	c := newCollection(t)
	f := testForest()
	f.Schema = slices.DeleteFunc(f.Schema, func(name string) bool { return slices.Contains(exchangeSchema, name) })
	f.Objects = slices.DeleteFunc(f.Objects, func(o adObject) bool { return o.Values["isCriticalSystemObject"] == true })
	c.save(c.adFile, f)
	out := c.collect(0, ADCollector, "-Domain", "SUB.contoso.com,")
	if !strings.Contains(out, "WARNING: No user of sub.contoso.com shows isCriticalSystemObject") {
		t.Errorf("it says:\n%s", out)
	}
	rows, header := c.table("ad-users.csv")
	if strings.Join(header, ", ") != adUserHeader || len(rows) != 1 {
		t.Fatalf("%d rows, header %q", len(rows), header)
	}
	wantCells(t, rows[0], map[string]string{"mail": "ob@contoso.com", "targetAddress": "", "msExchMailboxGuid": "", "msExchRecipientTypeDetails": ""})
	for _, name := range exchangeSchema {
		if slices.Contains(c.side("ad-users.csv").Columns, name) {
			t.Errorf("%s is called exported", name)
		}
	}
	if out := c.collect(1, ADCollector, "-Force", "-Domain", "elsewhere.example"); !strings.Contains(out, "no domain elsewhere.example; it has corp.contoso.com, sub.contoso.com") {
		t.Errorf("it says:\n%s", out)
	}
}

// A run that fails leaves what was there, and nothing else.
func TestPowerShellExportFailsWhole(t *testing.T) {
	tests := []struct {
		name   string
		script string
		args   []string
		forest func(f *forest)
		tenant func(t *tenant)
		says   string
	}{
		{name: "a domain is closed", script: ADCollector, forest: func(f *forest) { f.Closed = []string{"sub.contoso.com"} }, says: "The domain sub.contoso.com cannot be reached: Unable to contact the server."},
		{name: "a domain fails in the middle", script: ADCollector, forest: func(f *forest) { f.FailAfter["sub.contoso.com"] = 1 }, says: "Failed in the domain sub.contoso.com (ad-users.csv): The server has returned"},
		{name: "the schema is not readable", script: ADCollector, forest: func(f *forest) { f.Schema = []string{} }, says: "The schema could not be read"},
		{name: "a value without a text", script: ADCollector, forest: func(f *forest) { f.Objects[1].Values["displayName"] = row{"a": 1} }, says: "Failed in the domain corp.contoso.com (ad-users.csv): A value has no text but @{a=1}."},
		{name: "the last export fails", script: EntraCollector, tenant: func(t *tenant) { t.FailAfter["Get-MgUser"] = 2 }, says: "Failed at cloud-users.csv: Too many retries"},
		{name: "no Global Administrator", script: EntraCollector, tenant: func(t *tenant) { t.Refused = []string{"Get-MgDirectoryOnPremiseSynchronization"} }, says: "Failed at tenant.json: Insufficient privileges to complete the operation. It takes a Global Administrator; -SkipTenantSwitches leaves it out. Nothing was written."},
		{name: "no right to roles", script: EntraCollector, tenant: func(t *tenant) {
			t.Refused = []string{"Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance"}
		}, says: "Failed at roles.csv: Insufficient privileges"},
		{name: "groups without addresses", script: EntraCollector, tenant: func(t *tenant) { t.Groups[0]["ProxyAddresses"] = nil }, says: "No mail-enabled group came with its addresses"},
		{name: "a permission that writes", script: EntraCollector, args: []string{"-WithSourceOfAuthority"}, says: "-WithSourceOfAuthority needs -UseExistingConnection"},
		{name: "no connection", script: EntraCollector, args: []string{"-UseExistingConnection"}, says: "There is no connection to use"},
		{name: "a user is gone meanwhile", script: EntraCollector, args: []string{"-UseExistingConnection", "-WithSourceOfAuthority"}, tenant: func(t *tenant) { t.Context = true; delete(t.Authority, cloudID(3)) }, says: "Failed at cloud-users.csv: Resource not found."},
	}
	var list []*collection
	var calls []*call
	for _, test := range tests {
		c := newCollection(t)
		f, tn := testForest(), testTenant()
		if test.forest != nil {
			test.forest(f)
		}
		if test.tenant != nil {
			test.tenant(tn)
		}
		c.save(c.adFile, f)
		c.save(c.server, tn)
		must(t, os.MkdirAll(c.out, 0o700))
		for _, name := range []string{"ad-users.csv", "cloud-users.csv"} {
			must(t, os.WriteFile(filepath.Join(c.out, name), []byte("old"), 0o600))
		}
		list = append(list, c)
		calls = append(calls, c.calls(test.script, append([]string{"-OutputFolder", c.out, "-Force"}, test.args...)...))
	}
	list[0].runAll(calls)
	for i, test := range tests {
		c, call := list[i], calls[i]
		if call.Code != 1 || !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(call.Output, "|", " ")), " "), test.says) {
			t.Errorf("%s: it ends with %d and says:\n%s", test.name, call.Code, call.Output)
		}
		if got := c.names(); !slices.Equal(got, []string{"ad-users.csv", "cloud-users.csv"}) || c.old("ad-users.csv") != "old" || c.old("cloud-users.csv") != "old" {
			t.Errorf("%s: it leaves %q", test.name, got)
		}
	}
}

func (c *collection) old(name string) string {
	text, err := os.ReadFile(filepath.Join(c.out, name))
	must(c.t, err)
	return string(text)
}

func TestPowerShellExportEntra(t *testing.T) {
	c := newCollection(t)
	out := c.collect(0, EntraCollector)
	if !strings.Contains(out, "cloud-users.csv: 3 rows") || strings.Contains(out, "WARNING") || strings.Contains(out, "Welcome") {
		t.Errorf("it says:\n%s", out)
	}
	if got := c.names(); !slices.Equal(got, withSides(entraFiles...)) {
		t.Errorf("it writes %q", got)
	}
	users, header := c.table("cloud-users.csv")
	if strings.Join(header, ", ") != cloudUserHeader {
		t.Fatalf("the header is %q", header)
	}
	wantCells(t, users[0], map[string]string{"Id": cloudID(1), "DisplayName": hostileRead, "ProxyAddresses": "SMTP:ob@contoso.com;smtp:o@contoso.com",
		"AccountEnabled": "True", "OnPremisesSyncEnabled": "True", "OnPremisesImmutableId": testAnchor(2), "EmployeeId": "000123", "DeletedDateTime": "", "IsCloudManaged": ""})
	wantCells(t, users[1], map[string]string{"AccountEnabled": "False", "OnPremisesSyncEnabled": "", "ProxyAddresses": "", "Mail": ""})
	notAsked := strings.Replace(cloudUserHeader, ", OnPremisesObjectIdentifier, IsCloudManaged", "", 1)
	if got := strings.Join(c.side("cloud-users.csv").Columns, ", "); got != notAsked {
		t.Errorf("called exported are %s", got)
	}
	deleted, _ := c.table("cloud-deleted-users.csv")
	wantCells(t, deleted[0], map[string]string{"DeletedDateTime": "2026-10-01T08:00:00Z", "ProxyAddresses": "SMTP:gone@contoso.com"})
	groups, _ := c.table("cloud-groups.csv")
	wantCells(t, groups[0], map[string]string{"GroupTypes": "Unified;DynamicMembership", "MailEnabled": "True", "OnPremisesSecurityIdentifier": "S-1-5-21-1-2-3-3"})
	domains, _ := c.table("domains.csv")
	wantCells(t, domains[1], map[string]string{"Id": "new.example", "IsVerified": "False", "AuthenticationType": "Managed", "IsInitial": "False"})
	c.wantRoles()
	const scopes = "connect User.Read.All GroupMember.Read.All OrgContact.Read.All Domain.Read.All RoleManagement.Read.Directory OnPremDirectorySynchronization.Read.All in Process"
	if trace := c.trace(); !strings.HasPrefix(trace, scopes) || strings.Count(trace, "members") != 1 || !strings.HasSuffix(strings.TrimSpace(trace), "disconnect") {
		t.Errorf("it did:\n%s", trace)
	}
}

func (c *collection) trace() string {
	text, err := os.ReadFile(c.server + ".trace")
	must(c.t, err)
	return strings.TrimPrefix(string(text), "\ufeff")
}

// wantRoles compares roles.csv with the tenant: members of a group hold its roles, applications are left out, and a
// holder that Graph does not describe stays.
func (c *collection) wantRoles() {
	c.t.Helper()
	roles, _ := c.table("roles.csv")
	var got []string
	for _, r := range roles {
		got = append(got, strings.Join([]string{r["Id"], r["UserPrincipalName"], r["Assignment"], r["Role"], r["DirectoryScopeId"], r["GroupId"]}, " "))
	}
	want := []string{
		cloudID(1) + " ob@contoso.com Assigned Global Administrator / ",
		cloudID(3) + " soa@contoso.com Assigned Global Administrator / " + cloudID(6),
		cloudID(3) + " soa@contoso.com Assigned Directory Readers /administrativeUnits/1 " + cloudID(6),
		cloudID(9) + "  Assigned Directory Readers / ",
		cloudID(2) + " none@contoso.com Eligible unknown / ",
	}
	if !slices.Equal(got, want) {
		c.t.Errorf("roles.csv is\n%q, want\n%q", got, want)
	}
}

func TestPowerShellExportEntraChoices(t *testing.T) {
	t.Run("source of authority", func(t *testing.T) {
		c := newCollection(t)
		tn := testTenant()
		tn.Context = true
		c.save(c.server, tn)
		c.collect(0, EntraCollector, "-WithSourceOfAuthority", "-UseExistingConnection", "-SkipRoles", "-SkipTenantSwitches")
		users, _ := c.table("cloud-users.csv")
		wantCells(t, users[0], map[string]string{"OnPremisesObjectIdentifier": "obid", "IsCloudManaged": "False"})
		wantCells(t, users[1], map[string]string{"OnPremisesObjectIdentifier": "", "IsCloudManaged": ""})
		wantCells(t, users[2], map[string]string{"OnPremisesObjectIdentifier": "", "IsCloudManaged": "True"})
		if got := strings.Join(c.side("cloud-users.csv").Columns, ", "); got != cloudUserHeader {
			t.Errorf("called exported are %s", got)
		}
		if got := strings.Join(c.side("cloud-deleted-users.csv").Columns, ", "); strings.Contains(got, "IsCloudManaged") {
			t.Errorf("of deleted users are called exported %s", got)
		}
		if _, err := os.Stat(c.server + ".trace"); err == nil {
			t.Error("it connects or disconnects by itself")
		}
		if got := c.names(); !slices.Equal(got, withSides("cloud-users.csv", "cloud-groups.csv", "cloud-contacts.csv", "cloud-deleted-users.csv", "domains.csv")) {
			t.Errorf("it writes %q", got)
		}
	})
	t.Run("no license for eligible roles", func(t *testing.T) {
		c := newCollection(t)
		tn := testTenant()
		tn.NoLicense = true
		c.save(c.server, tn)
		out := c.collect(0, EntraCollector)
		if !strings.Contains(out, "WARNING: The tenant has no license for eligible roles") {
			t.Errorf("it says:\n%s", out)
		}
		if s := c.side("roles.csv"); s.Rows != 4 || !strings.Contains(s.Source, "no license for eligible roles") {
			t.Errorf("the side file is %+v", s)
		}
	})
	t.Run("an empty tenant", func(t *testing.T) {
		c := newCollection(t)
		tn := testTenant()
		tn.Users, tn.Deleted, tn.Groups, tn.Contacts, tn.Assigned, tn.Eligible = []row{}, []row{}, []row{}, []row{}, []row{}, []row{}
		c.save(c.server, tn)
		out := c.collect(0, EntraCollector, "-TenantId", "contoso.onmicrosoft.com")
		for _, name := range []string{"cloud-users.csv", "cloud-groups.csv", "cloud-contacts.csv", "cloud-deleted-users.csv", "roles.csv"} {
			if rows, _ := c.table(name); len(rows) > 0 || c.side(name).Rows != 0 || !strings.Contains(out, name+" has no rows.") {
				t.Errorf("%s: %d rows; it says:\n%s", name, len(rows), out)
			}
		}
		if !strings.Contains(c.trace(), "in Process contoso.onmicrosoft.com") {
			t.Errorf("it did:\n%s", c.trace())
		}
	})
	t.Run("more than a page", func(t *testing.T) {
		c := newCollection(t)
		tn := testTenant()
		for i := range 1200 {
			tn.Users = append(tn.Users, row{"Id": testGUID(0x10000 + i).String(), "UserPrincipalName": fmt.Sprintf("u%d@contoso.com", i)})
		}
		c.save(c.server, tn)
		c.collect(0, EntraCollector)
		if rows, _ := c.table("cloud-users.csv"); len(rows) != 1203 || c.side("cloud-users.csv").Rows != 1203 {
			t.Errorf("there are %d rows", len(rows))
		}
	})
}

// Existing files stay without -Force, side files too; with it the bytes are those of the first run, in any culture.
func TestPowerShellExportForceAndSameBytes(t *testing.T) {
	c := newCollection(t)
	first := map[string]string{}
	c.collect(0, ADCollector)
	c.collect(0, EntraCollector)
	for _, name := range slices.Concat(adFiles, entraFiles) {
		first[name] = c.old(name)
		first[name+" side"] = fmt.Sprint(c.side(name).Columns, c.side(name).Rows, c.side(name).Source)
	}
	if out := c.collect(1, ADCollector); !strings.Contains(out, "ad-users.csv is in ") || !strings.Contains(out, "-Force") {
		t.Errorf("it says:\n%s", out)
	}
	must(t, os.Remove(filepath.Join(c.out, "domains.csv")))
	if out := c.collect(1, EntraCollector); !strings.Contains(out, "domains.export.json is in ") {
		t.Errorf("it says:\n%s", out)
	}
	must(t, os.WriteFile(filepath.Join(c.out, "ad-users.csv.partial"), []byte("of a run that was killed, and longer than the header"), 0o600))
	for _, culture := range []string{"tr-TR", "de-DE", "ar-SA"} {
		for _, script := range []string{ADCollector, EntraCollector} {
			code, out := c.command("-NoProfile", "-NonInteractive", "-Command", fmt.Sprintf(
				"[System.Threading.Thread]::CurrentThread.CurrentCulture = '%s'; & '%s' -OutputFolder '%s' -Force; exit $LASTEXITCODE", culture, filepath.Join(c.dir, script), c.out))
			if code != 0 {
				t.Fatalf("%s ended with %d:\n%s", script, code, out)
			}
		}
		for _, name := range slices.Concat(adFiles, entraFiles) {
			if c.old(name) != first[name] || fmt.Sprint(c.side(name).Columns, c.side(name).Rows, c.side(name).Source) != first[name+" side"] {
				t.Errorf("%s differs in %s", name, culture)
			}
		}
	}
	if got := c.names(); !slices.Equal(got, withSides(slices.Concat(adFiles, entraFiles)...)) {
		t.Errorf("it leaves %q", got)
	}
}

// What the scripts write is read without a refusal and without a finding, and a byte that changes is seen.
func TestPowerShellExportsAreRead(t *testing.T) {
	c := newCollection(t)
	c.collect(0, ADCollector)
	c.collect(0, EntraCollector)
	for name, kind := range map[string]string{
		"ad-users.csv": "ad-users", "ad-groups.csv": "ad-groups", "ad-contacts.csv": "ad-contacts", "cloud-users.csv": "cloud-users",
		"cloud-groups.csv": "cloud-groups", "cloud-contacts.csv": "cloud-contacts", "cloud-deleted-users.csv": "cloud-users",
	} {
		path := filepath.Join(c.out, name)
		side := reconcile.AD
		if strings.HasPrefix(name, "cloud-") {
			side = reconcile.Cloud
		}
		file, err := export.Open(t.Context(), path, side, export.Options{})
		if err != nil {
			t.Errorf("%s is refused: %v", name, err)
			continue
		}
		// The hostile names begin like formulas, which the reader counts and reads as text.
		list := slices.DeleteFunc(slices.Clone(file.Findings()), func(f reconcile.Finding) bool { return f.Code == "FormulaText" })
		if len(list) > 0 || file.Kind() != kind {
			t.Errorf("%s is %s, with %+v", name, file.Kind(), list)
		}
		for record, err := range file.Records(t.Context()) {
			must(t, err)
			if record.Rejected || len(record.Findings) > 0 {
				t.Errorf("%s: row %d has %+v", name, record.Row, record.Findings)
			}
			if record.ID == testGUID(2) && !slices.Contains(record.ProxyAddresses, x400) {
				t.Errorf("the X400 value is lost: %q", record.ProxyAddresses)
			}
		}
		c.damage(path, side)
	}
	if switches, findings, err := export.ReadTenant(filepath.Join(c.out, "tenant.json")); err != nil || len(findings) > 0 || !switches.BlockSoftMatch || switches.SoftMatchOnUPN || !switches.AllowIdentifierUpdate {
		t.Errorf("tenant.json is read as %+v, %v, %v", switches, findings, err)
	}
	if domains, _, err := export.ReadDomains(filepath.Join(c.out, "domains.csv")); err != nil || !domains["contoso.com"] || domains["new.example"] {
		t.Errorf("domains.csv is read as %v, %v", domains, err)
	}
}

// damage changes one letter of an export, which must be refused then.
func (c *collection) damage(path string, side reconcile.Side) {
	c.t.Helper()
	text, err := os.ReadFile(path)
	must(c.t, err)
	at := bytes.Index(text, []byte("contoso"))
	if at < 0 {
		at = bytes.Index(text, []byte("fabrikam"))
	}
	text[at] = 'z'
	must(c.t, os.WriteFile(path, text, 0o600))
	if _, err := export.Open(c.t.(*testing.T).Context(), path, side, export.Options{}); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		c.t.Errorf("%s was changed and is taken: %v", path, err)
	}
}
