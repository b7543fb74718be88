#requires -Version 5.1
#requires -Modules ADSync
<#
.SYNOPSIS
    Plan a85eedf2ffc2: puts the scheduler of Entra Connect Sync back to what it was.
.DESCRIPTION
    Made by smtpmatch dev. Run it in Windows PowerShell 5.1 on the Entra Connect server on which
    Suspend-SyncScheduler.ps1 ran. Restores the setting that is noted in scheduler.before.csv beside this
    script, which may have been off, and removes the note.
    Exit codes: 0 done, 3 a precondition is not met and nothing was changed, 1 an error of PowerShell
    itself.
.EXAMPLE
    .\Resume-SyncScheduler.ps1 -WhatIf
.EXAMPLE
    .\Resume-SyncScheduler.ps1
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param()

# --- constants ---
$PlanId = 'a85eedf2ffc2'
# --- engine: identical in every plan, reviewed once ---

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Test-SameText {
    param([string]$Left, [string]$Right)
    return ([string]::CompareOrdinal($Left, $Right) -eq 0)
}

$notePath = Join-Path -Path $PSScriptRoot -ChildPath 'scheduler.before.csv'
if (-not (Test-Path -LiteralPath $notePath)) {
    Write-Warning -Message 'There is no scheduler.before.csv: Suspend-SyncScheduler.ps1 did not run from this folder, or this script did already. Nothing was changed.'
    exit 3
}
$note = @(Import-Csv -LiteralPath $notePath -Encoding UTF8)
if (($note.Count -ne 1) -or -not (Test-SameText -Left $note[0].PlanId -Right $PlanId) -or
    -not (Test-SameText -Left $note[0].Computer -Right ([string]$env:COMPUTERNAME)) -or
    (@('True', 'False') -cnotcontains $note[0].SyncCycleEnabled)) {
    Write-Warning -Message 'scheduler.before.csv is from another plan or another server, or damaged. Nothing was changed.'
    exit 3
}
$before = Test-SameText -Left $note[0].SyncCycleEnabled -Right 'True'
if ($PSCmdlet.ShouldProcess('Entra Connect Sync scheduler', 'Set SyncCycleEnabled to ' + [string]$before)) {
    Set-ADSyncScheduler -SyncCycleEnabled $before
    if ((Get-ADSyncScheduler).SyncCycleEnabled -ne $before) { throw 'The scheduler did not take the setting.' }
    Remove-Item -LiteralPath $notePath -Confirm:$false
    Write-Output -InputObject ('SyncCycleEnabled is {0} again.' -f [string]$before)
}
exit 0
