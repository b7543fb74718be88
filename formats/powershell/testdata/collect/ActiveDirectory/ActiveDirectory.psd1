@{
    RootModule        = 'ActiveDirectory.psm1'
    ModuleVersion     = '1.0.1.0'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a02'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-ADForest', 'Get-ADDomain', 'Get-ADRootDSE', 'Get-ADUser', 'Get-ADGroup', 'Get-ADObject')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
