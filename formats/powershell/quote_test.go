package powershell

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nasty are the pieces that values for Quote are made of: what ends a literal, a comment, a line or a file,
// or looks like it (facts/powershell.md 1.1 and 1.2).
var nasty = []string{
	"'", "\u2018", "\u2019", "\u201a", "\u201b", "\"", "\u201c", "\u201d", "\u201e", "-", "\u2013", "\u2014", "\u2015", "`", "$", "$(throw)",
	"\x00", "\r", "\n", "\r\n", "\t", "\v", "\f", "\u0085", "\u00a0", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff", "\xff",
	"#requires -Version 9", "#Requires -Modules None", "# SIG # Begin signature block", "SIG # Begin signature block", "#>", "<#", "'@", "@'", "{0}", "%", "%BatchId%",
	";", "|", "&", "(", ")", "{", "}", "[", "]", "\\", "/", ",", " ", "a", "Z", "0", "1kb", "true", "@contoso.com", "é", "ß", "😀", "",
}

func TestScriptQuoteRefuses(t *testing.T) {
	for _, s := range []string{"\u2018", "\u2019", "\u201a", "\u201b", "\u2013", "\u2015", "a\x00", "\r", "\n", "\t", "\u2028", "\u202e", "\"", "`", "#requires", "é", "\xff", "\x7f"} {
		if quoted, err := Quote(s); err == nil {
			t.Errorf("Quote(%+q) is %q", s, quoted)
		}
	}
	for s, want := range map[string]string{"": "''", "B00001": "'B00001'", "O'Brien": "'O''Brien'", "''": "''''''", "$(x); {0} %a% \\": "'$(x); {0} %a% \\'"} {
		if got, err := Quote(s); err != nil || got != want {
			t.Errorf("Quote(%q) = %q, %v", s, got, err)
		}
	}
}

// What Quote gives is for the real parser one string constant with the value and nothing else, one process
// for all values; a test of the test shows that it would see an injection.
func TestPowerShellQuoteInTheRealParser(t *testing.T) {
	l := &lab{t: t, pwsh: findPwsh(t)}
	cases := parserCases()
	if len(cases) < 1000 {
		t.Fatalf("only %d values were accepted", len(cases))
	}
	cases = append(cases, parserCase{Source: "'a\u2019; Write-Output PWNED; \u2018b'", Value: encode("a"), Bad: true})
	dir := t.TempDir()
	text, err := json.Marshal(cases)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "cases.json"), text, 0o600))
	const script = `
$bad = 0
foreach ($c in @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'cases.json') -Raw -Encoding UTF8 | ConvertFrom-Json)) {
    $tokens = $null; $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput('$x = ' + $c.source, [ref]$tokens, [ref]$errors)
    $want = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($c.value))
    $right = $null
    if ($errors.Count -eq 0 -and $ast.EndBlock.Statements.Count -eq 1 -and $tokens.Count -eq 4) { $right = $ast.EndBlock.Statements[0].Right.Expression }
    $good = $right -is [System.Management.Automation.Language.StringConstantExpressionAst] -and [string]::CompareOrdinal($right.Value, $want) -eq 0
    if ($good -eq $c.bad) { $bad++; $c.source }
}
exit [Math]::Min($bad, 100)
`
	must(t, os.WriteFile(filepath.Join(dir, "parse.ps1"), []byte(script), 0o600))
	if code, out := l.command("-NoProfile", "-File", filepath.Join(dir, "parse.ps1")); code != 0 {
		t.Errorf("the parser takes these otherwise:\n%s", out)
	}
}

type parserCase struct {
	Source string `json:"source"`
	Value  string `json:"value"` // base64, so that nothing on the way changes it
	Bad    bool   `json:"bad"`
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// parserCases are all values of one and two pieces and many longer ones that Quote accepts.
func parserCases() (list []parserCase) {
	add := func(s string) {
		if quoted, err := Quote(s); err == nil {
			list = append(list, parserCase{Source: quoted, Value: encode(s)})
		}
	}
	for _, a := range nasty {
		add(a)
		for _, b := range nasty {
			add(a + b)
		}
	}
	var ascii []string
	for c := byte(' '); c <= '~'; c++ {
		add(string(c))
		ascii = append(ascii, string(c))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var s strings.Builder
		for range random.IntN(12) {
			s.WriteString(ascii[random.IntN(len(ascii))])
		}
		add(s.String() + "''"[:random.IntN(3)])
	}
	add(strings.Repeat("'", 10_000))
	return list
}

// FuzzScriptQuote holds Quote to its promise with a lexer of our own: printable ASCII, one literal, the value.
func FuzzScriptQuote(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
		f.Add("x" + s + "y")
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted, err := Quote(s)
		if err != nil {
			return
		}
		inner, ok := strings.CutPrefix(quoted, "'")
		inner, closed := strings.CutSuffix(inner, "'")
		if !ok || !closed || strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") || strings.ReplaceAll(inner, "''", "'") != s {
			t.Errorf("Quote(%+q) = %+q", s, quoted)
		}
		for i := range len(quoted) {
			if c := quoted[i]; c < ' ' || c > '~' || c == '"' || c == '`' || c == '#' {
				t.Errorf("Quote(%+q) holds %q", s, c)
			}
		}
	})
}

func FuzzScriptLabel(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := label(s); strings.ContainsAny(got, "#<>\r\n'\"`$@") || label(got) != got {
			t.Errorf("label(%+q) = %+q", s, got)
		}
	})
}
