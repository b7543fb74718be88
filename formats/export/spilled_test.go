package export

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// What comes from a working file is what the sheet holds: odd texts, damaged cells, rows with gaps, hidden
// ones and too wide ones, numbers and findings included.
func TestSpilledSheet(t *testing.T) {
	g := goodAD().set(2, "DisplayName", "\"Q\"\n\r\n, ;\t'x").set(3, "proxyAddresses", "'SMTP:b@x.de,smtp: c@x.de")
	for i := range 80 {
		row := append([]string(nil), g[2]...)
		row[0] = strings.Replace(guid2, guid2[:2], "a"+string("0123456789abcdef"[i%16]), 1)[:34] + "0" + string("0123456789abcdef"[i/16])
		row[[]int{0, i % len(row), len(row) - 1}[i%3]] = []string{"", " x ", "=1+1", "NA", "\u00a0", "a\"b", "Sys.String", "M?ller", "JÃ¼rgen"}[i%9]
		if i%11 == 0 {
			row = append(row, "beyond", "")
		}
		g = append(g, row)
	}
	damagedPath := rawWorkbook(t, goodAD().set(3, "DisplayName", "CELL"))
	damagedPath = save(t, "users.xlsx", withPart(t, damagedPath, "xl/worksheets/sheet1.xml", func(text string) string {
		text = strings.Replace(text, ` t="str"><v>CELL</v>`, ` t="e"><v>#N/A</v>`, 1)
		return strings.Replace(text, `<row r="2"`, `<row hidden="1" r="2"`, 1)
	}))
	for name, path := range map[string]string{"odd": workbook(t, sheetGrid{"A", g, 4}), "damaged": damagedPath} {
		temp := t.TempDir()
		plain := open(t, path, reconcile.AD, Options{})
		f := open(t, path, reconcile.AD, Options{Spill: true, Temp: temp})
		want := records(t, plain)
		sameText(t, name+": records", records(t, f), want)
		sameText(t, name+": batches", batched(t, f), want)
		check(t, os.Rename(path, path+".away")) // nobody looks at the workbook again
		sameText(t, name+": again", batched(t, f), want)
		if a, b := codes(f.Findings()), codes(plain.Findings()); strings.Join(a, ",") != strings.Join(b, ",") {
			t.Errorf("%s: findings %v, want %v", name, a, b)
		}
		f.Close()
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("%s: %s is left", name, left[0].Name())
		}
	}
}

// A folder that cannot be written to is named, with the way out; a refused file leaves nothing.
func TestSpillErrors(t *testing.T) {
	path := workbook(t, sheetGrid{"A", goodAD(), 1})
	_, err := Open(context.Background(), path, reconcile.AD, Options{Spill: true, Temp: filepath.Join(t.TempDir(), "none")})
	if err == nil || !strings.Contains(err.Error(), "none") || !strings.Contains(err.Error(), "--temp") {
		t.Errorf("no folder: %v", err)
	}
	temp := t.TempDir()
	path = workbook(t, sheetGrid{"A", goodAD().without("mail"), 1})
	if _, err := Open(context.Background(), path, reconcile.AD, Options{Spill: true, Temp: temp}); err == nil {
		t.Error("the file lacks a column")
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}
