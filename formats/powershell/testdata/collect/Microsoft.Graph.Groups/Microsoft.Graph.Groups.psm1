# Stand-in for Microsoft.Graph.Groups, see ../Graph.ps1.
. (Join-Path -Path $PSScriptRoot -ChildPath '../Graph.ps1')

function Get-MgGroup {
    [CmdletBinding()]
    param([switch]$All, [int]$PageSize, [string[]]$Property)
    Get-Stored -Cmdlet 'Get-MgGroup' -Kind 'groups' -All:$All | ForEach-Object -Process { New-Typed -Type 'MicrosoftGraphGroup' -Values $_ -Property $Property }
}

function Get-MgGroupTransitiveMember {
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)][string]$GroupId, [switch]$All)
    Write-Trace -Text ('members ' + $GroupId)
    foreach ($m in @((Read-Tenant).members.$GroupId)) { New-Principal -Values $m }
}

Export-ModuleMember -Function Get-MgGroup, Get-MgGroupTransitiveMember
