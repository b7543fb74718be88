package export

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// shape is a table of two users in some shape, and what the addresses of its records must be.
type shape struct {
	reason string
	side   reconcile.Side
	grid   grid
	want   string // the records' addresses, each record's between brackets
}

func addressesOf(list []reconcile.Record) string {
	var b strings.Builder
	for i := range list {
		fmt.Fprintf(&b, "[%s]", strings.Join(list[i].ProxyAddresses, " "))
	}
	return b.String()
}

func checkShapes(t *testing.T, cases []shape) {
	t.Helper()
	for _, c := range cases {
		path := save(t, "users.csv", c.grid.csv())
		if r := inspected(t, path, Options{}); r.Verdict == Refuse || r.Kind != c.side.String()+"-users" {
			t.Errorf("%s: %s, %s\n%s", c.reason, r.Verdict, r.Kind, damageText(r))
			continue
		}
		if got := addressesOf(records(t, open(t, path, c.side, Options{}))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.reason, got, c.want)
		}
	}
}

// perAddress gives a table with a row for each address: of the objects at these places, in this order.
func perAddress(side reconcile.Side, rows ...string) grid {
	ids := []string{guid1, guid2, guid3}
	g := grid{{"ObjectGUID", "UserPrincipalName", "mail", "proxyAddresses", "mS-DS-ConsistencyGuid", "SamAccountName"}}
	if side == reconcile.Cloud {
		g = grid{{"Id", "UserPrincipalName", "Mail", "ProxyAddress", "OnPremisesImmutableId", "OnPremisesSyncEnabled"}}
	}
	for _, row := range rows {
		n := int(row[0] - '0')
		last := fmt.Sprint("user", n)
		if side == reconcile.Cloud {
			last = "True"
		}
		g = append(g, []string{ids[n], fmt.Sprint("u", n, "@contoso.com"), fmt.Sprint("u", n, "@contoso.com"), row[2:], anchor1, last})
	}
	return g
}

// One row for each address: pastebin uGTxG6Nu in facts/exports.md 2.1, signature 34.
func TestRowPerAddress(t *testing.T) {
	const x500 = "X500:/o=Contoso/cn=Recipients/cn=u0"
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		checkShapes(t, []shape{
			{"two rows of one, one of another", side, perAddress(side, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com", "1 SMTP:u1@contoso.com"), "[SMTP:u0@contoso.com smtp:a@fabrikam.com][SMTP:u1@contoso.com]"},
			{"X500 among them", side, perAddress(side, "0 "+x500, "0 SMTP:u0@contoso.com", "0 sip:u0@contoso.com"), "[" + x500 + " SMTP:u0@contoso.com sip:u0@contoso.com]"},
			{"three objects", side, perAddress(side, "0 SMTP:u0@contoso.com", "1 SMTP:u1@contoso.com", "1 smtp:b@fabrikam.com", "1 smtp:c@fabrikam.com", "2 SMTP:u2@contoso.com", "2 smtp:d@fabrikam.com"), "[SMTP:u0@contoso.com][SMTP:u1@contoso.com smtp:b@fabrikam.com smtp:c@fabrikam.com][SMTP:u2@contoso.com smtp:d@fabrikam.com]"},
			{"the same row twice", side, perAddress(side, "0 SMTP:u0@contoso.com", "0 SMTP:u0@contoso.com", "1 SMTP:u1@contoso.com"), "[SMTP:u0@contoso.com][SMTP:u1@contoso.com]"},
			{"an X400 value with its semicolons", side, perAddress(side, "0 SMTP:u0@contoso.com", "0 X400:c=US;a= ;p=Contoso;s=u0;", "1 SMTP:u1@contoso.com"), "[SMTP:u0@contoso.com X400:c=US;a= ;p=Contoso;s=u0;][SMTP:u1@contoso.com]"},
		})
		path := save(t, "users.csv", perAddress(side, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com", "1 SMTP:u1@contoso.com").csv())
		if r := inspected(t, path, Options{}); !strings.Contains(damageText(r), "one row for each address") || r.Rows != 3 {
			t.Errorf("%d rows\n%s", r.Rows, damageText(r))
		}
		for _, c := range []struct {
			reason string
			grid   grid
			want   string
		}{
			{"not one below the other", perAddress(side, "0 SMTP:u0@contoso.com", "1 SMTP:u1@contoso.com", "0 smtp:a@fabrikam.com"), "stands in row 2 and again in row 4"},
			{"more than the address differs", perAddress(side, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com").set(3, "UserPrincipalName", "other@contoso.com"), "stands in row 2 and again in row 3"},
			{"one has a list", perAddress(side, "0 SMTP:u0@contoso.com;smtp:c@fabrikam.com", "0 smtp:a@fabrikam.com"), "stands in row 2 and again in row 3"},
			{"another object has a list", perAddress(side, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com", "1 SMTP:u1@contoso.com;smtp:c@fabrikam.com"), "stands in row 2 and again in row 3"},
		} {
			if r := inspected(t, save(t, "users.csv", c.grid.csv()), Options{}); r.Verdict != Refuse || !strings.Contains(damageText(r), c.want) {
				t.Errorf("%s, %s: %s\n%s", side, c.reason, r.Verdict, damageText(r))
			}
		}
	}
}

// A row that cannot be used is not put together with those of its object: it is counted as rejected.
func TestRowPerAddressRejected(t *testing.T) {
	g := perAddress(reconcile.AD, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com", "0 smtp:b@fabrikam.com").set(4, "proxyAddresses", "#N/A")
	list := records(t, open(t, save(t, "users.csv", g.csv()), reconcile.AD, Options{}))
	if len(list) != 2 || !list[1].Rejected || addressesOf(list[:1]) != "[SMTP:u0@contoso.com smtp:a@fabrikam.com]" {
		t.Errorf("%+v", list)
	}
}

// What is found in each of the rows that are put together is kept.
func TestRowPerAddressKeepsFindings(t *testing.T) {
	g := perAddress(reconcile.AD, "0 SMTP:u0@contoso.com", "0 smtp:a@fabrikam.com", "1 SMTP:u1@contoso.com").with("Title", "MÃ¼ller", "MÃ¼ller", "")
	f := open(t, save(t, "users.csv", g.csv()), reconcile.AD, Options{})
	var rows []int
	for _, r := range records(t, f) {
		for _, finding := range r.Findings {
			rows = append(rows, finding.Row)
		}
	}
	if !slices.Equal(rows, []int{2, 3}) {
		t.Errorf("findings in rows %v", rows)
	}
}

// One column for each address: #23580844562 in facts/exports.md 2.1.
func TestColumnPerAddress(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		proxies := proxyColumns[side]
		bare := func() grid { return good(side).without(proxies) }
		checkShapes(t, []shape{
			{"from 0", side, bare().with("proxyaddress_0", "SMTP:a@contoso.com", "SMTP:b@contoso.com").with("proxyaddress_1", "smtp:c@contoso.com", ""), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com]"},
			{"from 1", side, bare().with("proxyaddress1", "SMTP:a@contoso.com", "SMTP:b@contoso.com").with("proxyaddress2", "smtp:c@contoso.com", ""), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com]"},
			{"one column", side, bare().with("proxyaddress_0", "SMTP:a@contoso.com", "SMTP:b@contoso.com"), "[SMTP:a@contoso.com][SMTP:b@contoso.com]"},
			{"gaps in a row", side, bare().with("ProxyAddress1", "", "SMTP:b@contoso.com").with("ProxyAddress2", "SMTP:a@contoso.com", "").with("ProxyAddress3", "smtp:c@contoso.com", "x500:/o=C"), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com x500:/o=C]"},
			{"gaps in the numbers, out of order, two digits", side, bare().with("proxyAddresses_10", "smtp:d@contoso.com", "").with("proxyAddresses_2", "smtp:c@contoso.com", "").with("proxyAddresses_0", "SMTP:a@contoso.com", "SMTP:b@contoso.com"), "[SMTP:a@contoso.com smtp:c@contoso.com smtp:d@contoso.com][SMTP:b@contoso.com]"},
			{"the first has no number", side, bare().with("ProxyAddress", "SMTP:a@contoso.com", "SMTP:b@contoso.com").with("ProxyAddress.1", "smtp:c@contoso.com", "").with("ProxyAddress.2", "", "smtp:d@contoso.com"), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com smtp:d@contoso.com]"},
			{"two series", side, bare().with("proxyaddress_0", "SMTP:a@contoso.com", "SMTP:b@contoso.com").with("EmailAddress_0", "smtp:c@contoso.com", ""), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com]"},
			{"placeholders", side, bare().with("proxyaddress_0", "SMTP:a@contoso.com", "SMTP:b@contoso.com").with("proxyaddress_1", "smtp:c@contoso.com", "-").with("proxyaddress_2", "NULL", "NA"), "[SMTP:a@contoso.com smtp:c@contoso.com][SMTP:b@contoso.com]"},
			{"X400 with its semicolons", side, bare().with("proxyaddress_0", "X400:c=US;a= ;s=A;", "SMTP:b@contoso.com").with("proxyaddress_1", "SMTP:a@contoso.com", ""), "[X400:c=US;a= ;s=A; SMTP:a@contoso.com][SMTP:b@contoso.com]"},
			{"beside a column with all of them", side, good(side).with("proxyaddress_0", "SMTP:asa@contoso.com", "").with("proxyaddress_1", "smtp:a.o@contoso.com", "-"), "[SMTP:asa@contoso.com smtp:a.o@contoso.com][]"},
		})
		// A column with all addresses that lacks one of the series: both are named, and --column decides.
		path := save(t, "users.csv", good(side).with("proxyaddress_0", "SMTP:asa@contoso.com", "").with("proxyaddress_1", "", "smtp:lost@contoso.com").csv())
		if refusal := refused(t, path, side, Options{}).Error(); !strings.Contains(refusal, "the columns "+proxies+" and proxyaddress_1 are both") {
			t.Errorf("%s: %s", side, refusal)
		}
		f := open(t, path, side, Options{Columns: map[string]string{proxies: proxies}})
		if got := addressesOf(records(t, f)); got != "[SMTP:asa@contoso.com smtp:a.o@contoso.com][]" {
			t.Errorf("%s: %s", side, got)
		}
	}
}

// Columns of secondary addresses only, see facts/exports.md 1.1 and 8.
func TestAliasOnlyColumns(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		bare := func() grid {
			return good(side).without(proxyColumns[side]).set(3, []string{"mail", "Mail"}[side], "bert@contoso.com")
		}
		primary := func() grid { return bare().renamed([]string{"mail", "Mail"}[side], "PrimarySmtpAddress") }
		for _, header := range strings.Split("AliasSmtpAddresses|SmtpAliases|Email Aliases|Aliases|Aliasses|EmailAliases|SecondaryAddresses|Secondary SMTP|SMTP Aliases", "|") {
			if header == "SMTP Aliases" && headerKey(header) != headerKey("SmtpAliases") {
				t.Error("they are the same header")
			}
			checkShapes(t, []shape{
				{header + " beside the primary", side, primary().with(header, "a.o@contoso.com,a@fabrikam.com", "-"), "[SMTP:asa@contoso.com smtp:a.o@contoso.com smtp:a@fabrikam.com][SMTP:bert@contoso.com]"},
				{header + " with prefixes", side, primary().with(header, "smtp:a.o@contoso.com,smtp:a@fabrikam.com", ""), "[SMTP:asa@contoso.com smtp:a.o@contoso.com smtp:a@fabrikam.com][SMTP:bert@contoso.com]"},
				{header + " with SIP", side, primary().with(header, "a.o@contoso.com,SIP:asa@contoso.com", "-"), "[SMTP:asa@contoso.com smtp:a.o@contoso.com SIP:asa@contoso.com][SMTP:bert@contoso.com]"},
				{header + " with the primary among them", side, primary().with(header, "asa@contoso.com;a.o@contoso.com", ""), "[SMTP:asa@contoso.com smtp:a.o@contoso.com][SMTP:bert@contoso.com]"},
				{header + " without a column that names the primary", side, bare().with(header, "a.o@contoso.com,a@fabrikam.com", "-"), "[a.o@contoso.com a@fabrikam.com][]"},
				{header + " beside all addresses counts for nothing", side, good(side).with(header, "x@contoso.com", "-"), "[SMTP:asa@contoso.com smtp:a.o@contoso.com][]"},
			})
		}
	}
}

// Alias and Username are told by their values.
func TestAmbiguousColumns(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		bare := func() grid { return good(side).without(proxyColumns[side]) }
		checkShapes(t, []shape{
			{"Alias holds secondary addresses", side, bare().with("Alias", "smtp:a.o@contoso.com, smtp:a@fabrikam.com", ""), "[a.o@contoso.com a@fabrikam.com][]"},
			{"Alias holds bare addresses", side, bare().with("alias", "a.o@contoso.com, a@fabrikam.com", "-"), "[a.o@contoso.com a@fabrikam.com][]"},
			{"Alias holds all addresses", side, bare().with("Alias", "SMTP:asa@contoso.com;smtp:a@fabrikam.com", "SMTP:bert@contoso.com"), "[SMTP:asa@contoso.com smtp:a@fabrikam.com][SMTP:bert@contoso.com]"},
			{"Alias is a name", side, good(side).with("Alias", "asa", "bert"), "[SMTP:asa@contoso.com smtp:a.o@contoso.com][]"},
			{"mail holds lists", side, bare().renamed([]string{"mail", "Mail"}[side], "E-mail").set(2, "E-mail", "SMTP:asa@contoso.com;smtp:a@fabrikam.com").with("Mail", "asa@contoso.com", ""), "[SMTP:asa@contoso.com smtp:a@fabrikam.com][]"},
		})
		first := func(g grid) reconcile.Record {
			return records(t, open(t, save(t, "users.csv", g.csv()), side, Options{}))[0]
		}
		if r := first(good(side).with("Alias", "asa", "bert")); r.MailNickname != "asa" {
			t.Errorf("%s: Alias is mailNickname: %q", side, r.MailNickname)
		}
		if r := first(good(side).renamed("UserPrincipalName", "Username")); r.UserPrincipalName != "asa@contoso.com" {
			t.Errorf("%s: Username is the UPN: %q", side, r.UserPrincipalName)
		}
		sam := good(side).with("User name", "asa.o", "bert")
		if side == reconcile.AD {
			sam = sam.without("SamAccountName")
		}
		if r := first(sam); r.SamAccountName != "asa.o" || r.UserPrincipalName != "asa@contoso.com" {
			t.Errorf("%s: User name is the SAM name: %q, %q", side, r.SamAccountName, r.UserPrincipalName)
		}
		onPremises := good(side).renamed("UserPrincipalName", "OnPremisesUserPrincipalName").with("Username", "x.y", "z")
		if r := first(onPremises); r.UserPrincipalName != "asa@contoso.com" {
			t.Errorf("%s: a Username without @ leaves the second choice: %q", side, r.UserPrincipalName)
		}
	}
}

// What --column says of a column in doubt counts more than its values.
func TestChosenColumnIsInNoDoubt(t *testing.T) {
	g := goodAD().renamed("UserPrincipalName", "Username").set(2, "Username", "asa").set(3, "Username", "bert").with("UPN", "x@contoso.com", "y@contoso.com")
	f := open(t, save(t, "users.csv", g.csv()), reconcile.AD, Options{Columns: map[string]string{"mailNickname": "Username"}})
	if list := records(t, f); list[0].UserPrincipalName != "x@contoso.com" || list[0].MailNickname != "asa" {
		t.Errorf("%+v", list[0])
	}
	f = open(t, save(t, "users.csv", goodAD().without("mail").csv()), reconcile.AD, Options{Columns: map[string]string{"mail": "UserPrincipalName"}})
	if list := records(t, f); list[0].UserPrincipalName != "asa@contoso.com" || list[0].Mail != "asa@contoso.com" {
		t.Errorf("one column for two attributes: %+v", list[0])
	}
}

// What stands for an attribute in another way.
func TestStandIns(t *testing.T) {
	cloud := func() grid { return goodCloud().without("OnPremisesSyncEnabled") }
	enabled := func(header, yes, no string) grid {
		return goodCloud().without("AccountEnabled").with(header, yes, no)
	}
	enabledAD := func(header, yes, no string) grid { return goodAD().without("Enabled").with(header, yes, no) }
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		grid   grid
		want   string // enabled, synced, user type of both
	}{
		{"LastDirSyncTime proves the sync", reconcile.Cloud, cloud().with("LastDirSyncTime", "9/14/2025 3:12:44 AM", ""), "yes synced Member|no - Guest"},
		{"OnPremisesLastSyncDateTime too", reconcile.Cloud, cloud().with("OnPremisesLastSyncDateTime", "2025-09-14T03:12:44Z", "NULL"), "yes synced Member|no - Guest"},
		{"Last dirsync time of the admin center too", reconcile.Cloud, cloud().with("Last dirsync time", "2025-09-14 03:12:44Z", ""), "yes synced Member|no - Guest"},
		{"but DirSyncEnabled is asked first", reconcile.Cloud, cloud().with("LastDirSyncTime", "9/14/2025 3:12:44 AM", "9/14/2025 3:12:44 AM").with("DirSyncEnabled", "True", ""), "yes synced Member|no - Guest"},
		{"two dates need not agree to the letter", reconcile.Cloud, cloud().with("LastDirSyncTime", "9/14/2025 3:12:44 AM", "").with("OnPremisesLastSyncDateTime", "2025-09-14T03:12:44Z", ""), "yes synced Member|no - Guest"},
		{"CreationType: an invitation is a guest's", reconcile.Cloud, goodCloud().without("UserType").with("CreationType", "", "Invitation"), "yes synced |no - Guest"},
		{"UserType is asked first", reconcile.Cloud, goodCloud().with("CreationType", "Invitation", ""), "yes synced Member|no - Guest"},
		{"BlockCredential is the opposite", reconcile.Cloud, enabled("BlockCredential", "False", "True"), "yes synced Member|no - Guest"},
		{"Block credential", reconcile.Cloud, enabled("Block credential", "False", "True"), "yes synced Member|no - Guest"},
		{"Block sign in", reconcile.Cloud, enabled("Block sign in", "No", "Yes"), "yes synced Member|no - Guest"},
		{"Sign-in blocked", reconcile.Cloud, enabled("Sign-in blocked", "0", "1"), "yes synced Member|no - Guest"},
		{"AccountDisabled of Exchange", reconcile.Cloud, enabled("AccountDisabled", "False", "True"), "yes synced Member|no - Guest"},
		{"Anmeldeinformationen blockieren", reconcile.Cloud, enabled("Anmeldeinformationen blockieren", "Falsch", "Wahr"), "yes synced Member|no - Guest"},
		{"Anmeldung blockiert", reconcile.Cloud, enabled("Anmeldung blockiert", "FALSCH", "WAHR"), "yes synced Member|no - Guest"},
		{"Bloquear entrada", reconcile.Cloud, enabled("Bloquear entrada", "Falso", "Verdadeiro"), "yes synced Member|no - Guest"},
		{"Sign-in status", reconcile.Cloud, enabled("Sign-in status", "Allowed", "Blocked"), "yes synced Member|no - Guest"},
		{"Anmeldestatus", reconcile.Cloud, enabled("Anmeldestatus", "allowed", "blocked"), "yes synced Member|no - Guest"},
		{"userAccountControl", reconcile.AD, enabledAD("userAccountControl", "66048", "66050"), "yes - |no - "},
		{"userAccountControl beside Enabled", reconcile.AD, goodAD().with("userAccountControl", "514", "512"), "yes - |no - "},
		{"AccountDisabled of AD", reconcile.AD, enabledAD("AccountDisabled", "FALSE", "TRUE"), "yes - |no - "},
	} {
		var got []string
		for _, r := range records(t, open(t, save(t, "users.csv", c.grid.csv()), c.side, Options{})) {
			synced := map[bool]string{true: "synced", false: "-"}[r.SyncEnabled]
			got = append(got, [...]string{"unknown", "no", "yes"}[r.Enabled]+" "+synced+" "+r.UserType)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		r := inspected(t, save(t, "users.csv", good(side).renamed("UserPrincipalName", "OnPremisesUserPrincipalName").csv()), Options{})
		if r.Verdict != Warn || !strings.Contains(damageText(r), "UserPrincipalName is read from OnPremisesUserPrincipalName") {
			t.Errorf("%s: the second choice for the UPN: %s\n%s", side, r.Verdict, damageText(r))
		}
		f := open(t, save(t, "users.csv", good(side).with("OnPremisesUserPrincipalName", "x@fabrikam.local", "y@fabrikam.local").csv()), side, Options{})
		if r := records(t, f)[0]; r.UserPrincipalName != "asa@contoso.com" || len(f.Findings()) != 0 {
			t.Errorf("%s: the second choice beside the first: %q, %v", side, r.UserPrincipalName, f.Findings())
		}
	}
}

// Two columns for one attribute: equal in what they say, or refused with both named and a cure that works.
func TestColumnPairs(t *testing.T) {
	for _, c := range []struct {
		reason    string
		side      reconcile.Side
		grid      grid
		attribute string // refused for it; empty for one that can be used
		headers   [2]string
	}{
		{"Get-EntraUser: ids equal", reconcile.Cloud, goodCloud().with("ObjectId", guid1, strings.ToUpper(guid2)), "", [2]string{}},
		{"ids in other forms", reconcile.Cloud, goodCloud().with("ObjectId", "{"+guid1+"}", ""), "", [2]string{}},
		{"ids differ", reconcile.Cloud, goodCloud().with("ObjectId", guid1, guid3), "Id", [2]string{"Id", "ObjectId"}},
		{"anchors equal", reconcile.Cloud, goodCloud().with("ImmutableId", anchor1, ""), "", [2]string{}},
		{"anchors in other forms", reconcile.Cloud, goodCloud().with("ImmutableId", guid1, ""), "", [2]string{}},
		{"anchors differ", reconcile.Cloud, goodCloud().with("ImmutableId", anchor2, ""), "OnPremisesImmutableId", [2]string{"OnPremisesImmutableId", "ImmutableId"}},
		{"two dates of one deletion", reconcile.Cloud, goodCloud().with("DeletedDateTime", "", "2025-01-02T03:04:05Z").with("DeletionTimestamp", "", "1/2/2025 3:04:05 AM"), "", [2]string{}},
		{"deleted and not", reconcile.Cloud, goodCloud().with("DeletedDateTime", "2025-01-02T03:04:05Z", "").with("isDeleted", "False", ""), "DeletedDateTime", [2]string{"DeletedDateTime", "isDeleted"}},
		{"flags equal", reconcile.Cloud, goodCloud().with("DirSyncEnabled", "TRUE", ""), "", [2]string{}},
		{"flags differ", reconcile.Cloud, goodCloud().with("DirSyncEnabled", "False", ""), "OnPremisesSyncEnabled", [2]string{"OnPremisesSyncEnabled", "DirSyncEnabled"}},
		{"mail in another case", reconcile.Cloud, goodCloud().with("PrimarySmtpAddress", "SMTP:Asa@Contoso.com", ""), "", [2]string{}},
		{"mail differs", reconcile.Cloud, goodCloud().with("PrimarySmtpAddress", "other@contoso.com", ""), "Mail", [2]string{"Mail", "PrimarySmtpAddress"}},
		{"lists with another joiner", reconcile.Cloud, goodCloud().with("EmailAddresses", "SMTP:asa@contoso.com, smtp:a.o@contoso.com", ""), "", [2]string{}},
		{"lists differ", reconcile.Cloud, goodCloud().with("EmailAddresses", "SMTP:asa@contoso.com", ""), "ProxyAddresses", [2]string{"ProxyAddresses", "EmailAddresses"}},
		{"UPNs differ", reconcile.AD, goodAD().with("UPN", "other@contoso.com", ""), "UserPrincipalName", [2]string{"UserPrincipalName", "UPN"}},
		{"SID as text and as bytes", reconcile.AD, goodAD().with("objectSid", "X'010500000000000515000000010000000200000003000000e9030000'", ""), "", [2]string{}},
		{"SIDs differ", reconcile.AD, goodAD().with("objectSid", "S-1-5-21-1-2-3-9", ""), "SID", [2]string{"SID", "objectSid"}},
		{"GUIDs as text and as bytes", reconcile.AD, goodAD().with("AD GUID", anchor1, "X'd707ccf7157c7d44876dc01b0e5a9e38'"), "", [2]string{}},
		{"DNs of csvde", reconcile.AD, goodAD().with("DN", "CN=a", "").with("distinguishedName", "CN=a", ""), "", [2]string{}},
		{"names that stand in for the display name may differ", reconcile.AD, goodAD().without("DisplayName").with("Name", "Asa", "").with("CN", "Asa Oberg", ""), "", [2]string{}},
		{"classes of Exchange's two columns may differ", reconcile.Cloud, goodCloud().with("RecipientType", "UserMailbox", "UserMailbox").with("RecipientTypeDetails", "UserMailbox", "SharedMailbox"), "", [2]string{}},
		{"Exchange's Id is a name, in some rows a GUID", reconcile.Cloud, goodCloud().renamed("Id", "ExternalDirectoryObjectId").with("Id", guid1, "Bert"), "", [2]string{}},
		{"a user_id of another program", reconcile.Cloud, goodCloud().with("user_id", "1", "2"), "", [2]string{}},
	} {
		path := save(t, "users.csv", c.grid.csv())
		if c.attribute == "" {
			if list := records(t, open(t, path, c.side, Options{})); list[0].Rejected || list[1].Rejected {
				t.Errorf("%s: %+v", c.reason, list)
			}
			continue
		}
		refusal := refused(t, path, c.side, Options{}).Error()
		want := fmt.Sprintf("the columns %s and %s are both %s and differ", c.headers[0], c.headers[1], c.attribute)
		if !strings.Contains(refusal, want) || !strings.Contains(refusal, "--column "+c.attribute+"=") {
			t.Errorf("%s: %s", c.reason, refusal)
		}
		for _, header := range c.headers {
			f := open(t, path, c.side, Options{Columns: map[string]string{c.attribute: header}})
			if list := records(t, f); list[0].Rejected {
				t.Errorf("%s, --column %s=%s: %+v", c.reason, c.attribute, header, list[0])
			}
			if !slices.Contains(f.Columns(), Column{c.attribute, header}) {
				t.Errorf("%s, --column %s=%s: the columns are %v", c.reason, c.attribute, header, f.Columns())
			}
		}
	}
}

// joiners are those of facts/exports.md section 6.
var joiners = []string{";", "; ", ",", ", ", "|", " | ", "\r\n", "\n", "\r", "+", " ", "%", " ; ", "\u00a0;", "\t"}

// Every joiner gives the same addresses, with + in them, with X500, with X400 at every place, with a joiner at
// either end, from CSV with any delimiter and from a workbook.
func TestJoiners(t *testing.T) {
	const x400 = "X400:c=US;a= ;p=Contoso;o=Exchange;s=Oberg;g=Asa;"
	others := []string{"SMTP:asa+news@contoso.com", "smtp:a.o@fabrikam.com", "x500:/o=Contoso/ou=First Group/cn=Recipients, old/cn=a+b|c", "smtp:+plus@contoso.com", "SIP:asa%x@contoso.com"}
	g := goodAD().first(0)
	var want, what []string
	for place := range len(others) + 1 {
		values := slices.Insert(slices.Clone(others), place, x400)
		for _, joiner := range joiners {
			for _, ends := range [][2]string{{"", ""}, {joiner, ""}, {"", joiner}, {joiner, joiner}} {
				row := slices.Clone(goodAD()[1])
				row[0] = fmt.Sprintf("a1b2c3d4-e5f6-4789-abcd-%012x", len(g))
				row[6] = ends[0] + strings.Join(values, joiner) + ends[1]
				g = append(g, row)
				want = append(want, "["+strings.Join(values, " ")+"]")
				what = append(what, fmt.Sprintf("joiner %q, X400 at %d, ends %q", joiner, place, ends))
			}
		}
	}
	for how, path := range map[string]string{
		"comma": save(t, "a.csv", g.csv()), "semicolon": save(t, "a.csv", g.text(";", "\n", false)),
		"tab": save(t, "a.csv", g.text("\t", "\n", false)), "bar": save(t, "a.csv", g.text("|", "\r\n", false)),
		"workbook": workbook(t, sheetGrid{name: "Users", grid: g}),
	} {
		list := records(t, open(t, path, reconcile.AD, Options{}))
		for i := range list {
			if got := addressesOf(list[i : i+1]); got != want[i] {
				t.Errorf("%s, %s:\n got %s\nwant %s", how, what[i], got, want[i])
			}
		}
		if len(list) != len(want) {
			t.Errorf("%s: %d records", how, len(list))
		}
	}
}

// A guard before a value within the list comes off, and hides no value.
func TestGuardsInLists(t *testing.T) {
	for _, joiner := range joiners {
		g := goodAD().set(2, "proxyAddresses", "SMTP:asa@contoso.com"+joiner+"'smtp:a.o@contoso.com")
		if got := addressesOf(records(t, open(t, save(t, "a.csv", g.csv()), reconcile.AD, Options{}))[:1]); got != "[SMTP:asa@contoso.com smtp:a.o@contoso.com]" {
			t.Errorf("joiner %q: %s", joiner, got)
		}
	}
}

// A table is as wide as a worksheet at most.
func TestWidestTable(t *testing.T) {
	g := goodAD()
	for i := range g {
		g[i] = append(g[i], make([]string, mostColumns-len(g[i]))...)
	}
	records(t, open(t, save(t, "a.csv", g.csv()), reconcile.AD, Options{}))
	g[0] = append(g[0], "x")
	if refusal := refused(t, save(t, "a.csv", g.csv()), reconcile.AD, Options{}).Error(); !strings.Contains(refusal, "16385 columns") {
		t.Error(refusal)
	}
}

// Ids and anchors in every form of facts/exports.md section 8, on both sides.
func TestFormsOfIds(t *testing.T) {
	forms := []struct{ reason, cell string }{
		{"GUID", guid1}, {"GUID in capitals", strings.ToUpper(guid1)}, {"in braces", "{" + guid1 + "}"},
		{"base64, as LDIF's objectGUID and ImmutableId", anchor1}, {"X'…' of csvde", "X'd4c3b2a1f6e58947abcd1234567890ab'"},
		{"spaced hex", "D4 C3 B2 A1 F6 E5 89 47 AB CD 12 34 56 78 90 AB"}, {"an LDAP filter", `\d4\c3\b2\a1\f6\e5\89\47\ab\cd\12\34\56\78\90\ab`},
		{"16 decimals", "212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 171"},
		{"16 decimals with commas", "212,195,178,161,246,229,137,71,171,205,18,52,86,120,144,171"},
		{"a guard", "'" + guid1}, {"a guard of base64", "'" + anchor1}, {"another guard", `="` + guid1 + `"`}, {"blanks", "\u00a0" + guid1 + " "},
	}
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		for _, form := range forms {
			g := good(side).set(2, keyColumn[side], form.cell).set(2, []string{"mS-DS-ConsistencyGuid", "OnPremisesImmutableId"}[side], form.cell)
			path := save(t, "users.csv", g.csv())
			if r := inspected(t, path, Options{}); r.Verdict == Refuse || r.Kind != side.String()+"-users" {
				t.Errorf("%s, %s: %s %s\n%s", side, form.reason, r.Verdict, r.Kind, damageText(r))
				continue
			}
			r := records(t, open(t, path, side, Options{}))[0]
			if r.Rejected || r.ID.String() != guid1 || r.ConsistencyGUID+r.ImmutableID != anchor1 {
				t.Errorf("%s, %s: %s, %s, findings %v", side, form.reason, r.ID, r.ConsistencyGUID+r.ImmutableID, r.Findings)
			}
			// The id alone in a column with the others in the usual form.
			again := good(side).with([]string{"AD GUID", "ObjectId"}[side], form.cell, "")
			if list := records(t, open(t, save(t, "users.csv", again.csv()), side, Options{})); list[0].ID.String() != guid1 {
				t.Errorf("%s, %s beside the usual form: %s", side, form.reason, list[0].ID)
			}
		}
		column := []string{"SID", "OnPremisesSecurityIdentifier"}[side]
		g := good(side)
		if side == reconcile.Cloud {
			g = g.with(column, "", "")
		}
		for _, cell := range []string{"S-1-5-21-1-2-3-1001", "X'010500000000000515000000010000000200000003000000e9030000'", "X'010500000000000515000000010000000200000003000000E9030000'", " S-1-5-21-1-2-3-1001"} {
			if r := records(t, open(t, save(t, "users.csv", g.set(2, column, cell).csv()), side, Options{}))[0]; r.SID != "S-1-5-21-1-2-3-1001" {
				t.Errorf("%s: the SID %q is %q", side, cell, r.SID)
			}
		}
	}
}

// section8 is the table of facts/exports.md section 8 as far as [aliases] leaves it out: the attribute that a
// header is bound to on either side, empty for none.
func TestHeadersBySide(t *testing.T) {
	for _, c := range []struct{ headers, ad, cloud, care string }{
		{"AliasSmtpAddresses|SmtpAliases|Email Aliases|Aliases|Aliasses|EmailAliases|SecondaryAddresses|Secondary SMTP|SMTP Aliases", "SecondaryAddresses", "SecondaryAddresses", "secondary only"},
		{"OtherMails|OtherMail|AlternateEmailAddresses|alternateEmailAddress|authenticationEmail", "", "", "never use for matching"},
		{"PSComputerName|RunspaceId|PSShowComputerName|PropertyNames|AddedProperties|RemovedProperties|ModifiedProperties|PropertyCount|AdditionalProperties|WriteDebugStream", "", "", "noise"},
		{"Id|ObjectId|Object Id|UserId|AzObjectId|AADObjectId|Azure Object ID|EntraId|ExternalDirectoryObjectId|id do objeto|Objekt-ID|Objektkennung", "", "Id", "on the AD side ObjectId is ambiguous"},
		{"Identity", "", "", "a name"},
		{"ObjectGUID|objectGuid|GUID|AdObjectGuid|AD GUID|OnPremObjectGuid", "ObjectGUID", "", "not the cloud's id"},
		{"targetAddress|ExternalEmailAddress|RemoteRoutingAddress", "targetAddress", "", "of AD"},
		{"DistinguishedName|DN|dn", "DistinguishedName", "", "of AD"},
		{"OnPremisesSyncEnabled|DirSyncEnabled|directorySynced|IsDirSynced|DirSync enabled|Synced|LastDirSyncTime|Last dirsync time|OnPremisesLastSyncDateTime", "", "OnPremisesSyncEnabled", "of the cloud"},
		{"UserType|User type|CreationType|creationType", "", "UserType", "of the cloud"},
		{"OnPremisesUserPrincipalName", "UserPrincipalName", "UserPrincipalName", "second choice"},
		{"SID|objectSid|Sid|OnPremisesSecurityIdentifier", "SID|SID|SID|", "OnPremisesSecurityIdentifier", "both"},
		{"SamAccountName|OnPremisesSamAccountName", "SamAccountName|", "OnPremisesSamAccountName", "both"},
		{"Name|CN", "DisplayName", "DisplayName|", "only when DisplayName is missing"},
		{"EmployeeNumber", "EmployeeID", "EmployeeId", "both"},
		{"Addresses", "proxyAddresses", "ProxyAddresses", "both"},
		{"MailNickname|mailNickname|MailNickName", "mailNickname", "MailNickname", "both"},
	} {
		for i, header := range strings.Split(c.headers, "|") {
			for side, want := range []string{c.ad, c.cloud} {
				if wants := strings.Split(want, "|"); len(wants) > 1 {
					want = wants[min(i, len(wants)-1)]
				}
				b := bind(schemas[side], []string{"something else", header})
				if b.bound() > 1 || want == "" && b.bound() != 0 || want != "" && len(b.columns[attributeNamed(t, b, want)]) == 0 {
					t.Errorf("%s (%s) on side %s is not bound to %q", header, c.care, reconcile.Side(side), want)
				}
			}
		}
	}
	// A stand-in is read only where none of the first choices is there.
	for _, c := range []struct{ first, second string }{{"DisplayName", "Name"}, {"EmployeeID", "EmployeeNumber"}, {"UserPrincipalName", "OnPremisesUserPrincipalName"}, {"ProxyAddresses", "Addresses"}} {
		for side := range schemas {
			if b := bind(schemas[side], []string{c.second, c.first}); b.bound() != 1 || slices.ContainsFunc(b.columns, func(columns []int) bool { return slices.Contains(columns, 0) }) {
				t.Errorf("side %s: %s is read beside %s", reconcile.Side(side), c.second, c.first)
			}
		}
	}
	// Guid in a file of Exchange's is not the objectGUID.
	for _, mark := range []string{"ExchangeVersion", "ExternalDirectoryObjectId"} {
		if b := bind(schemas[reconcile.AD], []string{"Guid", mark}); b.has("ObjectGUID") {
			t.Errorf("Guid beside %s is taken for objectGUID", mark)
		}
	}
}

func attributeNamed(t *testing.T, b *binding, name string) int {
	a, ok := b.schema.find(name)
	if !ok {
		t.Fatalf("no attribute %s", name)
	}
	return a.field
}

// Files in which an address or a key stands under any accepted header are read the same.
func TestAliasesInFiles(t *testing.T) {
	for side, table := range aliases {
		side := reconcile.Side(side)
		want := records(t, open(t, save(t, "users.csv", good(side).csv()), side, Options{}))
		for _, name := range []string{keyColumn[side], "UserPrincipalName", []string{"mail", "Mail"}[side], proxyColumns[side], []string{"mS-DS-ConsistencyGuid", "OnPremisesImmutableId"}[side]} {
			for _, alias := range strings.Split(table[name], "|") {
				g := good(side).renamed(name, alias)
				sameRecords(t, alias, records(t, open(t, save(t, "users.csv", g.csv()), side, Options{})), want)
			}
		}
	}
}
