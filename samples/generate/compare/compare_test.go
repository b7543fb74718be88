package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files are the texts of the four files, and of the changes, without their headers.
type files struct{ ad, matches, addresses, dups, changes string }

// alike is a small result that both tell alike: two AD objects, one of which shares an address with a cloud
// object that is not its own; a mail and an alias of one object are one holder, and a UPN is none.
var alike = files{
	ad:        "a1,c1,c1\na2,,c2\n",
	matches:   "A2,,C2\nA1,C1,C1\n",
	addresses: "x@contoso.com,ad,a1,alias\nx@contoso.com,ad,a1,mail\nx@contoso.com,cloud,c2,primary\nx@contoso.com,cloud,c3,upn\n'+y@contoso.com,ad,a1,primary\n'+y@contoso.com,ad,a2,primary\n",
	dups:      "+y@contoso.com,ad,A2\n+y@contoso.com,ad,A1\nx@contoso.com,cloud,C2\nx@contoso.com,ad,A1\n",
	changes:   "a2,c2,apply\n",
}

// compared writes the files, compares them, and gives what was printed.
func compared(t *testing.T, f files) (printed string, err error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, header, rows string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("\ufeff"+header+"\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("tables/ad.csv", "object_guid,smtp_cloud_id,upn_cloud_id", f.ad)
	write("tables/addresses.csv", "address,side,object_id,attribute", f.addresses)
	write("tables/changes.csv", "object_guid,cloud_id,decision", f.changes)
	write("duckdb/matches.csv", "ObjectGUID,SmtpCloudId,UpnCloudId", f.matches)
	write("duckdb/dups.csv", "Address,Side,ObjectId", f.dups)
	var out bytes.Buffer
	c := comparison{tables: filepath.Join(dir, "tables"), duckdb: filepath.Join(dir, "duckdb"), temp: t.TempDir(), out: &out}
	err = c.run(false)
	left, _ := os.ReadDir(c.temp)
	if len(left) > 0 {
		t.Errorf("%d temporary files are left", len(left))
	}
	return out.String(), err
}

func TestAlike(t *testing.T) {
	printed, err := compared(t, alike)
	if err != nil || strings.Count(printed, "equal\n") != 2 {
		t.Errorf("%v\n%s", err, printed)
	}
}

// TestDifferences: whatever is missing, added or other on one side is told with its side.
func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*files)
		told   string
	}{
		{"another match by address", func(f *files) { f.ad = "a1,c9,c1\na2,,c2\n" }, "only DuckDB: a1  c1  c1\n  only smtpmatch: a1  c9  c1"},
		{"another match by UPN", func(f *files) { f.matches = "A2,,\nA1,C1,C1\n" }, "only DuckDB: a2    \n  only smtpmatch: a2    c2"},
		{"an AD object of ours twice", func(f *files) { f.ad += "a2,,c2\n" }, "only smtpmatch: a2    c2"},
		{"an AD object of DuckDB's twice", func(f *files) { f.matches += "A2,,C2\n" }, "only DuckDB: a2    c2"},
		{"an AD object missing", func(f *files) { f.ad = "a1,c1,c1\n" }, "only DuckDB: a2    c2"},
		{"a holder missing", func(f *files) { f.addresses = strings.Replace(f.addresses, "x@contoso.com,cloud,c2,primary\n", "", 1) }, "only DuckDB: x@contoso.com  cloud  c2"},
		{"a UPN in place of an address", func(f *files) { f.addresses = strings.Replace(f.addresses, "c2,primary", "c2,upn", 1) }, "only DuckDB: x@contoso.com  cloud  c2"},
		{"a holder too many", func(f *files) { f.addresses += "z@contoso.com,ad,a2,alias\n" }, "only smtpmatch: z@contoso.com  ad  a2"},
		{"the other side's holder", func(f *files) { f.dups = strings.Replace(f.dups, "x@contoso.com,cloud,C2", "x@contoso.com,ad,C2", 1) }, "only DuckDB: x@contoso.com  ad  c2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := alike
			c.change(&f)
			printed, err := compared(t, f)
			if !errors.Is(err, errDiffer) || !strings.Contains(printed, c.told) {
				t.Errorf("%v, want %q in:\n%s", err, c.told, printed)
			}
		})
	}
}

// TestResolved: an address that a change resolves is in dups.csv only; if it is not so, that is a difference.
func TestResolved(t *testing.T) {
	resolved := alike
	resolved.dups += "w@contoso.com,cloud,C2\nw@contoso.com,ad,A2\n"
	printed, err := compared(t, resolved)
	if err != nil || !strings.Contains(printed, "equal, but for 1 addresses") {
		t.Errorf("%v\n%s", err, printed)
	}
	for name, change := range map[string]func(*files){
		"blocked":                func(f *files) { f.changes = "a2,c2,blocked\n" },
		"of another cloud one":   func(f *files) { f.changes = "a2,c3,apply\n" },
		"another AD holder":      func(f *files) { f.dups += "w@contoso.com,ad,A9\n" },
		"another cloud holder":   func(f *files) { f.dups += "w@contoso.com,cloud,C9\n" },
		"listed by us all right": func(f *files) { f.addresses += "w@contoso.com,ad,a2,alias\nw@contoso.com,cloud,c2,primary\n" },
	} {
		t.Run(name, func(t *testing.T) {
			f := resolved
			change(&f)
			if printed, err := compared(t, f); !errors.Is(err, errDiffer) {
				t.Errorf("%v\n%s", err, printed)
			}
		})
	}
}

// TestFiles: a file that cannot be compared is an error, and no difference.
func TestFiles(t *testing.T) {
	f := alike
	f.addresses = "\"x\ny@contoso.com\",ad,a1,alias\n"
	if _, err := compared(t, f); err == nil || errors.Is(err, errDiffer) {
		t.Errorf("a line break: %v", err)
	}
	if err := eachRow(filepath.Join("..", "doc.go"), []string{"object_guid"}, func([]string) error { return nil }); err == nil {
		t.Error("no column: no error")
	}
}

// TestAgainstSets: on sets at random, as many rows differ as a comparison of sets in memory finds.
func TestAgainstSets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		var f files
		want := 0
		for i := range 1 + random.IntN(3_000) {
			ours, theirs := random.IntN(50) > 0, random.IntN(50) > 0
			row := fmt.Sprintf("a%d,c%d,", i, random.IntN(100))
			if ours {
				f.ad += row + "\n"
			}
			if theirs {
				f.matches += strings.ToUpper(row) + "\n"
			}
			if ours != theirs {
				want++
			}
		}
		printed, _ := compared(t, f)
		if told := fmt.Sprintf(": %d rows differ\n", want); want > 0 && !strings.Contains(printed, told) ||
			want == 0 && strings.Contains(printed, "differ") {
			t.Errorf("want %d in:\n%s", want, printed)
		}
	}
}
