#requires -Version 5.1
#requires -Modules ADSync
<#
.SYNOPSIS
    Plan a85eedf2ffc2: runs one cycle of Entra Connect Sync, waits for its end, and shows its results.
.DESCRIPTION
    Made by smtpmatch dev. Run it in Windows PowerShell 5.1 on the active Entra Connect server, after
    the changes of a batch have replicated to the domain controller that Entra Connect reads. Refuses a
    server in staging mode and a suspended scheduler; a scheduler that Suspend-SyncScheduler.ps1 turned off
    is no hindrance. Waits until no cycle runs, starts one, waits for its end, and writes each step of its
    runs to Start-Sync.results.csv beside this script, with the counts and the errors of the exports.
    An export that succeeds is no proof: Entra may have put a clashing address into quarantine. Export the
    cloud users again and compare.
    Exit codes: 0 every run ended with success, 2 one did not, 3 a precondition is not met and nothing was
    started, 4 timeout, or the connectors stayed busy, 1 an error of PowerShell itself.
.PARAMETER PolicyType
    Delta is enough for changed attributes. Initial reads everything and takes long.
.PARAMETER TimeoutMinutes
    How long to wait for idle connectors, and again for the end of the cycle.
.PARAMETER PollSeconds
    The pause between two looks.
.PARAMETER MaxRetries
    How often to try again when Entra Connect says that it is busy.
.EXAMPLE
    .\Start-Sync.ps1 -WhatIf
.EXAMPLE
    .\Start-Sync.ps1 -PolicyType Delta
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [ValidateSet('Delta', 'Initial')]
    [string]$PolicyType = 'Delta',

    [ValidateRange(1, 1440)]
    [int]$TimeoutMinutes = 120,

    [ValidateRange(0, 600)]
    [int]$PollSeconds = 10,

    [ValidateRange(0, 100)]
    [int]$MaxRetries = 5
)

# --- constants ---
$PlanId = 'a85eedf2ffc2'
# --- engine: identical in every plan, reviewed once ---

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$runsRead = 200
$logPath  = Join-Path -Path $PSScriptRoot -ChildPath 'Start-Sync.results.csv'

function Test-SameText {
    param([string]$Left, [string]$Right)
    return ([string]::CompareOrdinal($Left, $Right) -eq 0)
}

# Get-ADSyncConnectorRunStatus is empty between two steps of a cycle, so idle means idle three times.
# SyncCycleInProgress came with a later version: Select-Object makes it empty where there is none.
function Wait-Idle {
    param([datetime]$Deadline)
    $idle = 0
    while ($idle -lt 3) {
        $scheduler = Get-ADSyncScheduler | Select-Object -Property SyncCycleInProgress
        $running   = @(Get-ADSyncConnectorRunStatus)
        if (($running.Count -eq 0) -and ($scheduler.SyncCycleInProgress -ne $true)) { $idle++ } else { $idle = 0 }
        if ($idle -lt 3) {
            if ((Get-Date) -gt $Deadline) { return $false }
            Start-Sleep -Seconds $PollSeconds
        }
    }
    return $true
}

# This cmdlet reads, and yet has -WhatIf: without the switch -WhatIf of this script would blank it.
function Get-Run {
    Get-ADSyncRunProfileResult -NumberRequested $runsRead -RunStepDetails -WhatIf:$false -Confirm:$false |
        Select-Object -Property RunHistoryId, ConnectorName, RunProfileName, IsRunComplete, Result, RunStepResults
}

function Get-NewRun {
    param([hashtable]$Known)
    foreach ($run in @(Get-Run)) {
        if (-not $Known.ContainsKey([string]$run.RunHistoryId)) { $run }
    }
}

# The end: idle, and there are runs that were not there before, all of them complete.
function Wait-NewRun {
    param([hashtable]$Known)
    $deadline = (Get-Date).AddMinutes($TimeoutMinutes)
    while (Wait-Idle -Deadline $deadline) {
        $new  = @(Get-NewRun -Known $Known)
        $open = @($new | Where-Object -FilterScript { $_.IsRunComplete -eq $false })
        if (($new.Count -gt 0) -and ($open.Count -eq 0)) { return $true }
        if ((Get-Date) -gt $deadline) { return $false }
        Start-Sleep -Seconds $PollSeconds
    }
    return $false
}

# Start-ADSyncSyncCycle has no -WhatIf: call this only after ShouldProcess.
function Invoke-Cycle {
    for ($try = 0; $try -le $MaxRetries; $try++) {
        try {
            Start-ADSyncSyncCycle -PolicyType $PolicyType | Out-Null
            return $true
        } catch {
            if ($_.Exception.Message -notmatch 'busy') { throw }
            Write-Warning -Message ('Entra Connect is busy: try {0} of {1}.' -f ($try + 1), ($MaxRetries + 1))
            Start-Sleep -Seconds $PollSeconds
        }
    }
    return $false
}

function Test-Success {
    param([string]$Result)
    return (Test-SameText -Left $Result.ToLowerInvariant() -Right 'success')
}

# Names and errors come from the directories: nothing of them may move the terminal.
function Get-PlainText {
    param([object]$Value)
    return ([string]$Value -creplace '[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', '?')
}

function Get-StepRow {
    param([object]$Run)
    $fields = @('StepResult', 'ExportAdd', 'ExportUpdate', 'ExportDelete', 'ExportFailure', 'FlowFailure', 'SyncErrors')
    $steps  = @($Run.RunStepResults | Where-Object -FilterScript { $null -ne $_ } | Select-Object -Property $fields)
    if ($steps.Count -eq 0) { $steps = @([pscustomobject]@{ StepResult = '' } | Select-Object -Property $fields) }
    foreach ($step in $steps) {
        [pscustomobject]@{
            PlanId         = $PlanId
            RunHistoryId   = [string]$Run.RunHistoryId
            ConnectorName  = Get-PlainText -Value $Run.ConnectorName
            RunProfileName = Get-PlainText -Value $Run.RunProfileName
            Result         = [string]$Run.Result
            StepResult     = [string]$step.StepResult
            ExportAdd      = [string]$step.ExportAdd
            ExportUpdate   = [string]$step.ExportUpdate
            ExportDelete   = [string]$step.ExportDelete
            ExportFailure  = [string]$step.ExportFailure
            FlowFailure    = [string]$step.FlowFailure
            SyncErrors     = Get-PlainText -Value (@($step.SyncErrors | Where-Object -FilterScript { $null -ne $_ }) -join '; ')
            TimeUtc        = (Get-Date).ToUniversalTime().ToString('s') + 'Z'
        }
    }
}

function Test-BadRow {
    param([object]$Row)
    if (-not (Test-Success -Result $Row.Result)) { return $true }
    if (($Row.StepResult.Length -gt 0) -and -not (Test-Success -Result $Row.StepResult)) { return $true }
    foreach ($count in @($Row.ExportFailure, $Row.FlowFailure)) {
        if (@('', '0') -cnotcontains $count) { return $true }
    }
    return $false
}

if ($PSVersionTable.PSVersion.Major -gt 5) {
    Write-Warning -Message 'The ADSync module is made for Windows PowerShell 5.1; this is a later PowerShell.'
}
$scheduler = Get-ADSyncScheduler | Select-Object -Property StagingModeEnabled, SchedulerSuspended, SyncCycleEnabled
if ($scheduler.StagingModeEnabled -eq $true) {
    Write-Warning -Message 'This server is in staging mode and exports nothing: run the script on the active server. Nothing was started.'
    exit 3
}
if ($scheduler.SchedulerSuspended -eq $true) {
    Write-Warning -Message 'The scheduler is suspended (is the wizard of Entra Connect open?). Nothing was started.'
    exit 3
}
if ($scheduler.SyncCycleEnabled -ne $true) {
    Write-Warning -Message 'The scheduler is off; this cycle runs all the same. At the end: Resume-SyncScheduler.ps1'
}
if (-not $PSCmdlet.ShouldProcess('Entra Connect Sync', 'Start a cycle of the type ' + $PolicyType)) { exit 0 }

if (-not (Wait-Idle -Deadline ((Get-Date).AddMinutes($TimeoutMinutes)))) {
    Write-Warning -Message 'Another cycle still runs. Nothing was started.'
    exit 4
}
$known = @{}
foreach ($run in @(Get-Run)) { $known[[string]$run.RunHistoryId] = $true }
if (-not (Invoke-Cycle)) {
    Write-Warning -Message 'Entra Connect stayed busy. Nothing was started.'
    exit 4
}
$ended = Wait-NewRun -Known $known

$bad  = 0
$runs = @(Get-NewRun -Known $known)
for ($i = $runs.Count - 1; $i -ge 0; $i--) {
    foreach ($row in @(Get-StepRow -Run $runs[$i])) {
        $row | Export-Csv -LiteralPath $logPath -Append -NoTypeInformation -Encoding UTF8 -WhatIf:$false -Confirm:$false
        $row
        if (Test-BadRow -Row $row) {
            $bad++
            Write-Warning -Message ('{0}, {1}: {2} {3}, {4} exports failed. {5}' -f $row.ConnectorName, $row.RunProfileName, $row.Result, $row.StepResult, $row.ExportFailure, $row.SyncErrors)
        }
    }
}
if (-not $ended) {
    Write-Warning -Message 'The cycle was started, but its end was not seen in time. Look at it in the Synchronization Service Manager.'
    exit 4
}
if ($bad -gt 0) {
    Write-Warning -Message ('{0} steps did not end with success.' -f $bad)
    exit 2
}
Write-Output -InputObject 'Every run ended with success. Now export the cloud users again and compare: success is no proof.'
exit 0
