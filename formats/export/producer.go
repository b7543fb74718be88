package export

import (
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// producer is a program or page that writes files of a known kind. It is told by the columns as a set, so
// neither their order nor further ones change it, and by the type that a #TYPE line names.
type producer struct {
	name  string
	side  reconcile.Side
	class string // of the command that is printed
	typed string // what the #TYPE line holds; empty for any
	all   string // headers that are all there
	any   string // headers of which one is there; empty for none needed
	none  string // headers that are not there
	// spaced is a header that is written with a blank (Block credential), which the comparison of headers
	// does not see; empty for none.
	spaced string

	anySide bool // it tells nothing of the side

	// wrong says why such a file can never be used; empty for one that may. code is the damage's.
	code, wrong string
}

// producers are those that are known, the surest first. The files that are no exports of objects come
// before the exports, since they share columns with them.
var producers = []producer{
	{name: "Entra bulk-create template", side: reconcile.Cloud, any: "version:v1.0,User name [userPrincipalName] Required,Name [displayName] Required,Initial password [passwordProfile] Required", code: "CreateTemplate",
		wrong: "this is the template for creating users in bulk of the Entra admin center, not an export."},
	{name: "Format-Table", anySide: true, typed: "Internal.Format.", code: "FormattedObjects", wrong: formattedText},
	{name: "Format-Table", anySide: true, any: "ClassId2e4f51ef21dd47e99d3c952918aff9cd", code: "FormattedObjects",
		wrong: formattedText},
	{name: "hashtables", anySide: true, all: "Keys,Values,SyncRoot,Count", code: "NotObjects",
		wrong: "hashtables were exported instead of objects, so the file holds none of their values."},
	{name: "IdFix", anySide: true, all: "DISTINGUISHEDNAME,ATTRIBUTE,ERROR", any: "VALUE,UPDATE,OBJECTCLASS,COMMONNAME", code: "WrongFile",
		wrong: "this is the error list of IdFix: it holds findings, not objects."},
	{name: "password list", anySide: true, any: "Password,Initial password,NewPassword,AccountPassword", code: "Passwords",
		wrong: "this looks like a list for creating accounts and holds passwords. It is not read; delete what is not needed of it."},
	{name: "Exchange admin center", side: reconcile.Cloud, class: reconcile.ClassUser, all: "Display name,Email address,Recipient type", none: "Id,ObjectId,ExternalDirectoryObjectId,ObjectGUID,EmailAddresses", code: "WrongFile",
		wrong: "this is the mailbox list of the Exchange admin center: it holds the primary address only, no id and no aliases."},
	{name: "Get-AzADUser", side: reconcile.Cloud, class: reconcile.ClassUser, all: "OdataType,OtherMail,BusinessPhone", none: "ProxyAddresses", code: "WrongFile",
		wrong: "this is an export of Get-AzADUser (Az.Resources), which does not return proxyAddresses."},
	{name: "csvde", side: reconcile.AD, all: "DN,objectClass"},
	{name: "csvde", side: reconcile.AD, all: "DN,cn"},
	{name: "Get-ADComputer", side: reconcile.AD, typed: "ADComputer", code: "WrongFile", wrong: "this is an export of computers."},
	{name: "Get-ADComputer", side: reconcile.AD, all: "OperatingSystem", any: "DNSHostName,SamAccountName,OperatingSystemVersion,IPv4Address", none: "mail,proxyAddresses,EmailAddress", code: "WrongFile",
		wrong: "this is an export of computers."},

	{name: "Microsoft 365 admin center", side: reconcile.Cloud, all: "User principal name,Block credential,Licenses", spaced: "Block credential"},
	{name: "Microsoft 365 admin center", side: reconcile.Cloud, all: "Username,Sign-in status"},
	{name: "Microsoft 365 admin center", side: reconcile.Cloud, all: "Benutzername,Anmeldestatus"},
	{name: "Microsoft 365 admin center", side: reconcile.Cloud, any: "Anmeldeinformationen blockieren,Anmeldung blockiert,Bloquear entrada"},
	{name: "Entra admin center", side: reconcile.Cloud, class: reconcile.ClassUser, all: "userPrincipalName,displayName,surname,mail,givenName,userType", any: "id,objectId",
		none: "ProxyAddresses,OnPremisesImmutableId,OnPremisesSyncEnabled,ImmutableId,EmailAddresses,AboutMe", code: "PortalDownload",
		wrong: "this is the user download of the Entra admin center, which has no proxyAddresses and no immutableId."},
	{name: "Get-EntraUser", side: reconcile.Cloud, all: "Id,ObjectId,OnPremisesSyncEnabled,DirSyncEnabled"},
	{name: "Get-MsolUser", side: reconcile.Cloud, all: "ObjectId,UserPrincipalName", any: "BlockCredential,LastPasswordChangeTimestamp,ValidationStatus,IsLicensed"},
	{name: "Get-AzureADUser", side: reconcile.Cloud, all: "ObjectId,UserPrincipalName", any: "DirSyncEnabled,ImmutableId,RefreshTokensValidFromDateTime,SipProxyAddress", none: "OnPremisesSyncEnabled,OnPremisesImmutableId"},
	{name: "Exchange mail users", side: reconcile.Cloud, all: "ExternalEmailAddress,ExternalDirectoryObjectId,UserPrincipalName"},
	{name: "Exchange mail contacts", side: reconcile.Cloud, class: reconcile.ClassContact, all: "ExternalEmailAddress,ExternalDirectoryObjectId", none: "SamAccountName,ArchiveGuid,WindowsLiveID,Title"},
	{name: "Exchange recipients", side: reconcile.Cloud, all: "ExternalDirectoryObjectId,RecipientType", none: "UserPrincipalName"},
	{name: "Exchange mailboxes", side: reconcile.Cloud, all: "ExternalDirectoryObjectId", any: "RecipientTypeDetails,RecipientType,ExchangeVersion,EmailAddresses"},
	{name: "Get-MgBetaUser", side: reconcile.Cloud, typed: "Graph.Beta", all: "Id,UserPrincipalName"},
	{name: "Get-MgUser", side: reconcile.Cloud, typed: "Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser"},
	{name: "Get-MgGroup", side: reconcile.Cloud, class: reconcile.ClassGroup, typed: "Microsoft.Graph.PowerShell.Models.MicrosoftGraphGroup"},
	{name: "Get-MgContact", side: reconcile.Cloud, class: reconcile.ClassContact, typed: "Microsoft.Graph.PowerShell.Models.MicrosoftGraphOrgContact"},
	{name: "Get-ADUser", side: reconcile.AD, typed: "ActiveDirectory.Management.ADUser"},
	{name: "Get-ADGroup", side: reconcile.AD, class: reconcile.ClassGroup, typed: "ActiveDirectory.Management.ADGroup"},
	{name: "Get-MgUser", side: reconcile.Cloud, all: "Id,UserPrincipalName", any: "OnPremisesImmutableId,OnPremisesSyncEnabled", none: "ObjectGUID"},
	{name: "Get-MgUser", side: reconcile.Cloud, all: "Id,UserPrincipalName", any: "OnPremisesImmutableId,OnPremisesSyncEnabled,ProxyAddresses,AccountEnabled,UserType,BusinessPhones,DisplayName", none: "SamAccountName,DistinguishedName"},
	{name: "Get-MgGroup", side: reconcile.Cloud, class: reconcile.ClassGroup, all: "Id", any: "GroupTypes,SecurityEnabled,MailEnabled", none: "UserPrincipalName"},
	{name: "Get-MgContact", side: reconcile.Cloud, class: reconcile.ClassContact, all: "Id,ProxyAddresses", none: "UserPrincipalName"},
	{name: "Get-MgContact", side: reconcile.Cloud, class: reconcile.ClassContact, all: "Id,OnPremisesSyncEnabled,Mail", none: "UserPrincipalName"},
	{name: "Get-ADGroup", side: reconcile.AD, class: reconcile.ClassGroup, any: "GroupCategory,GroupScope,groupType"},
	{name: "Get-ADUser", side: reconcile.AD, all: "SamAccountName", any: "UserPrincipalName,ObjectGUID,DistinguishedName,Enabled,LastLogonDate"},
	{name: "Get-ADUser", side: reconcile.AD, all: "ObjectGUID,UserPrincipalName"},
	{name: "Get-ADUser", side: reconcile.AD, all: "DistinguishedName,UserPrincipalName"},
	{name: "Get-ADObject", side: reconcile.AD, class: reconcile.ClassContact, all: "ObjectGUID"},
	{name: "Get-ADUser", side: reconcile.AD, any: "LastLogonDate,whenCreated,SID"},
}

const formattedText = "Format-Table or Format-List was piped into Export-Csv, which keeps the layout of a screen and no objects. Put Select-Object in its place."

// recognize gives the producer of a table with that header, nil if it is not known. typed is what a #TYPE
// line says.
func recognize(header []string, typed string) *producer {
	header = header[:min(len(header), mostColumns)]
	keys := make(map[string]bool, len(header))
	blanks := make(map[string]bool) // headers written with one
	for _, h := range header {
		key := headerKey(h)
		keys[key] = true
		if strings.ContainsRune(reconcile.TrimBlank(h), ' ') {
			blanks[key] = true
		}
	}
	delete(keys, "")
	if len(keys) == 1 && keys["length"] {
		return &stringsProducer
	}
	for i := range producers {
		if p := &producers[i]; p.wrote(keys, typed, blanks) {
			return p
		}
	}
	return nil
}

// stringsProducer is told by its one column.
var stringsProducer = producer{name: "strings", anySide: true, code: "NotObjects",
	wrong: "strings were exported instead of objects, so the file holds nothing but their lengths."}

func (p *producer) wrote(keys map[string]bool, typed string, blanks map[string]bool) bool {
	has := func(header string) bool { return keys[headerKey(header)] }
	return (p.spaced == "" || blanks[headerKey(p.spaced)]) && strings.Contains(typed, p.typed) &&
		every(p.all, has) && (p.any == "" || some(p.any, has)) && !some(p.none, has)
}

func every(headers string, has func(string) bool) bool {
	return headers == "" || !slices.ContainsFunc(strings.Split(headers, ","), func(h string) bool { return !has(h) })
}

func some(headers string, has func(string) bool) bool {
	return headers != "" && slices.ContainsFunc(strings.Split(headers, ","), has)
}

// isCenter says whether the file is one of the Microsoft 365 admin center.
func (p *producer) isCenter() bool { return p != nil && p.name == "Microsoft 365 admin center" }
