#requires -Version 5.1
#requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Plan a85eedf2ffc2: says before the change whether the scripts could do what they say. Writes nothing to AD.
.DESCRIPTION
    Made by smtpmatch dev. Checks every file of this folder against SHA256SUMS, that the domain
    controller is writable and serves the domain, and for each object of the batches of that domain that it
    is there, that its live values are those before the change (Ready) or after it (AlreadyDone), that
    Exchange on-premises does not manage it, and that no other object of the forest holds an address that
    it will get. Each object is a row of Preflight.results.csv beside this script: Ready, AlreadyDone,
    Drift, Conflict, Failed.
    Exit codes: 0 everything is ready, 2 some objects are not, 3 a precondition is not met, 1 an error of
    PowerShell itself.
.PARAMETER Server
    One writable domain controller (host name, no domain name).
.PARAMETER Batch
    Only this batch, such as B00001. Without it all batches of the domain that the server serves.
.PARAMETER SkipForestSearch
    Do not look for other holders of the new addresses, which asks every domain of the forest.
.PARAMETER Signed
    The scripts were signed after the plan was made: a script whose checksum differs is taken if its
    signature is valid. The values files are always compared.
.EXAMPLE
    .\Test-Preflight.ps1 -Server dc01.example.org
.EXAMPLE
    .\Test-Preflight.ps1 -Server dc01.example.org -Batch B00001
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$')]
    [string]$Server,

    [ValidatePattern('^(B[0-9]{5,9})?$')]
    [string]$Batch = '',

    [switch]$SkipForestSearch,

    [switch]$Signed
)

# --- constants ---
$PlanId = 'a85eedf2ffc2'
# --- engine: identical in every plan, reviewed once ---

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$names         = @('mail', 'proxyAddresses')
$classes       = @('user', 'inetOrgPerson', 'group', 'contact')
$exchangeNames = @('msExchRecipientTypeDetails', 'msExchMailboxGuid', 'msExchRemoteRecipientType')

# Operators like -eq compare by language and skip invisible characters; this does not.
function Test-SameText {
    param([string]$Left, [string]$Right)
    return ([string]::CompareOrdinal($Left, $Right) -eq 0)
}

function Test-SameValue {
    param([string[]]$Left, [string[]]$Right)
    if (@($Left).Count -ne @($Right).Count) { return $false }
    foreach ($l in $Left) {
        $found = $false
        foreach ($r in $Right) {
            if (Test-SameText -Left $l -Right $r) { $found = $true }
        }
        if (-not $found) { return $false }
    }
    return $true
}

function Test-SameState {
    param([hashtable]$Left, [hashtable]$Right)
    foreach ($n in $names) {
        if (-not (Test-SameValue -Left $Left[$n] -Right $Right[$n])) { return $false }
    }
    return $true
}

function Get-PlannedState {
    param([object[]]$Row, [string]$Side)
    $state = @{ mail = @(); proxyAddresses = @() }
    foreach ($r in $Row) {
        if (Test-SameText -Left $r.Side -Right $Side) { $state[$r.Attribute] += [string]$r.Value }
    }
    return $state
}

function Get-LiveState {
    param([object]$Live)
    $state = @{ mail = @(); proxyAddresses = @() }
    foreach ($n in $names) {
        foreach ($v in @($Live.$n)) {
            if ($null -ne $v) { $state[$n] += [string]$v }
        }
    }
    return $state
}

# Reading an attribute that the schema does not have is an error, so ask the schema first.
function Get-ExchangeName {
    $schema = (Get-ADRootDSE -Server $Server).schemaNamingContext
    foreach ($n in $exchangeNames) {
        $found = @(Get-ADObject -LDAPFilter ('(lDAPDisplayName=' + $n + ')') -SearchBase $schema -Server $Server)
        if ($found.Count -gt 0) { $n }
    }
}

function Test-ExchangeObject {
    param([object]$Live)
    foreach ($n in $knownExchangeNames) {
        foreach ($v in @($Live.$n)) {
            if ($null -ne $v) { return $true }
        }
    }
    return $false
}

# Signing a script changes its checksum; then the signature has to vouch for it.
function Test-ExpectedFile {
    param([string]$Path, [string]$Sum)
    if (Test-SameText -Left (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash -Right $Sum) { return $true }
    if (-not $Signed -or ($Path -cnotmatch '\.ps1$')) { return $false }
    return (Test-SameText -Left ([string](Get-AuthenticodeSignature -LiteralPath $Path).Status) -Right 'Valid')
}

# The lines of SHA256SUMS that are not true.
function Get-SumProblem {
    foreach ($name in $sums.Keys) {
        $path = Join-Path -Path $PSScriptRoot -ChildPath $name
        if (-not (Test-Path -LiteralPath $path)) {
            $name + ' is missing.'
        } elseif (-not (Test-ExpectedFile -Path $path -Sum $sums[$name])) {
            $name + ' was changed (SHA-256).'
        }
    }
}

# RFC 4515; the backslash first.
function ConvertTo-FilterText {
    param([string]$Value)
    return $Value.Replace('\', '\5c').Replace('*', '\2a').Replace('(', '\28').Replace(')', '\29').Replace([string][char]0, '\00')
}

# SMTP addresses that the object gets and does not hold yet, compared as AD does, without case.
function Get-NewAddress {
    param([hashtable]$Before, [hashtable]$After)
    $held = @{}
    foreach ($v in $Before['proxyAddresses']) { $held[$v.ToLowerInvariant()] = $true }
    foreach ($v in $After['proxyAddresses']) {
        $key = $v.ToLowerInvariant()
        if (($key -cmatch '^smtp:') -and -not $held.ContainsKey($key)) { $v.Substring(5) }
    }
}

# The global catalog may not hold proxyAddresses and would find nothing, so ask every domain.
function Get-OtherHolder {
    param([string]$Guid, [string[]]$Address)
    foreach ($a in $Address) {
        $t      = ConvertTo-FilterText -Value $a
        $filter = '(|(proxyAddresses=smtp:' + $t + ')(mail=' + $t + ')(userPrincipalName=' + $t + '))'
        foreach ($s in $searchServers) {
            foreach ($o in @(Get-ADObject -LDAPFilter $filter -Server $s)) {
                $id = ([string]$o.ObjectGUID).ToLowerInvariant()
                if (-not (Test-SameText -Left $id -Right $Guid)) { $id }
            }
        }
    }
}

function Get-Verdict {
    param([string]$Guid, [object[]]$Row)
    $before = Get-PlannedState -Row $Row -Side 'Before'
    $after  = Get-PlannedState -Row $Row -Side 'After'
    $asked  = @($names) + @('objectClass') + @($knownExchangeNames)
    $object = Get-ADObject -Identity $Guid -Server $Server -Properties $asked | Select-Object -Property $asked
    $live   = Get-LiveState -Live $object
    if (Test-SameState -Left $live -Right $after) { return @('AlreadyDone', '') }
    if ($classes -cnotcontains [string]$object.objectClass) { return @('Drift', 'It is no user, group or contact.') }
    if (Test-ExchangeObject -Live $object) { return @('Drift', 'Exchange manages it on-premises now.') }
    if (-not (Test-SameState -Left $live -Right $before)) { return @('Drift', 'Neither as before nor as after.') }
    if (-not $SkipForestSearch) {
        $others = @(Get-OtherHolder -Guid $Guid -Address @(Get-NewAddress -Before $before -After $after))
        if ($others.Count -gt 0) { return @('Conflict', ('A new address is held by ' + ($others -join ', '))) }
    }
    return @('Ready', '')
}

$sums     = @{}
$obstacle = ''
try {
    foreach ($line in @(Get-Content -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'SHA256SUMS') -Encoding UTF8)) {
        if ($line -cnotmatch '^[0-9a-f]{64}  [A-Za-z0-9./-]+$') { throw 'SHA256SUMS has a line that is no checksum.' }
        $sums[$line.Substring(66)] = $line.Substring(0, 64).ToUpperInvariant()
    }
    $problems = @(Get-SumProblem)
    if ($problems.Count -gt 0) { $obstacle = $problems -join ' ' }
    $dc = Get-ADDomainController -Identity $Server -Server $Server
    if ($dc.IsReadOnly) { $obstacle = 'The domain controller is read-only.' }
    $knownExchangeNames = @(Get-ExchangeName)
    $searchServers      = @()
    if (-not $SkipForestSearch) { $searchServers = @((Get-ADForest -Server $Server).Domains) }
} catch {
    $obstacle = $_.CategoryInfo.Reason + ': ' + $_.Exception.Message
}
$files = @($sums.Keys | Where-Object -FilterScript { $_ -cmatch '^B[0-9]+\.values\.csv$' } | Sort-Object)
if ($Batch.Length -gt 0) {
    $files = @($files | Where-Object -FilterScript { Test-SameText -Left $_ -Right ($Batch + '.values.csv') })
    if (($files.Count -eq 0) -and ($obstacle.Length -eq 0)) { $obstacle = 'There is no such batch.' }
}
if ($obstacle.Length -gt 0) {
    Write-Warning -Message $obstacle
    exit 3
}
$logPath = Join-Path -Path $PSScriptRoot -ChildPath 'Preflight.results.csv'
if (-not (Test-Path -LiteralPath $logPath)) {
    Out-File -LiteralPath $logPath -InputObject 'Batch,ObjectGuid,Status,Message,TimeUtc' -Encoding UTF8
}

$counts   = @{ Ready = 0; AlreadyDone = 0; Drift = 0; Conflict = 0; Failed = 0 }
$reviewed = 0
foreach ($file in $files) {
    $name   = $file.Substring(0, $file.IndexOf('.'))
    $rows   = @(Import-Csv -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath $file) -Encoding UTF8)
    $domain = @($rows | Where-Object -FilterScript { Test-SameText -Left $_.Side -Right 'Batch' })
    if (($domain.Count -gt 0) -and -not (Test-SameText -Left ([string]$domain[0].Value).ToLowerInvariant() -Right ([string]$dc.Domain).ToLowerInvariant())) {
        if ($Batch.Length -gt 0) {
            Write-Warning -Message 'The domain controller serves another domain than that of the batch.'
            exit 3
        }
        continue
    }
    $reviewed++
    $byGuid = @{}
    $order  = @(foreach ($r in $rows) {
        if (Test-SameText -Left $r.Side -Right 'Batch') { continue }
        if (-not $byGuid.ContainsKey($r.ObjectGuid)) {
            $byGuid[$r.ObjectGuid] = @()
            $r.ObjectGuid
        }
        $byGuid[$r.ObjectGuid] += $r
    })
    $seq = 0
    foreach ($guid in $order) {
        $seq++
        Write-Progress -Activity $name -Status $guid -PercentComplete (100 * $seq / $order.Count)
        try {
            $verdict = @(Get-Verdict -Guid $guid -Row $byGuid[$guid])
        } catch {
            $verdict = @('Failed', ($_.CategoryInfo.Reason + ': ' + $_.Exception.Message))
        }
        $counts[$verdict[0]]++
        [pscustomobject]@{
            Batch      = $name
            ObjectGuid = $guid
            Status     = $verdict[0]
            Message    = $verdict[1]
            TimeUtc    = (Get-Date).ToUniversalTime().ToString('s') + 'Z'
        } | Export-Csv -LiteralPath $logPath -Append -NoTypeInformation -Encoding UTF8
    }
    Write-Progress -Activity $name -Completed
}

[pscustomobject]@{
    PlanId      = $PlanId
    Files       = $sums.Count
    Batches     = $reviewed
    Ready       = $counts['Ready']
    AlreadyDone = $counts['AlreadyDone']
    Drift       = $counts['Drift']
    Conflict    = $counts['Conflict']
    Failed      = $counts['Failed']
    Results     = 'Preflight.results.csv'
}
if (($counts['Drift'] + $counts['Conflict'] + $counts['Failed']) -gt 0) { exit 2 }
exit 0
