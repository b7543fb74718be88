package powershell

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// What the tests of scripts share: a plan, its folder on disk, the PowerShell that runs a script of it, and
// the stub modules' directory and sync server in a JSON file.

// findPwsh gives the PowerShell to run scripts with. Without one the test is skipped, and says so.
func findPwsh(t testing.TB) string {
	t.Helper()
	path := tool("SMTPMATCH_PWSH", "pwsh")
	if path == "" {
		fmt.Fprintf(os.Stderr, "\n*** %s SKIPPED: there is no PowerShell (SMTPMATCH_PWSH, pwsh on PATH, ../shared/tools/bin/pwsh): NO SCRIPT WAS RUN ***\n", t.Name())
		t.Skip("NO SCRIPT WAS RUN: there is no PowerShell")
	}
	return path
}

// tool finds a program: named by the environment, on PATH, among the project's tools.
func tool(variable, name string) string {
	if path := os.Getenv(variable); path != "" {
		return path
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, err := filepath.Abs("../../../shared/tools/bin/" + name)
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func testGUID(n int) reconcile.GUID {
	g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-e5f6-4789-abcd-1234567890ab", n))
	if err != nil {
		panic(err)
	}
	return g
}

// hostile are values that would be code, formulas, markup or terminal escapes if something took them so.
const hostile = "X500:/o='\u2019; Write-Output PWNED; '\u2018$(throw)`n\"@\u201d #> <b>&|;, \u202e\u00e9\u2028=cmd"

// testChanges is a plan with two batches: objects of every class and kind, hostile values, an empty side.
func testChanges() []*reconcile.Change {
	change := func(n int, class, batch, mailBefore string, before []string, mailAfter string, after ...string) *reconcile.Change {
		return &reconcile.Change{
			Source: "ad.csv", Class: class, Row: n, ID: testGUID(n), CloudID: testGUID(n + 0xC00), Kind: reconcile.SetPrimary,
			UserPrincipalName: "'; exit 99; '@contoso.com", DisplayName: "=cmd|' /C calc'!A0",
			Decision: reconcile.Apply, Batch: batch, Domain: "corp.contoso.com",
			MailBefore: mailBefore, ProxyBefore: before, MailAfter: mailAfter, ProxyAfter: after,
		}
	}
	review := change(8, "user", "", "", nil, "review@contoso.com", "SMTP:review@contoso.com")
	review.Decision = reconcile.Review
	exchange := change(9, "user", "X00001", "", nil, "ex@contoso.com", "SMTP:ex@contoso.com")
	exchange.Exchange = true
	elsewhere := change(10, "user", "B00002", "", nil, "sub@contoso.com", "SMTP:sub@contoso.com")
	elsewhere.Domain = "sub.contoso.com"
	return []*reconcile.Change{
		// an alias becomes the primary: only the case differs
		change(1, "user", "B00001", "old@contoso.com", []string{"SMTP:old@contoso.com", "smtp:ann@contoso.com", hostile},
			"ann@contoso.com", "SMTP:ann@contoso.com", "smtp:old@contoso.com", hostile),
		elsewhere,
		// nothing before: undo has to clear
		change(2, "user", "B00001", "", nil, "O'Brien@contoso.com", "SMTP:O'Brien@contoso.com", "smtp:ob@contoso.com"),
		review,
		change(3, "group", "B00001", "team@contoso.com", []string{"SMTP:team@contoso.com"},
			"team@contoso.com", "SMTP:team@contoso.com", "smtp:crew@contoso.com"),
		exchange,
		change(4, "contact", "B00001", "c@fabrikam.com", nil, "c@fabrikam.com", "SMTP:c@fabrikam.com"),
		change(5, "user", "B00001", "=cmd@contoso.com", []string{"SMTP:=cmd@contoso.com", "x500:/o=a;b|c,d"},
			"eve@contoso.com", "SMTP:eve@contoso.com", "smtp:=cmd@contoso.com", "x500:/o=a;b|c,d"),
	}
}

func stream(list []*reconcile.Change) func() iter.Seq2[*reconcile.Change, error] {
	return func() iter.Seq2[*reconcile.Change, error] {
		return func(yield func(*reconcile.Change, error) bool) {
			for _, c := range list {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

// files takes the files of a package in memory.
type files map[string]string

func (f files) create(path string, write func(io.Writer) (int, error)) error {
	if _, twice := f[path]; twice {
		return errors.New(path + " is made twice")
	}
	var out bytes.Buffer
	_, err := write(&out)
	f[path] = out.String()
	return err
}

func written(t testing.TB, changes []*reconcile.Change) (files, *Summary) {
	t.Helper()
	f := files{}
	s, err := Write(f.create, "0123456789ab", "dev", stream(changes))
	if err != nil {
		t.Fatal(err)
	}
	return f, s
}

// lab is a package on disk with stub modules over a directory and a sync server.
type lab struct {
	t      testing.TB
	pwsh   string
	dir    string // scripts/
	adFile string
	server string // the sync server's file
	stubs  string
}

func newLab(t testing.TB, changes []*reconcile.Change) *lab {
	t.Helper()
	l := &lab{t: t, pwsh: findPwsh(t)}
	root := t.TempDir()
	made, _ := written(t, changes)
	for path, text := range made {
		full := filepath.Join(root, path)
		must(t, os.MkdirAll(filepath.Dir(full), 0o700))
		must(t, os.WriteFile(full, []byte(text), 0o600))
	}
	l.dir = filepath.Join(root, "scripts")
	l.adFile, l.server = filepath.Join(root, "ad.json"), filepath.Join(root, "sync.json")
	stubs, err := filepath.Abs("engine/selftest")
	must(t, err)
	l.stubs = stubs
	l.save(l.adFile, newDirectory(changes))
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a script of the package, and gives its exit code and what it said.
func (l *lab) run(script string, args ...string) (code int, output string) {
	l.t.Helper()
	return l.command(append([]string{"-NoProfile", "-NonInteractive", "-File", filepath.Join(l.dir, script)}, args...)...)
}

func (l *lab) command(args ...string) (code int, output string) {
	l.t.Helper()
	cmd := exec.CommandContext(l.t.(*testing.T).Context(), l.pwsh, args...)
	cmd.Dir = l.t.TempDir()
	cmd.Env = append(os.Environ(), "PSModulePath="+l.stubs+string(os.PathListSeparator)+os.Getenv("PSModulePath"), "SMTPMATCH_STUB_AD="+l.adFile, "SMTPMATCH_STUB_SYNC="+l.server, "COMPUTERNAME=SYNC01")
	out, err := cmd.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		l.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// call is one run of a script by runAll, and how it ended.
type call struct {
	Script   string         `json:"script"`
	Argument map[string]any `json:"argument"`
	AD       string         `json:"ad"`
	Sync     string         `json:"sync"`
	Code     int            `json:"code"`
	Output   string         `json:"output"`
}

// calls makes a call of the lab's script; args are as on a command line.
func (l *lab) calls(script string, args ...string) *call {
	c := &call{Script: filepath.Join(l.dir, script), Argument: map[string]any{}, AD: l.adFile, Sync: l.server}
	for i := 0; i < len(args); i++ {
		switch name := strings.TrimPrefix(args[i], "-"); {
		case strings.HasSuffix(name, ":$false"):
			c.Argument[strings.TrimSuffix(name, ":$false")] = false
		case i+1 < len(args) && !strings.HasPrefix(args[i+1], "-"):
			c.Argument[name] = args[i+1]
			i++
		default:
			c.Argument[name] = true
		}
	}
	return c
}

// runAllScript runs many scripts in one process, which takes much less time than a process for each.
const runAllScript = `
$list = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'calls.json') -Raw -Encoding UTF8 | ConvertFrom-Json)
foreach ($c in $list) {
    $env:SMTPMATCH_STUB_AD = $c.ad; $env:SMTPMATCH_STUB_SYNC = $c.sync
    $argument = @{}
    foreach ($p in $c.argument.PSObject.Properties) { $argument[$p.Name] = $p.Value }
    $global:LASTEXITCODE = 1
    $said = @()
    try { & $c.script @argument *>&1 | ForEach-Object { $said += $_ } } catch { $said += $_ }
    $c.code = $global:LASTEXITCODE
    $c.output = ($said | Out-String -Width 400)
}
ConvertTo-Json -InputObject $list -Depth 4 | Set-Content -LiteralPath (Join-Path $PSScriptRoot 'calls.json') -Encoding UTF8
`

// runAll runs the calls one after the other in one process.
func (l *lab) runAll(list []*call) {
	l.t.Helper()
	dir := l.t.TempDir()
	file := filepath.Join(dir, "calls.json")
	l.save(file, list)
	must(l.t, os.WriteFile(filepath.Join(dir, "calls.ps1"), []byte(runAllScript), 0o600))
	if code, out := l.command("-NoProfile", "-NonInteractive", "-File", filepath.Join(dir, "calls.ps1")); code != 0 {
		l.t.Fatalf("ended with %d:\n%s", code, out)
	}
	var ended []call
	l.load(file, &ended)
	for i, c := range ended {
		*list[i] = c
	}
}

// want runs a script and fails the test if it ends otherwise.
func (l *lab) want(code int, script string, args ...string) string {
	l.t.Helper()
	got, output := l.run(script, args...)
	if got != code {
		l.t.Fatalf("%s %v ended with %d, want %d:\n%s", script, args, got, code, output)
	}
	if strings.Contains(output, "PWNED") {
		l.t.Fatalf("a value was run: %s", output)
	}
	return output
}

// rows are those of a results CSV, by their header's names.
func (l *lab) rows(name string) (list []map[string]string) {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, name))
	must(l.t, err)
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	must(l.t, err)
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		list = append(list, row)
	}
	return list
}

// statuses are the last n statuses of a results CSV.
func (l *lab) statuses(name string, n int) string {
	l.t.Helper()
	var list []string
	for _, row := range l.rows(name) {
		list = append(list, row["Status"])
	}
	return strings.Join(list[max(0, len(list)-n):], " ")
}

func (l *lab) save(path string, v any) {
	l.t.Helper()
	text, err := json.Marshal(v)
	must(l.t, err)
	must(l.t, os.WriteFile(path, text, 0o600))
}

func (l *lab) load(path string, v any) {
	l.t.Helper()
	text, err := os.ReadFile(path)
	must(l.t, err)
	must(l.t, json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), v))
}

// directory is the stub's AD; see engine/selftest/ActiveDirectory/ActiveDirectory.psm1.
type directory struct {
	DC struct {
		HostName, Domain string
		IsReadOnly       bool
	} `json:"dc"`
	Domains  []string `json:"domains"`
	Schema   []string `json:"schema"`
	Denied   []string `json:"denied"`
	SameCase bool     `json:"sameCase"`
	DieAfter int      `json:"dieAfter"`
	Writes   int      `json:"writes"`
	Objects  []object `json:"objects"`
}

type object struct {
	ObjectGUID        string   `json:"objectGUID"`
	ObjectClass       string   `json:"objectClass"`
	Mail              one      `json:"mail"`
	ProxyAddresses    []string `json:"proxyAddresses"`
	MsExchMailboxGUID one      `json:"msExchMailboxGuid"`
}

// one is a single-valued attribute, which the stub keeps as a list like any other.
type one []string

func (o *one) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(o))
	}
	var s string
	err := json.Unmarshal(text, &s)
	*o = one{s}
	return err
}

const testServer = "dc01.corp.contoso.com"

// newDirectory holds every object of the plan as it is before.
func newDirectory(changes []*reconcile.Change) *directory {
	d := &directory{Domains: []string{"corp.contoso.com"}, Schema: []string{}, Denied: []string{}}
	d.DC.HostName, d.DC.Domain = testServer, "corp.contoso.com"
	for _, c := range changes {
		d.Objects = append(d.Objects, side(c, c.MailBefore, c.ProxyBefore))
	}
	return d
}

func side(c *reconcile.Change, mail string, proxies []string) object {
	o := object{ObjectGUID: c.ID.String(), ObjectClass: c.Class, Mail: one{}, ProxyAddresses: append([]string{}, proxies...), MsExchMailboxGUID: one{}}
	if mail != "" {
		o.Mail = one{mail}
	}
	return o
}

func (l *lab) directory() *directory {
	l.t.Helper()
	d := &directory{}
	l.load(l.adFile, d)
	return d
}

// change edits the directory.
func (l *lab) change(edit func(d *directory)) {
	l.t.Helper()
	d := l.directory()
	edit(d)
	l.save(l.adFile, d)
}

// object finds an object by its number.
func (d *directory) object(n int) *object {
	for i := range d.Objects {
		if d.Objects[i].ObjectGUID == testGUID(n).String() {
			return &d.Objects[i]
		}
	}
	panic(n)
}

// isLike fails the test unless every object of these numbers is on the side, and every other one is before.
func (l *lab) isLike(changes []*reconcile.Change, after ...int) {
	l.t.Helper()
	d := l.directory()
	for _, c := range changes {
		want := side(c, c.MailBefore, c.ProxyBefore)
		if slices.Contains(after, c.Row) {
			want = side(c, c.MailAfter, c.ProxyAfter)
		}
		got := d.object(c.Row)
		if !sameSet(got.Mail, want.Mail) || !sameSet(got.ProxyAddresses, want.ProxyAddresses) {
			l.t.Errorf("object %d is %q %q, want %q %q", c.Row, got.Mail, got.ProxyAddresses, want.Mail, want.ProxyAddresses)
		}
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
