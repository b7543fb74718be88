package workbook

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// edited saves the workbook of five changes after some cells were edited, as a reviewer would.
func edited(t *testing.T, edit func(f *excelize.File)) (path, plan string) {
	t.Helper()
	c := testContent()
	c.Changes = stream(manyChanges(5)...)
	var out bytes.Buffer
	if _, err := Write(&out, c); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edit(f)
	path = filepath.Join(t.TempDir(), "edited.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path, c.Manifest.Plan
}

func set(t *testing.T, f *excelize.File, sheet, cell, value string) {
	t.Helper()
	if err := f.SetCellStr(sheet, cell, value); err != nil {
		t.Fatal(err)
	}
}

// TestWorkbookRead: decisions come back by key, in any order of rows, whoever saved the file.
func TestWorkbookRead(t *testing.T) {
	path, plan := edited(t, func(f *excelize.File) {
		set(t, f, "Changes", "A2", "skip")
		set(t, f, "Changes", "A3", " Apply ")
		set(t, f, "Changes", "A4", "")
		set(t, f, "Changes", "M2", "a note of the reviewer")
		if err := f.DuplicateRowTo("Changes", 2, 7); err != nil { // sorted: the first is now the last
			t.Fatal(err)
		}
		if err := f.RemoveRow("Changes", 2); err != nil {
			t.Fatal(err)
		}
	})
	r, err := Read(path, plan)
	if err != nil || len(r.Refused) > 0 || len(r.Missing) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := map[string]Word{}
	for i, word := range []Word{Skip, Apply, Open, Open, Apply} {
		want[testGUID(1000+i).String()] = word
	}
	for _, d := range r.Decisions {
		if d.Word != want[d.Key] {
			t.Errorf("%s: %q, want %q", d.Key, d.Word, want[d.Key])
		}
		delete(want, d.Key)
	}
	if len(want) > 0 || r.Decisions[4].Row != 6 || r.Decisions[4].Sheet != "Changes" {
		t.Errorf("left %v, decisions %+v", want, r.Decisions)
	}
}

// TestWorkbookReadRefusesRows: a row that is not as it was written is refused, the others are read.
func TestWorkbookReadRefusesRows(t *testing.T) {
	for _, c := range []struct{ what, cell, value, reason string }{
		{"an address", "F3", "x@contoso.com", "edited"},
		{"a list", "H3", "SMTP:x@contoso.com", "edited"},
		{"a blank", "C3", "Ben Bauer ", "edited"},
		{"the cloud user", "I3", "", "edited"},
		{"an unknown key", "L3", testGUID(1).String(), "no change with the key"},
		{"no key", "L3", "", "no change with the key"},
		{"the key of another row", "L3", testGUID(1002).String(), "edited"},
		{"another word", "A3", "yes", "The decision"},
		{"a formula's text", "A3", "=1", "decision"},
	} {
		path, plan := edited(t, func(f *excelize.File) { set(t, f, "Changes", c.cell, c.value) })
		r, err := Read(path, plan)
		if err != nil || len(r.Refused) == 0 || !strings.Contains(strings.ToLower(r.Refused[0].Reason), strings.ToLower(c.reason)) || r.Refused[0].Row != 3 {
			t.Errorf("%s: %+v, %v", c.what, r, err)
			continue
		}
		for _, d := range r.Decisions {
			if d.Row == 3 {
				t.Errorf("%s: decided all the same", c.what)
			}
		}
	}
}

// TestWorkbookReadTwice: two rows of one change decide nothing, a removed row is missing.
func TestWorkbookReadTwice(t *testing.T) {
	path, plan := edited(t, func(f *excelize.File) {
		if err := errors.Join(f.RemoveRow("Changes", 4), f.DuplicateRow("Changes", 2)); err != nil {
			t.Fatal(err)
		}
	})
	r, err := Read(path, plan)
	if err != nil || len(r.Refused) != 2 || len(r.Decisions) != 3 || !slices.Equal(r.Missing, []string{testGUID(1002).String()}) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestWorkbookReadRefusesFiles: another plan's workbook and one that is not whole are refused altogether.
func TestWorkbookReadRefusesFiles(t *testing.T) {
	for _, c := range []struct {
		what string
		edit func(f *excelize.File) error
		want error
	}{
		{"another plan", func(f *excelize.File) error { return f.SetCellStr("_plan", "B2", "000000000000") }, ErrAnotherPlan},
		{"no _plan", func(f *excelize.File) error { return f.DeleteSheet("_plan") }, ErrNoReview},
		{"no Changes", func(f *excelize.File) error { return f.DeleteSheet("Changes") }, ErrNoReview},
		{"_plan cut short", func(f *excelize.File) error { return f.RemoveRow("_plan", 9) }, ErrNoReview},
		{"a row of _plan gone", func(f *excelize.File) error { return f.RemoveRow("_plan", 5) }, ErrNoReview},
		{"the header edited", func(f *excelize.File) error { return f.SetCellStr("Changes", "L1", "Id") }, ErrNoReview},
		{"a column moved in", func(f *excelize.File) error { return f.InsertCols("Changes", "B", 1) }, ErrNoReview},
	} {
		path, plan := edited(t, func(f *excelize.File) {
			if err := c.edit(f); err != nil {
				t.Fatal(err)
			}
		})
		if _, err := Read(path, plan); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	none := filepath.Join(t.TempDir(), "none.xlsx")
	if _, err := Read(none, "x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(none, []byte("Decision,Kind\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(none, "x"); err == nil {
		t.Error("a text file was read")
	}
}
