// Package samples holds fictitious tenants; its tests run the program on them and compare what it writes
// with the golden packages. Refresh these with
//
//	go test ./samples -update
//
// read the difference, and test again without the flag.
package samples

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the workbooks and the golden packages anew")

// packages are the golden packages: a folder under contoso/golden and the inputs that give it.
var packages = []struct {
	name   string
	reason string
	args   []string
}{
	{"default", "the default switches, the map, and batches small enough to see", []string{
		"--ad", "contoso/ad-users.csv", "--cloud", "contoso/cloud-users.csv", "--domains", "contoso/domains.csv",
		"--map", "contoso/map.csv", "--batch-size", "2", "--pilot", "1"}},
	{"workbooks", "the same files as workbooks, without the domains", []string{"--no-workbook", "--no-scripts",
		"--ad", "contoso/ad-users.xlsx", "--cloud", "contoso/cloud-users.xlsx"}},
	{"blocked", "a tenant that blocks hard match and soft match, and does not match by UPN: R7, R16, R22", []string{"--no-workbook", "--no-scripts",
		"--ad", "contoso/ad-users.csv", "--cloud", "contoso/cloud-users.csv", "--tenant", "contoso/tenant-blocked.json"}},
	{"bypass", "a tenant that lets the sync change object identifiers: R10", []string{"--no-workbook", "--no-scripts",
		"--ad", "contoso/ad-users.csv", "--cloud", "contoso/cloud-users.csv", "--tenant", "contoso/tenant-bypass.json"}},
}

var smtpmatch string // the program under test

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "smtpmatch-samples-")
	if err != nil {
		panic(err)
	}
	smtpmatch = filepath.Join(dir, "smtpmatch.exe")
	if out, err := exec.Command("go", "build", "-o", smtpmatch, "../cmd/smtpmatch").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func plan(t *testing.T, out string, args ...string) (stdout string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), smtpmatch, append([]string{"plan", "--force", "--quiet", "-o", out}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return strings.ReplaceAll(string(text), out, "DIR")
}

// TestWorkbooks: the workbooks hold what the CSV files hold.
func TestWorkbooks(t *testing.T) {
	for _, name := range []string{"ad-users", "cloud-users"} {
		rows := readCSV(t, "contoso/"+name+".csv")
		path := "contoso/" + name + ".xlsx"
		if *update {
			writeWorkbook(t, path, rows)
		}
		if got := readWorkbook(t, path); !slices.EqualFunc(got, rows, sameRow) {
			t.Errorf("%s differs from the CSV file: go test ./samples -update", path)
		}
	}
}

func TestGoldenPackages(t *testing.T) {
	for _, p := range packages {
		t.Run(p.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan")
			summary := plan(t, out, p.args...)
			if err := os.WriteFile(filepath.Join(out, "stdout.txt"), []byte(summary), 0o600); err != nil {
				t.Fatal(err)
			}
			dropRepeated(t, filepath.Join(out, "scripts"))
			golden := filepath.Join("contoso", "golden", p.name)
			if *update {
				if err := replaceFolder(golden, out); err != nil {
					t.Fatal(err)
				}
			}
			compareFolders(t, golden, out)
		})
	}
}

// dropRepeated removes what a reader of the golden package need not read again: the scripts of every batch
// but the first differ in their constants alone, and SHA256SUMS has their hashes.
func dropRepeated(t *testing.T, scripts string) {
	t.Helper()
	for _, pattern := range []string{"Set-*.ps1", "Undo-*.ps1"} {
		paths, err := filepath.Glob(filepath.Join(scripts, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.Contains(path, ".B00001.") {
				continue
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSameBytes: the same inputs and settings give the same bytes, wherever the package is written.
func TestSameBytes(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "some", "where", "else")
	plan(t, first, packages[0].args...)
	plan(t, second, packages[0].args...)
	compareFolders(t, first, second)
}

// TestWorkbooksGiveTheSame: read from workbooks, the tenant gives the same verdicts.
func TestWorkbooksGiveTheSame(t *testing.T) {
	csvOut, xlsxOut := filepath.Join(t.TempDir(), "csv"), filepath.Join(t.TempDir(), "xlsx")
	plan(t, csvOut, "--ad", "contoso/ad-users.csv", "--cloud", "contoso/cloud-users.csv")
	plan(t, xlsxOut, "--ad", "contoso/ad-users.xlsx", "--cloud", "contoso/cloud-users.xlsx")
	for _, table := range []string{"ad.csv", "cloud.csv", "addresses.csv", "changes.csv", "findings.csv"} {
		a := readFile(t, filepath.Join(csvOut, "tables", table))
		b := readFile(t, filepath.Join(xlsxOut, "tables", table))
		b = strings.NewReplacer("ad-users.xlsx", "ad-users.csv", "cloud-users.xlsx", "cloud-users.csv").Replace(b)
		if a != b {
			t.Errorf("%s differs:\n%s", table, firstDifference(a, b))
		}
	}
}

func compareFolders(t *testing.T, want, got string) {
	t.Helper()
	a, b := listFiles(t, want), listFiles(t, got)
	if !slices.Equal(a, b) {
		t.Fatalf("files %v, want %v", b, a)
	}
	for _, name := range a {
		if x, y := readFile(t, filepath.Join(want, name)), readFile(t, filepath.Join(got, name)); x != y {
			t.Errorf("%s differs from %s:\n%s", name, want, firstDifference(x, y))
		}
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n want %s\n  got %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(b), len(a))
}

func listFiles(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func replaceFolder(to, from string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(readFile(t, path), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func writeWorkbook(t *testing.T, path string, rows [][]string) {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
}

func readWorkbook(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// sameRow compares two rows; excelize leaves empty cells at the end out.
func sameRow(a, b []string) bool {
	trim := func(row []string) []string {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		return row
	}
	return slices.Equal(trim(a), trim(b))
}
