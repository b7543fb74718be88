package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkPlan runs the whole program on generated exports, as an administrator does. The command in measure
// does the same at sizes that no benchmark should take by itself, and tells the peak memory.
func BenchmarkPlan(b *testing.B) {
	program := filepath.Join(b.TempDir(), "smtpmatch.exe")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/smtpmatch").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, c := range []struct {
		name      string
		rows      uint64
		workbooks bool
		args      []string
	}{
		{"10k CSV, everything", 10_000, false, nil},
		{"10k XLSX, everything", 10_000, true, nil},
		{"10k CSV, tables", 10_000, false, []string{"--no-workbook", "--no-scripts"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			dir := b.TempDir()
			if err := generate(dir, newTenant(c.rows, 1), c.workbooks); err != nil {
				b.Fatal(err)
			}
			ending := ".csv"
			if c.workbooks {
				ending = ".xlsx"
			}
			args := append([]string{"plan", "--force", "--quiet", "-o", filepath.Join(dir, "plan"),
				"--ad", filepath.Join(dir, "ad"+ending), "--cloud", filepath.Join(dir, "cloud"+ending)}, c.args...)
			for b.Loop() {
				if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
			}
			b.ReportMetric(float64(2*c.rows)*float64(b.N)/b.Elapsed().Seconds()/1e3, "krows/s")
		})
	}
}
