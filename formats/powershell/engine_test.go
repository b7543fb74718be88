package powershell

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

var update = flag.Bool("update", false, "write the golden hashes anew")

// The engines are what a change board reviews: a change of one shows in this file's diff.
func TestScriptEnginesAreTheReviewedOnes(t *testing.T) {
	var got strings.Builder
	err := fs.WalkDir(engines, "engine", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(engines, name)
		sum := sha256.Sum256(text)
		got.WriteString(hex.EncodeToString(sum[:]) + "  " + strings.TrimPrefix(name, "engine/") + "\n")
		return err
	})
	must(t, err)
	const golden = "testdata/engines.sha256"
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got.String() != string(want) {
		t.Errorf("an engine was changed; review it, then run with -update:\n%s", got.String())
	}
}

// scriptsOf are the texts of all PowerShell files of a package.
func scriptsOf(f files) files {
	list := files{}
	for name, text := range f {
		if strings.HasPrefix(path.Ext(name), ".ps") {
			list[name] = text
		}
	}
	return list
}

// Every byte of every script is printable ASCII or part of a CRLF, without double quote and backtick, and
// nothing of the directory is in it (facts/powershell.md 0 and 6.3).
func TestScriptBytes(t *testing.T) {
	made, _ := written(t, testChanges())
	list := scriptsOf(made)
	if len(list) != 4+2*2+3+4 {
		t.Errorf("there are %d scripts: %q", len(list), slices.Sorted(maps.Keys(list)))
	}
	for name, text := range list {
		if strings.ContainsAny(strings.ReplaceAll(text, "\r\n", ""), "\r\n\t\"`") || !strings.HasSuffix(text, "\r\n") {
			t.Errorf("%s holds a byte that no script may hold", name)
		}
		for i := range len(text) {
			if text[i] > '~' || text[i] < ' ' && text[i] != '\r' && text[i] != '\n' {
				t.Errorf("%s: byte %d is %#x", name, i, text[i])
				break
			}
		}
		if strings.Contains(text, "contoso") || mark.MatchString(text) {
			t.Errorf("%s holds data, or a mark that was not filled in", name)
		}
		for _, line := range strings.Split(text, "\r\n") {
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: blanks at the end of %q", name, line)
			}
		}
	}
}

// Between its constants a script is the engine, byte for byte, and the constants have the forms they may have.
func TestScriptIsEngineAndConstants(t *testing.T) {
	made, _ := written(t, testChanges())
	block := regexp.MustCompile(`(?s)\$BatchId      = '(B\d{5})'\r\n\$DataFile     = '(B\d{5})\.values\.csv'\r\n\$DataSha256   = '[0-9A-F]{64}'\r\n` +
		`\$ExpectedRows = \[int\]'\d+'\r\n\$FromSide     = '(Before|After)'\r\n\$ToSide       = '(Before|After)'\r\n(.*)$`)
	raw, err := readEngine(batchEngine)
	must(t, err)
	_, rest, _ := strings.Cut(raw, "$ToSide       = '%ToSide%'\r\n")
	for name, want := range map[string][4]string{
		setB1: {"B00001", "B00001", "Before", "After"}, undoB1: {"B00001", "B00001", "After", "Before"},
		"Set-PrimarySmtp.B00002.ps1": {"B00002", "B00002", "Before", "After"}, "selftest/Set-PrimarySmtp.B00000.ps1": {"B00000", "B00000", "Before", "After"},
	} {
		found := block.FindStringSubmatch(made["scripts/"+name])
		if found == nil || [4]string(found[1:5]) != want || found[5] != rest {
			t.Errorf("%s is not engine and constants: %q", name, found)
		}
	}
}

// PowerShell's own parser, and what 5.1 would not take, find nothing: no error, no warning.
func TestScriptPscheckFindsNothing(t *testing.T) {
	made, _ := written(t, testChanges())
	if out := pscheck(t, scriptsOf(made)); out != "" {
		t.Error(out)
	}
}

// A test of the test: PowerShell's parser sees a script that lost one quote, bracket or brace. Where what is
// left parses as well (a function more that is never called), it does not, so not every one is.
func TestPowerShellParserSeesDamage(t *testing.T) {
	l := &lab{t: t, pwsh: findPwsh(t)}
	text, err := readEngine(batchEngine)
	must(t, err)
	_, code, _ := strings.Cut(text, "#>")
	dir := t.TempDir()
	damaged := 0
	for i := range len(code) {
		if strings.IndexByte("'(){}", code[i]) >= 0 && i%3 == 0 {
			must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("at%05d.txt", i)), []byte(code[:i]+code[i+1:]), 0o600))
			damaged++
		}
	}
	const script = `
foreach ($f in Get-ChildItem -LiteralPath $PSScriptRoot -Filter at*.txt) {
    $tokens = $null; $errors = $null
    [void][System.Management.Automation.Language.Parser]::ParseFile($f.FullName, [ref]$tokens, [ref]$errors)
    if ($errors.Count -eq 0) { 'UNSEEN ' + $f.Name }
}
exit 0
`
	must(t, os.WriteFile(filepath.Join(dir, "parse.ps1"), []byte(script), 0o600))
	exit, out := l.command("-NoProfile", "-File", filepath.Join(dir, "parse.ps1"))
	unseen := strings.Count(out, "UNSEEN")
	if exit != 0 || damaged < 100 || unseen > damaged/20 {
		t.Errorf("ended with %d: of %d damaged scripts %d were not seen:\n%s", exit, damaged, unseen, out)
	}
}

// pscheck gives what the checker says of these files.
func pscheck(t *testing.T, list files) string {
	t.Helper()
	program := tool("SMTPMATCH_PSCHECK", "pscheck")
	if program == "" {
		t.Skip("NO SCRIPT WAS PARSED: there is no pscheck")
	}
	dir := t.TempDir()
	var paths []string
	for name, text := range list {
		full := filepath.Join(dir, strings.ReplaceAll(name, "/", "."))
		must(t, os.WriteFile(full, []byte(text), 0o600))
		paths = append(paths, full)
	}
	stubs, err := filepath.Abs("engine/selftest")
	must(t, err)
	cmd := exec.Command(program, paths...)
	cmd.Env = append(os.Environ(), "PSModulePath="+stubs)
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// An engine and its constants must fit, and a constant that no script may hold stops the run.
func TestScriptConstantsMustFit(t *testing.T) {
	e, err := parseEngine(batchEngine)
	must(t, err)
	if _, err := e.fill(constants{"PlanId": "x", "BatchId": "B00001", "Action": "apply"}); err == nil || !strings.Contains(err.Error(), "no constant for %ObjectCount%") {
		t.Errorf("got %v", err)
	}
	for _, version := range []string{"v1\r\n#requires -Version 9", "1.0\u2019; exit", "#>"} {
		if _, err := Write(files{}.create, "0123456789ab", version, stream(nil)); err == nil {
			t.Errorf("version %q is taken", version)
		}
	}
	made := files{}
	if _, err := Write(made.create, "0123456789ab", "v1.2.3+dirty'", stream(nil)); err != nil {
		t.Errorf("a version from a build is refused: %v", err)
	}
	if !strings.Contains(made["scripts/Start-Sync.ps1"], "smtpmatch v1.2.3-dirty-.") {
		t.Error("the version is not in the help as a label")
	}
}

// The values files hold every value as it is, quoted, and nothing else.
func TestScriptValuesFile(t *testing.T) {
	changes := testChanges()
	made, _ := written(t, changes)
	text := made["scripts/B00001.values.csv"]
	const head = "\ufeff\"ObjectGuid\",\"Side\",\"Attribute\",\"Value\"\r\n\"00000000-0000-0000-0000-000000000000\",\"Batch\",\"domain\",\"corp.contoso.com\"\r\n"
	if !strings.HasPrefix(text, head) || !strings.HasSuffix(text, "\"\r\n") {
		t.Errorf("it begins with %.200q", text)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	must(t, err)
	var want [][]string
	for _, c := range changes {
		if c.Batch == "B00001" {
			for _, v := range valuesOf(c) {
				want = append(want, []string{v.ObjectGUID, v.Side, v.Attribute, v.Value})
			}
		}
	}
	if !slices.EqualFunc(records[2:], want, slices.Equal) {
		t.Errorf("got %q, want %q", records[2:], want)
	}
	if !slices.ContainsFunc(want, func(row []string) bool { return row[3] == hostile }) {
		t.Error("the hostile value is not among them")
	}
}

// Hostile names are in no script, and values in the values files alone; the run book moves no terminal.
func TestScriptHostileNamesStayData(t *testing.T) {
	changes := testChanges()
	for _, c := range changes {
		c.Domain = "corp\x1b[31m.\u202econtoso\r\n'; exit; '.com"
	}
	made, _ := written(t, changes)
	for name, text := range made {
		if strings.HasSuffix(name, ".values.csv") {
			continue
		}
		if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "PWNED") || strings.Contains(text, "calc") {
			t.Errorf("%s holds a hostile value", name)
		}
	}
	if !strings.Contains(made["scripts/RUNBOOK.txt"], `domain corp\x1b[31m.\u202econtoso\r\n'; exit; '.com`) {
		t.Error("the run book does not show the domain")
	}
}

// The checksums are those of the files, the scripts are pinned to their data, and two runs give the same bytes.
func TestScriptFolderIsWholeAndDeterministic(t *testing.T) {
	made, summary := written(t, testChanges())
	again, _ := written(t, testChanges())
	if !maps.Equal(made, again) {
		t.Error("two runs differ")
	}
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if name != "scripts/SHA256SUMS" {
			sum := sha256.Sum256([]byte(made[name]))
			sums.WriteString(hex.EncodeToString(sum[:]) + "  " + strings.TrimPrefix(name, "scripts/") + "\n")
		}
	}
	if made["scripts/SHA256SUMS"] != sums.String() {
		t.Errorf("SHA256SUMS is\n%swant\n%s", made["scripts/SHA256SUMS"], sums.String())
	}
	for _, name := range []string{setB1, undoB1} {
		if b := summary.Batches[0]; b.SHA256 == "" || !strings.Contains(made["scripts/"+name], "'"+b.SHA256+"'") {
			t.Errorf("%s is not pinned to its data", name)
		}
	}
	if summary.Scripted != 6 || summary.NoScript != 1 || len(summary.Batches) != 3 {
		t.Errorf("the summary is %+v", summary)
	}
	book := made["scripts/RUNBOOK.txt"]
	for _, want := range []string{"plan 0123456789ab (smtpmatch dev)", "B00001        5 objects  domain corp.contoso.com", "B00002        1 objects", "X00001        1 objects", summary.Batches[0].SHA256} {
		if !strings.Contains(book, want) {
			t.Errorf("the run book lacks %q", want)
		}
	}
	if strings.Contains(book, "%") || strings.ContainsAny(strings.ReplaceAll(book, "\r\n", ""), "\r\n") {
		t.Error("the run book has a mark left, or an odd line end")
	}
}

// No more is held than the open batches: each batch is written as soon as its last object has come.
func TestScriptBatchesAreWrittenWhenComplete(t *testing.T) {
	changes := testChanges()
	list, err := listBatches(stream(changes)())
	must(t, err)
	seen := 0
	count := func(yield func(*reconcile.Change, error) bool) {
		for _, c := range changes {
			seen++
			if !yield(c, nil) {
				return
			}
		}
	}
	var order []string
	for b, err := range eachBatch(list, count) {
		must(t, err)
		order = append(order, b.ID)
		if b.ID == "B00002" && seen != 2 {
			t.Errorf("B00002 came after %d changes", seen)
		}
		b.SHA256 = "done"
	}
	if strings.Join(order, " ") != "B00002 B00001" {
		t.Errorf("the batches came as %v", order)
	}
}

// Changes that differ when they are read again are refused: the scripts would not be the plan's.
func TestScriptChangesMustStayTheSame(t *testing.T) {
	for name, edit := range map[string]func(list []*reconcile.Change) []*reconcile.Change{
		"one more":       func(list []*reconcile.Change) []*reconcile.Change { return append(list, list[0]) },
		"one less":       func(list []*reconcile.Change) []*reconcile.Change { return list[1:] },
		"another batch":  func(list []*reconcile.Change) []*reconcile.Change { list[0].Batch = "B00007"; return list },
		"another domain": func(list []*reconcile.Change) []*reconcile.Change { list[0].Domain = "x.example"; return list },
	} {
		_, err := listBatches(stream(testChanges())())
		must(t, err)
		first := true
		_, err = Write(files{}.create, "0123456789ab", "dev", func() iter.Seq2[*reconcile.Change, error] {
			if first {
				first = false
				return stream(testChanges())()
			}
			return stream(edit(testChanges()))()
		})
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
