# Stand-in for the ADSync module: a server in the JSON file that SMTPMATCH_STUB_SYNC names.
# Settings: scheduler (as Get-ADSyncScheduler gives it), polls (how often a connector is still seen to run),
# busy (how often a start is refused), cycle (the runs of the next cycle), runs (the history, newest first),
# started (policy types, in order).

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Read-Sync {
    return (Get-Content -LiteralPath $env:SMTPMATCH_STUB_SYNC -Raw -Encoding UTF8 | ConvertFrom-Json)
}

function Save-Sync {
    param([object]$Sync)
    $text = ConvertTo-Json -InputObject $Sync -Depth 8
    Set-Content -LiteralPath $env:SMTPMATCH_STUB_SYNC -Value $text -Encoding UTF8 -WhatIf:$false -Confirm:$false
}

function Get-ADSyncScheduler {
    [CmdletBinding()]
    param()
    return (Read-Sync).scheduler
}

function Set-ADSyncScheduler {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([bool]$SyncCycleEnabled)
    $sync = Read-Sync
    if ($PSCmdlet.ShouldProcess('scheduler')) {
        $sync.scheduler.SyncCycleEnabled = $SyncCycleEnabled
        Save-Sync -Sync $sync
    }
}

function Get-ADSyncConnectorRunStatus {
    [CmdletBinding()]
    param()
    $sync = Read-Sync
    if ($sync.polls -gt 0) {
        $sync.polls--
        Save-Sync -Sync $sync
        [pscustomobject]@{ RunState = 'Busy'; ConnectorName = 'corp.example.org' }
    }
}

# Like the real one it has no -WhatIf.
function Start-ADSyncSyncCycle {
    [CmdletBinding()]
    param([ValidateSet('Delta', 'Initial', 'Unspecified')][string]$PolicyType)
    $sync = Read-Sync
    if ($sync.busy -gt 0) {
        $sync.busy--
        Save-Sync -Sync $sync
        throw [System.InvalidOperationException]::new('System.InvalidOperationException: Connector: corp.example.org is busy.')
    }
    $sync.started = @($sync.started) + @($PolicyType)
    $sync.runs    = @($sync.cycle) + @($sync.runs)
    Save-Sync -Sync $sync
    return [pscustomobject]@{ Result = 'Success' }
}

# Like the real one it has -WhatIf, although it only reads.
function Get-ADSyncRunProfileResult {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([int]$NumberRequested, [switch]$RunStepDetails)
    if (-not $PSCmdlet.ShouldProcess('runs')) { return }
    foreach ($run in @((Read-Sync).runs | Where-Object -FilterScript { $null -ne $_ } | Select-Object -First $NumberRequested)) {
        if ($RunStepDetails) { $run } else { $run | Select-Object -Property * -ExcludeProperty RunStepResults }
    }
}

Export-ModuleMember -Function Get-ADSyncScheduler, Set-ADSyncScheduler, Get-ADSyncConnectorRunStatus, Start-ADSyncSyncCycle, Get-ADSyncRunProfileResult
