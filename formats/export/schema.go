package export

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"smtpmatch/reconcile"
)

// The schema. Each csv tag names an attribute as messages and --column do, then the headers under which
// exports give it; where several stand in one file they must agree. The headers of an else tag are read
// only where none of the others is there. Headers are compared by [headerKey]. The lists follow what
// Get-ADUser, Get-MgUser, Get-EntraUser, Get-MsolUser, csvde, Exchange and the admin centers write, the
// translated ones included. Which attribute Alias and Username hold is told by their values, see
// ambiguous.go.

// adColumns are the attributes of an on-premises export.
type adColumns struct {
	ObjectGUID        string `csv:"ObjectGUID,AdObjectGuid,AD GUID,OnPremObjectGuid,GUID"`
	ObjectClass       string `csv:"ObjectClass" else:"ObjectType,RecipientTypeDetails,RecipientType"`
	SID               string `csv:"SID,objectSid"`
	SamAccountName    string `csv:"SamAccountName,SAM,SamAccount,LogonName,User logon name,Pre-Windows 2000 logon name"`
	UserPrincipalName string `csv:"UserPrincipalName,UPN,User name,SignInName,Sign-in name,Benutzerprinzipalname,Benutzername,Nom d'utilisateur principal,Nombre principal de usuario,id do usuário" else:"OnPremisesUserPrincipalName"`
	Mail              string `csv:"mail,EmailAddress,E-mail,E-Mail Address,Email,PrimarySmtpAddress,PrimarySMTP,WindowsEmailAddress,Primary Email,emails,Work Email,E-Mail-Adresse,Adresse de messagerie"`
	ProxyAddresses    string `csv:"proxyAddresses,ProxyAddress,EmailAddresses,EmailAddressList,SmtpAddresses,AllEmailAddresses,oldProxyAddresses,E-mail Addresses,endereços proxy,Proxyadressen" else:"Addresses"`
	TargetAddress     string `csv:"targetAddress,ExternalEmailAddress,RemoteRoutingAddress"`
	Secondary         string `csv:"SecondaryAddresses,AliasSmtpAddresses,SmtpAliases,EmailAliases,Aliases,Aliasses,Secondary SMTP"`
	MailNickname      string `csv:"mailNickname"`
	ConsistencyGUID   string `csv:"mS-DS-ConsistencyGuid,ConsistencyGuid" else:"msDS-SourceAnchor,SourceAnchor,OnPremisesImmutableId,ImmutableId"`
	DistinguishedName string `csv:"DistinguishedName,DN"`
	DisplayName       string `csv:"DisplayName,Full Name,Anzeigename,Nom complet,Nome de exibição,dname" else:"Name,CN"`
	GivenName         string `csv:"GivenName,First name,fname,Vorname"`
	Surname           string `csv:"Surname,sn,Last name,lname,Nachname"`
	EmployeeID        string `csv:"EmployeeID" else:"EmployeeNumber"`
	Department        string `csv:"Department"`
	Title             string `csv:"Title"`
	Enabled           string `csv:"Enabled,AccountEnabled"`
	AccountDisabled   string `csv:"AccountDisabled"`
	AccountControl    string `csv:"userAccountControl"`
	CriticalSystem    string `csv:"isCriticalSystemObject"`
	AdminCount        string `csv:"adminCount"`
	RecipientType     string `csv:"msExchRecipientTypeDetails"`
	MailboxGUID       string `csv:"msExchMailboxGuid"`
	RemoteRecipient   string `csv:"msExchRemoteRecipientType"`
	Deleted           string `csv:"isDeleted,Deleted"`
	GroupCategory     string `csv:"GroupCategory"`
	GroupScope        string `csv:"GroupScope"`
	MailEnabled       string `csv:"MailEnabled"`
	GroupTypes        string `csv:"GroupTypes,groupType"`
	SecurityEnabled   string `csv:"SecurityEnabled"`
}

// cloudColumns are the attributes of a cloud export.
type cloudColumns struct {
	ID                string `csv:"Id,ObjectId,UserId,AzObjectId,AADObjectId,Azure Object ID,EntraId,ExternalDirectoryObjectId,id do objeto,Objekt-ID,Objektkennung"`
	ObjectClass       string `csv:"ObjectClass" else:"ObjectType,OdataType,RecipientTypeDetails,RecipientType"`
	UserPrincipalName string `csv:"UserPrincipalName,UPN,Username,SignInName,Sign-in name,Benutzerprinzipalname,Benutzername,Nom d'utilisateur principal,Nombre principal de usuario,id do usuário" else:"OnPremisesUserPrincipalName"`
	Mail              string `csv:"Mail,EmailAddress,E-mail,E-Mail Address,Email,PrimarySmtpAddress,PrimarySMTP,WindowsEmailAddress,Primary Email,emails,Work Email,E-Mail-Adresse,Adresse de messagerie"`
	ProxyAddresses    string `csv:"ProxyAddresses,EmailAddresses,EmailAddressList,SmtpAddresses,AllEmailAddresses,oldProxyAddresses,E-mail Addresses,endereços proxy,Proxyadressen,ProxyAddress" else:"Addresses"`
	Secondary         string `csv:"SecondaryAddresses,AliasSmtpAddresses,SmtpAliases,EmailAliases,Aliases,Aliasses,Secondary SMTP"`
	MailNickname      string `csv:"MailNickname"`
	DisplayName       string `csv:"DisplayName,Full Name,Anzeigename,Nom complet,Nome de exibição,dname" else:"Name"`
	GivenName         string `csv:"GivenName,First name,fname,Vorname"`
	Surname           string `csv:"Surname,sn,Last name,lname,Nachname"`
	EmployeeID        string `csv:"EmployeeId" else:"EmployeeNumber"`
	Department        string `csv:"Department"`
	JobTitle          string `csv:"JobTitle" else:"Title"`
	UserType          string `csv:"UserType" else:"CreationType"`
	AccountEnabled    string `csv:"AccountEnabled,Enabled"`
	BlockCredential   string `csv:"BlockCredential,Block sign in,Sign-in blocked,AccountDisabled,Anmeldeinformationen blockieren,Anmeldung blockiert,Bloquear entrada"`
	SignInStatus      string `csv:"Sign-in status,Anmeldestatus"`
	SyncEnabled       string `csv:"OnPremisesSyncEnabled,DirSyncEnabled,directorySynced,IsDirSynced,Synced" else:"LastDirSyncTime,OnPremisesLastSyncDateTime"`
	ImmutableID       string `csv:"OnPremisesImmutableId,ImmutableId,SourceAnchor,cloudSourceAnchor"`
	SID               string `csv:"OnPremisesSecurityIdentifier" else:"SID,objectSid"`
	SamAccountName    string `csv:"OnPremisesSamAccountName" else:"SamAccountName"`
	ObjectIdentifier  string `csv:"OnPremisesObjectIdentifier"`
	CloudManaged      string `csv:"IsCloudManaged"`
	Deleted           string `csv:"DeletedDateTime,Soft deletion time stamp,SoftDeletionTimestamp,DeletionTimestamp,Deleted,isDeleted"`
	MailEnabled       string `csv:"MailEnabled"`
	GroupTypes        string `csv:"GroupTypes"`
	SecurityEnabled   string `csv:"SecurityEnabled"`
}

// attribute is one field of a schema.
type attribute struct {
	field   int      // its place in the struct
	names   []string // the attribute's name, then the aliases
	instead []string // headers that stand in for it
	level   care     // see [attribute.care]
	proxies bool     // its cells are lists of addresses
	isID    bool     // its cells are ids, in which no digit may be lost
	isDate  bool     // its cells are dates, of which is read whether they are there
}

func (a *attribute) name() string { return a.names[0] }

// schema is the attributes of one side, in the order of the struct.
type schema []attribute

// schemaOf reads the tags of a struct of strings.
func schemaOf(columns any) schema {
	t := reflect.TypeOf(columns)
	s := make(schema, t.NumField())
	for i := range s {
		tag := t.Field(i).Tag
		s[i] = attribute{field: i, names: strings.Split(tag.Get("csv"), ","), instead: strings.Split(tag.Get("else"), ",")}
		s[i].judgeCare()
	}
	return s
}

var schemas = [2]schema{reconcile.AD: schemaOf(adColumns{}), reconcile.Cloud: schemaOf(cloudColumns{})}

// find gives the attribute with that name; ok is false for none.
func (s schema) find(name string) (a *attribute, ok bool) {
	for i := range s {
		if headerKey(s[i].name()) == headerKey(name) {
			return &s[i], true
		}
	}
	return nil, false
}

// cells gives the places of a struct's fields in their order, so that a row can be laid into it.
func cells(columns any) []*string {
	v := reflect.ValueOf(columns).Elem()
	list := make([]*string, v.NumField())
	for i := range list {
		list[i] = v.Field(i).Addr().Interface().(*string)
	}
	return list
}

// headerKey brings a header to the form in which two are compared: lower case without blanks,
// zero-width characters and the punctuation that exports vary.
func headerKey(header string) string {
	return strings.Map(func(r rune) rune {
		if reconcile.IsBlank(r) || strings.ContainsRune("_-./()[]'\"’", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}

// IsColumn says whether name is an attribute of either side, as messages and --column name it.
func IsColumn(name string) bool {
	for _, s := range schemas {
		if _, ok := s.find(name); ok {
			return true
		}
	}
	return false
}

// ColumnNames are the names of all attributes, those of the AD side first, each once.
func ColumnNames() (names []string) {
	for _, s := range schemas {
		for i := range s {
			if name := s[i].name(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// proxyColumns are the names of the attribute with all addresses.
var proxyColumns = [2]string{reconcile.AD: "proxyAddresses", reconcile.Cloud: "ProxyAddresses"}
