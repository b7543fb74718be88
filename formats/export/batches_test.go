package export

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"smtpmatch/reconcile"
)

var _ reconcile.BatchSource = (*File)(nil)

// batched gives the records of all batches, copied, and gives the batches back from another goroutine.
func batched(t *testing.T, f *File) (list []reconcile.Record) {
	t.Helper()
	var giving sync.WaitGroup
	defer giving.Wait()
	for batch, err := range f.Batches(context.Background()) {
		check(t, err)
		for _, r := range batch.Records {
			list = append(list, copied(r))
		}
		if batch.Done != nil {
			giving.Go(batch.Done)
		}
	}
	return list
}

func copied(r *reconcile.Record) reconcile.Record {
	c := *r
	c.ProxyAddresses = slices.Clone(r.ProxyAddresses)
	for i, value := range c.ProxyAddresses {
		c.ProxyAddresses[i] = strings.Clone(value)
	}
	c.Findings = slices.Clone(r.Findings)
	return c
}

// sameText compares records, their rows and findings included.
func sameText(t *testing.T, what string, got, want []reconcile.Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d records, want %d", what, len(got), len(want))
	}
	for i := range got {
		if a, b := fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", want[i]); a != b {
			t.Fatalf("%s: record %d\n got %s\nwant %s", what, i, a, b)
		}
	}
}

// messyTable is a table of many chunks in which every kind of row stands anywhere.
func messyTable(seed uint64, rows int) string {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString(`"ObjectGUID","ObjectClass","SamAccountName","UserPrincipalName","mail","proxyAddresses","mS-DS-ConsistencyGuid","DisplayName","Enabled"` + "\r\n")
	for i := range rows {
		id := fmt.Sprintf("0f6f2d0e-63a3-4a61-9d0b-%012d", i)
		upn, name, proxies := fmt.Sprintf("u%d@contoso.com", i), "A \"\"B\"\"\r\nC", fmt.Sprintf("SMTP:u%d@contoso.com;smtp:a%d@contoso.com", i, i)
		tail := "\r\n"
		switch rnd.IntN(40) {
		case 0:
			id = ""
		case 1:
			id = "'" + id
		case 2:
			upn = " " + upn + "\u00a0"
		case 3:
			proxies = "'" + proxies + ","
		case 4:
			name = "JÃ¼rgen=1"
		case 5:
			proxies = "-"
		case 6:
			tail = ",\"too\",\"many\"\r\n"
		case 7:
			b.WriteString("\r\n,,,,\r\n")
		case 8:
			name = "=1+1"
		case 9:
			proxies = "smtp:a b@x;X400:c=US;a= ;p=x;o=y;;smtp:c@x"
		case 10:
			upn = "nobody"
		}
		fmt.Fprintf(&b, `"%s","user","u%d","%s","u%d@contoso.com","%s","","%s","True"%s`, id, i, upn, i, proxies, name, tail)
	}
	return b.String()
}

// What a survey saw makes no difference to what later readings give: chunks, row by row, and without any
// survey the records are the same.
func TestBatchesLikeRecords(t *testing.T) {
	for seed, rows := range []int{1, 10, 300, 20000} {
		f := open(t, save(t, "users.csv", messyTable(uint64(seed), rows)), reconcile.AD, Options{})
		want := records(t, f)
		sameText(t, fmt.Sprintf("%d rows in batches", rows), batched(t, f), want)
		f.whole.dubious = nil
		sameText(t, fmt.Sprintf("%d rows, every row searched for damage", rows), batched(t, f), want)
		if f.rows != len(want) {
			t.Errorf("%d rows, the survey counted %d", len(want), f.rows)
		}
	}
}

// The survey of chunks is that of the whole.
func TestSurveyOfChunks(t *testing.T) {
	for seed := range uint64(6) {
		f := open(t, save(t, "users.csv", messyTable(seed, 5000)), reconcile.AD, Options{})
		f.whole.dubious = nil // as before the survey
		whole := f.newSurveyed()
		check(t, f.surveyRows(context.Background(), whole))
		got, want := f.survey, whole.survey
		if got.rows != want.rows || got.used != want.used || got.lastRow != want.lastRow || got.firstBad != want.firstBad ||
			!slices.Equal(got.filled, want.filled) || got.upns != want.upns || got.mails != want.mails ||
			got.longest != want.longest || got.sameObject != want.sameObject || len(got.dubious.ids) != len(want.dubious.ids) {
			t.Errorf("seed %d: %+v\nwant %+v", seed, got, want)
		}
		shown := func(d *damages) (list []Damage) {
			for _, s := range d.list {
				list = append(list, s.Damage)
			}
			return list
		}
		if a, b := fmt.Sprint(shown(&got.seen)), fmt.Sprint(shown(&want.seen)); a != b {
			t.Errorf("seed %d: damage %s\nwant %s", seed, a, b)
		}
		if a, b := fmt.Sprint(f.Findings()), fmt.Sprint(whole.mended.findings(f.name)); !strings.Contains(a, strings.Trim(b, "[]")) {
			t.Errorf("seed %d: findings %s\nwant %s", seed, a, b)
		}
	}
}

// A workbook, and a file with a row for each address, come in batches too.
func TestBatchesOfOtherTables(t *testing.T) {
	sheet := open(t, workbook(t, sheetGrid{"A", goodAD(), 1}), reconcile.AD, Options{})
	sameText(t, "a workbook", batched(t, sheet), records(t, sheet))
	g := goodAD().set(2, "proxyAddresses", "SMTP:asa@contoso.com")
	g = append(g[:2:2], append(grid{slices.Clone(g[1])}, g[2:]...)...)
	g = g.set(3, "proxyAddresses", "smtp:a.o@contoso.com")
	f := open(t, save(t, "users.csv", g.csv()), reconcile.AD, Options{})
	if !f.whole.rowPerAddress {
		t.Fatal("the file has a row for each address")
	}
	sameText(t, "a row for each address", batched(t, f), records(t, f))
}

// Who stops early gets no more, and a file that changed is told of.
func TestBatchesEnd(t *testing.T) {
	path := save(t, "users.csv", messyTable(1, 20000))
	f := open(t, path, reconcile.AD, Options{})
	n := 0
	for range f.Batches(context.Background()) {
		if n++; n == 2 {
			break
		}
	}
	check(t, os.WriteFile(path, []byte(messyTable(2, 20000)), 0o600))
	var last error
	for _, last = range f.Batches(context.Background()) {
	}
	if !errors.Is(last, reconcile.ErrChanged) || strings.Count(last.Error(), "users.csv") != 1 {
		t.Errorf("the last error is %v", last)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	last = nil
	for _, last = range open(t, path, reconcile.AD, Options{}).Batches(ctx) {
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: %v", last)
	}
}

// BenchmarkCleanBatches reads the records of an opened file in batches, as plan does.
func BenchmarkCleanBatches(b *testing.B) {
	f := open(b, bigAD(b, benchRows), reconcile.AD, Options{})
	b.ReportAllocs()
	for b.Loop() {
		for batch, err := range f.Batches(context.Background()) {
			check(b, err)
			if batch.Done != nil {
				batch.Done()
			}
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// Rows with damage are told apart up to a number; beyond it every row is searched.
func TestDubious(t *testing.T) {
	all, part := newDubious(), newDubious()
	all.seed = maphash.MakeSeed()
	part.seed = all.seed
	all.add("a")
	part.add("b")
	all.join(part)
	if all.clears("a") || all.clears("b") || !all.clears("c") || !newDubious().clears("a") || (*dubious)(nil).clears("a") {
		t.Error("a and b have damage, c has none")
	}
	for i := range mostDubious + 1 {
		part.add(fmt.Sprint(i))
	}
	all.join(part)
	all.join(newDubious())
	if all.add("d"); all.clears("c") || len(all.ids) > 0 {
		t.Error("too many to tell them apart")
	}
}
