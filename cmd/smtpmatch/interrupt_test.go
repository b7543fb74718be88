package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bigExports writes two exports that take a while.
func bigExports(t *testing.T, dir string) (ad, cloud string) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED in short mode: it takes a long run, which the race detector makes ten times longer")
	}
	write := func(name, header, row string) string {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		fmt.Fprintln(w, header)
		for i := range 250000 {
			fmt.Fprintf(w, row+"\n", i)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	ad = write("ad.csv", "ObjectGUID,SamAccountName,UserPrincipalName,mail,proxyAddresses,mS-DS-ConsistencyGuid",
		"a0000000-0000-4000-8000-%012[1]d,u%[1]d,u%[1]d@contoso.com,u%[1]d@contoso.com,SMTP:u%[1]d@contoso.com,")
	cloud = write("cloud.csv", "Id,UserPrincipalName,ProxyAddresses,OnPremisesSyncEnabled,OnPremisesImmutableId",
		"c0000000-0000-4000-8000-%012[1]d,u%[1]d@contoso.com,SMTP:u%[1]d@contoso.com,True,anchor%[1]d")
	return ad, cloud
}

// startProgram starts the program in a process of its own: this test binary, under the program's name,
// see TestMain.
func startProgram(t *testing.T, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Args[0] = "smtpmatch"
	stderr := &strings.Builder{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stderr
}

// waitForHidden waits until the program writes its hidden folder, and gives its name.
func waitForHidden(t *testing.T, dir string) string {
	t.Helper()
	for range 6000 {
		for _, name := range names(t, dir) {
			if strings.HasPrefix(name, ".plan.smtpmatch-") {
				return name
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the program never began to write")
	return ""
}

// TestInterrupt: an interrupt in the middle exits 1, says so, and leaves nothing; the old package stays.
// So do a request to end, and a terminal that goes away.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows cannot send an interrupt to one process")
	}
	ad, cloud := bigExports(t, t.TempDir())
	for _, interrupt := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(interrupt.String(), func(t *testing.T) {
			dir := t.TempDir()
			if err := writePackage(t, filepath.Join(dir, "plan"), "old", false); err != nil {
				t.Fatal(err)
			}
			cmd, stderr := startProgram(t, "plan", "--quiet", "--force", "--ad", ad, "--cloud", cloud, "-o", filepath.Join(dir, "plan"))
			waitForHidden(t, dir)
			if err := cmd.Process.Signal(interrupt); err != nil {
				t.Fatal(err)
			}
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != exitFailed || stderr.String() != "smtpmatch: interrupted; nothing was written\n" {
				t.Errorf("exit code %d, %q", got, stderr)
			}
			if got := names(t, dir); !slices.Equal(got, []string{"plan"}) {
				t.Errorf("left behind: %v", got)
			}
			if got, _ := os.ReadFile(filepath.Join(dir, "plan", "tables", "a.csv")); string(got) != "old" {
				t.Errorf("the old package holds %q", got)
			}
		})
	}
}

// TestReaderOfProgressGone: a pipe of standard error that nobody reads any more does not end the run.
func TestReaderOfProgressGone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no signal for a broken pipe")
	}
	samples, out := filepath.Join("..", "..", "samples", "contoso"), filepath.Join(t.TempDir(), "plan")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "plan",
		"--ad", filepath.Join(samples, "ad-users.csv"), "--cloud", filepath.Join(samples, "cloud-users.csv"), "-o", out)
	cmd.Args[0] = "smtpmatch"
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = w
	r.Close()
	err = cmd.Run()
	w.Close()
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(out, manifestName)); err != nil {
		t.Error(err)
	}
}

// TestKill: what a killed run leaves is no package, and the next run clears it.
func TestKill(t *testing.T) {
	dir, inputs := t.TempDir(), t.TempDir()
	ad, cloud := bigExports(t, inputs)
	cmd, _ := startProgram(t, "plan", "--quiet", "--ad", ad, "--cloud", cloud, "-o", filepath.Join(dir, "plan"))
	waitForHidden(t, dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if _, err := os.Stat(filepath.Join(dir, "plan")); err == nil {
		t.Error("a killed run left a package")
	}
	if err := writePackage(t, filepath.Join(dir, "plan"), "next", false); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"plan"}) {
		t.Errorf("left behind: %v", got)
	}
}

// TestFullDisk: a run that finds no room fails with a clear text and leaves nothing. The disk is a small
// one in memory, which only root can mount.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: no disk to fill: %v %s", err, out)
	}
	defer exec.Command("umount", disk).Run()
	ad, cloud := bigExports(t, t.TempDir())
	cmd, stderr := startProgram(t, "plan", "--quiet", "--ad", ad, "--cloud", cloud, "-o", filepath.Join(disk, "some", "where", "plan"))
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitFailed || strings.Count(stderr.String(), "no space left on device") != 1 {
		t.Errorf("exit code %d, %q", got, stderr)
	}
	if got := names(t, disk); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}
