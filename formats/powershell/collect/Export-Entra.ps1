#requires -Version 5.1
<#
.SYNOPSIS
    Exports users, groups, contacts, deleted users, role holders, domains and the switches of a tenant of Microsoft
    Entra for smtpmatch. Changes nothing.
.DESCRIPTION
    Made by smtpmatch %Version%. For Windows PowerShell 5.1 and PowerShell 7, with Microsoft Graph PowerShell 2:
      Install-Module Microsoft.Graph.Authentication, Microsoft.Graph.Users, Microsoft.Graph.Groups,
        Microsoft.Graph.Identity.DirectoryManagement, Microsoft.Graph.Identity.Governance -Scope CurrentUser
    Writes cloud-users.csv, cloud-groups.csv, cloud-contacts.csv, cloud-deleted-users.csv, roles.csv, domains.csv and
    tenant.json, and beside each a side file NAME.export.json with its rows, its SHA-256 and the columns that were
    asked for, by which smtpmatch knows that the export is whole. UTF-8 with BOM, CRLF, every cell in quotes.

    All or nothing: the files get their names when everything has been read, and a run that fails leaves nothing in
    the folder. Rows are written as they come; a million users need no more memory than a few.

    Roles: users who hold a directory role, assigned or eligible, directly or as members of a group that holds one.
    Eligible roles need Entra ID P2; without it the script says so and writes the assigned ones. Users who are only
    eligible for membership of such a group are not listed.

    Rights. The script asks for these delegated permissions, all of them to read only:
      User.Read.All                            users and deleted users
      GroupMember.Read.All                     groups and their members
      OrgContact.Read.All                      contacts
      Domain.Read.All                          domains
      RoleManagement.Read.Directory            role holders
      OnPremDirectorySynchronization.Read.All  switches of the tenant
    The person who signs in: Global Reader. For the switches of the tenant Microsoft names Global Administrator alone;
    -SkipTenantSwitches leaves them out, and smtpmatch then takes the defaults and says so. The sign-in is for this
    process only. It can carry further permissions that the tenant gave to Microsoft Graph PowerShell earlier; the
    script uses none of them.

    The files hold personal data: write them where only you can read.
    Exit codes: 0 done, 1 failed; then no file was replaced unless the message is about moving one.
.PARAMETER OutputFolder
    Where to write; the current folder if not given. It is made if it is not there.
.PARAMETER TenantId
    The tenant to sign in to, by its id or one of its domains.
.PARAMETER UseExistingConnection
    Use the connection that Connect-MgGraph made before, and leave it open: for other ways to sign in (device code,
    certificate, national clouds).
.PARAMETER WithSourceOfAuthority
    Fill OnPremisesObjectIdentifier and IsCloudManaged of users that came from on-premises. That is two requests for
    each of them, many hours for a large tenant. Microsoft knows no permission that only reads IsCloudManaged: it
    needs User-OnPremisesSyncBehavior.ReadWrite.All, for which this script does not ask. Connect with it yourself,
    and give -UseExistingConnection as well. Without this switch both columns are blank, and smtpmatch says what
    follows.
.PARAMETER SkipRoles
    Leave roles.csv out.
.PARAMETER SkipTenantSwitches
    Leave tenant.json out.
.PARAMETER Force
    Replace the files of an earlier run.
.EXAMPLE
    .\Export-Entra.ps1 -OutputFolder D:\smtpmatch
.EXAMPLE
    .\Export-Entra.ps1 -OutputFolder D:\smtpmatch -TenantId example.onmicrosoft.com -SkipTenantSwitches
.EXAMPLE
    $scopes = 'User.Read.All', 'GroupMember.Read.All', 'OrgContact.Read.All', 'Domain.Read.All',
        'RoleManagement.Read.Directory', 'OnPremDirectorySynchronization.Read.All',
        'User-OnPremisesSyncBehavior.ReadWrite.All'
    Connect-MgGraph -ContextScope Process -Scopes $scopes
    .\Export-Entra.ps1 -OutputFolder D:\smtpmatch -UseExistingConnection -WithSourceOfAuthority
#>
[CmdletBinding()]
param(
    [string]$OutputFolder = '.',

    [string]$TenantId = '',

    [switch]$UseExistingConnection,

    [switch]$WithSourceOfAuthority,

    [switch]$SkipRoles,

    [switch]$SkipTenantSwitches,

    [switch]$Force
)

# --- shared: this part is the same in Export-AD.ps1 and Export-Entra.ps1 ---
# Every cell is written as the directory has it, in quotes. No apostrophe is put before = + - or @, which would
# change the value: smtpmatch reads cells as text. A spreadsheet may run such a cell as a formula and damages
# addresses and ids: look into these files with an editor, and let smtpmatch make the workbook.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$quote   = [string][char]34
$lineEnd = [string][char]13 + [string][char]10
$utf8    = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $true
$exports = New-Object -TypeName System.Collections.ArrayList
$folder  = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputFolder)

function Write-Line {
    param([string]$Text)
    Write-Information -MessageData $Text -InformationAction Continue
}

function Get-TimeText {
    param([datetime]$Time)
    if ($Time.Kind -eq [System.DateTimeKind]::Unspecified) { $Time = [datetime]::SpecifyKind($Time, 'Utc') }
    return ($Time.ToUniversalTime().ToString('s') + 'Z')
}

function Test-X400 {
    param([string]$Text)
    return $Text.StartsWith('X400:', [System.StringComparison]::OrdinalIgnoreCase)
}

# Values are joined with a semicolon. X400 values hold semicolons and may end in one, so a value without a prefix
# behind them could not be told from their end: they go last.
function Join-Value {
    param([object]$Value)
    $texts  = @(foreach ($v in $Value) { ConvertTo-Text -Value $v })
    $others = @(foreach ($t in $texts) { if (($t.Length -gt 0) -and -not (Test-X400 -Text $t)) { $t } })
    $x400   = @(foreach ($t in $texts) { if (Test-X400 -Text $t) { $t } })
    return (($others + $x400) -join ';')
}

# The text of any value that the cmdlets give, the same in every culture and in both versions of PowerShell. A value
# that has no text but the name of its type ends the run: such a cell would hide what the directory holds.
function ConvertTo-Text {
    param([object]$Value)
    if ($null -eq $Value) { return '' }
    if ($Value -is [string]) { return $Value }
    if ($Value -is [byte[]]) { return [System.Convert]::ToBase64String($Value) }
    if ($Value -is [datetime]) { return (Get-TimeText -Time $Value) }
    if ($Value -is [System.Collections.IDictionary]) { throw 'A value is a table and has no text.' }
    if ($Value -is [System.Collections.IEnumerable]) { return (Join-Value -Value $Value) }
    $text       = [string]$Value
    $isTypeName = [string]::CompareOrdinal($text, $Value.GetType().ToString()) -eq 0
    if ($isTypeName -or ($text -match '^(@\{|(Deserialized\.)?(System|Microsoft)\.)')) { throw ('A value has no text but ' + $text + '.') }
    return $text
}

function ConvertTo-Line {
    param([string[]]$Cell)
    $quoted = foreach ($c in $Cell) { $quote + $c.Replace($quote, $quote + $quote) + $quote }
    return ($quoted -join ',')
}

# JSON in ASCII: ConvertTo-Json lays it out differently in the two versions of PowerShell.
function ConvertTo-JsonText {
    param([string]$Text)
    $json = New-Object -TypeName System.Text.StringBuilder
    foreach ($c in $Text.ToCharArray()) {
        $n = [int]$c
        if (($n -lt 32) -or ($n -gt 126) -or ($n -eq 34) -or ($n -eq 92)) {
            [void]$json.Append('\u' + $n.ToString('x4'))
        } else {
            [void]$json.Append($c)
        }
    }
    return ($quote + $json.ToString() + $quote)
}

function Open-TextFile {
    param([string]$Path)
    $writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList $Path, $false, $utf8
    $writer.NewLine = $lineEnd
    return $writer
}

function Get-SideName {
    param([string]$File)
    return [System.IO.Path]::ChangeExtension($File, '.export.json')
}

# Nothing is overwritten that the operator did not say may go.
function Initialize-Folder {
    param([string[]]$Name)
    [void][System.IO.Directory]::CreateDirectory($folder)
    if ($Force) { return }
    foreach ($n in $Name) {
        foreach ($file in @($n, (Get-SideName -File $n))) {
            if ([System.IO.File]::Exists([System.IO.Path]::Combine($folder, $file))) {
                throw ($file + ' is in ' + $folder + ' already. Give -Force to replace it, or another -OutputFolder.')
            }
        }
    }
}

# An export is written under another name, row by row, and gets its own name when the whole run is done.
function Open-Export {
    param([string]$File, [string[]]$Exported, [string]$Source)
    $path   = [System.IO.Path]::Combine($folder, $File)
    $export = @{
        File     = $File
        Path     = $path
        Side     = Get-SideName -File $path
        Exported = $Exported
        Source   = $Source
        Rows     = 0
        Writer   = $null
    }
    [void]$exports.Add($export)
    $export.Writer = Open-TextFile -Path ($path + '.partial')
    return $export
}

function Open-Table {
    param([string]$File, [string[]]$Column, [string[]]$Exported, [string]$Source)
    $export = Open-Export -File $File -Exported $Exported -Source $Source
    $export.Writer.WriteLine((ConvertTo-Line -Cell $Column))
    return $export
}

function Add-Row {
    param([hashtable]$Export, [string[]]$Cell)
    $Export.Writer.WriteLine((ConvertTo-Line -Cell $Cell))
    $Export.Rows++
    if (($Export.Rows % 500) -eq 0) { Write-Progress -Activity $Export.File -Status ([string]$Export.Rows + ' rows') }
    if (($Export.Rows % 50000) -eq 0) { Write-Line -Text ($Export.File + ': ' + [string]$Export.Rows + ' rows so far') }
}

# The cells of a row: Select-Object gave the properties in the order of the columns, and $null for those that the
# object does not have.
function Get-Cell {
    param([object]$Object)
    foreach ($p in $Object.PSObject.Properties) {
        $value = $p.Value
        if ($null -eq $value) {
            ''
        } elseif ($value -is [string]) {
            $value
        } else {
            ConvertTo-Text -Value $value
        }
    }
}

function Add-Object {
    param([hashtable]$Export, [Parameter(ValueFromPipeline = $true)][object]$InputObject)
    process {
        Add-Row -Export $Export -Cell @(Get-Cell -Object $InputObject)
    }
}

# The side file says what the export cannot say of itself: that it is whole, and which columns were asked for, so
# that a blank one is known to be blank.
function Close-Export {
    param([hashtable]$Export)
    $Export.Writer.Dispose()
    $Export.Writer = $null
    Write-Progress -Activity $Export.File -Completed
    $hash    = (Get-FileHash -LiteralPath ($Export.Path + '.partial') -Algorithm SHA256).Hash.ToLowerInvariant()
    $columns = @(foreach ($c in $Export.Exported) { ConvertTo-JsonText -Text $c }) -join ','
    $values  = @(
        (ConvertTo-JsonText -Text 'rows') + ':' + [string]$Export.Rows
        (ConvertTo-JsonText -Text 'sha256') + ':' + (ConvertTo-JsonText -Text $hash)
        (ConvertTo-JsonText -Text 'columns') + ':[' + $columns + ']'
        (ConvertTo-JsonText -Text 'time') + ':' + (ConvertTo-JsonText -Text (Get-TimeText -Time (Get-Date)))
        (ConvertTo-JsonText -Text 'source') + ':' + (ConvertTo-JsonText -Text $Export.Source)
    )
    $writer = Open-TextFile -Path ($Export.Side + '.partial')
    try { $writer.WriteLine('{' + ($values -join ',') + '}') } finally { $writer.Dispose() }
    Write-Line -Text ($Export.File + ': ' + [string]$Export.Rows + ' rows')
}

# The old side file goes first and the new one comes last: where a side file stands, the export beside it is whole,
# even if the run is killed here.
function Publish-Export {
    foreach ($export in $exports) {
        [System.IO.File]::Delete($export.Side)
        [System.IO.File]::Delete($export.Path)
        [System.IO.File]::Move($export.Path + '.partial', $export.Path)
        [System.IO.File]::Move($export.Side + '.partial', $export.Side)
    }
}

function Remove-Partial {
    foreach ($export in $exports) {
        if ($null -ne $export.Writer) { $export.Writer.Dispose() }
        [System.IO.File]::Delete($export.Path + '.partial')
        [System.IO.File]::Delete($export.Side + '.partial')
    }
}

# An export without rows is named, so that nobody takes it for one that was cut off.
function Write-Result {
    foreach ($export in $exports) {
        if ($export.Rows -eq 0) { Write-Line -Text ($export.File + ' has no rows.') }
    }
    Write-Line -Text ('Written to ' + $folder)
}

# --- end of the shared part ---

$userColumns = @(
    'Id', 'UserPrincipalName', 'Mail', 'MailNickname', 'ProxyAddresses', 'DisplayName', 'GivenName', 'Surname',
    'EmployeeId', 'Department', 'JobTitle', 'UserType', 'AccountEnabled', 'OnPremisesSyncEnabled',
    'OnPremisesImmutableId', 'OnPremisesSecurityIdentifier', 'OnPremisesSamAccountName',
    'OnPremisesObjectIdentifier', 'IsCloudManaged', 'DeletedDateTime'
)
$authority    = @('OnPremisesObjectIdentifier', 'IsCloudManaged')
$groupColumns = @(
    'Id', 'Mail', 'MailNickname', 'ProxyAddresses', 'DisplayName', 'MailEnabled', 'SecurityEnabled', 'GroupTypes',
    'OnPremisesSyncEnabled', 'OnPremisesSecurityIdentifier'
)
$contactColumns = @('Id', 'Mail', 'MailNickname', 'ProxyAddresses', 'DisplayName', 'OnPremisesSyncEnabled')
$domainColumns  = @('Id', 'IsVerified', 'AuthenticationType', 'IsInitial')
$roleColumns    = @('Id', 'UserPrincipalName', 'Assignment', 'Role', 'DirectoryScopeId', 'GroupId')

# The cmdlets that are used, by module. Only they are loaded: whole modules would pass the limit that Windows
# PowerShell sets to the number of functions.
$modules = [ordered]@{
    'Microsoft.Graph.Authentication'               = @('Connect-MgGraph', 'Disconnect-MgGraph', 'Get-MgContext', 'Invoke-MgGraphRequest')
    'Microsoft.Graph.Users'                        = @('Get-MgUser')
    'Microsoft.Graph.Groups'                       = @('Get-MgGroup', 'Get-MgGroupTransitiveMember')
    'Microsoft.Graph.Identity.DirectoryManagement' = @(
        'Get-MgContact', 'Get-MgDirectoryDeletedItemAsUser', 'Get-MgDirectoryOnPremiseSynchronization', 'Get-MgDomain'
    )
    'Microsoft.Graph.Identity.Governance'          = @(
        'Get-MgRoleManagementDirectoryRoleAssignment', 'Get-MgRoleManagementDirectoryRoleDefinition',
        'Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance'
    )
}

function Import-Graph {
    foreach ($name in $modules.Keys) {
        try {
            Import-Module -Name $name -MinimumVersion '2.0.0' -Function $modules[$name] -Cmdlet $modules[$name] -ErrorAction Stop
        } catch {
            throw ('The module ' + $name + ' cannot be loaded: ' + $_.Exception.Message + ' Get it with Install-Module.')
        }
    }
}

function Connect-Tenant {
    if ($UseExistingConnection) {
        if ($null -eq (Get-MgContext)) { throw 'There is no connection to use: run Connect-MgGraph first.' }
        return
    }
    if ($WithSourceOfAuthority) {
        throw '-WithSourceOfAuthority needs -UseExistingConnection: it takes a permission that also writes; see the help.'
    }
    $scopes = @('User.Read.All', 'GroupMember.Read.All', 'OrgContact.Read.All', 'Domain.Read.All')
    if (-not $SkipRoles) { $scopes += 'RoleManagement.Read.Directory' }
    if (-not $SkipTenantSwitches) { $scopes += 'OnPremDirectorySynchronization.Read.All' }
    $call = @{ Scopes = $scopes; ContextScope = 'Process'; NoWelcome = $true; ErrorAction = 'Stop' }
    if ($TenantId.Length -gt 0) { $call['TenantId'] = $TenantId }
    [void](Connect-MgGraph @call)
}

# What is short, or may be refused, comes before what takes long.
function Get-FileName {
    $names = @('domains.csv')
    if (-not $SkipTenantSwitches) { $names += 'tenant.json' }
    if (-not $SkipRoles) { $names += 'roles.csv' }
    return ($names + @('cloud-deleted-users.csv', 'cloud-contacts.csv', 'cloud-groups.csv', 'cloud-users.csv'))
}

# The cmdlets do the paging. ErrorAction is said in every call, because a module of scripts does not see the
# preference of this one.
function Export-Domain {
    $export = Open-Table -File 'domains.csv' -Column $domainColumns -Exported $domainColumns -Source ('Get-MgDomain' + $madeBy)
    Get-MgDomain -All -ErrorAction Stop |
        Select-Object -Property $domainColumns |
        Add-Object -Export $export
    Close-Export -Export $export
}

# The switches by name: those that the module knows, and those that it does not know yet.
function Get-TenantSwitch {
    param([object]$Feature)
    $switches = @{}
    foreach ($p in $Feature.PSObject.Properties) {
        if (($p.Value -is [bool]) -or (($null -eq $p.Value) -and $p.Name.EndsWith('Enabled'))) { $switches[$p.Name] = $p.Value }
    }
    $more = $Feature.AdditionalProperties
    foreach ($key in @($more.Keys)) {
        if ($more[$key] -is [bool]) { $switches[[string]$key] = $more[$key] }
    }
    return $switches
}

function Export-Tenant {
    $tenants = @(Get-MgDirectoryOnPremiseSynchronization -All -ErrorAction Stop)
    if ($tenants.Count -ne 1) { throw ([string]$tenants.Count + ' sets of switches came back instead of one.') }
    $switches = Get-TenantSwitch -Feature $tenants[0].Features
    $names    = [string[]]@($switches.Keys)
    [System.Array]::Sort($names, [System.StringComparer]::Ordinal)
    $lines = @(foreach ($n in $names) {
        $value = 'null'
        if ($null -ne $switches[$n]) { $value = ([string]$switches[$n]).ToLowerInvariant() }
        '    ' + (ConvertTo-JsonText -Text $n) + ': ' + $value
    })
    $export = Open-Export -File 'tenant.json' -Exported $names -Source ('Get-MgDirectoryOnPremiseSynchronization' + $madeBy)
    $export.Writer.WriteLine('{')
    $export.Writer.WriteLine('  ' + (ConvertTo-JsonText -Text 'Id') + ': ' + (ConvertTo-JsonText -Text $tenants[0].Id) + ',')
    $export.Writer.WriteLine('  ' + (ConvertTo-JsonText -Text 'Features') + ': {')
    $export.Writer.WriteLine($lines -join (',' + $lineEnd))
    $export.Writer.WriteLine('  }')
    $export.Writer.WriteLine('}')
    $export.Rows = 1
    Close-Export -Export $export
}

function Get-Additional {
    param([object]$Object, [string]$Name)
    if ($Object.AdditionalProperties.ContainsKey($Name)) { return [string]$Object.AdditionalProperties[$Name] }
    return ''
}

$groupMembers = @{}

# The users in a group that holds a role, once for each group.
function Get-GroupUser {
    param([string]$GroupId)
    if (-not $groupMembers.ContainsKey($GroupId)) {
        $groupMembers[$GroupId] = @(
            Get-MgGroupTransitiveMember -GroupId $GroupId -All -ErrorAction Stop |
                Where-Object -FilterScript { (Get-Additional -Object $_ -Name '@odata.type') -eq '#microsoft.graph.user' }
        )
    }
    return $groupMembers[$GroupId]
}

# A holder of which Graph does not tell what it is may be a deleted user: it is written with its id alone. An
# application is none that a sync could match.
function Add-Holder {
    param([hashtable]$Export, [object]$Entry, [string]$Assignment, [hashtable]$Names)
    $role  = [string]$Entry.RoleDefinitionId
    if ($Names.ContainsKey($role)) { $role = $Names[$role] }
    $scope = [string]$Entry.DirectoryScopeId
    $id    = [string]$Entry.PrincipalId
    $type  = ''
    $upn   = ''
    if ($null -ne $Entry.Principal) {
        $type = Get-Additional -Object $Entry.Principal -Name '@odata.type'
        $upn  = Get-Additional -Object $Entry.Principal -Name 'userPrincipalName'
    }
    if ($type -eq '#microsoft.graph.group') {
        foreach ($m in @(Get-GroupUser -GroupId $id)) {
            $upn = Get-Additional -Object $m -Name 'userPrincipalName'
            Add-Row -Export $Export -Cell @([string]$m.Id, $upn, $Assignment, $role, $scope, $id)
        }
    } elseif ($type -ne '#microsoft.graph.servicePrincipal') {
        Add-Row -Export $Export -Cell @($id, $upn, $Assignment, $role, $scope, '')
    }
}

function Test-LicenseError {
    param([object]$Record)
    $text = @([string]$Record.FullyQualifiedErrorId, $Record.Exception.Message, [string]$Record.ErrorDetails) -join ' '
    return ($text -match 'PremiumLicense|ID P2|ID Governance')
}

# Eligible roles are few, and are read to the end before any is written: the error for a missing license comes first.
function Get-EligibleRole {
    param([hashtable]$Export)
    try {
        $call = @{ All = $true; ExpandProperty = 'principal'; ErrorAction = 'Stop' }
        return @(Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance @call)
    } catch {
        if (-not (Test-LicenseError -Record $_)) { throw }
        Write-Warning -Message 'The tenant has no license for eligible roles (Entra ID P2): roles.csv holds only assigned ones.'
        $Export.Source = 'Get-MgRoleManagementDirectoryRoleAssignment; no license for eligible roles' + $madeBy
    }
}

function Export-Role {
    $names = @{}
    Get-MgRoleManagementDirectoryRoleDefinition -All -ErrorAction Stop |
        ForEach-Object -Process { $names[[string]$_.Id] = [string]$_.DisplayName }
    $source = 'Get-MgRoleManagementDirectoryRoleAssignment, Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance'
    $export = Open-Table -File 'roles.csv' -Column $roleColumns -Exported $roleColumns -Source ($source + $madeBy)
    Get-MgRoleManagementDirectoryRoleAssignment -All -ExpandProperty 'principal' -ErrorAction Stop |
        ForEach-Object -Process { Add-Holder -Export $export -Entry $_ -Assignment 'Assigned' -Names $names }
    Get-EligibleRole -Export $export |
        ForEach-Object -Process { Add-Holder -Export $export -Entry $_ -Assignment 'Eligible' -Names $names }
    Close-Export -Export $export
}

function Export-Contact {
    $export = Open-Table -File 'cloud-contacts.csv' -Column $contactColumns -Exported $contactColumns -Source ('Get-MgContact' + $madeBy)
    Get-MgContact -All -PageSize 999 -Property $contactColumns -ErrorAction Stop |
        Select-Object -Property $contactColumns |
        Add-Object -Export $export
    Close-Export -Export $export
}

# GroupMember.Read.All is the least permission that lists groups. Should a tenant hide addresses from it, that shows
# in that no mail-enabled group has one, which cannot be.
function Export-Group {
    $export = Open-Table -File 'cloud-groups.csv' -Column $groupColumns -Exported $groupColumns -Source ('Get-MgGroup' + $madeBy)
    $mailEnabled   = 0
    $withAddresses = 0
    Get-MgGroup -All -PageSize 999 -Property $groupColumns -ErrorAction Stop |
        Select-Object -Property $groupColumns |
        ForEach-Object -Process {
            if ($_.MailEnabled) { $mailEnabled++ }
            if (($null -ne $_.ProxyAddresses) -and (@($_.ProxyAddresses).Count -gt 0)) { $withAddresses++ }
            $_
        } |
        Add-Object -Export $export
    if (($mailEnabled -gt 0) -and ($withAddresses -eq 0)) {
        throw 'No mail-enabled group came with its addresses: connect with Group.Read.All, and give -UseExistingConnection.'
    }
    Close-Export -Export $export
}

function Export-DeletedUser {
    $asked  = @($userColumns | Where-Object -FilterScript { $authority -notcontains $_ })
    $source = 'Get-MgDirectoryDeletedItemAsUser' + $madeBy
    $export = Open-Table -File 'cloud-deleted-users.csv' -Column $userColumns -Exported $asked -Source $source
    Get-MgDirectoryDeletedItemAsUser -All -PageSize 999 -Property $asked -ErrorAction Stop |
        Select-Object -Property $userColumns |
        Add-Object -Export $export
    Close-Export -Export $export
}

function Get-Answer {
    param([string]$Uri, [string]$Key)
    $answer = Invoke-MgGraphRequest -Method 'GET' -Uri $Uri -OutputType 'HashTable' -ErrorAction Stop
    if ($answer.ContainsKey('value') -and ($answer['value'] -is [System.Collections.IDictionary])) { $answer = $answer['value'] }
    if (-not $answer.ContainsKey($Key)) { throw ('Graph does not tell ' + $Key + ' (' + $Uri + ').') }
    return $answer[$Key]
}

# Who never came from on-premises has neither. Both properties can only be read from one user at a time.
function Add-Authority {
    param([object]$User)
    $traces = @($User.OnPremisesImmutableId, $User.OnPremisesSecurityIdentifier, $User.OnPremisesSyncEnabled) -join ''
    if ($traces.Length -eq 0) { return }
    $uri = '/beta/users/' + $User.Id
    $name = 'onPremisesObjectIdentifier'
    $User.OnPremisesObjectIdentifier = Get-Answer -Uri ($uri + '?$select=id,' + $name) -Key $name
    $User.IsCloudManaged             = Get-Answer -Uri ($uri + '/onPremisesSyncBehavior') -Key 'isCloudManaged'
}

function Export-User {
    $asked    = @($userColumns | Where-Object -FilterScript { $authority -notcontains $_ })
    $exported = $asked
    if ($WithSourceOfAuthority) { $exported = $userColumns }
    $export = Open-Table -File 'cloud-users.csv' -Column $userColumns -Exported $exported -Source ('Get-MgUser' + $madeBy)
    Get-MgUser -All -PageSize 999 -Property $asked -ErrorAction Stop |
        Select-Object -Property $userColumns |
        ForEach-Object -Process {
            if ($WithSourceOfAuthority) { Add-Authority -User $_ }
            $_
        } |
        Add-Object -Export $export
    Close-Export -Export $export
}

function Export-File {
    param([string]$Name)
    switch ($Name) {
        'domains.csv' {
            Export-Domain
        }
        'tenant.json' {
            Export-Tenant
        }
        'roles.csv' {
            Export-Role
        }
        'cloud-deleted-users.csv' {
            Export-DeletedUser
        }
        'cloud-contacts.csv' {
            Export-Contact
        }
        'cloud-groups.csv' {
            Export-Group
        }
        'cloud-users.csv' {
            Export-User
        }
    }
}

# What to do about a file that cannot be had.
$hints = @{
    'tenant.json' = ' It takes a Global Administrator; -SkipTenantSwitches leaves it out.'
    'roles.csv'   = ' -SkipRoles leaves it out.'
}

function Export-Tenancy {
    foreach ($file in Get-FileName) {
        try {
            Export-File -Name $file
        } catch {
            throw ('Failed at ' + $file + ': ' + $_.Exception.Message + $hints[$file] + ' Nothing was written.')
        }
    }
}

$madeBy      = '; Export-Entra.ps1 of smtpmatch ' + '%Version%'
$code        = 1
$isConnected = $false
try {
    Initialize-Folder -Name @(Get-FileName)
    Import-Graph
    Connect-Tenant
    $isConnected = -not $UseExistingConnection
    Export-Tenancy
    Publish-Export
    Write-Result
    $code = 0
} catch {
    Write-Error -Message $_.Exception.Message -ErrorAction Continue
} finally {
    Remove-Partial
    if ($isConnected) { [void](Disconnect-MgGraph -ErrorAction SilentlyContinue) }
}
exit $code
