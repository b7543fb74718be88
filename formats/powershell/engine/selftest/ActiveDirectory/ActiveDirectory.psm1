# Stand-in for the ActiveDirectory module: a directory in the JSON file that SMTPMATCH_STUB_AD names, with
# the rules of AD that matter to the scripts: multi-valued attributes are sets without case and come back
# in any order, a modify request is done as a whole or not at all, attributes that the schema lacks are
# errors, an empty value in -Replace is an error, errors have the types of the real module.
# Settings of the file: dc, domains, schema (known msExch attributes), denied (guids that refuse a write),
# sameCase (a write that differs only in case is taken and does nothing), dieAfter (the process ends after
# so many writes), writes (counted).

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

class ADException : System.Exception {
    ADException([string]$m) : base($m) {}
}
class ADIdentityNotFoundException : System.Exception {
    ADIdentityNotFoundException([string]$m) : base($m) {}
}
class ADServerDownException : System.Exception {
    ADServerDownException([string]$m) : base($m) {}
}

$baseNames = @('mail', 'proxyAddresses', 'userPrincipalName', 'objectClass')

function Read-Directory {
    return (Get-Content -LiteralPath $env:SMTPMATCH_STUB_AD -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Save-Directory {
    param([object]$Directory)
    $text = ConvertTo-Json -InputObject $Directory -Depth 8
    Set-Content -LiteralPath $env:SMTPMATCH_STUB_AD -Value $text -Encoding UTF8 -WhatIf:$false -Confirm:$false
}

function Get-Stored {
    param([object]$Object, [string]$Name)
    $property = $Object.PSObject.Properties[$Name]
    if ($null -ne $property) { @($property.Value) | Where-Object -FilterScript { $null -ne $_ } }
}

function Find-Object {
    param([object]$Directory, [string]$Identity)
    foreach ($o in @($Directory.objects)) {
        if ([string]::CompareOrdinal($o.objectGUID, $Identity) -eq 0) { return $o }
    }
    throw [ADIdentityNotFoundException]::new('Cannot find an object with identity: ' + $Identity + ' under: DC=example.')
}

function Test-Server {
    param([object]$Directory, [string]$Server)
    $known = @($Directory.dc.HostName) + @($Directory.domains)
    if ($known -notcontains $Server) { throw [ADServerDownException]::new('Unable to contact the server.') }
}

function Test-Name {
    param([object]$Directory, [string[]]$Name)
    foreach ($n in $Name) {
        if ((@($baseNames) + @($Directory.schema)) -notcontains $n) {
            throw [System.ArgumentException]::new('One or more properties are invalid.')
        }
    }
}

function New-View {
    param([object]$Object, [string[]]$Name)
    $view = [ordered]@{ ObjectGUID = [guid]$Object.objectGUID; ObjectClass = $Object.objectClass }
    foreach ($n in $Name) {
        if ($n -eq 'objectClass') { continue }
        $values = @(Get-Stored -Object $Object -Name $n)
        if ($values.Count -eq 0) { continue }
        if ($n -eq 'proxyAddresses') {
            $list = [System.Collections.ArrayList]::new()
            for ($i = $values.Count - 1; $i -ge 0; $i--) { [void]$list.Add($values[$i]) }
            $view[$n] = $list
        } else {
            $view[$n] = $values[0]
        }
    }
    return [pscustomobject]$view
}

function ConvertFrom-FilterText {
    param([string]$Text)
    return [regex]::Replace($Text, '\\([0-9a-f]{2})', { param($m) [string][char][Convert]::ToInt32($m.Groups[1].Value, 16) })
}

function Test-Filter {
    param([object]$Object, [string]$Filter)
    foreach ($m in [regex]::Matches($Filter, '\(([A-Za-z]+)=([^()]*)\)')) {
        $want = ConvertFrom-FilterText -Text $m.Groups[2].Value
        foreach ($v in @(Get-Stored -Object $Object -Name $m.Groups[1].Value)) {
            if ([string]::Equals([string]$v, $want, [StringComparison]::OrdinalIgnoreCase)) { return $true }
        }
    }
    return $false
}

function Get-ADRootDSE {
    [CmdletBinding()]
    param([string]$Server)
    Test-Server -Directory (Read-Directory) -Server $Server
    return [pscustomobject]@{ schemaNamingContext = 'CN=Schema,CN=Configuration,DC=example' }
}

function Get-ADForest {
    [CmdletBinding()]
    param([string]$Server)
    $directory = Read-Directory
    Test-Server -Directory $directory -Server $Server
    return [pscustomobject]@{ Domains = @($directory.domains) }
}

function Get-ADDomainController {
    [CmdletBinding()]
    param([string]$Identity, [string]$Server)
    $directory = Read-Directory
    Test-Server -Directory $directory -Server $Server
    if ($directory.dc.HostName -ne $Identity) {
        throw [ADIdentityNotFoundException]::new('Cannot find directory server with identity: ' + $Identity)
    }
    return $directory.dc
}

function Get-ADObject {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(Mandatory = $true, ParameterSetName = 'Identity')]
        [string]$Identity,
        [Parameter(Mandatory = $true, ParameterSetName = 'Filter')]
        [string]$LDAPFilter,
        [Parameter(ParameterSetName = 'Filter')]
        [string]$SearchBase,
        [string[]]$Properties = @(),
        [string]$Server
    )
    $directory = Read-Directory
    Test-Server -Directory $directory -Server $Server
    Test-Name -Directory $directory -Name $Properties
    if ($PSCmdlet.ParameterSetName -eq 'Identity') {
        return (New-View -Object (Find-Object -Directory $directory -Identity $Identity) -Name $Properties)
    }
    if ($SearchBase -match '^CN=Schema,') {
        foreach ($n in @($directory.schema)) {
            if ($LDAPFilter -eq ('(lDAPDisplayName=' + $n + ')')) { [pscustomobject]@{ Name = $n } }
        }
        return
    }
    foreach ($o in @($directory.objects)) {
        if (Test-Filter -Object $o -Filter $LDAPFilter) { New-View -Object $o -Name $Properties }
    }
}

function Test-Value {
    param([string]$Name, [object]$Value)
    if (($Value -isnot [string]) -and ($Value -isnot [string[]])) {
        throw [System.ArgumentException]::new('Invalid type. Parameter name: ' + $Name)
    }
    $values = @($Value)
    if ($values.Count -eq 0) { throw [System.ArgumentException]::new('Cannot validate argument on parameter Replace.') }
    if (($Name -eq 'mail') -and ($values.Count -gt 1)) { throw [ADException]::new('Multiple values were specified for an attribute that can have only one value.') }
    $seen = @{}
    foreach ($v in $values) {
        $key = $v.ToLowerInvariant()
        if (($v.Length -eq 0) -or ($v.Length -gt 1123)) { throw [ADException]::new('A value for the attribute was not in the acceptable range of values.') }
        if ($seen.ContainsKey($key)) { throw [ADException]::new('The specified directory service attribute or value already exists.') }
        $seen[$key] = $true
    }
}

function Test-OnlyCase {
    param([object[]]$Left, [object[]]$Right)
    return (((@($Left) | Sort-Object) -join [char]10) -eq ((@($Right) | Sort-Object) -join [char]10))
}

function Set-ADObject {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [string]$Identity,
        [hashtable]$Replace = @{},
        [string[]]$Clear = @(),
        [string]$Server
    )
    $directory = Read-Directory
    Test-Server -Directory $directory -Server $Server
    $object = Find-Object -Directory $directory -Identity $Identity
    Test-Name -Directory $directory -Name (@($Replace.Keys) + @($Clear))
    if (-not $PSCmdlet.ShouldProcess($Identity, 'Set')) { return }
    if (@($directory.denied) -contains $Identity) { throw [ADException]::new('Insufficient access rights to perform the operation') }
    foreach ($n in $Replace.Keys) { Test-Value -Name $n -Value $Replace[$n] }
    foreach ($n in $Replace.Keys) {
        $values = @($Replace[$n])
        if ($directory.sameCase -and (Test-OnlyCase -Left @(Get-Stored -Object $object -Name $n) -Right $values)) { continue }
        Add-Member -InputObject $object -MemberType NoteProperty -Name $n -Value $values -Force
    }
    foreach ($n in $Clear) { Add-Member -InputObject $object -MemberType NoteProperty -Name $n -Value @() -Force }
    $directory.writes++
    Save-Directory -Directory $directory
    if (($directory.dieAfter -gt 0) -and ($directory.writes -ge $directory.dieAfter)) { [Environment]::Exit(9) }
}

Export-ModuleMember -Function Get-ADObject, Set-ADObject, Get-ADRootDSE, Get-ADDomainController, Get-ADForest
