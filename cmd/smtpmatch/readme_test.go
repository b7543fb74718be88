package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/formats/export"
	"smtpmatch/reconcile"
)

// TestReadme keeps README.md true: its commands print what it says, and its PowerShell is what refusals
// print. UPDATE_README=1 writes both anew.
func TestReadme(t *testing.T) {
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```")
	commands := 0
	for i, block := range blocks {
		if strings.HasPrefix(block, "\ngo run ./cmd/smtpmatch ") && i+2 < len(blocks) {
			blocks[i+2] = "\n" + runReadme(t, block)
			commands++
		}
	}
	if commands < 2 {
		t.Fatalf("README.md shows %d commands and what they print", commands)
	}
	for title, side := range map[string]reconcile.Side{
		"powershell\n# cloud, with Microsoft Graph PowerShell\n":       reconcile.Cloud,
		"powershell\n# on-premises, with the ActiveDirectory module\n": reconcile.AD,
	} {
		i := slices.IndexFunc(blocks, func(b string) bool { return strings.HasPrefix(b, title) })
		if i < 0 {
			t.Fatalf("README.md has no block %q", title)
		}
		blocks[i] = title + export.Command(side, reconcile.ClassUser) + "\n"
	}
	switch want := strings.Join(blocks, "```"); {
	case os.Getenv("UPDATE_README") != "":
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case want != string(text):
		t.Errorf("README.md is not what the program prints: UPDATE_README=1 go test ./cmd/smtpmatch -run TestReadme")
	}
}

// runReadme runs a go run command of README.md, in a folder that holds only the samples.
func runReadme(t *testing.T, block string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS(filepath.Join(root, "samples"))); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "smtpmatch.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	args, isRun := strings.CutPrefix(strings.TrimSpace(block), "go run ./cmd/smtpmatch ")
	if !isRun {
		t.Fatalf("%q does not run this command", block)
	}
	cmd := exec.CommandContext(t.Context(), binary, strings.Fields(args)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != exitRefused { // a refusal is what some show
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
