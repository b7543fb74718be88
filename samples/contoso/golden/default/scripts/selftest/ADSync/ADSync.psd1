@{
    RootModule        = 'ADSync.psm1'
    ModuleVersion     = '0.1'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a02'
    Description       = 'Stand-in of smtpmatch over a JSON file. Not the ADSync module.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-ADSyncScheduler', 'Set-ADSyncScheduler', 'Get-ADSyncConnectorRunStatus', 'Start-ADSyncSyncCycle', 'Get-ADSyncRunProfileResult')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
