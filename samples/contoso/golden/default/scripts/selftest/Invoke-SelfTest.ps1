#requires -Version 5.1
<#
.SYNOPSIS
    Runs the scripts of smtpmatch against a pretended directory: no AD, no network, nothing is changed.
.DESCRIPTION
    Plan a85eedf2ffc2, smtpmatch dev. Copies this folder to a temporary one and puts the stand-ins of the
    modules ActiveDirectory and ADSync that lie here before the real ones, for this process alone. Runs a
    fictitious batch B00000 of example.org, which has the same engine as the batches of the plan: -WhatIf,
    apply, apply again, undo, drift, error limit, changed data; then the scripts for the sync. Run it once
    under Windows PowerShell 5.1, and under PowerShell 7 where that is used, in a new window, and attach the
    output to the change.
    Exit codes: 0 PASSED, 2 FAILED, 1 an error of PowerShell itself.
.EXAMPLE
    .\Invoke-SelfTest.ps1
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$server = 'dc01.example.org'
$root   = Join-Path -Path $PSScriptRoot -ChildPath '..'

function Test-SameText {
    param([string]$Left, [string]$Right)
    return ([string]::CompareOrdinal($Left, $Right) -eq 0)
}

# The directory with every object on one side of the data, as the stand-in of ActiveDirectory reads it.
function Get-Directory {
    param([string]$Side)
    $objects = @{}
    $order   = @()
    foreach ($r in @(Import-Csv -LiteralPath (Join-Path -Path $work -ChildPath 'B00000.values.csv') -Encoding UTF8)) {
        if (Test-SameText -Left $r.Side -Right 'Batch') { continue }
        if (-not $objects.ContainsKey($r.ObjectGuid)) {
            $objects[$r.ObjectGuid] = @{ objectGUID = $r.ObjectGuid; objectClass = 'user'; mail = @(); proxyAddresses = @() }
            $order += $r.ObjectGuid
        }
        if (Test-SameText -Left $r.Side -Right $Side) { $objects[$r.ObjectGuid][$r.Attribute] += $r.Value }
    }
    return @{
        dc       = @{ HostName = $server; Domain = 'example.org'; IsReadOnly = $false }
        domains  = @('example.org')
        schema   = @()
        denied   = @()
        sameCase = $false
        dieAfter = 0
        writes   = 0
        objects  = @(foreach ($id in $order) { $objects[$id] })
    }
}

function Save-File {
    param([string]$Path, [object]$Value)
    Set-Content -LiteralPath $Path -Value (ConvertTo-Json -InputObject $Value -Depth 8) -Encoding UTF8
}

# All values of all objects as one text, in an order that depends on nothing but their characters.
function Get-Fingerprint {
    param([object]$Directory)
    $lines = @{}
    foreach ($o in @($Directory.objects)) {
        foreach ($n in @('mail', 'proxyAddresses')) {
            foreach ($v in @($o.$n)) {
                if ($null -ne $v) { $lines[(@($o.objectGUID, $n, (([string]$v).ToCharArray().ForEach([int]) -join ' ')) -join ':')] = $true }
            }
        }
    }
    return ((@($lines.Keys) | Sort-Object) -join '/')
}

function Test-Directory {
    param([string]$Side)
    $now = Get-Content -LiteralPath $env:SMTPMATCH_STUB_AD -Raw -Encoding UTF8 | ConvertFrom-Json
    return (Test-SameText -Left (Get-Fingerprint -Directory $now) -Right (Get-Fingerprint -Directory (Get-Directory -Side $Side)))
}

function Write-Check {
    param([string]$Name, [bool]$Good)
    $script:checks++
    if (-not $Good) { $script:failures++ }
    Write-Output -InputObject ('{0}  {1}' -f $(if ($Good) { 'ok    ' } else { 'FAILED' }), $Name)
}

function Invoke-Case {
    param([string]$Name, [string]$Script, [hashtable]$Argument, [int]$ExitCode)
    $global:LASTEXITCODE = -1
    try {
        switch ($Script) {
            'set' { .\Set-PrimarySmtp.B00000.ps1 @Argument *> $null }
            'undo' { .\Undo-PrimarySmtp.B00000.ps1 @Argument *> $null }
            'suspend' { .\Suspend-SyncScheduler.ps1 @Argument *> $null }
            'sync' { .\Start-Sync.ps1 @Argument *> $null }
            'resume' { .\Resume-SyncScheduler.ps1 @Argument *> $null }
        }
    } catch {
        Write-Output -InputObject ('        ' + $_.CategoryInfo.Reason + ': ' + $_.Exception.Message)
    }
    Write-Check -Name ('{0}: exit code {1}' -f $Name, $ExitCode) -Good ($global:LASTEXITCODE -eq $ExitCode)
}

$script:checks   = 0
$script:failures = 0
$ask   = @{ Server = $server; Confirm = $false }
$start = (Get-Location).ProviderPath
$kept  = @($env:PSModulePath, $env:SMTPMATCH_STUB_AD, $env:SMTPMATCH_STUB_SYNC)
$temp  = [System.IO.Path]::GetTempPath()
$work  = Join-Path -Path $temp -ChildPath ('smtpmatch-selftest-' + [guid]::NewGuid().ToString())
try {
    New-Item -ItemType Directory -Path $work | Out-Null
    foreach ($name in @('Set-PrimarySmtp.B00000.ps1', 'Undo-PrimarySmtp.B00000.ps1', 'B00000.values.csv')) { Copy-Item -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath $name) -Destination $work }
    foreach ($name in @('Suspend-SyncScheduler.ps1', 'Start-Sync.ps1', 'Resume-SyncScheduler.ps1')) { Copy-Item -LiteralPath (Join-Path -Path $root -ChildPath $name) -Destination $work }
    $env:PSModulePath        = $PSScriptRoot + [System.IO.Path]::PathSeparator + $env:PSModulePath
    $env:SMTPMATCH_STUB_AD   = Join-Path -Path $work -ChildPath 'ad.json'
    $env:SMTPMATCH_STUB_SYNC = Join-Path -Path $work -ChildPath 'sync.json'
    foreach ($name in @('ActiveDirectory', 'ADSync')) {
        Remove-Module -Name $name -Force -ErrorAction SilentlyContinue
        Import-Module -Name (Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath $name) -ChildPath ($name + '.psd1')) -Force -Global
    }
    Set-Location -LiteralPath $work
    Write-Output -InputObject ('smtpmatch self-test, PowerShell {0}' -f [string]$PSVersionTable.PSVersion)

    Save-File -Path $env:SMTPMATCH_STUB_AD -Value (Get-Directory -Side 'Before')
    Invoke-Case -Name '-WhatIf' -Script 'set' -Argument @{ Server = $server; WhatIf = $true } -ExitCode 0
    Write-Check -Name '-WhatIf wrote nothing to the directory' -Good (Test-Directory -Side 'Before')
    Write-Check -Name '-WhatIf wrote its results' -Good (Test-Path -LiteralPath (Join-Path -Path $work -ChildPath 'B00000.toAfter.results.csv'))
    Invoke-Case -Name 'apply' -Script 'set' -Argument $ask -ExitCode 0
    Write-Check -Name 'the directory is as the plan says' -Good (Test-Directory -Side 'After')
    Invoke-Case -Name 'apply again' -Script 'set' -Argument $ask -ExitCode 0
    Invoke-Case -Name 'undo' -Script 'undo' -Argument $ask -ExitCode 0
    Write-Check -Name 'the directory is as it was' -Good (Test-Directory -Side 'Before')

    $directory = Get-Directory -Side 'Before'
    $directory.objects[0].mail = @('somebody.else@example.org')
    Save-File -Path $env:SMTPMATCH_STUB_AD -Value $directory
    Invoke-Case -Name 'drift' -Script 'set' -Argument $ask -ExitCode 2
    Invoke-Case -Name 'error limit' -Script 'undo' -Argument @{ Server = $server; Confirm = $false; MaxErrors = 1 } -ExitCode 4
    Add-Content -LiteralPath (Join-Path -Path $work -ChildPath 'B00000.values.csv') -Value 'x' -Encoding UTF8
    Invoke-Case -Name 'changed data' -Script 'set' -Argument $ask -ExitCode 3

    $run = @{
        RunHistoryId   = '00000000-0000-0000-0000-000000000002'
        ConnectorName  = 'example.org'
        RunProfileName = 'Export'
        IsRunComplete  = $true
        Result         = 'success'
        RunStepResults = @(@{ StepResult = 'success'; ExportAdd = 0; ExportUpdate = 1; ExportDelete = 0; ExportFailure = 0 })
    }
    $scheduler = @{ StagingModeEnabled = $false; SchedulerSuspended = $false; SyncCycleEnabled = $true; SyncCycleInProgress = $false }
    $sync = @{ scheduler = $scheduler; polls = 1; busy = 0; cycle = @($run); runs = @(); started = @() }
    Save-File -Path $env:SMTPMATCH_STUB_SYNC -Value $sync
    Invoke-Case -Name 'suspend' -Script 'suspend' -Argument @{ PollSeconds = 0; Confirm = $false } -ExitCode 0
    Invoke-Case -Name 'sync' -Script 'sync' -Argument @{ PollSeconds = 0; Confirm = $false } -ExitCode 0
    Invoke-Case -Name 'resume' -Script 'resume' -Argument @{ Confirm = $false } -ExitCode 0
    $sync.scheduler.StagingModeEnabled = $true
    Save-File -Path $env:SMTPMATCH_STUB_SYNC -Value $sync
    Invoke-Case -Name 'sync in staging mode' -Script 'sync' -Argument @{ PollSeconds = 0; Confirm = $false } -ExitCode 3
} finally {
    Set-Location -LiteralPath $start
    foreach ($name in @('ActiveDirectory', 'ADSync')) { Remove-Module -Name $name -Force -ErrorAction SilentlyContinue }
    $env:PSModulePath        = $kept[0]
    $env:SMTPMATCH_STUB_AD   = $kept[1]
    $env:SMTPMATCH_STUB_SYNC = $kept[2]
    if (Test-Path -LiteralPath $work) { Remove-Item -LiteralPath $work -Recurse -Force }
}
if ($script:failures -gt 0) {
    Write-Output -InputObject ('FAILED: {0} of {1} checks' -f $script:failures, $script:checks)
    exit 2
}
Write-Output -InputObject ('PASSED: {0} checks' -f $script:checks)
exit 0
