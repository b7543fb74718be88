# Stand-in for Microsoft.Graph.Authentication, see ../Graph.ps1.
. (Join-Path -Path $PSScriptRoot -ChildPath '../Graph.ps1')

function Connect-MgGraph {
    [CmdletBinding()]
    param([string[]]$Scopes, [string]$TenantId, [string]$ContextScope, [switch]$NoWelcome)
    Write-Trace -Text ('connect ' + ($Scopes -join ' ') + ' in ' + $ContextScope + ' ' + $TenantId)
    return 'Welcome'
}

function Disconnect-MgGraph {
    [CmdletBinding()]
    param()
    Write-Trace -Text 'disconnect'
    return [pscustomobject]@{ ClientId = 'x' }
}

function Get-MgContext {
    [CmdletBinding()]
    param()
    $tenant = Read-Tenant
    if ($tenant.context) { return [pscustomobject]@{ TenantId = $tenant.id } }
}

function Invoke-MgGraphRequest {
    [CmdletBinding()]
    param([string]$Method, [string]$Uri, [string]$OutputType)
    if (($Method -ne 'GET') -or ($OutputType -ne 'HashTable')) { throw 'The stand-in only reads, and gives hashtables.' }
    if ($Uri -notmatch '^/beta/users/([0-9a-f-]{36})(/onPremisesSyncBehavior|\?\$select=id,onPremisesObjectIdentifier)$') { throw ('No such request: ' + $Uri) }
    $known = (Read-Tenant).authority.($Matches[1])
    if ($null -eq $known) { Write-Error -Message 'Resource not found.'; return }
    if ($Matches[2] -eq '/onPremisesSyncBehavior') { return @{ value = @{ id = $Matches[1]; isCloudManaged = $known.managed } } }
    return @{ id = $Matches[1]; onPremisesObjectIdentifier = $known.identifier }
}

Export-ModuleMember -Function Connect-MgGraph, Disconnect-MgGraph, Get-MgContext, Invoke-MgGraphRequest
