package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// write makes a package of one file at dir.
func writePackage(t *testing.T, dir, text string, force bool) error {
	t.Helper()
	p, err := newPackage(dir, force)
	if err != nil {
		return err
	}
	defer p.discard()
	if err := p.begin(); err != nil {
		return err
	}
	for _, path := range []string{"tables/a.csv", manifestName} {
		err := p.file(path, func(w io.Writer) (int, error) {
			_, err := io.WriteString(w, text)
			return 1, err
		})
		if err != nil {
			return err
		}
	}
	return p.commit()
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestPackage(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "missing", "plan")
	if err := writePackage(t, dir, "first", false); err != nil {
		t.Fatal(err)
	}
	if err := writePackage(t, dir, "second", false); err == nil {
		t.Error("a package was overwritten without force")
	}
	if err := writePackage(t, dir, "third", true); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "tables", "a.csv")); string(got) != "third" {
		t.Errorf("the package holds %q", got)
	}
	if got := names(t, filepath.Dir(dir)); !slices.Equal(got, []string{"plan"}) {
		t.Errorf("left behind: %v", got)
	}
}

// TestForceSparesOtherFolders: --force with a wrong folder must not cost that folder.
func TestForceSparesOtherFolders(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious.txt")
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePackage(t, dir, "x", true); err == nil {
		t.Error("a folder that is no package was replaced")
	}
	if err := writePackage(t, precious, "x", true); err == nil {
		t.Error("a file was replaced")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
	if err := writePackage(t, filepath.Join(t.TempDir()), "x", true); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestFailedRun: a run that fails leaves the old package, and nothing else.
func TestFailedRun(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "plan")
	if err := writePackage(t, dir, "old", false); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	p, err := newPackage(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	if err := p.file("a.csv", func(io.Writer) (int, error) { return 0, full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	p.discard()
	if got := names(t, parent); !slices.Equal(got, []string{"plan"}) {
		t.Errorf("left behind: %v", got)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "tables", "a.csv")); string(got) != "old" {
		t.Errorf("the old package holds %q", got)
	}
}

// TestLeftovers: a run clears what a killed one left, and undoes a swap that was cut in the middle.
func TestLeftovers(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "plan")
	for _, left := range []string{".plan.smtpmatch-1", ".plan.smtpmatch-2.old", ".other.smtpmatch-3"} {
		if err := os.Mkdir(filepath.Join(parent, left), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(parent, ".plan.smtpmatch-2.old", manifestName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePackage(t, dir, "new", false); err == nil {
		t.Error("the package that was moved aside was lost")
	}
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err != nil {
		t.Error("the package that was moved aside was not put back")
	}
	if got := names(t, parent); !slices.Equal(got, []string{".other.smtpmatch-3", "plan"}) {
		t.Errorf("left: %v", got)
	}
}

func TestPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	if err := writePackage(t, dir, "x", false); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, dir + "/tables": 0o700, dir + "/tables/a.csv": 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v", path, info.Mode().Perm(), want)
		}
	}
}

// TestFailedRunTakesItsParentsAway: what was made for a run that failed goes with it, and nothing else.
func TestFailedRunTakesItsParentsAway(t *testing.T) {
	parent := t.TempDir()
	p, err := newPackage(filepath.Join(parent, "some", "where", "plan"), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	p.discard()
	if got := names(t, parent); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// TestSlowerRun: a package that another run made meanwhile is not replaced without force.
func TestSlowerRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	p, err := newPackage(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.discard()
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := p.commit(); err == nil {
		t.Error("the other run's package was replaced")
	}
}

// TestLeftoversOfAStarredName: the folder's name is no pattern.
func TestLeftoversOfAStarredName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows takes no * in names")
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "a*b")
	killed, err := newPackage(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.begin(); err != nil {
		t.Fatal(err)
	}
	if err := writePackage(t, dir, "next", false); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); !slices.Equal(got, []string{"a*b"}) {
		t.Errorf("left behind: %v", got)
	}
}

// TestForceSparesInputs: an input in the package that is to be replaced would be lost.
func TestForceSparesInputs(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "plan")
	if err := writePackage(t, dir, "old", false); err != nil {
		t.Fatal(err)
	}
	p, err := newPackage(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(parent, "ad.csv")
	if err := os.WriteFile(beside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.spares(beside, filepath.Join(parent, "missing.csv")); err != nil {
		t.Error(err)
	}
	if err := p.spares(beside, filepath.Join(dir, "tables", "a.csv")); err == nil {
		t.Error("an input in the old package would be lost")
	}
}

func TestRemoveTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	if err := writePackage(t, dir, "x", false); err != nil {
		t.Fatal(err)
	}
	if err := removeTree(dir); err != nil {
		t.Error(err)
	}
	if err := removeTree(dir); err != nil {
		t.Errorf("again: %v", err)
	}
}
