# Stand-in for Microsoft.Graph.Identity.DirectoryManagement, see ../Graph.ps1.
. (Join-Path -Path $PSScriptRoot -ChildPath '../Graph.ps1')

function Get-MgContact {
    [CmdletBinding()]
    param([switch]$All, [int]$PageSize, [string[]]$Property)
    Get-Stored -Cmdlet 'Get-MgContact' -Kind 'contacts' -All:$All | ForEach-Object -Process { New-Typed -Type 'MicrosoftGraphOrgContact' -Values $_ -Property $Property }
}

function Get-MgDirectoryDeletedItemAsUser {
    [CmdletBinding()]
    param([switch]$All, [int]$PageSize, [string[]]$Property)
    Get-Stored -Cmdlet 'Get-MgDirectoryDeletedItemAsUser' -Kind 'deleted' -All:$All | ForEach-Object -Process { New-Typed -Type 'MicrosoftGraphUser' -Values $_ -Property $Property }
}

function Get-MgDomain {
    [CmdletBinding()]
    param([switch]$All)
    Get-Stored -Cmdlet 'Get-MgDomain' -Kind 'domains' -All:$All | ForEach-Object -Process { New-Typed -Type 'MicrosoftGraphDomain' -Values $_ }
}

function Get-MgDirectoryOnPremiseSynchronization {
    [CmdletBinding()]
    param([switch]$All)
    $tenant = Read-Tenant
    if (@($tenant.refused) -contains 'Get-MgDirectoryOnPremiseSynchronization') { Write-Error -Message 'Insufficient privileges to complete the operation.'; return }
    $features = New-Typed -Type 'MicrosoftGraphOnPremisesDirectorySynchronizationFeature' -Values $tenant.features
    foreach ($p in $tenant.moreFeatures.PSObject.Properties) { $features.AdditionalProperties[$p.Name] = $p.Value }
    return [pscustomobject]@{ Id = $tenant.id; Features = $features; Configuration = [pscustomobject]@{ }; AdditionalProperties = New-Table }
}

Export-ModuleMember -Function Get-MgContact, Get-MgDirectoryDeletedItemAsUser, Get-MgDirectoryOnPremiseSynchronization, Get-MgDomain
