#requires -Version 5.1
#requires -Modules ADSync
<#
.SYNOPSIS
    Plan a85eedf2ffc2: stops the scheduler of Entra Connect Sync, so that no half-done batch is exported.
.DESCRIPTION
    Made by smtpmatch dev. Run it in Windows PowerShell 5.1 on the active Entra Connect server. Notes
    the present setting in scheduler.before.csv beside this script, turns SyncCycleEnabled off, and waits
    until a cycle that runs already has ended. Resume-SyncScheduler.ps1 puts the noted setting back.
    Sync must run again within 7 days.
    Exit codes: 0 done, 3 a precondition is not met and nothing was changed, 4 a cycle still runs after the
    timeout (the scheduler is off), 1 an error of PowerShell itself.
.PARAMETER TimeoutMinutes
    How long to wait for a running cycle.
.PARAMETER PollSeconds
    The pause between two looks.
.EXAMPLE
    .\Suspend-SyncScheduler.ps1 -WhatIf
.EXAMPLE
    .\Suspend-SyncScheduler.ps1
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [ValidateRange(1, 1440)]
    [int]$TimeoutMinutes = 120,

    [ValidateRange(0, 600)]
    [int]$PollSeconds = 10
)

# --- constants ---
$PlanId = 'a85eedf2ffc2'
# --- engine: identical in every plan, reviewed once ---

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# Get-ADSyncConnectorRunStatus is empty between two steps of a cycle, so idle means idle three times.
# SyncCycleInProgress came with a later version: Select-Object makes it empty where there is none.
function Wait-Idle {
    $deadline = (Get-Date).AddMinutes($TimeoutMinutes)
    $idle     = 0
    while ($idle -lt 3) {
        $scheduler = Get-ADSyncScheduler | Select-Object -Property SyncCycleInProgress
        $running   = @(Get-ADSyncConnectorRunStatus)
        if (($running.Count -eq 0) -and ($scheduler.SyncCycleInProgress -ne $true)) { $idle++ } else { $idle = 0 }
        if ($idle -lt 3) {
            if ((Get-Date) -gt $deadline) { return $false }
            Start-Sleep -Seconds $PollSeconds
        }
    }
    return $true
}

$notePath  = Join-Path -Path $PSScriptRoot -ChildPath 'scheduler.before.csv'
$scheduler = Get-ADSyncScheduler
if ($scheduler.StagingModeEnabled) {
    Write-Warning -Message 'This server is in staging mode: run the script on the active server. Nothing was changed.'
    exit 3
}
$noted = Test-Path -LiteralPath $notePath
if ($noted -and $scheduler.SyncCycleEnabled) {
    Write-Warning -Message 'scheduler.before.csv is there and yet the scheduler is on: somebody turned it on. Look into it, remove the file, run again. Nothing was changed.'
    exit 3
}
if ($PSCmdlet.ShouldProcess('Entra Connect Sync scheduler', 'Turn SyncCycleEnabled off')) {
    if (-not $noted) {
        [pscustomobject]@{
            PlanId           = $PlanId
            Computer         = [string]$env:COMPUTERNAME
            SyncCycleEnabled = [string]$scheduler.SyncCycleEnabled
            TimeUtc          = (Get-Date).ToUniversalTime().ToString('s') + 'Z'
        } | Export-Csv -LiteralPath $notePath -NoTypeInformation -Encoding UTF8 -Confirm:$false
    }
    if ($scheduler.SyncCycleEnabled) { Set-ADSyncScheduler -SyncCycleEnabled $false }
    if ((Get-ADSyncScheduler).SyncCycleEnabled) { throw 'The scheduler is still on.' }
    if (-not (Wait-Idle)) {
        Write-Warning -Message 'The scheduler is off, but a cycle still runs. Wait for its end before you change anything.'
        exit 4
    }
    Write-Output -InputObject 'The scheduler is off and no cycle runs. At the end: Resume-SyncScheduler.ps1'
}
exit 0
