# Stand-in for the ActiveDirectory module over the forest in the JSON file that SMTPMATCH_STUB_AD names: domains,
# closed (domains that cannot be reached), failAfter (objects that a domain gives before it fails), schema (the
# attributes that there are), objects (domain, cmdlet, values). Its objects are like the real ones: attributes that
# were not asked for or have no value are no properties at all, multi-values are an ADPropertyValueCollection, ids
# are Guid, binary values bytes, bare or in a collection. Errors do not end the pipeline by themselves.

enum ADGroupCategory {
    Distribution
    Security
}
class ADPropertyValueCollection : System.Collections.CollectionBase {
    [void] Put([object]$value) { [void]$this.InnerList.Add($value) }
}
class StubSid {
    [string]$Value
    [string] ToString() { return $this.Value }
}

$given = @{
    'Get-ADUser'   = @('DistinguishedName', 'Enabled', 'GivenName', 'Name', 'ObjectClass', 'ObjectGUID', 'SamAccountName', 'SID', 'Surname', 'UserPrincipalName')
    'Get-ADGroup'  = @('DistinguishedName', 'GroupCategory', 'GroupScope', 'Name', 'ObjectClass', 'ObjectGUID', 'SamAccountName', 'SID')
    'Get-ADObject' = @('DistinguishedName', 'Name', 'ObjectClass', 'ObjectGUID')
}

function Read-Forest {
    return (Get-Content -LiteralPath $env:SMTPMATCH_STUB_AD -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function New-Collection {
    param([object[]]$Value)
    $list = [ADPropertyValueCollection]::new()
    foreach ($v in $Value) { $list.Put($v) }
    return , $list
}

function ConvertTo-Typed {
    param([string]$Name, [object]$Value)
    switch ($Name) {
        'ObjectGUID' { return [guid]$Value }
        'SID' { return [StubSid]@{ Value = $Value } }
        'proxyAddresses' { return (New-Collection -Value $Value) }
        'mS-DS-ConsistencyGuid' { return , [Convert]::FromBase64String($Value) }
        'msExchMailboxGuid' { return (New-Collection -Value @(, [Convert]::FromBase64String($Value))) }
        'msExchRecipientTypeDetails' { return [long]$Value }
        'adminCount' { return [int]$Value }
        'GroupCategory' { return [ADGroupCategory]$Value }
    }
    return $Value
}

function New-View {
    param([object]$Object, [string]$Cmdlet, [string[]]$Asked)
    $view = [ordered]@{}
    foreach ($p in $Object.values.PSObject.Properties) {
        if (($given[$Cmdlet] -contains $p.Name) -or ($Asked -contains $p.Name)) { $view[$p.Name] = ConvertTo-Typed -Name $p.Name -Value $p.Value }
    }
    return [pscustomobject]$view
}

function Test-Door {
    param([object]$Forest, [string]$Server)
    if ((@($Forest.domains) -notcontains $Server) -or (@($Forest.closed) -contains $Server)) {
        Write-Error -Message 'Unable to contact the server. This may be because this server does not exist, it is currently down, or it does not have the Active Directory Web Services running.'
        return $false
    }
    return $true
}

function Get-Stored {
    param([string]$Cmdlet, [string]$Server, [string[]]$Properties)
    $forest = Read-Forest
    if (-not (Test-Door -Forest $forest -Server $Server)) { return }
    foreach ($n in $Properties) {
        if (@($forest.schema) -notcontains $n) { Write-Error -Message ('One or more properties are invalid. Parameter name: ' + $n); return }
    }
    $left = $forest.failAfter.$Server
    foreach ($o in @($forest.objects)) {
        if (($o.domain -ne $Server) -or ($o.cmdlet -ne $Cmdlet)) { continue }
        if ($null -ne $left) {
            if ($left -eq 0) { Write-Error -Message 'The server has returned the following error: invalid enumeration context.'; return }
            $left--
        }
        New-View -Object $o -Cmdlet $Cmdlet -Asked $Properties
    }
}

function Get-ADForest {
    [CmdletBinding()]
    param()
    return [pscustomobject]@{ Domains = (New-Collection -Value @((Read-Forest).domains)) }
}

function Get-ADDomain {
    [CmdletBinding()]
    param([string]$Identity, [string]$Server)
    if (Test-Door -Forest (Read-Forest) -Server $Server) { return [pscustomobject]@{ DNSRoot = $Identity } }
}

function Get-ADRootDSE {
    [CmdletBinding()]
    param([string]$Server)
    if (Test-Door -Forest (Read-Forest) -Server $Server) { return [pscustomobject]@{ schemaNamingContext = 'CN=Schema,CN=Configuration,DC=example' } }
}

function Get-ADUser {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)][string]$Filter, [string[]]$Properties, [string]$Server, [int]$ResultPageSize)
    Get-Stored -Cmdlet 'Get-ADUser' -Server $Server -Properties $Properties
}

function Get-ADGroup {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)][string]$Filter, [string[]]$Properties, [string]$Server, [int]$ResultPageSize)
    Get-Stored -Cmdlet 'Get-ADGroup' -Server $Server -Properties $Properties
}

function Get-ADObject {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)][string]$LDAPFilter, [string[]]$Properties, [string]$SearchBase, [string]$Server, [int]$ResultPageSize)
    if ($SearchBase -match '^CN=Schema,') {
        foreach ($n in @((Read-Forest).schema)) {
            if ($LDAPFilter -eq ('(lDAPDisplayName=' + $n + ')')) { [pscustomobject]@{ Name = $n } }
        }
        return
    }
    if ($LDAPFilter -ne '(objectClass=contact)') { throw 'The stand-in knows no such filter.' }
    Get-Stored -Cmdlet 'Get-ADObject' -Server $Server -Properties $Properties
}

Export-ModuleMember -Function Get-ADForest, Get-ADDomain, Get-ADRootDSE, Get-ADUser, Get-ADGroup, Get-ADObject
