package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPeakMemory: the program takes no more memory than it may, though the exports are several times
// larger, and writes the same tables whatever it may take.
func TestPeakMemory(t *testing.T) {
	dir := generated(t, "400000")
	binary := filepath.Join(t.TempDir(), "smtpmatch") // the test binary is larger
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var first string
	for _, memory := range []struct {
		flag string
		most int64 // KiB
	}{{"512MiB", 512 << 10}, {"64MiB", 64 << 10}} {
		temp, out := t.TempDir(), filepath.Join(dir, "plan-"+memory.flag)
		cmd := exec.CommandContext(t.Context(), binary, "plan", "--quiet", "--ad", filepath.Join(dir, "ad.csv"), "--cloud", filepath.Join(dir, "cloud.csv"),
			"--memory", memory.flag, "--temp", temp, "--no-workbook", "--no-scripts", "-o", out)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		peak := watchPeak(cmd)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s: %v\n%s", memory.flag, err, &stderr)
		}
		t.Logf("--memory %s: %d KiB at most", memory.flag, peak)
		if peak > memory.most {
			t.Errorf("--memory %s: the process took %d KiB", memory.flag, peak)
		}
		if left := names(t, temp); len(left) > 0 {
			t.Errorf("--memory %s: left behind: %v", memory.flag, left)
		}
		changes, err := os.ReadFile(filepath.Join(out, "tables", "changes.csv"))
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(changes)
		} else if first != string(changes) {
			t.Errorf("--memory %s: other changes than with more memory", memory.flag)
		}
	}
}

var hwm = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// watchPeak gives the peak of a process's resident memory in KiB, as far as it is seen before the process
// ends. What the process leaves behind for its parent to ask (ru_maxrss) counts the parent's memory too.
func watchPeak(cmd *exec.Cmd) (peak int64) {
	for {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "status"))
		found := hwm.FindSubmatch(status)
		if err != nil || found == nil { // it has ended
			return peak
		}
		peak, _ = strconv.ParseInt(string(found[1]), 10, 64)
		time.Sleep(2 * time.Millisecond)
	}
}
