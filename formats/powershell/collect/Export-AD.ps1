#requires -Version 5.1
#requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Exports the users, groups and contacts of every domain of the forest for smtpmatch. Changes nothing.
.DESCRIPTION
    Made by smtpmatch %Version%. For Windows PowerShell 5.1 and PowerShell 7. Writes ad-users.csv, ad-groups.csv and
    ad-contacts.csv, and beside each a side file NAME.export.json with its rows, its SHA-256 and the columns that
    were asked for, by which smtpmatch knows that the export is whole. UTF-8 with BOM, CRLF, every cell in quotes.

    All or nothing: the files get their names when every domain has been read. If a domain cannot be reached, the
    script says which and ends, and nothing is left in the folder. Attributes that the schema does not have (those
    of Exchange in a forest without Exchange) are not asked for: their columns are blank, and the side file does
    not name them. Rows are written as they come; a domain of a million users needs no more memory than a small one.

    Rights: none but to read. Any account of the forest will do where Authenticated Users may read all attributes,
    as they may by default. Where that was restricted, AD gives blanks instead of an error; use an account that
    may read all attributes. The script warns if it sees that. No elevation is needed. Each domain is asked over
    the Active Directory Web Services (TCP 9389).

    Several forests: run it once in each, into a folder of its own, and give all files to smtpmatch plan.
    The files hold personal data: write them where only you can read.

    Exit codes: 0 done, 1 failed; then no file was replaced unless the message is about moving one.
.PARAMETER OutputFolder
    Where to write; the current folder if not given. It is made if it is not there.
.PARAMETER Domain
    Only these domains of the forest, by their DNS names, separated by commas. smtpmatch then cannot see addresses
    that objects of the other domains hold.
.PARAMETER Force
    Replace the files of an earlier run.
.EXAMPLE
    .\Export-AD.ps1 -OutputFolder D:\smtpmatch
.EXAMPLE
    .\Export-AD.ps1 -OutputFolder D:\smtpmatch -Domain corp.example.org,sub.example.org -Force
#>
[CmdletBinding()]
param(
    [string]$OutputFolder = '.',

    [string[]]$Domain = @(),

    [switch]$Force
)

# --- shared: this part is the same in Export-AD.ps1 and Export-Entra.ps1 ---
# Every cell is written as the directory has it, in quotes. No apostrophe is put before = + - or @, which would
# change the value: smtpmatch reads cells as text. A spreadsheet may run such a cell as a formula and damages
# addresses and ids: look into these files with an editor, and let smtpmatch make the workbook.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$quote   = [string][char]34
$lineEnd = [string][char]13 + [string][char]10
$utf8    = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $true
$exports = New-Object -TypeName System.Collections.ArrayList
$folder  = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputFolder)

function Write-Line {
    param([string]$Text)
    Write-Information -MessageData $Text -InformationAction Continue
}

function Get-TimeText {
    param([datetime]$Time)
    if ($Time.Kind -eq [System.DateTimeKind]::Unspecified) { $Time = [datetime]::SpecifyKind($Time, 'Utc') }
    return ($Time.ToUniversalTime().ToString('s') + 'Z')
}

function Test-X400 {
    param([string]$Text)
    return $Text.StartsWith('X400:', [System.StringComparison]::OrdinalIgnoreCase)
}

# Values are joined with a semicolon. X400 values hold semicolons and may end in one, so a value without a prefix
# behind them could not be told from their end: they go last.
function Join-Value {
    param([object]$Value)
    $texts  = @(foreach ($v in $Value) { ConvertTo-Text -Value $v })
    $others = @(foreach ($t in $texts) { if (($t.Length -gt 0) -and -not (Test-X400 -Text $t)) { $t } })
    $x400   = @(foreach ($t in $texts) { if (Test-X400 -Text $t) { $t } })
    return (($others + $x400) -join ';')
}

# The text of any value that the cmdlets give, the same in every culture and in both versions of PowerShell. A value
# that has no text but the name of its type ends the run: such a cell would hide what the directory holds.
function ConvertTo-Text {
    param([object]$Value)
    if ($null -eq $Value) { return '' }
    if ($Value -is [string]) { return $Value }
    if ($Value -is [byte[]]) { return [System.Convert]::ToBase64String($Value) }
    if ($Value -is [datetime]) { return (Get-TimeText -Time $Value) }
    if ($Value -is [System.Collections.IDictionary]) { throw 'A value is a table and has no text.' }
    if ($Value -is [System.Collections.IEnumerable]) { return (Join-Value -Value $Value) }
    $text       = [string]$Value
    $isTypeName = [string]::CompareOrdinal($text, $Value.GetType().ToString()) -eq 0
    if ($isTypeName -or ($text -match '^(@\{|(Deserialized\.)?(System|Microsoft)\.)')) { throw ('A value has no text but ' + $text + '.') }
    return $text
}

function ConvertTo-Line {
    param([string[]]$Cell)
    $quoted = foreach ($c in $Cell) { $quote + $c.Replace($quote, $quote + $quote) + $quote }
    return ($quoted -join ',')
}

# JSON in ASCII: ConvertTo-Json lays it out differently in the two versions of PowerShell.
function ConvertTo-JsonText {
    param([string]$Text)
    $json = New-Object -TypeName System.Text.StringBuilder
    foreach ($c in $Text.ToCharArray()) {
        $n = [int]$c
        if (($n -lt 32) -or ($n -gt 126) -or ($n -eq 34) -or ($n -eq 92)) {
            [void]$json.Append('\u' + $n.ToString('x4'))
        } else {
            [void]$json.Append($c)
        }
    }
    return ($quote + $json.ToString() + $quote)
}

function Open-TextFile {
    param([string]$Path)
    $writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList $Path, $false, $utf8
    $writer.NewLine = $lineEnd
    return $writer
}

function Get-SideName {
    param([string]$File)
    return [System.IO.Path]::ChangeExtension($File, '.export.json')
}

# Nothing is overwritten that the operator did not say may go.
function Initialize-Folder {
    param([string[]]$Name)
    [void][System.IO.Directory]::CreateDirectory($folder)
    if ($Force) { return }
    foreach ($n in $Name) {
        foreach ($file in @($n, (Get-SideName -File $n))) {
            if ([System.IO.File]::Exists([System.IO.Path]::Combine($folder, $file))) {
                throw ($file + ' is in ' + $folder + ' already. Give -Force to replace it, or another -OutputFolder.')
            }
        }
    }
}

# An export is written under another name, row by row, and gets its own name when the whole run is done.
function Open-Export {
    param([string]$File, [string[]]$Exported, [string]$Source)
    $path   = [System.IO.Path]::Combine($folder, $File)
    $export = @{
        File     = $File
        Path     = $path
        Side     = Get-SideName -File $path
        Exported = $Exported
        Source   = $Source
        Rows     = 0
        Writer   = $null
    }
    [void]$exports.Add($export)
    $export.Writer = Open-TextFile -Path ($path + '.partial')
    return $export
}

function Open-Table {
    param([string]$File, [string[]]$Column, [string[]]$Exported, [string]$Source)
    $export = Open-Export -File $File -Exported $Exported -Source $Source
    $export.Writer.WriteLine((ConvertTo-Line -Cell $Column))
    return $export
}

function Add-Row {
    param([hashtable]$Export, [string[]]$Cell)
    $Export.Writer.WriteLine((ConvertTo-Line -Cell $Cell))
    $Export.Rows++
    if (($Export.Rows % 500) -eq 0) { Write-Progress -Activity $Export.File -Status ([string]$Export.Rows + ' rows') }
    if (($Export.Rows % 50000) -eq 0) { Write-Line -Text ($Export.File + ': ' + [string]$Export.Rows + ' rows so far') }
}

# The cells of a row: Select-Object gave the properties in the order of the columns, and $null for those that the
# object does not have.
function Get-Cell {
    param([object]$Object)
    foreach ($p in $Object.PSObject.Properties) {
        $value = $p.Value
        if ($null -eq $value) {
            ''
        } elseif ($value -is [string]) {
            $value
        } else {
            ConvertTo-Text -Value $value
        }
    }
}

function Add-Object {
    param([hashtable]$Export, [Parameter(ValueFromPipeline = $true)][object]$InputObject)
    process {
        Add-Row -Export $Export -Cell @(Get-Cell -Object $InputObject)
    }
}

# The side file says what the export cannot say of itself: that it is whole, and which columns were asked for, so
# that a blank one is known to be blank.
function Close-Export {
    param([hashtable]$Export)
    $Export.Writer.Dispose()
    $Export.Writer = $null
    Write-Progress -Activity $Export.File -Completed
    $hash    = (Get-FileHash -LiteralPath ($Export.Path + '.partial') -Algorithm SHA256).Hash.ToLowerInvariant()
    $columns = @(foreach ($c in $Export.Exported) { ConvertTo-JsonText -Text $c }) -join ','
    $values  = @(
        (ConvertTo-JsonText -Text 'rows') + ':' + [string]$Export.Rows
        (ConvertTo-JsonText -Text 'sha256') + ':' + (ConvertTo-JsonText -Text $hash)
        (ConvertTo-JsonText -Text 'columns') + ':[' + $columns + ']'
        (ConvertTo-JsonText -Text 'time') + ':' + (ConvertTo-JsonText -Text (Get-TimeText -Time (Get-Date)))
        (ConvertTo-JsonText -Text 'source') + ':' + (ConvertTo-JsonText -Text $Export.Source)
    )
    $writer = Open-TextFile -Path ($Export.Side + '.partial')
    try { $writer.WriteLine('{' + ($values -join ',') + '}') } finally { $writer.Dispose() }
    Write-Line -Text ($Export.File + ': ' + [string]$Export.Rows + ' rows')
}

# The old side file goes first and the new one comes last: where a side file stands, the export beside it is whole,
# even if the run is killed here.
function Publish-Export {
    foreach ($export in $exports) {
        [System.IO.File]::Delete($export.Side)
        [System.IO.File]::Delete($export.Path)
        [System.IO.File]::Move($export.Path + '.partial', $export.Path)
        [System.IO.File]::Move($export.Side + '.partial', $export.Side)
    }
}

function Remove-Partial {
    foreach ($export in $exports) {
        if ($null -ne $export.Writer) { $export.Writer.Dispose() }
        [System.IO.File]::Delete($export.Path + '.partial')
        [System.IO.File]::Delete($export.Side + '.partial')
    }
}

# An export without rows is named, so that nobody takes it for one that was cut off.
function Write-Result {
    foreach ($export in $exports) {
        if ($export.Rows -eq 0) { Write-Line -Text ($export.File + ' has no rows.') }
    }
    Write-Line -Text ('Written to ' + $folder)
}

# --- end of the shared part ---

# What is exported. Given are the properties that the cmdlet gives without being asked; all others are attributes,
# and are asked for if the schema has them. Property names the attribute of a column that is called otherwise.
$kinds = @(
    @{
        File     = 'ad-users.csv'
        Cmdlet   = 'Get-ADUser'
        Columns  = @(
            'ObjectGUID', 'ObjectClass', 'SID', 'SamAccountName', 'UserPrincipalName', 'mail', 'proxyAddresses',
            'targetAddress', 'mailNickname', 'mS-DS-ConsistencyGuid', 'DistinguishedName', 'DisplayName', 'GivenName',
            'Surname', 'EmployeeID', 'Department', 'Title', 'Enabled', 'isCriticalSystemObject', 'adminCount',
            'msExchRecipientTypeDetails', 'msExchMailboxGuid', 'msExchRemoteRecipientType'
        )
        Given    = @(
            'ObjectGUID', 'ObjectClass', 'SID', 'SamAccountName', 'UserPrincipalName', 'DistinguishedName',
            'GivenName', 'Surname', 'Enabled'
        )
        Property = @{}
    }
    @{
        File     = 'ad-groups.csv'
        Cmdlet   = 'Get-ADGroup'
        Columns  = @(
            'ObjectGUID', 'ObjectClass', 'SID', 'SamAccountName', 'mail', 'proxyAddresses', 'targetAddress',
            'mailNickname', 'DistinguishedName', 'DisplayName', 'GroupCategory', 'GroupScope',
            'isCriticalSystemObject', 'adminCount', 'msExchRecipientTypeDetails'
        )
        Given    = @(
            'ObjectGUID', 'ObjectClass', 'SID', 'SamAccountName', 'DistinguishedName', 'GroupCategory', 'GroupScope'
        )
        Property = @{}
    }
    @{
        File     = 'ad-contacts.csv'
        Cmdlet   = 'Get-ADObject'
        Columns  = @(
            'ObjectGUID', 'ObjectClass', 'mail', 'proxyAddresses', 'targetAddress', 'mailNickname', 'DistinguishedName',
            'DisplayName', 'GivenName', 'Surname', 'isCriticalSystemObject', 'msExchRecipientTypeDetails'
        )
        Given    = @('ObjectGUID', 'ObjectClass', 'DistinguishedName')
        Property = @{ Surname = 'sn' }
    }
)

# Where each column comes from, and whether it has to be asked for.
function Get-Field {
    param([hashtable]$Kind)
    foreach ($column in $Kind.Columns) {
        $property = $column
        if ($Kind.Property.ContainsKey($column)) { $property = $Kind.Property[$column] }
        @{
            Column   = $column
            Property = $property
            IsAsked  = $Kind.Given -notcontains $property
        }
    }
}

# Asking for an attribute that the schema does not have is an error, so the schema is asked first. A schema without
# these two attributes is one that could not be read.
function Get-KnownAttribute {
    param([string]$Server)
    $base  = (Get-ADRootDSE -Server $Server -ErrorAction Stop).schemaNamingContext
    $asked = @($kinds | ForEach-Object -Process { Get-Field -Kind $_ } | Where-Object -FilterScript { $_.IsAsked })
    $known = @(foreach ($name in @($asked | ForEach-Object -Process { $_.Property } | Sort-Object -Unique)) {
        $filter = '(lDAPDisplayName=' + $name + ')'
        if (@(Get-ADObject -LDAPFilter $filter -SearchBase $base -Server $Server -ErrorAction Stop).Count -gt 0) { $name }
    })
    foreach ($name in @('mail', 'isCriticalSystemObject')) {
        if ($known -notcontains $name) { throw ('The schema could not be read from ' + $Server + '.') }
    }
    return $known
}

# The domains to read: those of the forest, or those of them that were named.
function Get-DomainName {
    $all = @((Get-ADForest -ErrorAction Stop).Domains | ForEach-Object -Process { [string]$_ })
    $wanted = @(($Domain -join ',').Split(',') | ForEach-Object -Process { $_.Trim() })
    $wanted = @($wanted | Where-Object -FilterScript { $_.Length -gt 0 })
    if ($wanted.Count -eq 0) { return $all }
    foreach ($w in $wanted) {
        if ($all -notcontains $w) { throw ('The forest has no domain ' + $w + '; it has ' + ($all -join ', ') + '.') }
    }
    return @($all | Where-Object -FilterScript { $wanted -contains $_ })
}

# Every domain is asked before anything is written: a long run must not end at a door that was closed all the time.
function Assert-Domain {
    param([string[]]$Name)
    foreach ($d in $Name) {
        try {
            [void](Get-ADDomain -Identity $d -Server $d -ErrorAction Stop)
        } catch {
            $why = $_.Exception.Message
            throw ('The domain ' + $d + ' cannot be reached: ' + $why + ' Nothing was written. -Domain leaves it out.')
        }
    }
}

# The cmdlets do the paging. ErrorAction is said in every call, because a module of scripts does not see the
# preference of this one.
function Get-DirectoryObject {
    param([string]$Cmdlet, [string]$Server, [string[]]$Attribute)
    switch ($Cmdlet) {
        'Get-ADUser' {
            Get-ADUser -Filter '*' -Properties $Attribute -Server $Server -ResultPageSize 1000 -ErrorAction Stop
        }
        'Get-ADGroup' {
            Get-ADGroup -Filter '*' -Properties $Attribute -Server $Server -ResultPageSize 1000 -ErrorAction Stop
        }
        'Get-ADObject' {
            $filter = '(objectClass=contact)'
            Get-ADObject -LDAPFilter $filter -Properties $Attribute -Server $Server -ResultPageSize 1000 -ErrorAction Stop
        }
    }
}

# An Exchange GUID as Exchange shows it. The anchor stays base64, as the cloud has it.
function ConvertTo-GuidText {
    param([object]$Value)
    $bytes = $Value
    if ($bytes -isnot [byte[]]) {
        foreach ($v in $Value) { if ($v -is [byte[]]) { $bytes = $v } }
    }
    if (($bytes -isnot [byte[]]) -or ($bytes.Length -ne 16)) { return (ConvertTo-Text -Value $Value) }
    return (New-Object -TypeName System.Guid -ArgumentList (, $bytes)).ToString()
}

# krbtgt is in every domain and always critical. An account that cannot see that does not see other attributes either.
function Test-Sight {
    param([string]$Server, [int]$Critical)
    if ($Critical -gt 0) { return }
    Write-Warning -Message ('No user of ' + $Server + ' shows isCriticalSystemObject, which krbtgt always has.')
    Write-Warning -Message 'So this account may not read all attributes: blank cells may be filled in the directory. Use another account.'
}

# One domain into an export. A property that was not asked for is not there, and Select-Object makes it $null.
function Export-DomainObject {
    param([hashtable]$Export, [hashtable]$Kind, [string]$Server, [string[]]$Attribute, [string[]]$Property)
    $critical = 0
    $isUser   = $Kind.Cmdlet -eq 'Get-ADUser'
    Get-DirectoryObject -Cmdlet $Kind.Cmdlet -Server $Server -Attribute $Attribute |
        Select-Object -Property $Property |
        ForEach-Object -Process {
            if ($_.isCriticalSystemObject) { $critical++ }
            if ($isUser -and ($null -ne $_.msExchMailboxGuid)) { $_.msExchMailboxGuid = ConvertTo-GuidText -Value $_.msExchMailboxGuid }
            $_
        } |
        Add-Object -Export $Export
    if ($isUser) { Test-Sight -Server $Server -Critical $critical }
}

function Export-Kind {
    param([hashtable]$Kind, [string[]]$Name, [string[]]$Known)
    $fields     = @(Get-Field -Kind $Kind)
    $exported   = @($fields | Where-Object -FilterScript { (-not $_.IsAsked) -or ($Known -contains $_.Property) })
    $attributes = @($exported | Where-Object -FilterScript { $_.IsAsked } | ForEach-Object -Process { $_.Property })
    $properties = @($fields | ForEach-Object -Process { $_.Property })
    $columns    = @($exported | ForEach-Object -Process { $_.Column })
    $source     = $Kind.Cmdlet + ' of ' + ($Name -join ', ') + $madeBy
    $export     = Open-Table -File $Kind.File -Column $Kind.Columns -Exported $columns -Source $source
    foreach ($d in $Name) {
        try {
            Export-DomainObject -Export $export -Kind $Kind -Server $d -Attribute $attributes -Property $properties
        } catch {
            $why = $_.Exception.Message
            throw ('Failed in the domain ' + $d + ' (' + $Kind.File + '): ' + $why + ' Nothing was written.')
        }
    }
    Close-Export -Export $export
}

$madeBy = '; Export-AD.ps1 of smtpmatch ' + '%Version%'
$code   = 1
try {
    Initialize-Folder -Name @($kinds | ForEach-Object -Process { $_.File })
    $names = @(Get-DomainName)
    Write-Line -Text ('Domains: ' + ($names -join ', '))
    Assert-Domain -Name $names
    $known = @(Get-KnownAttribute -Server $names[0])
    foreach ($kind in $kinds) { Export-Kind -Kind $kind -Name $names -Known $known }
    Publish-Export
    Write-Result
    $code = 0
} catch {
    Write-Error -Message $_.Exception.Message -ErrorAction Continue
} finally {
    Remove-Partial
}
exit $code
