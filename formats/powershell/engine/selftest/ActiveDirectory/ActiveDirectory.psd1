@{
    RootModule        = 'ActiveDirectory.psm1'
    ModuleVersion     = '0.1'
    GUID              = '5d6a2f0c-7c41-4c27-9a52-1f0f0c2e7a01'
    Description       = 'Stand-in of smtpmatch over a JSON file. Not the ActiveDirectory module.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-ADObject', 'Set-ADObject', 'Get-ADRootDSE', 'Get-ADDomainController', 'Get-ADForest')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
