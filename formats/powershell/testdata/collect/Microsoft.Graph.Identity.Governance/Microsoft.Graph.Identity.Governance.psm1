# Stand-in for Microsoft.Graph.Identity.Governance, see ../Graph.ps1.
. (Join-Path -Path $PSScriptRoot -ChildPath '../Graph.ps1')

function Get-MgRoleManagementDirectoryRoleDefinition {
    [CmdletBinding()]
    param([switch]$All)
    foreach ($p in (Read-Tenant).roleNames.PSObject.Properties) { [pscustomobject]@{ Id = $p.Name; DisplayName = $p.Value } }
}

function Get-Holder {
    param([string]$Cmdlet, [string]$Kind, [switch]$All, [string[]]$ExpandProperty)
    Get-Stored -Cmdlet $Cmdlet -Kind $Kind -All:$All | ForEach-Object -Process {
        $principal = $null
        if (($ExpandProperty -contains 'principal') -and ($_.type.Length -gt 0)) { $principal = New-Principal -Values $_ }
        [pscustomobject]@{ Id = 'x'; PrincipalId = $_.id; RoleDefinitionId = $_.role; DirectoryScopeId = $_.scope; Principal = $principal }
    }
}

function Get-MgRoleManagementDirectoryRoleAssignment {
    [CmdletBinding()]
    param([switch]$All, [string[]]$ExpandProperty)
    Get-Holder -Cmdlet 'Get-MgRoleManagementDirectoryRoleAssignment' -Kind 'assigned' -All:$All -ExpandProperty $ExpandProperty
}

function Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance {
    [CmdletBinding()]
    param([switch]$All, [string[]]$ExpandProperty)
    if ((Read-Tenant).noLicense) {
        Write-Error -Message 'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.' -ErrorId 'AadPremiumLicenseRequired'
        return
    }
    Get-Holder -Cmdlet 'Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance' -Kind 'eligible' -All:$All -ExpandProperty $ExpandProperty
}

Export-ModuleMember -Function Get-MgRoleManagementDirectoryRoleAssignment, Get-MgRoleManagementDirectoryRoleDefinition, Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance
