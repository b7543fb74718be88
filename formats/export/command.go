package export

import (
	"smtpmatch/reconcile"
)

// The commands that give exports which can be used, by side and class: what messages print. They hold
// every needed column and those that make the answer surer, of those that every directory has: asking
// Get-ADUser for an attribute of Exchange's fails where the schema was never extended.
var commands = [2]map[string]string{
	reconcile.AD: {
		reconcile.ClassUser: `Get-ADUser -Filter * -Properties mail,proxyAddresses,'mS-DS-ConsistencyGuid',displayName,employeeID,department,title,isCriticalSystemObject,adminCount |
  Select-Object ObjectGUID,ObjectClass,SID,SamAccountName,UserPrincipalName,mail,
    @{n='proxyAddresses';e={ $_.proxyAddresses -join ';' }},
    @{n='mS-DS-ConsistencyGuid';e={ if ($_.'mS-DS-ConsistencyGuid') { [Convert]::ToBase64String($_.'mS-DS-ConsistencyGuid') } }},
    DistinguishedName,DisplayName,GivenName,Surname,EmployeeID,Department,Title,Enabled,isCriticalSystemObject,adminCount |
  Export-Csv .\ad-users.csv -NoTypeInformation -Encoding UTF8`,
		reconcile.ClassGroup: `Get-ADGroup -Filter * -Properties mail,proxyAddresses,displayName,isCriticalSystemObject,adminCount |
  Select-Object ObjectGUID,ObjectClass,SID,SamAccountName,mail,@{n='proxyAddresses';e={ $_.proxyAddresses -join ';' }},
    DistinguishedName,DisplayName,GroupCategory,GroupScope,isCriticalSystemObject,adminCount |
  Export-Csv .\ad-groups.csv -NoTypeInformation -Encoding UTF8`,
		reconcile.ClassContact: `Get-ADObject -LDAPFilter '(objectClass=contact)' -Properties mail,proxyAddresses,displayName |
  Select-Object ObjectGUID,ObjectClass,mail,@{n='proxyAddresses';e={ $_.proxyAddresses -join ';' }},
    DistinguishedName,DisplayName |
  Export-Csv .\ad-contacts.csv -NoTypeInformation -Encoding UTF8`,
	},
	reconcile.Cloud: {
		reconcile.ClassUser: `$p = 'Id,UserPrincipalName,Mail,MailNickname,ProxyAddresses,DisplayName,GivenName,Surname,EmployeeId,Department,JobTitle,UserType,AccountEnabled,OnPremisesSyncEnabled,OnPremisesImmutableId,OnPremisesSecurityIdentifier,OnPremisesSamAccountName' -split ','
Get-MgUser -All -Property $p |
  Select-Object ($p | ForEach-Object { if ($_ -eq 'ProxyAddresses') { @{n='ProxyAddresses';e={ $_.ProxyAddresses -join ';' }} } else { $_ } }) |
  Export-Csv .\cloud-users.csv -NoTypeInformation -Encoding UTF8`,
		reconcile.ClassGroup: `Get-MgGroup -All -Property Id,Mail,MailNickname,ProxyAddresses,DisplayName,MailEnabled,SecurityEnabled,GroupTypes,OnPremisesSyncEnabled,OnPremisesSecurityIdentifier |
  Select-Object Id,Mail,MailNickname,@{n='ProxyAddresses';e={ $_.ProxyAddresses -join ';' }},DisplayName,MailEnabled,SecurityEnabled,
    @{n='GroupTypes';e={ $_.GroupTypes -join ';' }},OnPremisesSyncEnabled,OnPremisesSecurityIdentifier |
  Export-Csv .\cloud-groups.csv -NoTypeInformation -Encoding UTF8`,
		reconcile.ClassContact: `Get-MgContact -All -Property Id,Mail,MailNickname,ProxyAddresses,DisplayName,OnPremisesSyncEnabled |
  Select-Object Id,Mail,MailNickname,@{n='ProxyAddresses';e={ $_.ProxyAddresses -join ';' }},DisplayName,OnPremisesSyncEnabled |
  Export-Csv .\cloud-contacts.csv -NoTypeInformation -Encoding UTF8`,
	},
}

// Command gives the PowerShell command that exports objects of a class with every column needed.
func Command(side reconcile.Side, class string) string { return commands[side][class] }

// exportAgain is the cure of a refused file.
func exportAgain(side reconcile.Side, class string) string {
	command := Command(side, class)
	if command == "" {
		command = Command(side, reconcile.ClassUser)
	}
	return exportAgainWords + command
}

const exportAgainWords = "Export again with:\n"
