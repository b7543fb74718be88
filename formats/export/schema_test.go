package export

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"

	"smtpmatch/reconcile"
)

// The aliases of facts/exports.md section 8, in the spelling of that table. Left out are the rows that a
// later issue brings: secondary only, the ambiguous Alias, proxyaddress_0…n and otherMails.
var aliases = [2]map[string]string{
	reconcile.AD: {
		"ObjectGUID":            "ObjectGUID|objectGuid|GUID|AdObjectGuid|AD GUID|OnPremObjectGuid",
		"mS-DS-ConsistencyGuid": "mS-DS-ConsistencyGuid|ms-DS-ConsistencyGuid|ConsistencyGuid|msDS-SourceAnchor|SourceAnchor|OnPremisesImmutableId|ImmutableId|ImmutableID",
		"UserPrincipalName":     aliasesOfUPN,
		"mail":                  aliasesOfMail,
		"proxyAddresses":        aliasesOfProxies,
		"mailNickname":          "MailNickname|mailNickname|MailNickName",
		"targetAddress":         "targetAddress|ExternalEmailAddress|TargetAddress|RemoteRoutingAddress",
		"SamAccountName":        "SamAccountName|sAMAccountName|SAM|SamAccount|LogonName|User logon name|Pre-Windows 2000 logon name",
		"SID":                   "SID|objectSid|Sid",
		"DisplayName":           aliasesOfDisplayName,
		"GivenName":             aliasesOfGivenName,
		"Surname":               aliasesOfSurname,
		"Enabled":               "AccountEnabled|Enabled|accountEnabled",
		"AccountDisabled":       "AccountDisabled",
		"userAccountControl":    "userAccountControl",
		"DistinguishedName":     "DistinguishedName|distinguishedName|DN|dn",
		"ObjectClass":           "ObjectClass|objectClass|ObjectType|RecipientType|RecipientTypeDetails|Recipient type",
		"isDeleted":             "Deleted|isDeleted",
		"EmployeeID":            "EmployeeID|employeeId|EmployeeNumber",
	},
	reconcile.Cloud: {
		"Id":                           "Id|ObjectId|Object Id|UserId|AzObjectId|AADObjectId|Azure Object ID|EntraId|ExternalDirectoryObjectId|ExternalDirectoryObjectID|id do objeto|Objekt-ID|Objektkennung",
		"OnPremisesImmutableId":        "OnPremisesImmutableId|ImmutableId|ImmutableID|SourceAnchor|cloudSourceAnchor",
		"UserPrincipalName":            aliasesOfUPN,
		"Mail":                         aliasesOfMail,
		"ProxyAddresses":               aliasesOfProxies,
		"MailNickname":                 "MailNickname|mailNickname|MailNickName",
		"OnPremisesSamAccountName":     "OnPremisesSamAccountName",
		"OnPremisesSecurityIdentifier": "OnPremisesSecurityIdentifier",
		"DisplayName":                  aliasesOfDisplayName,
		"GivenName":                    aliasesOfGivenName,
		"Surname":                      aliasesOfSurname,
		"AccountEnabled":               "AccountEnabled|Enabled|accountEnabled",
		"BlockCredential":              "BlockCredential|Block credential|Block sign in|Sign-in blocked|AccountDisabled|Anmeldeinformationen blockieren|Anmeldung blockiert|Bloquear entrada",
		"Sign-in status":               "Sign-in status|Anmeldestatus",
		"OnPremisesSyncEnabled":        "OnPremisesSyncEnabled|DirSyncEnabled|directorySynced|IsDirSynced|DirSync enabled|Synced",
		"UserType":                     "UserType|userType|User type",
		"ObjectClass":                  "ObjectClass|objectClass|ObjectType|OdataType|RecipientType|RecipientTypeDetails|Recipient type",
		"DeletedDateTime":              "DeletedDateTime|deletedDateTime|Soft deletion time stamp|SoftDeletionTimestamp|DeletionTimestamp|Deleted|isDeleted",
		"EmployeeId":                   "EmployeeID|employeeId|EmployeeNumber",
	},
}

const (
	aliasesOfUPN = "UserPrincipalName|User principal name|UPN|Username|User name|userPrincipalName|SignInName|Sign-in name|" +
		"Benutzerprinzipalname|Benutzername|Nom d'utilisateur principal|Nom d’utilisateur principal|Nombre principal de usuario|id do usuário"
	aliasesOfMail = "Mail|mail|EmailAddress|Email Address|E-mail|E-Mail Address|Email|PrimarySmtpAddress|Primary SMTP Address|" +
		"PrimarySMTP|Primary SMTP|WindowsEmailAddress|Primary Email|emails|Work Email|E-Mail-Adresse|Adresse de messagerie"
	aliasesOfProxies = "ProxyAddresses|proxyAddresses|Proxy addresses|Proxy Addresses|ProxyAddress|EmailAddresses|Email Addresses|" +
		"EmailAddressList|SmtpAddresses|SMTP Addresses|AllEmailAddresses|Addresses|oldProxyAddresses|E-mail Addresses|endereços proxy|Proxyadressen"
	aliasesOfDisplayName = "DisplayName|Display name|displayName|Name|Full Name|Anzeigename|Nom complet|Nome de exibição|dname"
	aliasesOfGivenName   = "GivenName|First name|FirstName|fname|Vorname"
	aliasesOfSurname     = "Surname|sn|Last name|LastName|lname|Nachname"
)

func TestAliases(t *testing.T) {
	for side, table := range aliases {
		for name, list := range table {
			for _, alias := range strings.Split(list, "|") {
				if b := bind(schemas[side], []string{"something else", alias}); !b.has(name) || b.bound() != 1 {
					t.Errorf("%s: the header %q: bound to %s: %v; %d attributes bound, want 1", reconcile.Side(side), alias, name, b.has(name), b.bound())
				}
			}
		}
	}
}

// Headers of the other side's attributes, or of nothing that decides, are bound to nothing.
func TestNoAliases(t *testing.T) {
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		header string
	}{
		{"of the cloud's id, which is no GUID of AD", reconcile.AD, "ObjectId"},
		{"Exchange's name for an object", reconcile.AD, "Identity"},
		{"Exchange's name for an object", reconcile.Cloud, "Identity"},
		{"Exchange's own GUID", reconcile.Cloud, "Guid"},
		{"the on-premises id is none of the cloud's", reconcile.Cloud, "ObjectGUID"},
		{"the cloud's own SID is not the on-premises one", reconcile.Cloud, "SecurityIdentifier"},
		{"recovery addresses are never matched", reconcile.Cloud, "OtherMails"},
		{"recovery addresses are never matched", reconcile.Cloud, "alternateEmailAddress"},
		{"noise of remoting", reconcile.AD, "PSComputerName"},
		{"noise of Select *", reconcile.AD, "PropertyNames"},
		{"noise of Graph", reconcile.Cloud, "AdditionalProperties"},
		{"the last column of a file saved with a delimiter too many", reconcile.AD, ""},
		{"punctuation alone", reconcile.AD, " _-./ "},
	} {
		if b := bind(schemas[c.side], []string{c.header}); b.bound() != 0 {
			t.Errorf("%s: the header %q of %s is bound", c.reason, c.header, c.side)
		}
	}
}

func TestHeaderKey(t *testing.T) {
	for _, c := range []struct{ header, want, reason string }{
		{"UserPrincipalName", "userprincipalname", "lower case"},
		{"\ufeffUser\u00a0principal\u200b name ", "userprincipalname", "BOM, NBSP, zero-width characters and blanks"},
		{"mS-DS_Consistency.Guid/()[]'\"", "msdsconsistencyguid", "the punctuation that exports vary"},
		{"Nom d’utilisateur", "nomdutilisateur", "the quotes of word processors"},
		{"ENDEREÇOS PROXY", "endereçosproxy", "lower case of all of Unicode"},
		{"a:b", "a:b", "other punctuation counts"},
	} {
		if got := headerKey(c.header); got != c.want {
			t.Errorf("%s: headerKey(%q) = %q, want %q", c.reason, c.header, got, c.want)
		}
	}
}

// A header belongs to one attribute of a side; an attribute may name it in several spellings.
func TestSchemaIsUnambiguous(t *testing.T) {
	for side, s := range schemas {
		owner := make(map[string]string)
		for i := range s {
			a := &s[i]
			for _, name := range slices.Concat(a.names, a.instead) {
				key := headerKey(name)
				if key == "" && len(a.instead) == 1 { // no else tag
					continue
				}
				if first, taken := owner[key]; taken && first != a.name() || key == "" {
					t.Errorf("%s: the header %q of %s is empty, or belongs to %q already", reconcile.Side(side), name, a.name(), first)
				}
				owner[key] = a.name()
			}
		}
	}
}

// What the code asks for by name must be there: a name that is misspelled would be a nil attribute.
func TestNamesOfAttributes(t *testing.T) {
	check := func(side reconcile.Side, name string) {
		a, ok := schemas[side].find(name)
		if !ok {
			t.Fatalf("%s: there is no attribute %s", side, name)
		}
		if a.name() != name {
			t.Errorf("%s: %s is called %s", side, name, a.name())
		}
	}
	for side, byClass := range needed {
		for class, names := range byClass {
			for _, name := range names {
				check(side, name)
				if a, _ := schemas[side].find(name); a.care() != vital {
					t.Errorf("%s is needed and not vital", name)
				}
				if !strings.Contains(strings.ToLower(Command(side, class)), strings.ToLower(name)) {
					t.Errorf("the command for %s %ss does not give %s, which is needed", side, class, name)
				}
			}
			for _, c := range consequences[side.String()+"-"+class] {
				check(side, c.name)
			}
		}
		check(side, keyColumn[side])
	}
	for name := range vitals {
		if !IsColumn(name) {
			t.Errorf("the vital attribute %s is in no schema", name)
		}
	}
	if IsColumn("nothing") || !IsColumn("proxyAddresses") || !IsColumn("onpremisesimmutableid") {
		t.Error("IsColumn finds what is not there, or not what is")
	}
}

func TestLayTakesTheFirstValue(t *testing.T) {
	for _, c := range []struct {
		reason, header, row, want string
	}{
		{"the attribute's own name before its aliases, in any order of columns", "ObjectId,Id", "o,i", "i"},
		{"a blank one gives way", "Id,ObjectId", " ,o", "o"},
		{"all blank: nothing, blanks included", "Id,ObjectId", " ,\u00a0", ""},
		{"the value as it stands", "Id", " i ", " i "},
		{"a row that is too short", "Mail,Id", "m", ""},
		{"the same header twice", "Id,Id", ",i", "i"},
	} {
		b := bind(schemas[reconcile.Cloud], strings.Split(c.header, ","))
		var columns cloudColumns
		b.lay(testRow(c.row), cells(&columns))
		if columns.ID != c.want {
			t.Errorf("%s: Id is %q, want %q", c.reason, columns.ID, c.want)
		}
	}
}

func TestDisagreement(t *testing.T) {
	for _, c := range []struct {
		reason, header, row string
		want                bool
	}{
		{"equal", "Id,ObjectId", "a,a", false},
		{"blanks around do not count", "Id,ObjectId", "a, a ", false},
		{"one blank", "Id,ObjectId", "a,", false},
		{"they differ", "Id,ObjectId", "a,b", true},
		{"the third differs", "Id,ObjectId,UserId", "a,,b", true},
		{"the same header twice", "Id,Id", "a,b", true},
		{"headers that only stand in are not read beside the others", "DisplayName,Name", "a,b", false},
	} {
		_, _, _, differ := bind(schemas[reconcile.Cloud], strings.Split(c.header, ",")).disagreement(testRow(c.row))
		if differ != c.want {
			t.Errorf("%s: %s: %s differ: %v", c.reason, c.header, c.row, differ)
		}
	}
}

func testRow(text string) *row { return rowOf(strings.Split(text, ",")...) }

func rowOf(texts ...string) *row {
	r := &row{number: 2}
	for _, text := range texts {
		r.cells = append(r.cells, []byte(text))
	}
	return r
}

// gocsv, which reads the same struct tags, is the oracle for the names that are no stand-ins: what it
// unmarshals is what the binding lays.
func TestLayLikeGocsv(t *testing.T) {
	t.Run("ad", func(t *testing.T) { checkLikeGocsv[adColumns](t, reconcile.AD) })
	t.Run("cloud", func(t *testing.T) { checkLikeGocsv[cloudColumns](t, reconcile.Cloud) })
}

func checkLikeGocsv[T comparable](t *testing.T, side reconcile.Side) {
	s := schemas[side]
	most := 0
	for i := range s {
		most = max(most, len(s[i].names))
	}
	for turn := range most { // the names of each attribute in turn
		header, values := []string{"noise"}, []string{"n"}
		for i := range s {
			name := s[i].names[turn%len(s[i].names)]
			header = append(header, name)
			values = append(values, " value of\n"+name+"; \"quoted\"")
		}
		blank := make([]string, len(header))
		want := unmarshalled[T](t, [][]string{header, values, blank})
		b := bind(s, header)
		b.columns[b.secondary.field] = columnsNamed(b.byKey, b.secondary.names) // left out beside proxyAddresses
		for i, row := range [][]string{values, blank} {
			var got T
			b.lay(rowOf(row...), cells(&got))
			if got != want[i] {
				t.Fatalf("header %q\n laid %+v\ngocsv %+v", header, got, want[i])
			}
		}
	}
}

func unmarshalled[T any](t *testing.T, rows [][]string) (list []T) {
	t.Helper()
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := gocsv.UnmarshalBytes(text.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	return list
}
