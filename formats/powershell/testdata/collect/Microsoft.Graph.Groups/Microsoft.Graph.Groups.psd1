@{
    RootModule        = 'Microsoft.Graph.Groups.psm1'
    ModuleVersion     = '2.25.0'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a12'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-MgGroup', 'Get-MgGroupTransitiveMember')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
