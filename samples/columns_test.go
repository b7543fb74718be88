package samples

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// shuffled puts the columns of every file in another order.
func shuffled(seed uint64) func(tenant) {
	return func(all tenant) {
		for _, rows := range all {
			order := rand.New(rand.NewPCG(seed, seed)).Perm(len(rows[0]))
			for i, row := range rows {
				moved := make([]string, len(row))
				for place, column := range order {
					moved[place] = row[column]
				}
				rows[i] = moved
			}
		}
	}
}

// noise are columns that exports have and nobody needs, with a value that would be damage or an address
// in a column that is needed.
var noise = [][2]string{
	{"PSComputerName", "dc01.contoso.com"},
	{"RunspaceId", "3f1e2d4c-0000-4000-8000-00000000000%d"},
	{"Notes", "Row %d, says \"her; office\"\tand | his:\nSMTP:nobody@contoso.com"},
	{"MemberOf", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"},
	{"OtherMails", "System.String[]"},
	{"LastLogon", "9.22337E+18"},
	{"PropertyCount", "10%d"},
	{"Größe", "#N/A"},
}

// withExtraColumns puts columns that nobody needs before, between and behind those of the exports.
func withExtraColumns(all tenant) {
	for _, name := range exportsOf {
		rows := all[name]
		for i, extra := range noise {
			at := i * len(rows[0]) / (len(noise) - 1)
			for n, row := range rows {
				value := extra[0]
				if n > 0 {
					value = strings.ReplaceAll(extra[1], "%d", fmt.Sprint(n%10))
				}
				rows[n] = slices.Insert(row, min(at, len(row)), value)
			}
		}
	}
}

// withBlankColumn ends every line of the exports with a delimiter, as spreadsheets do.
func withBlankColumn(all tenant) {
	for _, name := range exportsOf {
		for i, row := range all[name] {
			all[name][i] = append(row, "")
		}
	}
}

// headers changes the spelling of every header.
func headers(spelled func(string) string) func(tenant) {
	return func(all tenant) {
		for _, rows := range all {
			for i, header := range rows[0] {
				rows[0][i] = spelled(header)
			}
		}
	}
}

// wordEnd is where a new word begins in a header.
var wordEnd = regexp.MustCompile(`([a-z])([A-Z])`)

// spaced puts something between the words of a header.
func spaced(between string) func(string) string {
	return func(header string) string { return wordEnd.ReplaceAllString(header, "${1}"+between+"${2}") }
}

// aliases are the names under which exports give an attribute, from facts/exports.md section 8 (the word
// lists of other languages, Exchange, csvde and the admin centers included), by export and our name.
var aliases = map[string]map[string]string{
	"ad-users": {
		"ObjectGUID":            "objectGuid|GUID|AdObjectGuid|AD GUID|OnPremObjectGuid",
		"SID":                   "objectSid|Sid",
		"SamAccountName":        "sAMAccountName|SAM|SamAccount|LogonName|User logon name|Pre-Windows 2000 logon name",
		"UserPrincipalName":     "User principal name|UPN|User name|SignInName|Sign-in name|Benutzerprinzipalname|Benutzername|Nom d'utilisateur principal|Nombre principal de usuario|id do usuário",
		"mail":                  mailAliases,
		"proxyAddresses":        proxyAliases,
		"targetAddress":         "ExternalEmailAddress|RemoteRoutingAddress",
		"mS-DS-ConsistencyGuid": "ms-DS-ConsistencyGuid|ConsistencyGuid|msDS-SourceAnchor|SourceAnchor|ImmutableId|OnPremisesImmutableId",
		"DistinguishedName":     "DN|distinguishedName",
		"DisplayName":           nameAliases,
		"GivenName":             "First name|fname|Vorname",
		"Surname":               "sn|Last name|lname|Nachname",
		"EmployeeID":            "EmployeeNumber|employeeId",
		"Enabled":               "AccountEnabled",
	},
	"cloud-users": {
		"Id":                       "ObjectId|Object Id|UserId|AzObjectId|AADObjectId|Azure Object ID|EntraId|ExternalDirectoryObjectId|ExternalDirectoryObjectID|id do objeto|Objekt-ID|Objektkennung",
		"UserPrincipalName":        "User principal name|UPN|Username|User name|SignInName|Sign-in name|Benutzerprinzipalname|Benutzername|Nom d'utilisateur principal|Nombre principal de usuario|id do usuário",
		"Mail":                     mailAliases,
		"ProxyAddresses":           proxyAliases,
		"DisplayName":              nameAliases,
		"GivenName":                "First name|fname|Vorname",
		"Surname":                  "sn|Last name|lname|Nachname",
		"EmployeeId":               "EmployeeNumber|EmployeeID",
		"JobTitle":                 "Title",
		"UserType":                 "User type|userType",
		"OnPremisesSyncEnabled":    "DirSyncEnabled|directorySynced|IsDirSynced|DirSync enabled|Synced",
		"OnPremisesImmutableId":    "ImmutableId|ImmutableID|SourceAnchor|cloudSourceAnchor",
		"OnPremisesSamAccountName": "SamAccountName",
		"DeletedDateTime":          "Soft deletion time stamp|SoftDeletionTimestamp|DeletionTimestamp|Deleted|isDeleted",
	},
}

const (
	mailAliases  = "Mail|EmailAddress|Email Address|E-mail|E-Mail Address|Email|PrimarySmtpAddress|Primary SMTP Address|PrimarySMTP|Primary SMTP|WindowsEmailAddress|Primary Email|emails|Work Email|E-Mail-Adresse|Adresse de messagerie"
	proxyAliases = "Proxy addresses|ProxyAddress|EmailAddresses|Email Addresses|EmailAddressList|SmtpAddresses|SMTP Addresses|AllEmailAddresses|Addresses|oldProxyAddresses|E-mail Addresses|endereços proxy|Proxyadressen"
	nameAliases  = "Display name|Full Name|Anzeigename|Nom complet|Nome de exibição|dname|Name"
)

// aliasRounds counts from 0 to where every alias of every attribute was used.
func aliasRounds() (rounds int) {
	for _, attributes := range aliases {
		for _, names := range attributes {
			rounds = max(rounds, strings.Count(names, "|")+1)
		}
	}
	return rounds
}

// aliased gives each column its alias of that round; those that have fewer begin again.
func aliased(round int) func(tenant) {
	return func(all tenant) {
		for export, attributes := range aliases {
			header := all[export][0]
			for i, name := range header {
				if names := strings.Split(attributes[name], "|"); names[0] != "" {
					header[i] = names[round%len(names)]
				}
			}
		}
	}
}
