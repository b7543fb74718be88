package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"smtpmatch/reconcile"
)

// TestOnDiskAgainstSlow is the agreement with the slow implementation once more, with so little memory that
// everything goes through files.
func TestOnDiskAgainstSlow(t *testing.T) {
	dir := t.TempDir()
	for seed := range min(slowTenants()/2, 2000) {
		tenant := newDice(seed).tenant()
		tenant.options.Memory, tenant.options.Temp = 1, dir
		if d := disagreement(tenant); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		tenant, options := newDice(seed).planTenant()
		everything(t, &memorySource{"ad.csv", tenant.ad}, &memorySource{"cloud.csv", tenant.cloud}, tenant.options)
		tenant.options.Memory, tenant.options.Temp = 1, dir
		options.further = false // later passes are not asked yet
		if d := planDisagreement(tenant, options); d != "" {
			t.Fatalf("seed %d, plan: %s", seed, d)
		}
	}
	nothingLeft(t, dir)
}

// nothingLeft fails if working files are in the folder, or were and are still open.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		if path, err := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); err == nil && strings.HasPrefix(path, dir) {
			t.Errorf("still open: %s", path)
		}
	}
}

// crowdedTenant has so many objects that any stage needs several blocks, one address that all of them
// have, and one object with very many addresses.
func crowdedTenant(n int) (ad, cloud []*reconcile.Record) {
	id := func(side, i int) reconcile.GUID {
		g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-0000-4000-8000-%012x", side, i))
		if err != nil {
			panic(err)
		}
		return g
	}
	for i := range n {
		a := &reconcile.Record{Source: "ad.csv", Row: i + 2, Class: reconcile.ClassUser, ID: id(1, i), SamAccountName: "s",
			UserPrincipalName: fmt.Sprintf("u%d@x.com", i), ProxyAddresses: []string{"smtp:all@x.com", fmt.Sprintf("smtp:a%d@x.com", i)}}
		c := &reconcile.Record{Source: "cloud.csv", Row: i + 2, Class: reconcile.ClassUser, ID: id(2, i),
			UserPrincipalName: fmt.Sprintf("U%d@x.com", i), ProxyAddresses: []string{fmt.Sprintf("SMTP:p%d@x.com", i), "smtp:all@x.com"}}
		switch i % 4 {
		case 1:
			a.ProxyAddresses[1] = "SMTP:" + fmt.Sprintf("p%d@x.com", i)
		case 2:
			c.SyncEnabled, c.ImmutableID = true, a.ID.Anchor()
		case 3:
			a.UserPrincipalName = fmt.Sprintf("other%d@x.com", i)
		}
		ad, cloud = append(ad, a), append(cloud, c)
	}
	for i := range n {
		cloud[0].ProxyAddresses = append(cloud[0].ProxyAddresses, fmt.Sprintf("smtp:a%d@x.com", i))
	}
	return ad, cloud
}

// everything is all that a judgement tells, line by line.
func everything(t testing.TB, ad, cloud reconcile.Source, o reconcile.Options) (lines []string) {
	t.Helper()
	ctx := t.Context()
	if o.Tenant == (reconcile.Tenant{}) {
		o.Tenant = reconcile.DefaultTenant()
	}
	result, err := reconcile.Judge(ctx, []reconcile.Source{ad}, []reconcile.Source{cloud}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	add := func(v any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%+v", v))
	}
	for v, err := range result.Changes() {
		add(*v, err)
	}
	for v, err := range result.Holders(ctx) {
		add(*v, err)
	}
	for v, err := range result.Findings(ctx) {
		add(v, err)
	}
	tallies := [2]reconcile.Tally{}
	for side := range tallies {
		tallies[side] = reconcile.Tally{Outcomes: map[reconcile.Outcome]int{}, After: map[reconcile.Outcome]int{}}
	}
	blocked := map[reconcile.BlockedBy]int{}
	for v, err := range result.ADVerdicts(ctx) {
		v.Record, v.Change = nil, nil
		add(*v, err)
		tallies[reconcile.AD].Outcomes[v.Outcome]++
		tallies[reconcile.AD].After[v.OutcomeAfter]++
		if v.BlockedBy != "" {
			blocked[v.BlockedBy]++
		}
	}
	tallies[reconcile.AD].BlockedBy = blocked
	for v, err := range result.CloudVerdicts(ctx) {
		v.Record = nil
		add(*v, err)
		tallies[reconcile.Cloud].Outcomes[v.Outcome]++
		tallies[reconcile.Cloud].After[v.OutcomeAfter]++
	}
	for side, want := range tallies {
		got, err := result.Tally(ctx, reconcile.Side(side))
		if err != nil || fmt.Sprint(*got) != fmt.Sprint(want) {
			t.Errorf("the verdicts are %v, the tally says %v, %v", want, got, err)
		}
	}
	return lines
}

// TestMemoryMakesNoDifference: a crowded tenant gets the same results in any memory.
func TestMemoryMakesNoDifference(t *testing.T) {
	n := 20000
	if testing.Short() {
		n = 3000
	}
	ad, cloud := crowdedTenant(n)
	var want []string
	for _, memory := range []int64{1 << 30, 1, 1 << 20} {
		dir := t.TempDir()
		got := everything(t, &memorySource{"ad.csv", ad}, &memorySource{"cloud.csv", cloud}, reconcile.Options{Memory: memory, Temp: dir})
		nothingLeft(t, dir)
		if want == nil {
			want = got
		}
		if len(got) < 4*n || !slices.Equal(got, want) {
			t.Errorf("in %d bytes: %s", memory, firstDifference(got, want))
		}
	}
}

// TestNoVerdicts: what does not come with verdicts is the same without them.
func TestNoVerdicts(t *testing.T) {
	ad, cloud := crowdedTenant(500)
	tell := func(o reconcile.Options) (lines []string) {
		o.Tenant = reconcile.DefaultTenant()
		result, err := reconcile.Judge(t.Context(), []reconcile.Source{&memorySource{"ad.csv", ad}}, []reconcile.Source{&memorySource{"cloud.csv", cloud}}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		for c := range result.Changes() {
			lines = append(lines, fmt.Sprintf("%+v", *c))
		}
		for h := range result.Holders(t.Context()) {
			lines = append(lines, fmt.Sprintf("%+v", *h))
		}
		for side := range reconcile.Side(2) {
			tally, err := result.Tally(t.Context(), side)
			lines = append(lines, fmt.Sprint(tally, err))
		}
		if o.NoVerdicts {
			for _, err := range result.ADVerdicts(t.Context()) {
				if err == nil {
					t.Error("there are verdicts")
				}
			}
		}
		return lines
	}
	if with, without := tell(reconcile.Options{}), tell(reconcile.Options{NoVerdicts: true}); len(with) < 500 || !slices.Equal(with, without) {
		t.Error(firstDifference(without, with))
	}
}

// TestSmallSides: empty sides and sides of one row.
func TestSmallSides(t *testing.T) {
	ad, cloud := crowdedTenant(2)
	for _, c := range []struct{ ad, cloud, want int }{{0, 0, 0}, {1, 0, 1}, {0, 1, 1}, {1, 1, 4 + 4}, {2, 2, 4 + 14 + 1}} {
		for _, memory := range []int64{1, 1 << 30} {
			got := everything(t, &memorySource{"ad.csv", ad[:c.ad]}, &memorySource{"cloud.csv", cloud[:c.cloud]}, reconcile.Options{Memory: memory, Temp: t.TempDir()})
			if len(got) < c.ad+c.cloud {
				t.Errorf("%d and %d objects: %d lines\n%s", c.ad, c.cloud, len(got), strings.Join(got, "\n"))
			}
		}
	}
}

// batchSource gives the records in batches of any size, and uses them again once they were given back.
type batchSource struct {
	memorySource
	seed uint64
	out  atomic.Int64 // batches that were not given back
}

func (s *batchSource) Rows() int { return len(s.records) }

func (s *batchSource) Batches(ctx context.Context) iter.Seq2[reconcile.Batch, error] {
	return func(yield func(reconcile.Batch, error) bool) {
		rnd := rand.New(rand.NewPCG(s.seed, 1))
		for rest := s.records; len(rest) > 0; {
			n := min(len(rest), rnd.IntN(40))
			batch := reconcile.Batch{}
			for _, r := range rest[:n] {
				copied := *r
				batch.Records = append(batch.Records, &copied)
			}
			rest = rest[n:]
			s.out.Add(1)
			batch.Done = func() {
				for _, r := range batch.Records {
					*r = reconcile.Record{Rejected: true}
				}
				s.out.Add(-1)
			}
			if !yield(batch, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
	}
}

// TestBatchSource: a source with batches gives the same results as one without.
func TestBatchSource(t *testing.T) {
	ad, cloud := crowdedTenant(1000)
	want := everything(t, &memorySource{"ad.csv", ad}, &memorySource{"cloud.csv", cloud}, reconcile.Options{})
	for seed := range uint64(20) {
		a, c := &batchSource{memorySource: memorySource{"ad.csv", ad}, seed: seed}, &batchSource{memorySource: memorySource{"cloud.csv", cloud}, seed: seed + 100}
		if got := everything(t, a, c, reconcile.Options{Temp: t.TempDir()}); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %s", seed, firstDifference(got, want))
		}
		if a.out.Load()+c.out.Load() != 0 {
			t.Fatalf("seed %d: %d and %d batches were not given back", seed, a.out.Load(), c.out.Load())
		}
	}
}

// failingSource fails after some records.
type failingSource struct {
	memorySource
	after int
	fail  func() error
}

func (s *failingSource) Records(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	return func(yield func(*reconcile.Record, error) bool) {
		seen := 0
		for r, err := range s.memorySource.Records(ctx) {
			if seen++; seen > s.after {
				if err := s.fail(); err != nil {
					yield(nil, err)
					return
				}
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// TestNothingLeftAfterFailure: a source that fails, one that is shorter the second time, and a run that is
// cancelled leave no files.
func TestNothingLeftAfterFailure(t *testing.T) {
	ad, cloud := crowdedTenant(3000)
	broken := errors.New("broken")
	for _, after := range []int{0, 1, 700, 2999, 3001, 4500} {
		for _, c := range []struct {
			name string
			fail func(cancel context.CancelCauseFunc) error
		}{
			{"failed", func(context.CancelCauseFunc) error { return broken }},
			{"cancelled", func(cancel context.CancelCauseFunc) error { cancel(broken); return nil }},
		} {
			dir := t.TempDir()
			ctx, cancel := context.WithCancelCause(t.Context())
			calls := 0
			a := &failingSource{memorySource{"ad.csv", ad}, 0, func() error {
				if calls++; calls > after {
					return c.fail(cancel)
				}
				return nil
			}}
			_, err := reconcile.Judge(ctx, []reconcile.Source{a}, []reconcile.Source{&memorySource{"cloud.csv", cloud}}, reconcile.Options{Memory: 1, Temp: dir})
			cancel(nil)
			if !errors.Is(err, broken) && !(c.name == "cancelled" && errors.Is(err, context.Canceled)) {
				t.Errorf("%s after %d records: %v", c.name, after, err)
			}
			nothingLeft(t, dir)
		}
	}
}

// TestChanged: a source that gives other records the second time ends the run.
func TestChanged(t *testing.T) {
	ad, cloud := crowdedTenant(300)
	source := &memorySource{"ad.csv", ad}
	changing := &changingSource{source, 0}
	_, err := reconcile.Judge(t.Context(), []reconcile.Source{changing}, []reconcile.Source{&memorySource{"cloud.csv", cloud}}, reconcile.Options{})
	if !errors.Is(err, reconcile.ErrChanged) {
		t.Error(err)
	}
}

// changingSource loses a record the second time.
type changingSource struct {
	*memorySource
	readings int
}

func (s *changingSource) Records(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	if s.readings++; s.readings > 1 {
		return (&memorySource{s.name, s.records[1:]}).Records(ctx)
	}
	return s.memorySource.Records(ctx)
}

// TestTempIsMissing: a folder for working files that is not there is told with the way out.
func TestTempIsMissing(t *testing.T) {
	ad, cloud := crowdedTenant(300)
	_, err := reconcile.Judge(t.Context(), []reconcile.Source{&memorySource{"ad.csv", ad}}, []reconcile.Source{&memorySource{"cloud.csv", cloud}},
		reconcile.Options{Memory: 1, Temp: filepath.Join(t.TempDir(), "nowhere")})
	if err == nil || !strings.Contains(err.Error(), "--temp") {
		t.Error(err)
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, n := range []int{10_000, 200_000} {
		ad, cloud := crowdedTenant(n)
		cloud[0].ProxyAddresses = cloud[0].ProxyAddresses[:2]
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				result, err := reconcile.Judge(b.Context(), []reconcile.Source{&batchSource{memorySource: memorySource{"ad.csv", ad}}},
					[]reconcile.Source{&batchSource{memorySource: memorySource{"cloud.csv", cloud}}}, reconcile.Options{Tenant: reconcile.DefaultTenant()})
				if err != nil {
					b.Fatal(err)
				}
				result.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/object")
		})
	}
}
