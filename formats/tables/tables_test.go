package tables

import (
	"bytes"
	"encoding/csv"
	"errors"
	"iter"
	"maps"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

func TestCells(t *testing.T) {
	for _, c := range []struct{ in, want, reason string }{
		{"Anna Adler", "Anna Adler", "plain text is not quoted"},
		{"Adler, Anna", `"Adler, Anna"`, "a comma"},
		{`Anna "A" Adler`, `"Anna ""A"" Adler"`, "quotes are doubled"},
		{"a\nb", "\"a\nb\"", "lists in a cell are joined with LF"},
		{" a", `" a"`, "blanks around would be lost by some readers"},
		{"\u00a0a", "\"\u00a0a\"", "a blank that is not ASCII"},
		{"a\u3000", "\"a\u3000\"", "behind the text too"},
		{"Ärger", "Ärger", "other characters are no blanks"},
		{"=1+2", `"'=1+2"`, "a formula"},
		{"+49 30", `"'+49 30"`, "a number to a spreadsheet"},
		{"-", `"'-"`, "minus alone"},
		{"@SUM(A1)", `"'@SUM(A1)"`, "an old formula"},
		{"\t=1", "\"'\t=1\"", "TAB before a formula"},
		{"'=1", `"''=1"`, "a reader of ours takes one apostrophe off again"},
		{"''+1", `"'''+1"`, "after any number of apostrophes"},
		{"'t Hoen", "'t Hoen", "an apostrophe before anything else stays as it is"},
		{"", "", "nothing"},
	} {
		if got := string(appendCell(nil, c.in)); got != c.want {
			t.Errorf("%q became %s, want %s: %s", c.in, got, c.want, c.reason)
		}
	}
}

// FuzzCells writes any cell and reads it back as our own readers do.
func FuzzCells(f *testing.F) {
	for _, seed := range []string{"a", "=1", "'=1", "a,b\"c\r\nd", "\t", "''", " "} {
		f.Add(seed, "b")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a, "\r\n") || strings.Contains(b, "\r\n") {
			t.Skip("encoding/csv folds this, so it cannot tell what was written")
		}
		var out bytes.Buffer
		w := newWriter(&out, "x,y")
		w.text(a)
		w.text(b)
		w.end()
		if rows, err := w.close(); rows != 1 || err != nil {
			t.Fatal(rows, err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
		lines, err := r.ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("%q: %v", out.String(), err)
		}
		for i, cell := range []string{a, b} {
			got := lines[1][i]
			if isFormula(got) && strings.HasPrefix(got, "'") {
				got = got[1:]
			}
			if got != cell {
				t.Errorf("%q came back as %q", cell, got)
			}
			if lines[1][i] != "" && strings.IndexByte("=+-@\t\r", lines[1][i][0]) >= 0 {
				t.Errorf("%q would run as a formula", lines[1][i])
			}
		}
	})
}

// TestHeaders holds the columns to the contract, and every row to its header.
func TestHeaders(t *testing.T) {
	record := &reconcile.Record{Row: 2, Source: "a.csv"}
	for _, c := range []struct {
		name  string
		write func(*bytes.Buffer) (int, error)
		want  string
	}{
		{"ad.csv", func(b *bytes.Buffer) (int, error) {
			return WriteAD(b, one(&reconcile.ADVerdict{Record: record, Outcome: reconcile.NewObject, Rule: 35, Quarantined: []string{"a", "b"}}))
		}, "object_guid,object_class,sam_account_name,user_principal_name,distinguished_name,display_name,primary_smtp,primary_from,anchor,outcome,rule,quarantined,cloud_id,smtp_cloud_id,upn_cloud_id,anchor_cloud_id,candidate_cloud_id,candidate_by,change,decision,blocked_by,outcome_after,reason,source,row"},
		{"cloud.csv", func(b *bytes.Buffer) (int, error) {
			return WriteCloud(b, one(&reconcile.CloudVerdict{Record: record, Outcome: reconcile.Untouched, Rule: 36}))
		}, "id,object_class,user_type,user_principal_name,display_name,primary_smtp,immutable_id,synced,outcome,rule,object_guid,reason,source,row"},
		{"addresses.csv", func(b *bytes.Buffer) (int, error) {
			return WriteAddresses(b, one(&reconcile.Holder{Address: "a@x", Cluster: 1}))
		}, "address,cluster,side,object_id,object_class,user_principal_name,attribute,severity,reason"},
		{"findings.csv", func(b *bytes.Buffer) (int, error) {
			return WriteFindings(b, one(reconcile.Finding{File: "a.csv", Code: "Blank"}))
		}, "file,row,column,severity,code,value,text,source"},
	} {
		var out bytes.Buffer
		rows, err := c.write(&out)
		if err != nil || rows != 1 {
			t.Fatalf("%s: %d rows, %v", c.name, rows, err)
		}
		header, _, _ := strings.Cut(out.String(), "\r\n")
		if header != "\ufeff"+c.want {
			t.Errorf("%s: header %q", c.name, header)
		}
		if _, err := csv.NewReader(&out).ReadAll(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func one[T any](v T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(v, nil) }
}

// TestErrors: what the source of the rows or the file fails with is what the caller gets.
func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	stream := func(yield func(reconcile.Finding, error) bool) {
		if yield(reconcile.Finding{Code: "Blank"}, nil) {
			yield(reconcile.Finding{}, broken)
		}
	}
	tally := NewTally()
	_, err := WriteFindings(&bytes.Buffer{}, tally.Findings(stream))
	if !errors.Is(err, broken) {
		t.Errorf("a broken stream gave %v", err)
	}
	if !maps.Equal(tally.Of, map[string]int{"Blank": 1}) {
		t.Errorf("the tally is %v: an error is no item", tally.Of)
	}
	if err := Drain(stream); !errors.Is(err, broken) {
		t.Errorf("a broken stream that is only counted gave %v", err)
	}
	_, err = WriteFindings(fullDisk{broken}, one(reconcile.Finding{}))
	if !errors.Is(err, broken) {
		t.Errorf("a full disk gave %v", err)
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }
