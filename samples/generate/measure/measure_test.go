package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The tests measure this program itself, which then does what the environment says.
func TestMain(m *testing.M) {
	if os.Getenv("MEASURE_TEST") == "" {
		os.Exit(m.Run())
	}
	for start := time.Now(); time.Since(start) < spent; {
	}
	held := make([]byte, taken)
	for i := range held {
		held[i] = 1
	}
	runtime.KeepAlive(held)
	if os.Getenv("MEASURE_TEST") == "fail" {
		os.Stderr.WriteString("it broke\n")
		os.Exit(1)
	}
}

// What the measured program uses.
const (
	spent = 200 * time.Millisecond
	taken = 100 << 20
)

func measureSelf(t *testing.T, how string) (result, error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MEASURE_TEST="+how)
	return measured(cmd)
}

func TestMeasured(t *testing.T) {
	r, err := measureSelf(t, "work")
	if err != nil {
		t.Fatal(err)
	}
	// On a busy machine the CPU time falls short of the wall time that is spent, so only a part is asked for.
	if r.wall < spent || r.cpu < spent/4 || r.cpu > 20*r.wall {
		t.Errorf("wall %v, CPU %v", r.wall, r.cpu)
	}
	// The race detector takes several times as much.
	if runtime.GOOS == "linux" && (r.peak < taken || r.peak > 8*taken) {
		t.Errorf("peak %s", mebibytes(r.peak))
	}
}

func TestMeasuredFailure(t *testing.T) {
	if _, err := measureSelf(t, "fail"); err == nil || !strings.Contains(err.Error(), "it broke") {
		t.Error(err)
	}
}

func TestTable(t *testing.T) {
	second := func(n int, peak int64) result {
		return result{wall: time.Duration(n) * time.Second, cpu: time.Duration(2*n) * time.Second, peak: peak << 20}
	}
	got := table([]*contestant{
		{name: "a", results: []result{second(9, 300), second(2, 100), second(3, 200)}},
		{name: "b", results: []result{second(12, 1000), second(15, 800)}},
		{name: "c", results: []result{second(3, 0)}},
	})
	const want = `| | wall s | CPU s | peak | wall, times the first | peak, times the first |
|---|---|---|---|---|---|
| a | 3.00 | 6.00 | 200 MiB | 1.00 | 1.0 |
| b | 12.00 | 24.00 | 800 MiB | 4.00 | 4.0 |
| c | 3.00 | 6.00 | - | 1.00 | - |
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestFurtherBytes: dd is told to write what the larger package has more.
func TestFurtherBytes(t *testing.T) {
	s := settings{out: t.TempDir()}
	for name, bytes := range map[string]int{"few/tables/a": 1 << 20, "all/tables/a": 1 << 20, "all/tables/b": 3<<20 + 1} {
		path := filepath.Join(s.out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, bytes), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd, err := s.dd()
	if err != nil || cmd.Args[len(cmd.Args)-1] != "count=4" {
		t.Errorf("%v: %v", err, cmd.Args)
	}
}

// TestContestants: those that were asked for, smtpmatch first.
func TestContestants(t *testing.T) {
	s := settings{smtpmatch: "smtpmatch", data: "data", duckdb: "duckdb", tables: "changes", memory: "1GiB", xlsx: true, all: true}
	list, err := s.contestants()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range list {
		names = append(names, c.name)
	}
	if got := strings.Join(names, "; "); got != "smtpmatch; smtpmatch, all tables; dd of the further bytes; excelize's row iterator; DuckDB" {
		t.Error(got)
	}
	cmd, err := list[0].command()
	if err != nil {
		t.Fatal(err)
	}
	args := strings.Join(cmd.Args, " ")
	for _, want := range []string{"--tables changes", "--memory 1GiB", filepath.Join("data", "ad.xlsx")} {
		if !strings.Contains(args, want) {
			t.Errorf("%q is not in: %s", want, args)
		}
	}
}
