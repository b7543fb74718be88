#requires -Version 5.1
#requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Batch B00001, undo: mail and proxyAddresses of 1 on-premises AD objects.
.DESCRIPTION
    Plan a85eedf2ffc2, smtpmatch dev. Holds no directory data: all values come from the CSV that is
    pinned below by its SHA-256. An object is written only if its live values are exactly those of the
    side it comes from; one that is on the other side already is left alone (AlreadyDone), and any other
    is reported (Drift) and never overwritten. Each object is written in one modify request and read
    again. Run the script again to resume after a stop.
    Each object is a row of the results CSV beside this script, also under -WhatIf: Changed, AlreadyDone,
    Drift, NotConfirmed, Failed, VerifyFailed.
    Exit codes: 0 all done, 2 some objects failed, 3 a precondition is not met and nothing was changed,
    4 stopped at the error limit, 1 an error of PowerShell itself. Ctrl+C ends with 0: look at the results.
.PARAMETER Server
    One writable domain controller (host name, no domain name) of the domain of the batch, for every read
    and write.
.PARAMETER MaxErrors
    Stop after this many objects that failed or drifted.
.EXAMPLE
    .\Undo-PrimarySmtp.B00001.ps1 -Server dc01.example.org -WhatIf
    Says what would be done, and writes nothing but the results CSV.
.EXAMPLE
    .\Undo-PrimarySmtp.B00001.ps1 -Server dc01.example.org
    Asks before each object; answer A for all of them. -Confirm:$false asks nothing.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory = $true)]
    [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$')]
    [string]$Server,

    [ValidateRange(1, 1000)]
    [int]$MaxErrors = 3
)

# --- constants: the only lines that differ between batches ---
$BatchId      = 'B00001'
$DataFile     = 'B00001.values.csv'
$DataSha256   = '443F3E4FA07066BF9DF901080A6D9E6D435FECC8728E383B9463597AB8BF6B19'
$ExpectedRows = [int]'3'
$FromSide     = 'After'
$ToSide       = 'Before'
# --- engine: identical in every batch, reviewed once ---

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

# The order of a multi-valued attribute means nothing; everything else about it counts, case too.
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

function Get-DifferentName {
    param([hashtable]$Left, [hashtable]$Right)
    foreach ($n in $names) {
        if (-not (Test-SameValue -Left $Left[$n] -Right $Right[$n])) { $n }
    }
}

function Test-SameState {
    param([hashtable]$Left, [hashtable]$Right)
    return (@(Get-DifferentName -Left $Left -Right $Right).Count -eq 0)
}

function Get-PlannedState {
    param([object[]]$Row, [string]$Side)
    $state = @{ mail = @(); proxyAddresses = @() }
    foreach ($r in $Row) {
        if (Test-SameText -Left $r.Side -Right $Side) { $state[$r.Attribute] += [string]$r.Value }
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

function Get-LiveObject {
    param([string]$Guid)
    $asked = @($names) + @('objectClass') + @($knownExchangeNames)
    # Select-Object gives a property to what is not set, which strict mode asks for.
    return (Get-ADObject -Identity $Guid -Server $Server -Properties $asked | Select-Object -Property $asked)
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

# What forbids to write the object whatever its addresses are.
function Get-Objection {
    param([object]$Live)
    if ($classes -cnotcontains [string]$Live.objectClass) { return 'It is no user, group or contact.' }
    foreach ($n in $knownExchangeNames) {
        foreach ($v in @($Live.$n)) {
            if ($null -ne $v) { return ('Exchange manages it on-premises now: ' + $n + ' has a value.') }
        }
    }
    return ''
}

function Get-WriteCall {
    param([string]$Guid, [hashtable]$Want)
    $replace = @{}
    $clear   = @()
    foreach ($n in $names) {
        if ($Want[$n].Count -eq 0) {
            $clear += $n
        } elseif (Test-SameText -Left $n -Right 'mail') {
            $replace[$n] = [string]$Want[$n][0]
        } else {
            $replace[$n] = [string[]]$Want[$n]
        }
    }
    $call = @{ Identity = $Guid; Server = $Server; Confirm = $false }
    if ($replace.Count -gt 0) { $call['Replace'] = $replace }
    if ($clear.Count -gt 0) { $call['Clear'] = [string[]]$clear }
    return $call
}

# The domain stands in the data, because it is data: one row of the side Batch.
function Get-DomainObstacle {
    param([object[]]$Row)
    $dc = Get-ADDomainController -Identity $Server -Server $Server
    if ($dc.IsReadOnly) { return 'The domain controller is read-only.' }
    foreach ($r in $Row) {
        if (Test-SameText -Left $r.Side -Right 'Batch') {
            if (Test-SameText -Left ([string]$r.Value).ToLowerInvariant() -Right ([string]$dc.Domain).ToLowerInvariant()) { return '' }
            return 'The domain controller serves another domain than that of the batch.'
        }
    }
    return ''
}

function Open-Result {
    if (Test-Path -LiteralPath $logPath) {
        # Writes nothing, and fails now if Excel holds the file, and not after the first change.
        Out-File -LiteralPath $logPath -InputObject '' -NoNewline -Append -Encoding UTF8 -WhatIf:$false -Confirm:$false
    } else {
        Out-File -LiteralPath $logPath -InputObject 'Seq,ObjectGuid,Status,Message,TimeUtc' -Encoding UTF8 -WhatIf:$false -Confirm:$false
    }
}

$dataPath = Join-Path -Path $PSScriptRoot -ChildPath $DataFile
$logPath  = Join-Path -Path $PSScriptRoot -ChildPath ($BatchId + '.to' + $ToSide + '.results.csv')
$obstacle = ''
try {
    $hash1 = (Get-FileHash -LiteralPath $dataPath -Algorithm SHA256).Hash
    $rows  = @(Import-Csv -LiteralPath $dataPath -Encoding UTF8)
    $hash2 = (Get-FileHash -LiteralPath $dataPath -Algorithm SHA256).Hash
    if (-not ((Test-SameText -Left $hash1 -Right $DataSha256) -and (Test-SameText -Left $hash2 -Right $DataSha256))) {
        $obstacle = 'The data file is not the one that this script was made for (SHA-256).'
    } elseif ($rows.Count -ne $ExpectedRows) {
        $obstacle = 'The data file has {0} rows, not {1}.' -f $rows.Count, $ExpectedRows
    } else {
        $obstacle = Get-DomainObstacle -Row $rows
    }
    if ($obstacle.Length -eq 0) {
        $knownExchangeNames = @(Get-ExchangeName)
        Open-Result
    }
} catch {
    $obstacle = $_.CategoryInfo.Reason + ': ' + $_.Exception.Message
}
if ($obstacle.Length -gt 0) {
    Write-Warning -Message ($BatchId + ': ' + $obstacle + ' Nothing was changed.')
    exit 3
}

$byGuid = @{}
$order  = @(foreach ($r in $rows) {
    if (Test-SameText -Left $r.Side -Right 'Batch') { continue }
    if (-not $byGuid.ContainsKey($r.ObjectGuid)) {
        $byGuid[$r.ObjectGuid] = @()
        $r.ObjectGuid
    }
    $byGuid[$r.ObjectGuid] += $r
})

$counts     = @{ Changed = 0; AlreadyDone = 0; Drift = 0; NotConfirmed = 0; Failed = 0; VerifyFailed = 0 }
$errorCount = 0
$seq        = 0
foreach ($guid in $order) {
    $seq++
    Write-Progress -Activity $BatchId -Status $guid -PercentComplete (100 * $seq / $order.Count)
    $status  = 'Failed'
    $message = ''
    try {
        $from      = Get-PlannedState -Row $byGuid[$guid] -Side $FromSide
        $want      = Get-PlannedState -Row $byGuid[$guid] -Side $ToSide
        $object    = Get-LiveObject -Guid $guid
        $live      = Get-LiveState -Live $object
        $objection = Get-Objection -Live $object
        if (Test-SameState -Left $live -Right $want) {
            $status = 'AlreadyDone'
        } elseif ($objection.Length -gt 0) {
            $status  = 'Drift'
            $message = $objection
        } elseif (-not (Test-SameState -Left $live -Right $from)) {
            $status  = 'Drift'
            $message = 'Neither as before nor as after: ' + (@(Get-DifferentName -Left $live -Right $from) -join ', ')
        } elseif ($PSCmdlet.ShouldProcess($guid, 'Set mail and proxyAddresses to side ' + $ToSide)) {
            $call = Get-WriteCall -Guid $guid -Want $want
            Set-ADObject @call
            $status  = 'VerifyFailed'
            $message = 'Read again, the values are not those that were written.'
            if (Test-SameState -Left (Get-LiveState -Live (Get-LiveObject -Guid $guid)) -Right $want) {
                $status  = 'Changed'
                $message = ''
            }
        } else {
            $status = 'NotConfirmed'
        }
    } catch {
        $message = $_.CategoryInfo.Reason + ': ' + $_.Exception.Message
    }
    $counts[$status]++
    if (@('Failed', 'Drift', 'VerifyFailed') -ccontains $status) { $errorCount++ }
    [pscustomobject]@{
        Seq        = [string]$seq
        ObjectGuid = $guid
        Status     = $status
        Message    = $message
        TimeUtc    = (Get-Date).ToUniversalTime().ToString('s') + 'Z'
    } | Export-Csv -LiteralPath $logPath -Append -NoTypeInformation -Encoding UTF8 -WhatIf:$false -Confirm:$false
    if ($errorCount -ge $MaxErrors) { break }
}
Write-Progress -Activity $BatchId -Completed

[pscustomobject]@{
    Batch        = $BatchId
    Side         = $ToSide
    Objects      = $order.Count
    Changed      = $counts['Changed']
    AlreadyDone  = $counts['AlreadyDone']
    Drift        = $counts['Drift']
    NotConfirmed = $counts['NotConfirmed']
    Failed       = $counts['Failed']
    VerifyFailed = $counts['VerifyFailed']
    NotReached   = $order.Count - $seq
    Results      = Split-Path -Path $logPath -Leaf
}
if ($errorCount -ge $MaxErrors) {
    Write-Warning -Message ('Stopped after {0} errors. Run again to resume.' -f $errorCount)
    exit 4
}
if ($errorCount -gt 0) { exit 2 }
exit 0
