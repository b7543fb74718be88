package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// generated makes the exports of so many people a side.
func generated(t *testing.T, rows string, more ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED in short mode: it takes a large tenant")
	}
	dir := t.TempDir()
	args := append([]string{"run", "../../samples/generate", "-rows", rows, "-dir", dir}, more...)
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// TestKilledAnywhere: a run that is killed at any moment leaves no working file and no half package, and
// the next one is not in its way.
func TestKilledAnywhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: on Windows a killed run leaves its working files to the system's clean-up")
	}
	dir := generated(t, "60000")
	temp, out := t.TempDir(), filepath.Join(dir, "plan")
	args := []string{"plan", "--quiet", "--force", "--ad", filepath.Join(dir, "ad.csv"), "--cloud", filepath.Join(dir, "cloud.csv"),
		"--memory", "64MiB", "--temp", temp, "--no-scripts", "-o", out}
	begun := time.Now()
	cmd, stderr := startProgram(t, args...)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	whole := time.Since(begun)
	for range 8 {
		cmd, _ := startProgram(t, args...)
		time.Sleep(rand.N(whole))
		cmd.Process.Kill()
		cmd.Wait()
		if left := names(t, temp); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
		if _, err := os.Stat(filepath.Join(out, manifestName)); err != nil {
			t.Fatalf("the package is not whole: %v", err)
		}
	}
	cmd, stderr = startProgram(t, args...)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the next run: %v\n%s", err, stderr)
	}
	for _, name := range names(t, dir) {
		switch name {
		case "ad.csv", "cloud.csv", "plan":
		default:
			t.Errorf("left beside the package: %s", name)
		}
	}
}
