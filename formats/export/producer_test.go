package export

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// The headers that the sources write, see facts/exports.md sections 1 and 2.
const (
	mgUserHeader = "AboutMe,AccountEnabled,Activities,AgeGroup,AgreementAcceptances,AppRoleAssignments,AssignedLicenses,AssignedPlans,Authentication,AuthorizationInfo,Birthday,BusinessPhones,Calendar,CalendarGroups,CalendarView,Calendars,Chats,City,CloudClipboard,CompanyName,ConsentProvidedForMinor,ContactFolders,Contacts,Country,CreatedDateTime,CreatedObjects,CreationType,CustomSecurityAttributes,DeletedDateTime,Department,DeviceManagementTroubleshootingEvents,DirectReports,DisplayName,Drive,Drives,EmployeeExperience,EmployeeHireDate,EmployeeId,EmployeeLeaveDateTime,EmployeeOrgData,EmployeeType,Events,Extensions,ExternalUserState,ExternalUserStateChangeDateTime,FaxNumber,FollowedSites,GivenName,HireDate,Id,Identities,ImAddresses,InferenceClassification,Insights,Interests,IsManagementRestricted,IsResourceAccount,JobTitle,JoinedTeams,LastPasswordChangeDateTime,LegalAgeGroupClassification,LicenseAssignmentStates,LicenseDetails,Mail,MailFolders,MailNickname,ManagedAppRegistrations,ManagedDevices,Manager,MemberOf,Messages,MobilePhone,MySite,Oauth2PermissionGrants,OfficeLocation,OnPremisesDistinguishedName,OnPremisesDomainName,OnPremisesExtensionAttributes,OnPremisesImmutableId,OnPremisesLastSyncDateTime,OnPremisesProvisioningErrors,OnPremisesSamAccountName,OnPremisesSecurityIdentifier,OnPremisesSyncEnabled,OnPremisesUserPrincipalName,Onenote,OnlineMeetings,OtherMails,Outlook,OwnedDevices,OwnedObjects,PasswordPolicies,PasswordProfile,PastProjects,People,PermissionGrants,Photo,Photos,Planner,PostalCode,PreferredDataLocation,PreferredLanguage,PreferredName,Presence,Print,ProvisionedPlans,ProxyAddresses,RegisteredDevices,Responsibilities,Schools,ScopedRoleMemberOf,SecurityIdentifier,ServiceProvisioningErrors,Settings,ShowInAddressList,SignInActivity,SignInSessionsValidFromDateTime,Skills,Solutions,Sponsors,State,StreetAddress,Surname,Teamwork,Todo,TransitiveMemberOf,UsageLocation,UserPrincipalName,UserType,AdditionalProperties"

	entraAliases = ",ObjectId,UserState,UserStateChangedOn,Mobile,DeletionTimestamp,DirSyncEnabled,ImmutableId,LastDirSyncTime,ProvisioningErrors,TelephoneNumber"

	azureADHeader = "ExtensionProperty,DeletionTimestamp,ObjectId,ObjectType,AccountEnabled,AgeGroup,AssignedLicenses,AssignedPlans,City,CompanyName,ConsentProvidedForMinor,Country,CreationType,Department,DirSyncEnabled,DisplayName,FacsimileTelephoneNumber,GivenName,IsCompromised,ImmutableId,JobTitle,LastDirSyncTime,LegalAgeGroupClassification,Mail,MailNickName,Mobile,OnPremisesSecurityIdentifier,OtherMails,PasswordPolicies,PasswordProfile,PhysicalDeliveryOfficeName,PostalCode,PreferredLanguage,ProvisionedPlans,ProvisioningErrors,ProxyAddresses,RefreshTokensValidFromDateTime,ShowInAddressList,SignInNames,SipProxyAddress,State,StreetAddress,Surname,TelephoneNumber,UsageLocation,UserPrincipalName,UserState,UserStateChangedOn,UserType"

	msolHeader = "ExtensionData,AlternateEmailAddresses,AlternateMobilePhones,AlternativeSecurityIds,BlockCredential,City,CloudExchangeRecipientDisplayType,Country,Department,DirSyncProvisioningErrors,DisplayName,Errors,Fax,FirstName,ImmutableId,IndirectLicenseErrors,IsBlackberryUser,IsLicensed,LastDirSyncTime,LastName,LastPasswordChangeTimestamp,LicenseAssignmentDetails,LicenseReconciliationNeeded,Licenses,LiveId,MSExchRecipientTypeDetails,MSRtcSipDeploymentLocator,MSRtcSipPrimaryUserAddress,MobilePhone,OathTokenMetadata,ObjectId,Office,OverallProvisioningStatus,PasswordNeverExpires,PasswordResetNotRequiredDuringActivate,PhoneNumber,PortalSettings,PostalCode,PreferredDataLocation,PreferredLanguage,ProxyAddresses,ReleaseTrack,ServiceInformation,SignInName,SoftDeletionTimestamp,State,StreetAddress,StrongAuthenticationMethods,StrongAuthenticationPhoneAppDetails,StrongAuthenticationProofupTime,StrongAuthenticationRequirements,StrongAuthenticationUserDetails,StrongPasswordRequired,StsRefreshTokensValidFrom,Title,UsageLocation,UserLandingPageIdentifierForO365Shell,UserPrincipalName,UserThemeIdentifierForO365Shell,UserType,ValidationStatus,WhenCreated"

	exoMailboxHeader   = "ExternalDirectoryObjectId,UserPrincipalName,Alias,DisplayName,EmailAddresses,PrimarySmtpAddress,RecipientType,RecipientTypeDetails,Identity,Id,ExchangeVersion,Name,DistinguishedName,OrganizationId,Guid"
	mailboxHeader      = "PSComputerName,RunspaceId,PSShowComputerName,Database,MailboxProvisioningConstraint,ExchangeGuid,ForwardingAddress,ForwardingSmtpAddress,IsMailboxEnabled,IsResource,IsLinked,IsShared,LinkedMasterAccount,SamAccountName,UserPrincipalName,WindowsLiveID,MicrosoftOnlineServicesID,ImmutableId,IsDirSynced,AccountDisabled,Alias,CustomAttribute1,EmailAddresses,ExternalDirectoryObjectId,HiddenFromAddressListsEnabled,LegacyExchangeDN,PrimarySmtpAddress,RecipientType,RecipientTypeDetails,WindowsEmailAddress,DisplayName,Identity,Id,ExchangeVersion,Name,DistinguishedName,ObjectCategory,ObjectClass,WhenChanged,WhenCreated,OrganizationId,Guid,IsValid,ObjectState"
	exoRecipientHeader = "ExchangeVersion,ExternalDirectoryObjectID,Name,OrganizationId,RecipientType,RecipientTypeDetails"
	recipientHeader    = "Identity,Alias,ArchiveGuid,AuthenticationType,City,Company,CountryOrRegion,Department,DisplayName,EmailAddresses,ExternalDirectoryObjectId,ExternalEmailAddress,FirstName,HiddenFromAddressListsEnabled,IsDirSynced,LastName,ManagedBy,Manager,PrimarySmtpAddress,RecipientType,RecipientTypeDetails,SamAccountName,SKUAssigned,Title,WindowsLiveID,Id,ExchangeVersion,Name,DistinguishedName,ObjectCategory,ObjectClass,OrganizationId,Guid"
	mailContactHeader  = "ExternalEmailAddress,MaxRecipientPerMessage,UseMapiRichTextFormat,UsePreferMessageFormat,MessageFormat,MessageBodyFormat,MacAttachmentFormat,Alias,DisplayName,EmailAddresses,ExternalDirectoryObjectId,HiddenFromAddressListsEnabled,IsDirSynced,LegacyExchangeDN,PrimarySmtpAddress,RecipientType,RecipientTypeDetails,WindowsEmailAddress,Identity,Id,ExchangeVersion,Name,DistinguishedName,ObjectClass,OrganizationId,Guid"

	center2025Header = "Display name,DirSyncEnabled,User principal name,Object Id,First name,Last name,When created,Soft deletion time stamp,Title,Department,Preferred data location,City,CountryOrRegion,Office,StateOrProvince,Usage location,Last dirsync time,Block credential,Licenses,Password never expires,Last password change time stamp,Mobile Phone,Phone number,Postal code,Preferred language,Street address,Fax,Proxy addresses"
	center2024Header = "Block credential,City,Country/Region,Department,DirSyncEnabled,Display name,Fax,First name,Last dirsync time,Last name,Last password change time stamp,License assignment details,Licenses,Mobile Phone,Oath token meta data,Object Id,Office,Password never expires,Phone number,Postal code,Preferred data location,Preferred language,Proxy addresses,Release track,Soft deletion time stamp,State,Street address,Strong password required,Title,Usage location,User principal name,When created"

	portalHeader     = "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile,authenticationAlternativePhoneNumber,authenticationEmail,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification"
	portal2021Header = "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,createdDateTime"

	azHeader = "AccountEnabled,AgeGroup,ApproximateLastSignInDateTime,BusinessPhone,City,CompanyName,ComplianceExpirationDateTime,ConsentProvidedForMinor,Country,CreatedDateTime,CreationType,DeletedDateTime,Department,DeviceVersion,DisplayName,EmployeeHireDate,EmployeeId,EmployeeOrgData,EmployeeType,ExternalUserState,ExternalUserStateChangeDateTime,FaxNumber,GivenName,Id,Identity,ImAddress,IsResourceAccount,JobTitle,LastPasswordChangeDateTime,LegalAgeGroupClassification,Mail,MailNickname,Manager,MobilePhone,OdataId,OdataType,OfficeLocation,OnPremisesImmutableId,OnPremisesLastSyncDateTime,OnPremisesSyncEnabled,OperatingSystem,OperatingSystemVersion,OtherMail,PasswordPolicy,PasswordProfile,PhysicalId,PostalCode,PreferredLanguage,ProxyAddress,ResourceGroupName,ShowInAddressList,SignInSessionsValidFromDateTime,State,StreetAddress,Surname,TrustType,UsageLocation,UserPrincipalName,UserType,AdditionalProperties"

	adUserHeader     = "DistinguishedName,Enabled,GivenName,Name,ObjectClass,ObjectGUID,SamAccountName,SID,Surname,UserPrincipalName"
	adUserStarHeader = "AccountExpirationDate,accountExpires,AccountLockoutTime,AccountNotDelegated,AllowReversiblePasswordEncryption,AuthenticationPolicy,AuthenticationPolicySilo,BadLogonCount,CannotChangePassword,CanonicalName,Certificates,City,CN,codePage,Company,CompoundIdentitySupported,Country,countryCode,Created,createTimeStamp,Deleted,Department,Description,DisplayName,DistinguishedName,Division,DoesNotRequirePreAuth,dSCorePropagationData,EmailAddress,EmployeeID,EmployeeNumber,Enabled,Fax,GivenName,HomeDirectory,HomedirRequired,HomeDrive,HomePage,HomePhone,Initials,instanceType,isCriticalSystemObject,isDeleted,KerberosEncryptionType,LastBadPasswordAttempt,LastKnownParent,LastLogonDate,LockedOut,LogonWorkstations,Manager,MemberOf,MNSLogonAccount,MobilePhone,Modified,modifyTimeStamp,msDS-User-Account-Control-Computed,Name,nTSecurityDescriptor,ObjectCategory,ObjectClass,ObjectGUID,objectSid,Office,OfficePhone,Organization,OtherName,PasswordExpired,PasswordLastSet,PasswordNeverExpires,PasswordNotRequired,POBox,PostalCode,PrimaryGroup,primaryGroupID,PrincipalsAllowedToDelegateToAccount,ProfilePath,ProtectedFromAccidentalDeletion,pwdLastSet,SamAccountName,sAMAccountType,ScriptPath,sDRightsEffective,ServicePrincipalNames,SID,SIDHistory,SmartcardLogonRequired,State,StreetAddress,Surname,Title,TrustedForDelegation,TrustedToAuthForDelegation,UseDESKeyOnly,userAccountControl,userCertificate,UserPrincipalName,uSNChanged,uSNCreated,whenChanged,whenCreated,PropertyNames,AddedProperties,RemovedProperties,ModifiedProperties,PropertyCount"
	adGroupHeader    = "DistinguishedName,GroupCategory,GroupScope,Name,ObjectClass,ObjectGUID,SamAccountName,SID"
	csvdeHeader      = "DN,objectClass,distinguishedName,instanceType,whenCreated,whenChanged,uSNCreated,uSNChanged,name,objectGUID,objectSid,objectCategory,cn,sn,givenName,displayName,memberOf,userAccountControl,pwdLastSet,badPasswordTime,badPasswordTime,primaryGroupID,accountExpires,sAMAccountName,sAMAccountType,userPrincipalName,mail,proxyAddresses,targetAddress,mailNickname,legacyExchangeDN,mS-DS-ConsistencyGuid,operatingSystem,dNSHostName"
	computerHeader   = "DistinguishedName,DNSHostName,Enabled,IPv4Address,Name,ObjectClass,ObjectGUID,OperatingSystem,OperatingSystemVersion,SamAccountName,SID,UserPrincipalName"

	bulkCreateHeader = "Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle]"
)

// tableOf is a grid with that header and rows of "Id=x|Mail=y"; cells that a row does not give are blank.
func tableOf(header string, rows ...string) grid {
	g := grid{strings.Split(header, ",")}
	for _, cells := range rows {
		row := make([]string, len(g[0]))
		for _, cell := range strings.Split(cells, "|") {
			name, value, _ := strings.Cut(cell, "=")
			at := slices.Index(g[0], name)
			if at < 0 {
				panic("no header " + name)
			}
			row[at] = value
		}
		g = append(g, row)
	}
	return g
}

// sourceCase is a file that some source writes, and what must be said of it.
type sourceCase struct {
	name     string
	typed    string // of a #TYPE line
	grid     grid
	side     reconcile.Side
	producer string
	kind     string
	verdict  Verdict
	says     string // parts of the damage's texts, apart by |
	options  Options
	either   bool   // wrong for both sides
	both     bool   // it has the key columns of both sides, so the other side's refusal is not asked for
	first    string // what the first record holds, see [recordText]
}

// usable is Use or Warn: groups and contacts are warned of as long as they are not judged.
const usable Verdict = "usable"

const graphUser = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser"

// lists are the two users whose cells most of the files hold.
const (
	asaLists  = "SMTP:asa@contoso.com;smtp:a.o@fabrikam.com"
	bertLists = "SMTP:bert@contoso.com"
)

func sources() []sourceCase {
	const (
		noise    = "|BusinessPhones=System.String[]|Manager=Microsoft.Graph.PowerShell.Models.MicrosoftGraphDirectoryObject|PasswordProfile=Microsoft.Graph.PowerShell.Models.MicrosoftGraphPasswordProfile|AdditionalProperties=System.Collections.Generic.Dictionary`2[System.String,System.Object]"
		mgAsa    = "Id=" + guid1 + "|UserPrincipalName=asa@contoso.com|Mail=asa@contoso.com|ProxyAddresses=" + asaLists + "|OnPremisesSyncEnabled=True|OnPremisesImmutableId=" + anchor1 + "|DisplayName=Asa|AccountEnabled=True|UserType=Member"
		mgBert   = "Id=" + guid2 + "|UserPrincipalName=bert@contoso.com|Mail=bert@contoso.com|ProxyAddresses=" + bertLists + "|DisplayName=Bert|AccountEnabled=False|UserType=Member"
		mgText   = guid1 + " user asa@contoso.com asa@contoso.com [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] " + anchor1 + " yes synced"
		adAsa    = "ObjectGUID=" + guid1 + "|ObjectClass=user|SID=S-1-5-21-1-2-3-1001|SamAccountName=asa|UserPrincipalName=asa@contoso.com|DistinguishedName=CN=Asa,OU=Sales,DC=contoso,DC=com|Enabled=True|Name=Asa"
		adText   = guid1 + " user asa@contoso.com asa@contoso.com [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] " + anchor1 + " yes S-1-5-21-1-2-3-1001"
		blank    = "blank in every row"
		center   = "joined with +"
		noAnchor = "no column OnPremisesImmutableId"
		exAsa    = "ExternalDirectoryObjectId=" + guid1 + "|UserPrincipalName=asa@contoso.com|Alias=asa|EmailAddresses=SMTP:asa@contoso.com smtp:a.o@fabrikam.com|PrimarySmtpAddress=asa@contoso.com|RecipientType=UserMailbox|RecipientTypeDetails=UserMailbox|Identity=Asa|Id=Asa|Name=Asa|Guid=" + guid3
		exShared = "ExternalDirectoryObjectId=" + guid2 + "|UserPrincipalName=info@contoso.com|Alias=info|EmailAddresses=SMTP:info@contoso.com|PrimarySmtpAddress=info@contoso.com|RecipientType=UserMailbox|RecipientTypeDetails=SharedMailbox|Identity=info|Id=info|Name=info|Guid=" + anchorGUID
	)
	return []sourceCase{
		{name: "Get-MgUser, all properties asked for and joined", grid: tableOf(mgUserHeader, mgAsa+noise, mgBert+noise), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-MgUser, default", grid: tableOf(mgUserHeader, "Id="+guid1+"|UserPrincipalName=asa@contoso.com|Mail=asa@contoso.com|DisplayName=Asa"+noise), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Refuse, says: blank + "|-Property"},
		{name: "Get-MgUser, not joined", grid: tableOf(mgUserHeader, strings.ReplaceAll(mgAsa, asaLists, "System.String[]")+noise), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Refuse, says: "'System.String[]'"},
		{name: "Get-MgUser, selected", grid: tableOf("DisplayName,UserPrincipalName,Mail,ProxyAddresses,OnPremisesImmutableId,Id,OnPremisesSyncEnabled", "DisplayName=Asa|UserPrincipalName=asa@contoso.com|Mail=asa@contoso.com|ProxyAddresses="+asaLists+"|OnPremisesImmutableId="+anchor1+"|Id="+guid1+"|OnPremisesSyncEnabled=True"), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: strings.Replace(mgText, "yes", "unknown", 1)},
		{name: "Get-MgUser with a #TYPE line", typed: "Selected." + graphUser, grid: tableOf(mgUserHeader, mgAsa+noise, mgBert), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-MgBetaUser", typed: "Microsoft.Graph.Beta.PowerShell.Models.MicrosoftGraphUser", grid: tableOf(mgUserHeader+",CloudRealtimeCommunicationInfo,OnPremisesSipInfo", mgAsa+noise, mgBert), side: reconcile.Cloud,
			producer: "Get-MgBetaUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-EntraUser", grid: tableOf(mgUserHeader+entraAliases, mgAsa+"|ObjectId="+guid1+"|DirSyncEnabled=True|ImmutableId="+anchor1+"|LastDirSyncTime=9/14/2025 3:12:44 AM|OnPremisesLastSyncDateTime=9/14/2025 3:12:44 AM", mgBert+"|ObjectId="+guid2), side: reconcile.Cloud,
			producer: "Get-EntraUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-EntraUser whose ids differ", grid: tableOf(mgUserHeader+entraAliases, mgAsa+"|ObjectId="+guid3), side: reconcile.Cloud,
			producer: "Get-EntraUser", kind: "cloud-users", verdict: Refuse, says: "Id and ObjectId are both Id and differ"},
		{name: "Get-AzureADUser, joined", grid: tableOf(azureADHeader, "ObjectId="+guid1+"|ObjectType=User|AccountEnabled=True|DirSyncEnabled=True|ImmutableId="+anchor1+"|Mail=asa@contoso.com|ProxyAddresses="+asaLists+"|UserPrincipalName=asa@contoso.com|UserType=Member|AssignedPlans=System.Collections.Generic.List`1[Microsoft.Open.AzureAD.Model.AssignedPlan]"), side: reconcile.Cloud,
			producer: "Get-AzureADUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-AzureADUser, not joined", grid: tableOf(azureADHeader, "ObjectId="+guid1+"|ObjectType=User|DirSyncEnabled=True|ImmutableId="+anchor1+"|ProxyAddresses=System.Collections.Generic.List`1[System.String]|UserPrincipalName=asa@contoso.com"), side: reconcile.Cloud,
			producer: "Get-AzureADUser", kind: "cloud-users", verdict: Refuse, says: "List`1[System.String]"},
		{name: "Get-MsolUser, joined", grid: tableOf(msolHeader, "ObjectId="+guid1+"|UserPrincipalName=asa@contoso.com|SignInName=asa@contoso.com|BlockCredential=False|ImmutableId="+anchor1+"|LastDirSyncTime=9/14/2025 3:12:44 AM|ProxyAddresses="+asaLists+"|IsLicensed=True|UserType=Member"), side: reconcile.Cloud,
			producer: "Get-MsolUser", kind: "cloud-users", verdict: Use, first: strings.Replace(mgText, "asa@contoso.com asa@contoso.com", "asa@contoso.com -", 1)},
		{name: "Get-MsolUser, not joined", grid: tableOf(msolHeader, "ObjectId="+guid1+"|UserPrincipalName=asa@contoso.com|ProxyAddresses=System.Collections.Generic.List`1[System.String]|LastDirSyncTime=1/1/2024 1:00:00 AM|ImmutableId="+anchor1), side: reconcile.Cloud,
			producer: "Get-MsolUser", kind: "cloud-users", verdict: Refuse, says: "ProxyAddresses holds the text"},
		{name: "Get-MgGroup, joined", grid: tableOf("DisplayName,Id,MailNickname,Mail,MailEnabled,SecurityEnabled,GroupTypes,OnPremisesSyncEnabled,OnPremisesSecurityIdentifier,ProxyAddresses,Visibility", "DisplayName=Sales|Id="+guid1+"|Mail=sales@contoso.com|MailEnabled=True|SecurityEnabled=False|OnPremisesSyncEnabled=True|OnPremisesSecurityIdentifier=S-1-5-21-1-2-3-2001|ProxyAddresses=SMTP:sales@contoso.com"), side: reconcile.Cloud,
			producer: "Get-MgGroup", kind: "cloud-groups", verdict: usable, first: guid1 + " group - sales@contoso.com [SMTP:sales@contoso.com] - unknown synced S-1-5-21-1-2-3-2001"},
		{name: "Get-MgGroup, not joined", grid: tableOf("DisplayName,Id,MailNickname,Mail,MailEnabled,SecurityEnabled,GroupTypes,OnPremisesSyncEnabled,OnPremisesSecurityIdentifier,ProxyAddresses", "DisplayName=Sales|Id="+guid1+"|MailEnabled=True|GroupTypes=System.String[]|OnPremisesSyncEnabled=True|OnPremisesSecurityIdentifier=S-1-5-21-1-2-3-2001|ProxyAddresses=System.String[]"), side: reconcile.Cloud,
			producer: "Get-MgGroup", kind: "cloud-groups", verdict: Refuse, says: "ProxyAddresses holds the text 'System.String[]'"},
		{name: "Get-MgContact", grid: tableOf("Addresses,CompanyName,DeletedDateTime,Department,DirectReports,DisplayName,GivenName,Id,JobTitle,Mail,MailNickname,Manager,MemberOf,OnPremisesLastSyncDateTime,OnPremisesProvisioningErrors,OnPremisesSyncEnabled,Phones,ProxyAddresses,ServiceProvisioningErrors,Surname,TransitiveMemberOf,AdditionalProperties", "Addresses=Microsoft.Graph.PowerShell.Models.MicrosoftGraphPhysicalOfficeAddress[]|DisplayName=Carl|Id="+guid1+"|Mail=carl@fabrikam.com|OnPremisesSyncEnabled=True|ProxyAddresses=SMTP:carl@fabrikam.com"), side: reconcile.Cloud,
			producer: "Get-MgContact", kind: "cloud-contacts", verdict: usable, first: guid1 + " contact - carl@fabrikam.com [SMTP:carl@fabrikam.com] - unknown synced"},
		{name: "Get-EXOMailbox, default, joined", grid: tableOf(exoMailboxHeader, exAsa, exShared), side: reconcile.Cloud,
			producer: "Exchange mailboxes", kind: "cloud-users", verdict: Refuse, says: "no column OnPremisesSyncEnabled"},
		{name: "Get-EXOMailbox, not joined", grid: tableOf(exoMailboxHeader, strings.Replace(exAsa, "SMTP:asa@contoso.com smtp:a.o@fabrikam.com", "System.Collections.ArrayList", 1)), side: reconcile.Cloud,
			producer: "Exchange mailboxes", kind: "cloud-users", verdict: Refuse, says: "EmailAddresses holds the text"},
		{name: "Get-Mailbox, all properties, text cast", grid: tableOf(mailboxHeader, exAsa+"|IsDirSynced=False|AccountDisabled=False|WindowsEmailAddress=asa@contoso.com|ObjectClass=System.String[]|PSComputerName=outlook.office365.com", exShared+"|IsDirSynced=True|ImmutableId="+anchor2+"|AccountDisabled=True|WindowsEmailAddress=info@contoso.com|ObjectClass=System.String[]"), side: reconcile.Cloud,
			producer: "Exchange mailboxes", kind: "cloud-users", verdict: Use, first: strings.Replace(strings.Replace(mgText, anchor1, "-", 1), " synced", "", 1)},
		{name: "Get-EXORecipient, default", grid: tableOf(exoRecipientHeader, "ExternalDirectoryObjectID="+guid1+"|Name=Asa|RecipientType=UserMailbox|RecipientTypeDetails=UserMailbox"), side: reconcile.Cloud,
			producer: "Exchange recipients", kind: "cloud-users", verdict: Refuse, says: "no column"},
		{name: "Get-Recipient", grid: tableOf(recipientHeader, "ExternalDirectoryObjectId="+guid1+"|EmailAddresses=SMTP:asa@contoso.com|PrimarySmtpAddress=asa@contoso.com|RecipientType=UserMailbox|RecipientTypeDetails=UserMailbox|Id=Asa|Alias=asa", "ExternalDirectoryObjectId="+guid2+"|EmailAddresses=SMTP:sales@contoso.com|PrimarySmtpAddress=sales@contoso.com|RecipientType=MailUniversalDistributionGroup|RecipientTypeDetails=MailUniversalDistributionGroup|Id=Sales|Alias=sales", "ExternalDirectoryObjectId="+guid3+"|EmailAddresses=SMTP:carl@fabrikam.com|ExternalEmailAddress=SMTP:carl@fabrikam.com|RecipientType=MailContact|RecipientTypeDetails=MailContact|Id=Carl|Alias=carl"), side: reconcile.Cloud,
			producer: "Exchange recipients", kind: "cloud-mixed", verdict: Refuse, says: "no column"},
		{name: "Get-MailContact", grid: tableOf(mailContactHeader, "ExternalEmailAddress=SMTP:carl@fabrikam.com|ExternalDirectoryObjectId="+guid1+"|EmailAddresses=SMTP:carl@fabrikam.com|PrimarySmtpAddress=carl@fabrikam.com|WindowsEmailAddress=carl@fabrikam.com|IsDirSynced=False|RecipientType=MailContact|RecipientTypeDetails=MailContact|Id=Carl|Alias=carl", "ExternalEmailAddress=SMTP:dora@fabrikam.com|ExternalDirectoryObjectId="+guid2+"|EmailAddresses=SMTP:dora@fabrikam.com|PrimarySmtpAddress=dora@fabrikam.com|WindowsEmailAddress=dora@fabrikam.com|IsDirSynced=True|RecipientType=MailContact|RecipientTypeDetails=MailContact|Id=Dora|Alias=dora"), side: reconcile.Cloud,
			producer: "Exchange mail contacts", kind: "cloud-contacts", verdict: usable, first: guid1 + " contact - carl@fabrikam.com [SMTP:carl@fabrikam.com] - unknown"},
		{name: "Get-MailUser", grid: tableOf("UserPrincipalName,ExternalEmailAddress,ExternalDirectoryObjectId,EmailAddresses,PrimarySmtpAddress,RecipientType,RecipientTypeDetails,IsDirSynced,ImmutableId,Id,ExchangeVersion", "UserPrincipalName=asa@contoso.com|ExternalEmailAddress=SMTP:asa@fabrikam.com|ExternalDirectoryObjectId="+guid1+"|EmailAddresses=SMTP:asa@fabrikam.com|PrimarySmtpAddress=asa@fabrikam.com|RecipientType=MailUser|RecipientTypeDetails=MailUser|IsDirSynced=False|Id=Asa"), side: reconcile.Cloud,
			producer: "Exchange mail users", kind: "cloud-users", verdict: Refuse, says: "OnPremisesImmutableId is blank"},

		{name: "Microsoft 365 admin center, 2025", grid: tableOf(center2025Header, "Display name=Asa|DirSyncEnabled=False|User principal name=asa@contoso.com|Object Id="+guid1+"|Block credential=False|Licenses=A+B|Proxy addresses=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com|When created=2022-03-18 19:49:35Z", "User principal name=bert@contoso.com|Object Id="+guid2+"|DirSyncEnabled=False|Block credential=True|Licenses=Unlicensed|Soft deletion time stamp=2025-01-02 03:04:05Z"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - yes"},
		{name: "Microsoft 365 admin center, a row is synced", grid: tableOf(center2025Header, "DirSyncEnabled=True|User principal name=asa@contoso.com|Object Id="+guid1+"|Block credential=False|Proxy addresses=SMTP:asa@contoso.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Refuse, says: noAnchor},
		{name: "Microsoft 365 admin center, until 2024", grid: tableOf(center2024Header, "DirSyncEnabled=False|User principal name=asa@contoso.com|Object Id="+guid1+"|Block credential=True|Proxy addresses=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - no"},
		{name: "Microsoft 365 admin center, AgeGroup and other labels", grid: tableOf(strings.NewReplacer("CountryOrRegion", "Country/Region", "StateOrProvince", "State/Province").Replace(center2025Header)+",AgeGroup", "DirSyncEnabled=False|User principal name=asa@contoso.com|Object Id="+guid1+"|Block credential=False|Proxy addresses=SMTP:asa@contoso.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center},
		{name: "Microsoft 365 admin center, the third labels", grid: tableOf("Display name,Username,Object Id,Licenses,Sign-in status,DirSync enabled,Proxy addresses", "Display name=Asa|Username=asa@contoso.com|Object Id="+guid1+"|Sign-in status=Allowed|DirSync enabled=False|Proxy addresses=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - yes"},
		{name: "Microsoft 365 admin center, German", grid: tableOf("Benutzerprinzipalname,Anzeigename,Anmeldeinformationen blockieren,Lizenzen,Objekt-ID,DirSyncEnabled,Proxyadressen,Vorname,Nachname", "Benutzerprinzipalname=asa@contoso.com|Anzeigename=Asa|Anmeldeinformationen blockieren=Wahr|Objekt-ID="+guid1+"|DirSyncEnabled=Falsch|Proxyadressen=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - no"},
		{name: "Microsoft 365 admin center, German, the third labels", grid: tableOf("Benutzername,Anzeigename,Anmeldestatus,Lizenzen,Objektkennung,Synced,Proxyadressen", "Benutzername=asa@contoso.com|Anmeldestatus=Blocked|Objektkennung="+guid1+"|Synced=Nein|Proxyadressen=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - no"},
		{name: "Microsoft 365 admin center, Portuguese", grid: tableOf("Nome de exibição,Licenças,Endereços proxy,ID do objeto,ID do usuário,Bloquear entrada,DirSyncEnabled", "Nome de exibição=Asa|Endereços proxy=SMTP:asa@contoso.com+smtp:a.o@fabrikam.com|ID do objeto="+guid1+"|ID do usuário=asa@contoso.com|Bloquear entrada=Falso|DirSyncEnabled=Falso"), side: reconcile.Cloud,
			producer: "Microsoft 365 admin center", kind: "cloud-users", verdict: Use, says: center, first: guid1 + " user asa@contoso.com - [SMTP:asa@contoso.com smtp:a.o@fabrikam.com] - yes"},

		{name: "Entra admin center, documented", grid: tableOf(portalHeader, "userPrincipalName=asa@contoso.com|displayName=Asa|mail=asa@contoso.com|objectId="+guid1+"|userType=Member"), side: reconcile.Cloud, either: true,
			producer: "Entra admin center", kind: "cloud-users", verdict: Refuse, says: "no proxyAddresses and no immutableId"},
		{name: "Entra admin center, 2021", grid: tableOf(portal2021Header, "userPrincipalName=asa@contoso.com|displayName==1+3|mail=asa@contoso.com|id="+guid1+"|userType=Member|directorySynced=True"), side: reconcile.Cloud, either: true,
			producer: "Entra admin center", kind: "cloud-users", verdict: Refuse, says: "no proxyAddresses and no immutableId"},

		{name: "Get-ADUser, default", typed: "Microsoft.ActiveDirectory.Management.ADUser", grid: tableOf(adUserHeader, adAsa), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Refuse, says: "no column mail, proxyAddresses"},
		{name: "Get-ADUser -Properties *, first object without addresses", grid: tableOf(adUserStarHeader, adAsa+"|objectSid=S-1-5-21-1-2-3-1001|CN=Asa|PropertyCount=105|MemberOf=Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Refuse, says: "only the columns of the first object"},
		{name: "Get-ADUser -Properties *, not joined", grid: tableOf(adUserStarHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid", adAsa+"|objectSid=S-1-5-21-1-2-3-1001|CN=Asa|mail=asa@contoso.com|EmailAddress=asa@contoso.com|proxyAddresses=Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Refuse, says: "proxyAddresses holds the text"},
		{name: "Get-ADUser, selected", typed: "Selected.Microsoft.ActiveDirectory.Management.ADUser", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "Get-ADUser, LDAP names", grid: tableOf("objectGUID,objectSid,distinguishedName,sAMAccountName,userPrincipalName,mail,proxyAddresses,mS-DS-ConsistencyGuid,userAccountControl", "objectGUID="+guid1+"|objectSid=S-1-5-21-1-2-3-1001|distinguishedName=CN=Asa,DC=contoso,DC=com|sAMAccountName=asa|userPrincipalName=asa@contoso.com|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1+"|userAccountControl=66048"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "Get-ADUser through remoting", grid: tableOf("PSComputerName,RunspaceId,PSShowComputerName,"+adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid", adAsa+"|PSComputerName=dc1|RunspaceId="+guid3+"|PSShowComputerName=True|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "Get-ADGroup, default", grid: tableOf(adGroupHeader, "ObjectGUID="+guid1+"|ObjectClass=group|SID=S-1-5-21-1-2-3-2001|GroupCategory=Security|GroupScope=Universal|Name=Sales|SamAccountName=Sales"), side: reconcile.AD,
			producer: "Get-ADGroup", kind: "ad-groups", verdict: Refuse, says: "no column mail and proxyAddresses"},
		{name: "Get-ADGroup, selected", grid: tableOf(adGroupHeader+",mail,proxyAddresses", "ObjectGUID="+guid1+"|ObjectClass=group|SID=S-1-5-21-1-2-3-2001|GroupCategory=Security|GroupScope=Universal|Name=Sales|SamAccountName=Sales|mail=sales@contoso.com|proxyAddresses=SMTP:sales@contoso.com"), side: reconcile.AD,
			producer: "Get-ADGroup", kind: "ad-groups", verdict: usable, first: guid1 + " group - sales@contoso.com [SMTP:sales@contoso.com] - unknown S-1-5-21-1-2-3-2001"},
		{name: "Get-ADObject, default", grid: tableOf("DistinguishedName,Name,ObjectClass,ObjectGUID", "DistinguishedName=CN=Carl,DC=contoso,DC=com|Name=Carl|ObjectClass=contact|ObjectGUID="+guid1), side: reconcile.AD,
			producer: "Get-ADObject", kind: "ad-contacts", verdict: Refuse, says: "no column mail and proxyAddresses"},
		{name: "Get-ADObject, contacts", grid: tableOf("DistinguishedName,Name,ObjectClass,ObjectGUID,mail,proxyAddresses,targetAddress", "DistinguishedName=CN=Carl,DC=contoso,DC=com|Name=Carl|ObjectClass=contact|ObjectGUID="+guid1+"|mail=carl@fabrikam.com|proxyAddresses=SMTP:carl@fabrikam.com|targetAddress=SMTP:carl@fabrikam.com"), side: reconcile.AD,
			producer: "Get-ADObject", kind: "ad-contacts", verdict: usable, first: guid1 + " contact - carl@fabrikam.com [SMTP:carl@fabrikam.com] - unknown"},
		{name: "csvde", grid: tableOf(csvdeHeader, "DN=CN=Asa,DC=contoso,DC=com|objectClass=top;person;organizationalPerson;user|distinguishedName=CN=Asa,DC=contoso,DC=com|objectGUID=X'd4c3b2a1f6e58947abcd1234567890ab'|objectSid=X'01050000000000051500000001000000020000000300000"+"0e9030000'|sAMAccountName=asa|userPrincipalName=asa@contoso.com|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid=X'd4c3b2a1f6e58947abcd1234567890ab'|userAccountControl=512|pwdLastSet=132345678901234567"), side: reconcile.AD,
			producer: "csvde", kind: "ad-users", verdict: Use, first: adText},
		{name: "csvde of a domain without Exchange", grid: tableOf("DN,objectClass,distinguishedName,objectGUID,objectSid,sAMAccountName,userPrincipalName,operatingSystem,dNSHostName", "DN=CN=Asa,DC=contoso,DC=com|objectClass=top;person;organizationalPerson;user|distinguishedName=CN=Asa,DC=contoso,DC=com|objectGUID=X'd4c3b2a1f6e58947abcd1234567890ab'|sAMAccountName=asa|userPrincipalName=asa@contoso.com"), side: reconcile.AD,
			producer: "csvde", kind: "ad-users", verdict: Refuse, says: "no column mail, proxyAddresses"},

		// Wrong files.
		{name: "Get-AzADUser", grid: tableOf(azHeader, "Id="+guid1+"|UserPrincipalName=asa@contoso.com|DisplayName=Asa|BusinessPhone=System.String[]|OdataType=#microsoft.graph.user"), side: reconcile.Cloud, either: true,
			producer: "Get-AzADUser", kind: "cloud-users", verdict: Refuse, says: "Az.Resources"},
		{name: "bulk-create template", grid: tableOf(bulkCreateHeader, "Name [displayName] Required=Asa"), side: reconcile.Cloud, either: true,
			producer: "Entra bulk-create template", kind: "other", verdict: Refuse, says: "template for creating users in bulk"},
		{name: "Exchange admin center", grid: tableOf("Display name,Email address,Recipient type,Archive status,Last modified time", "Display name=Asa|Email address=asa@contoso.com|Recipient type=UserMailbox"), side: reconcile.Cloud, either: true,
			producer: "Exchange admin center", kind: "cloud-users", verdict: Refuse, says: "Exchange admin center"},
		{name: "computers by their header", grid: tableOf(computerHeader, "ObjectGUID="+guid1+"|Name=PC1|SamAccountName=PC1$|ObjectClass=computer"), side: reconcile.AD, either: true,
			producer: "Get-ADComputer", kind: "other", verdict: Refuse, says: "computers"},
		{name: "computers by #TYPE", typed: "Microsoft.ActiveDirectory.Management.ADComputer", grid: tableOf("DistinguishedName,Enabled,Name,ObjectGUID,SamAccountName,mail,proxyAddresses", "ObjectGUID="+guid1+"|Name=PC1|SamAccountName=PC1$"), side: reconcile.AD, either: true,
			producer: "Get-ADComputer", kind: "other", verdict: Refuse, says: "computers"},
		{name: "computers by ObjectClass", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid", "ObjectGUID="+guid1+"|Name=PC1|SamAccountName=PC1|ObjectClass=computer", "ObjectGUID="+guid2+"|Name=PC2|SamAccountName=PC2|ObjectClass=computer"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Refuse, says: "all its objects are computers"},
		{name: "computers by their names", grid: tableOf("ObjectGUID,SamAccountName,UserPrincipalName,mail,proxyAddresses,mS-DS-ConsistencyGuid", "ObjectGUID="+guid1+"|SamAccountName=PC1$", "ObjectGUID="+guid2+"|SamAccountName=PC2$"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Refuse, says: "all its objects are computers"},
		{name: "IdFix", grid: tableOf("DISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,ACTION", "DISTINGUISHEDNAME=CN=Asa,DC=contoso,DC=com|OBJECTCLASS=user|ATTRIBUTE=proxyAddresses|ERROR=duplicate|VALUE=smtp:asa@contoso.com"), side: reconcile.AD, either: true,
			producer: "IdFix", kind: "other", verdict: Refuse, says: "error list of IdFix"},
		{name: "a password sheet", grid: tableOf("First Name,Last Name,SamAccountName,UserPrincipalName,Password,OU", "First Name=Asa|SamAccountName=asa|UserPrincipalName=asa@contoso.com|Password=x"), side: reconcile.AD, either: true,
			producer: "password list", kind: "other", verdict: Refuse, says: "holds passwords"},
		{name: "Format-Table piped into Export-Csv", grid: tableOf("ClassId2e4f51ef21dd47e99d3c952918aff9cd,pageHeaderEntry,pageFooterEntry,autosizeInfo,shape,groupingEntry", "ClassId2e4f51ef21dd47e99d3c952918aff9cd=033ecb2bc07a4d43b5ef94ed5a35d280"), side: reconcile.AD, either: true,
			producer: "Format-Table", kind: "other", verdict: Refuse, says: "Format-Table or Format-List"},
		{name: "hashtables", grid: tableOf("IsReadOnly,IsFixedSize,IsSynchronized,Keys,Values,SyncRoot,Count", "Keys=System.Collections.Hashtable+KeyCollection|Count=3"), side: reconcile.AD, either: true,
			producer: "hashtables", kind: "other", verdict: Refuse, says: "hashtables were exported"},

		// Controls: one source must not shadow another.
		{name: "an AD export with a column Length", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid,Length,Count,Values", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1+"|Length=12"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "an AD export with dates of the password", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid,PasswordLastSet,PasswordNeverExpires,PasswordExpired", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "an AD export with an operating system, as of a join with computers", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid,OperatingSystem", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "an AD export with the cloud's id beside", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid,AzObjectId", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1+"|AzObjectId="+guid3), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText},
		{name: "an AD export with what the cloud has of it beside", grid: tableOf(adUserHeader+",mail,proxyAddresses,mS-DS-ConsistencyGuid,Id,OnPremisesSyncEnabled", adAsa+"|mail=asa@contoso.com|proxyAddresses="+asaLists+"|mS-DS-ConsistencyGuid="+anchor1+"|Id="+guid3+"|OnPremisesSyncEnabled=True"), side: reconcile.AD,
			producer: "Get-ADUser", kind: "ad-users", verdict: Use, first: adText, both: true},
		{name: "a Graph export with a column of the admin center's", grid: tableOf("Id,UserPrincipalName,Mail,ProxyAddresses,OnPremisesSyncEnabled,OnPremisesImmutableId,AccountEnabled,Display name,Licenses", mgAsa[:strings.Index(mgAsa, "|DisplayName")]+"|AccountEnabled=True|Display name=Asa"), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "Get-MsolUser with a renamed column", grid: tableOf(msolHeader+",Manager name", "ObjectId="+guid1+"|UserPrincipalName=asa@contoso.com|BlockCredential=False|ImmutableId="+anchor1+"|LastDirSyncTime=9/14/2025 3:12:44 AM|ProxyAddresses="+asaLists+"|Manager name=x"), side: reconcile.Cloud,
			producer: "Get-MsolUser", kind: "cloud-users", verdict: Use},
		{name: "a Graph export with the on-premises account and its DN", grid: tableOf("Id,UserPrincipalName,Mail,ProxyAddresses,OnPremisesSyncEnabled,OnPremisesImmutableId,AccountEnabled,SamAccountName,DistinguishedName", mgAsa[:strings.Index(mgAsa, "|DisplayName")]+"|AccountEnabled=True|SamAccountName=asa|DistinguishedName=CN=Asa,DC=contoso,DC=com"), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: mgText},
		{name: "a Graph export of groups and users with the template's words as values", grid: tableOf("Id,UserPrincipalName,Mail,ProxyAddresses,OnPremisesSyncEnabled,OnPremisesImmutableId,DisplayName,AccountEnabled", mgAsa[:strings.Index(mgAsa, "|DisplayName")]+"|DisplayName=version:v1.0|AccountEnabled=True"), side: reconcile.Cloud,
			producer: "Get-MgUser", kind: "cloud-users", verdict: Use, first: mgText},
	}
}

const anchorGUID = "0d9f1c2b-3a4e-4f56-8a7b-9c0d1e2f3a4b"

// recordText is a record on one line: id, class, UPN, mail, addresses, anchor, enabled, synced, SID.
func recordText(r *reconcile.Record) string {
	or := func(text string) string {
		if text == "" {
			return "-"
		}
		return text
	}
	text := fmt.Sprintf("%s %s %s %s %s %s %s", r.ID, r.Class, or(r.UserPrincipalName), or(r.Mail), fmt.Sprint(r.ProxyAddresses),
		or(r.ConsistencyGUID+r.ImmutableID), [...]string{"unknown", "no", "yes"}[r.Enabled])
	if r.SyncEnabled {
		text += " synced"
	}
	if r.SID != "" {
		text += " " + r.SID
	}
	return text
}

func (c *sourceCase) text(g grid) string {
	text := g.csv()
	if c.typed != "" {
		text = "#TYPE " + c.typed + "\r\n" + text
	}
	return text
}

func inspected(t testing.TB, path string, o Options) *Report {
	t.Helper()
	r, err := Inspect(context.Background(), path, o)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return r
}

func damageText(r *Report) string {
	var b strings.Builder
	for _, d := range r.Damage {
		fmt.Fprintf(&b, "%s %s: %s\n", d.Severity, d.Code, d.Text)
	}
	return b.String()
}

func (c *sourceCase) check(t *testing.T, how, path string) *Report {
	t.Helper()
	r := inspected(t, path, c.options)
	fits := r.Verdict == c.verdict || c.verdict == usable && r.Verdict != Refuse
	if r.Producer != c.producer || r.Kind != c.kind || !fits {
		t.Errorf("%s: %s, %s, %s; want %s, %s, %s\n%s", how, r.Producer, r.Kind, r.Verdict, c.producer, c.kind, c.verdict, damageText(r))
	}
	for _, part := range strings.Split(c.says, "|") {
		if !strings.Contains(strings.ToLower(damageText(r)), strings.ToLower(part)) {
			t.Errorf("%s: %q is not in the damage:\n%s", how, part, damageText(r))
		}
	}
	if r.Verdict == Refuse && r.Command == "" {
		t.Errorf("%s: refused, and no way out is told", how)
	}
	return r
}

// Every source is told by its columns, in whatever order, case and company, and its file's name says nothing.
func TestProducers(t *testing.T) {
	for _, c := range sources() {
		t.Run(c.name, func(t *testing.T) {
			path := save(t, "users.csv", c.text(c.grid))
			c.check(t, "as it is", path)
			c.open(t, path)
			random := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			c.check(t, "columns in another order", save(t, "users.csv", c.text(shuffled(c.grid, random))))
			c.check(t, "ten more columns", save(t, "users.csv", c.text(withMore(c.grid))))
			c.check(t, "headers in capitals", save(t, "users.csv", c.text(withHeaders(c.grid, strings.ToUpper))))
			c.check(t, "headers in small letters", save(t, "users.csv", c.text(withHeaders(c.grid, strings.ToLower))))
			c.check(t, "a name that lies", save(t, "exportUsers_2025-9-1.xlsx.txt", c.text(c.grid)))
			c.check(t, "all of it, with semicolons", save(t, "AD.txt", c.semicolons(withMore(shuffled(withHeaders(c.grid, strings.ToUpper), random)))))
		})
	}
}

// open opens the file for both sides.
func (c *sourceCase) open(t *testing.T, path string) {
	t.Helper()
	if c.verdict != Refuse {
		f := open(t, path, c.side, c.options)
		list := records(t, f)
		if got := recordText(&list[0]); c.first != "" && got != c.first {
			t.Errorf("the first record\n got %s\nwant %s", got, c.first)
		}
	} else {
		refused(t, path, c.side, c.options)
	}
	if c.both {
		return
	}
	refusal := refused(t, path, reconcile.Cloud-c.side, c.options).Error()
	if c.either && !strings.Contains(refusal, strings.Split(c.says, "|")[0]) {
		t.Errorf("for the other side it is not said what the file is:\n%s", refusal)
	}
}

func (c *sourceCase) semicolons(g grid) string {
	text := g.text(";", "\n", false)
	if c.typed != "" {
		text = "\"#TYPE " + c.typed + "\"\n" + text
	}
	return text
}

func shuffled(g grid, random *rand.Rand) grid {
	order := random.Perm(len(g[0]))
	out := make(grid, len(g))
	for y, row := range g {
		for _, x := range order {
			out[y] = append(out[y], row[x])
		}
	}
	return out
}

// withMore puts ten columns that nothing asks for in front, among and behind the others.
func withMore(g grid) grid {
	more := []string{"Cost center", "Building", "extensionAttribute1", "Manager e-mail", "Badge no.", "Notes", "Hire date", "Floor", "T-shirt", "Column1"}
	out := make(grid, len(g))
	for y, row := range g {
		out[y] = slices.Clone(row)
		for i, name := range more {
			if y > 0 {
				name = "x" + fmt.Sprint(i)
			}
			at := i * len(row) / len(more)
			out[y] = slices.Insert(out[y], at, name)
		}
	}
	return out
}

func withHeaders(g grid, change func(string) string) grid {
	out := slices.Clone(g)
	out[0] = nil
	for _, h := range g[0] {
		out[0] = append(out[0], change(h))
	}
	return out
}

// A workbook of a source's table is the same.
func TestProducersInWorkbooks(t *testing.T) {
	for _, c := range sources() {
		if c.typed != "" {
			continue
		}
		c.check(t, c.name+", a workbook", workbook(t, sheetGrid{name: "Export", grid: c.grid}))
	}
}

// Files that hold no table, or none of ours.
func TestOtherFiles(t *testing.T) {
	screen := "\r\nDisplayName  UserPrincipalName ProxyAddresses\r\n-----------  ----------------- --------------\r\nAsa          asa@contoso.com   {SMTP:asa@contoso.com, smtp:a.o@fabri...\r\n\r\n"
	list := "\r\n\r\nDisplayName       : Asa\r\nUserPrincipalName : asa@contoso.com\r\nProxyAddresses    : {SMTP:asa@contoso.com}\r\n\r\n"
	compound := func(stream string) string {
		name := make([]byte, 128)
		for i, c := range stream {
			name[2*i] = byte(c)
		}
		return "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 504) + string(name) + strings.Repeat("\x00", 384)
	}
	for _, c := range []struct{ name, content, format, code, says string }{
		{"a console table", screen, "screen", "ScreenTable", "shows on a screen"},
		{"a console table in UTF-16", "\xff\xfe" + utf16Text(screen, binary.LittleEndian), "screen", "ScreenTable", "shows on a screen"},
		{"a console list", list, "screen", "ScreenTable", "shows on a screen"},
		{"a console list in UTF-16", "\xff\xfe" + utf16Text(list, binary.LittleEndian), "screen", "ScreenTable", "shows on a screen"},
		{"JSON", `[{"Id":"` + guid1 + `","UserPrincipalName":"asa@contoso.com","ProxyAddresses":["SMTP:asa@contoso.com"]}]`, "json", "JSON", "this is JSON"},
		{"one page of JSON", `{"@odata.context":"x","@odata.nextLink":"y","value":[{"id":"` + guid1 + `"}]}`, "json", "JSON", "only the first page"},
		{"shallow JSON", `[{"Id":"` + guid1 + `","ProxyAddresses":"System.Collections.Generic.List` + "`" + `1[System.String]"}]`, "json", "JSON", "-Depth 4"},
		{"JSON in UTF-16", "\xff\xfe" + utf16Text(`[{"Id":"x"}]`, binary.LittleEndian), "json", "JSON", "this is JSON"},
		{"LDIF", "dn: CN=Asa,DC=contoso,DC=com\nchangetype: add\nobjectGUID:: 1MOyofbliUerzRI0VniQqw==\n", "ldif", "LDIF", "LDIF"},
		{"LDIF with its version", "version: 1\n\ndn:: Q049QXNh\n", "ldif", "LDIF", "LDIF"},
		{"a web page", "<html><body><table><tr><td>Id</td></tr></table></body></html>", "xml", "OtherFormat", "HTML or XML"},
		{"a workbook with a password", compound("EncryptedPackage"), "xlsx", "Encrypted", "password"},
		{"old Excel", compound("Workbook"), "xlsx", "OtherFormat", "old Office format"},
		{"xlsb", zipped(t, map[string]string{"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}), "xlsx", "OtherFormat", ""},
		{"ods", zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "xlsx", "OtherFormat", ""},
		{"strings", "\"Length\"\r\n\"15\"\r\n\"16\"\r\n", "csv", "NotObjects", "strings were exported"},
		{"strings with #TYPE", "#TYPE System.String\r\n\"Length\"\r\n\"15\"\r\n", "csv", "NotObjects", "strings were exported"},
		{"the template with its version line", "\ufeffversion:v1.0\r\n" + tableOf(bulkCreateHeader, "Name [displayName] Required=Asa").text(",", "\r\n", false), "csv", "CreateTemplate", "template"},
		{"nothing", "", "csv", "NoRows", "empty"},
		{"no header", guid1 + ",asa@contoso.com,Asa\n" + guid2 + ",bert@contoso.com,Bert\n", "csv", "NoHeader", "no header row"},
	} {
		for _, name := range []string{"users.csv", "users.xlsx", "users.xls", "tenant.json"} {
			path := save(t, name, c.content)
			r := inspected(t, path, Options{})
			if r.Verdict != Refuse || r.Kind != "other" || r.Format != c.format || len(r.Damage) == 0 || r.Damage[0].Code != c.code || !strings.Contains(damageText(r), c.says) {
				t.Errorf("%s named %s: %s, %s, %s; want %s, %s\n%s", c.name, name, r.Verdict, r.Kind, r.Format, c.format, c.code, damageText(r))
			}
			for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
				if refusal := refused(t, path, side, Options{}); refusal.Reasons[0].Code != c.code {
					t.Errorf("%s named %s for %s: %v", c.name, name, side, refusal)
				}
			}
		}
	}
}

// The real files, where they are: what Inspect says of each.
func TestInspectRealFiles(t *testing.T) {
	if _, err := os.Stat(realFiles); err != nil {
		t.Skipf("SKIPPED: the real exports are not here: %v", err)
	}
	for name, want := range map[string]string{
		"aduser_properties-star_unexpanded.csv":                     "Get-ADUser ad-users refuse FirstObjectColumns",
		"aduser_default_TYPE-line_header-only.csv":                  "Get-ADUser ad-users refuse NoRows",
		"azaduser_default_unexpanded_REDACTED.csv":                  "Get-AzADUser cloud-users refuse WrongFile",
		"entra_bulk-create_template_version-line.csv":               "Entra bulk-create template other refuse CreateTemplate",
		"similar_ad_users_saved-by-excel.csv":                       "password list other refuse Passwords",
		"adgroup_select_badblood.csv":                               "Get-ADGroup ad-groups refuse MissingColumn",
		"no-header_mockaroo_users.csv":                              " other refuse NoHeader",
		"reconstructed/csvde_export.csv":                            "csvde ad-users use AnyOrNone",
		"reconstructed/mguser_joined_semicolon.csv":                 "Get-MgUser cloud-users use AnyOrNone",
		"reconstructed/mguser_default_properties.csv":               "Get-MgUser cloud-users refuse BlankByDefault",
		"reconstructed/mguser_all_properties_unexpanded.csv":        "Get-MgUser cloud-users refuse Unexpanded",
		"reconstructed/m365_export-users_2025.csv":                  "Microsoft 365 admin center cloud-users refuse MissingColumn",
		"reconstructed/entra_download-users_documented-header.csv":  "Entra admin center cloud-users refuse PortalDownload",
		"reconstructed/entra_download-users_2021_formula-cells.csv": "Entra admin center cloud-users refuse PortalDownload",
		"reconstructed/graph-explorer_users_default.json":           " other refuse JSON",
		"reconstructed/out-file_table_utf16le.txt":                  " other refuse ScreenTable",
	} {
		r := inspected(t, filepath.Join(realFiles, filepath.FromSlash(name)), Options{})
		code := "AnyOrNone"
		if r.Verdict == Refuse {
			code = r.Damage[0].Code
		}
		if got := fmt.Sprint(r.Producer, " ", r.Kind, " ", r.Verdict, " ", code); got != want {
			t.Errorf("%s:\n got %s\nwant %s\n%s", name, got, want, damageText(r))
		}
	}
}
