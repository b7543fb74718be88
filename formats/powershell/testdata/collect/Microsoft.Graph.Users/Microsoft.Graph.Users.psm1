# Stand-in for Microsoft.Graph.Users, see ../Graph.ps1.
. (Join-Path -Path $PSScriptRoot -ChildPath '../Graph.ps1')

function Get-MgUser {
    [CmdletBinding()]
    param([switch]$All, [int]$PageSize, [string[]]$Property)
    Get-Stored -Cmdlet 'Get-MgUser' -Kind 'users' -All:$All | ForEach-Object -Process { New-Typed -Type 'MicrosoftGraphUser' -Values $_ -Property $Property }
}

Export-ModuleMember -Function Get-MgUser
