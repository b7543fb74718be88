# What the stand-ins for Microsoft Graph PowerShell share. The tenant is in the JSON file that SMTPMATCH_STUB_SYNC names:
# users, groups, contacts, deleted, domains, assigned and eligible (roles), members (by group), features, refused (the
# cmdlets that may not), failAfter (objects that a cmdlet gives before it fails), context (there is a connection). Their
# objects have the types of the real ones, a property that was not asked for is null, without -All there is one page,
# and errors do not end the pipeline by themselves. What matters for the test is traced in the file beside.

function New-Table {
    return , [System.Collections.Generic.Dictionary[string, object]]::new()
}

class MicrosoftGraphUser {
    [string]$Id
    [string]$UserPrincipalName
    [string]$Mail
    [string]$MailNickname
    [string[]]$ProxyAddresses
    [string]$DisplayName
    [string]$GivenName
    [string]$Surname
    [string]$EmployeeId
    [string]$Department
    [string]$JobTitle
    [string]$UserType
    [Nullable[bool]]$AccountEnabled
    [Nullable[bool]]$OnPremisesSyncEnabled
    [string]$OnPremisesImmutableId
    [string]$OnPremisesSecurityIdentifier
    [string]$OnPremisesSamAccountName
    [Nullable[datetime]]$DeletedDateTime
    [object]$PasswordProfile = [pscustomobject]@{ Password = $null }
    [System.Collections.Generic.Dictionary[string, object]]$AdditionalProperties = [System.Collections.Generic.Dictionary[string, object]]::new()
}

class MicrosoftGraphGroup {
    [string]$Id
    [string]$Mail
    [string]$MailNickname
    [System.Collections.Generic.List[string]]$ProxyAddresses
    [string]$DisplayName
    [Nullable[bool]]$MailEnabled
    [Nullable[bool]]$SecurityEnabled
    [string[]]$GroupTypes
    [Nullable[bool]]$OnPremisesSyncEnabled
    [string]$OnPremisesSecurityIdentifier
}

class MicrosoftGraphOrgContact {
    [string]$Id
    [string]$Mail
    [string]$MailNickname
    [string[]]$ProxyAddresses
    [string]$DisplayName
    [Nullable[bool]]$OnPremisesSyncEnabled
}

class MicrosoftGraphDomain {
    [string]$Id
    [Nullable[bool]]$IsVerified
    [string]$AuthenticationType
    [Nullable[bool]]$IsInitial
    [string[]]$SupportedServices
}

class MicrosoftGraphOnPremisesDirectorySynchronizationFeature {
    [Nullable[bool]]$BlockCloudObjectTakeoverThroughHardMatchEnabled
    [Nullable[bool]]$BlockSoftMatchEnabled
    [Nullable[bool]]$QuarantineUponProxyAddressesConflictEnabled
    [Nullable[bool]]$QuarantineUponUpnConflictEnabled
    [Nullable[bool]]$SoftMatchOnUpnEnabled
    [System.Collections.Generic.Dictionary[string, object]]$AdditionalProperties = [System.Collections.Generic.Dictionary[string, object]]::new()
}

function Read-Tenant {
    return (Get-Content -LiteralPath $env:SMTPMATCH_STUB_SYNC -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Write-Trace {
    param([string]$Text)
    Add-Content -LiteralPath ($env:SMTPMATCH_STUB_SYNC + '.trace') -Value $Text -Encoding UTF8
}

function Get-Stored {
    param([string]$Cmdlet, [string]$Kind, [switch]$All)
    $tenant = Read-Tenant
    if (@($tenant.refused) -contains $Cmdlet) { Write-Error -Message 'Insufficient privileges to complete the operation.'; return }
    $left = $tenant.failAfter.$Cmdlet
    $list = @($tenant.$Kind)
    if (-not $All) { $list = @($list | Select-Object -First 100) }
    foreach ($o in $list) {
        if ($null -ne $left) {
            if ($left -eq 0) { Write-Error -Message 'Too many retries: 429 TooManyRequests.'; return }
            $left--
        }
        $o
    }
}

function New-Typed {
    param([string]$Type, [object]$Values, [string[]]$Property)
    $typed = New-Object -TypeName $Type
    foreach ($p in $Values.PSObject.Properties) {
        if (($null -ne $p.Value) -and (($null -eq $Property) -or ($Property -contains $p.Name))) { $typed.($p.Name) = $p.Value }
    }
    return $typed
}

function New-Principal {
    param([object]$Values)
    $table = New-Table
    $table['@odata.type'] = '#microsoft.graph.' + $Values.type
    if ($Values.type -eq 'user') { $table['userPrincipalName'] = $Values.upn }
    return [pscustomobject]@{ Id = $Values.id; DeletedDateTime = $null; AdditionalProperties = $table }
}
