package tables

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"

	"smtpmatch/reconcile"
)

// changeRow is a row of changes.csv as gocsv writes it: the oracle for header, order of columns and bytes.
type changeRow struct {
	ObjectGUID        string `csv:"object_guid"`
	UserPrincipalName string `csv:"user_principal_name"`
	Kind              string `csv:"kind"`
	CandidateBy       string `csv:"candidate_by"`
	Decision          string `csv:"decision"`
	Batch             string `csv:"batch"`
	MailBefore        string `csv:"mail_before"`
	MailAfter         string `csv:"mail_after"`
	ProxyBefore       string `csv:"proxy_before"`
	ProxyAfter        string `csv:"proxy_after"`
	Reason            string `csv:"reason"`
	ObjectClass       string `csv:"object_class"`
	CloudID           string `csv:"cloud_id"`
	BlockedBy         string `csv:"blocked_by"`
}

func rowOf(c *reconcile.Change) changeRow {
	return changeRow{
		ObjectGUID: c.ID.String(), UserPrincipalName: c.UserPrincipalName, Kind: string(c.Kind), CandidateBy: c.Candidate,
		Decision: string(c.Decision), Batch: c.Batch, MailBefore: c.MailBefore, MailAfter: c.MailAfter,
		ProxyBefore: strings.Join(c.ProxyBefore, "\n"), ProxyAfter: strings.Join(c.ProxyAfter, "\n"), Reason: c.Reason,
		ObjectClass: c.Class, CloudID: c.CloudID.String(), BlockedBy: string(c.BlockedBy),
	}
}

// plainChanges are changes without what only this package treats: beginnings of formulas, blanks at an end.
func plainChanges(t testing.TB, n int) (list []*reconcile.Change) {
	t.Helper()
	for i := range n {
		g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-e5f6-4789-abcd-1234567890ab", i+1))
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("anna.müller.%07d", i)
		c := &reconcile.Change{
			ID: g, Class: "user", UserPrincipalName: name + "@contoso.com", Kind: reconcile.PromoteAlias, Candidate: "upn",
			Decision: reconcile.Apply, CloudID: g, Reason: "Its alias becomes its primary, as it is that of the cloud user with its UPN.",
			MailBefore: "old." + name + "@contoso.com", MailAfter: name + "@contoso.com",
			ProxyBefore: []string{"SMTP:old." + name + "@contoso.com", "smtp:" + name + "@contoso.com"},
			ProxyAfter:  []string{"SMTP:" + name + "@contoso.com", "smtp:old." + name + "@contoso.com"},
			Batch:       fmt.Sprintf("B%05d", i/100+1),
		}
		switch i % 50 {
		case 1:
			c.UserPrincipalName = `"ann", the ` + name
		case 2:
			c.ProxyBefore, c.ProxyAfter = nil, []string{"X500:/o=a,b\"c"}
		case 3:
			c.CloudID = reconcile.GUID{}
		}
		list = append(list, c)
	}
	return list
}

// TestSameAsGocsv: for changes without formulas the table is, byte for byte, what gocsv writes from the
// column names as struct tags. encoding/csv below it ends rows with LF here, because with CRLF it would
// change line breaks within cells too.
func TestSameAsGocsv(t *testing.T) {
	changes := plainChanges(t, 1000)
	var rows []changeRow
	for _, c := range changes {
		rows = append(rows, rowOf(c))
	}
	want, err := gocsv.MarshalString(rows)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if n, err := WriteChanges(&out, many(changes...)); n != len(changes) || err != nil {
		t.Fatal(n, err)
	}
	got := strings.ReplaceAll(strings.TrimPrefix(out.String(), "\ufeff"), "\r\n", "\n")
	if got != want {
		t.Errorf("got\n%.500s\nwant\n%.500s", got, want)
	}
}

// FuzzSameAsCSV: a cell that is no formula and has no blank at an end is written as encoding/csv writes it.
func FuzzSameAsCSV(f *testing.F) {
	for _, seed := range []string{"a", "a,b", `"`, `a"b"`, "a\nb", "a\rb", "'t", "a'", "é", "a\u00a0b", "x\xff", "\\."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if isFormula(cell) || cell != strings.TrimSpace(cell) || cell == `\.` {
			t.Skip("encoding/csv knows no formulas, keeps blanks at an end, and quotes what ends a copy in PostgreSQL")
		}
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		if err := w.Write([]string{cell, "x"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if got := string(appendCell(nil, cell)) + ",x\n"; got != want.String() {
			t.Errorf("got %q, want %q", got, want.String())
		}
	})
}

// FuzzLists: values become the cell that their text joined with LF becomes.
func FuzzLists(f *testing.F) {
	f.Add("", "", "")
	f.Add("'", "=1", "a")
	f.Add("=1", "", "\"")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, values := range [][]string{nil, {a}, {a, b}, {a, b, c}} {
			w := newWriter(io.Discard, "")
			start := len(w.buf)
			w.list(values)
			if want := string(appendCell(nil, strings.Join(values, "\n"))) + ","; string(w.buf[start:]) != want {
				t.Errorf("%q became %q, want %q", values, w.buf[start:], want)
			}
		}
	})
}

func TestGUID(t *testing.T) {
	for _, text := range []string{adGUID, cloudGUID, "00000000-0000-0000-0000-000000000000", "ffffffff-0000-0000-0000-000000000001"} {
		g := guid(t, text)
		want := strings.ToLower(text)
		if g.IsZero() {
			want = ""
		}
		if got := string(g.AppendTo(nil)); got != want || got != g.String() {
			t.Errorf("%s became %q", text, got)
		}
	}
}

// TestNoAllocations: a row costs no allocation, whatever its cells need.
func TestNoAllocations(t *testing.T) {
	changes := plainChanges(t, 1000)
	items := many(changes...)
	allocs := testing.AllocsPerRun(5, func() {
		if _, err := WriteChanges(io.Discard, items); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 10 {
		t.Errorf("%v allocations for %d rows", allocs, len(changes))
	}
}

func BenchmarkChanges(b *testing.B) {
	changes := plainChanges(b, 100_000)
	items := many(changes...)
	b.Run("append", func(b *testing.B) {
		benchmark(b, len(changes), func(w io.Writer) error { _, err := WriteChanges(w, items); return err })
	})
	b.Run("encoding_csv", func(b *testing.B) {
		benchmark(b, len(changes), func(w io.Writer) error { return writeWithCSV(w, items) })
	})
	b.Run("gocsv", func(b *testing.B) {
		benchmark(b, len(changes), func(w io.Writer) error { return writeWithGocsv(w, changes) })
	})
}

func BenchmarkAD(b *testing.B) {
	change := plainChanges(b, 1)[0]
	record := &reconcile.Record{ID: change.ID, Class: "user", SamAccountName: "anna.0000001", UserPrincipalName: change.UserPrincipalName,
		DistinguishedName: "CN=Müller\\, Anna,OU=Users,OU=Berlin,DC=corp,DC=contoso,DC=com", DisplayName: "Müller, Anna", Source: "ad.csv", Row: 1234567}
	verdict := &reconcile.ADVerdict{Record: record, Anchor: change.ID.Anchor(), Primary: change.MailBefore, PrimaryFrom: "proxyAddresses",
		Outcome: reconcile.NewObject, Rule: 24, Reason: reconcile.Rule(24).Reason(), SMTPCloudID: change.ID, UPNCloudID: change.ID,
		CandidateID: change.ID, CandidateBy: "upn", Change: change, OutcomeAfter: reconcile.SoftMatchSMTP}
	const rows = 100_000
	items := func(yield func(*reconcile.ADVerdict, error) bool) {
		for range rows {
			if !yield(verdict, nil) {
				return
			}
		}
	}
	benchmark(b, rows, func(w io.Writer) error { _, err := WriteAD(w, items); return err })
}

func benchmark(b *testing.B, rows int, write func(io.Writer) error) {
	var size countingWriter
	if err := write(&size); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := write(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

type countingWriter int64

func (c *countingWriter) Write(b []byte) (int, error) {
	*c += countingWriter(len(b))
	return len(b), nil
}

func writeWithCSV(w io.Writer, items iter.Seq2[*reconcile.Change, error]) error {
	out := csv.NewWriter(w)
	for c := range items {
		r := rowOf(c)
		if err := out.Write([]string{r.ObjectGUID, r.UserPrincipalName, r.Kind, r.CandidateBy, r.Decision, r.Batch, r.MailBefore,
			r.MailAfter, r.ProxyBefore, r.ProxyAfter, r.Reason, r.ObjectClass, r.CloudID, r.BlockedBy}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func writeWithGocsv(w io.Writer, changes []*reconcile.Change) error {
	rows := make([]changeRow, len(changes))
	for i, c := range changes {
		rows[i] = rowOf(c)
	}
	return gocsv.Marshal(rows, w)
}
