@{
    RootModule        = 'Microsoft.Graph.Identity.Governance.psm1'
    ModuleVersion     = '2.25.0'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a14'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-MgRoleManagementDirectoryRoleAssignment', 'Get-MgRoleManagementDirectoryRoleDefinition', 'Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
