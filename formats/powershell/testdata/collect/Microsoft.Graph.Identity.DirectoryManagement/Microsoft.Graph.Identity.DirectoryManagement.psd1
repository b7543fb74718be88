@{
    RootModule        = 'Microsoft.Graph.Identity.DirectoryManagement.psm1'
    ModuleVersion     = '2.25.0'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a13'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-MgContact', 'Get-MgDirectoryDeletedItemAsUser', 'Get-MgDirectoryOnPremiseSynchronization', 'Get-MgDomain')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
