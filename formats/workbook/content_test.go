package workbook

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"smtpmatch/formats/evidence"
	"smtpmatch/formats/export"
	"smtpmatch/reconcile"
)

// What the tests share: a small content with a row on every sheet, the tenant of samples/contoso, and the
// ways to write, validate and read a workbook.

func testGUID(n int) reconcile.GUID {
	g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-e5f6-4789-abcd-1234567890ab", n))
	if err != nil {
		panic(err)
	}
	return g
}

func stream[T any](list ...T) func() iter.Seq2[T, error] {
	return func() iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

func testChanges() []*reconcile.Change {
	return []*reconcile.Change{
		{
			ID: testGUID(1), Class: "user", UserPrincipalName: "ann@corp.contoso.com", DisplayName: "Ann Arbor", Kind: reconcile.PromoteAlias,
			Candidate: "upn", Decision: reconcile.Apply, CloudID: testGUID(0xC1), CloudUPN: "Ann@contoso.com",
			Reason:     "Its alias is the primary of the cloud user with its UPN; makes it its primary.",
			MailBefore: "old@contoso.com", MailAfter: "ann@contoso.com",
			ProxyBefore: []string{"SMTP:old@contoso.com", "smtp:ann@contoso.com", "X500:/o=Contoso/cn=ann"},
			ProxyAfter:  []string{"SMTP:ann@contoso.com", "smtp:old@contoso.com", "X500:/o=Contoso/cn=ann", "smtp:ann.arbor@contoso.com"},
			Batch:       "B00001",
		},
		{
			ID: testGUID(2), Class: "user", UserPrincipalName: "ben@contoso.com", DisplayName: "Ben Bauer", Kind: reconcile.SetPrimary,
			Candidate: "map", Decision: reconcile.Review, CloudID: testGUID(0xC2), CloudUPN: "ben@contoso.com",
			Reason:     "The mailbox is on-premises, so the person could end with two: decide before (TwoMailboxes).",
			MailBefore: "ben@contoso.com", MailAfter: "b.bauer@contoso.com", ProxyAfter: []string{"SMTP:b.bauer@contoso.com", "smtp:ben@contoso.com"}, Exchange: true,
		},
		{
			ID: testGUID(3), Class: "user", UserPrincipalName: "cem@contoso.com", DisplayName: "Cem Can", Kind: reconcile.ReplacePrimary,
			Candidate: "address", Decision: reconcile.Blocked, BlockedBy: reconcile.ReservedDomain, CloudID: testGUID(0xC3),
			CloudUPN: "cem@contoso.onmicrosoft.com", Reason: reconcile.ReservedDomain.Text(), MailBefore: "c@contoso.com",
			MailAfter: "cem@contoso.onmicrosoft.com", ProxyBefore: []string{"SMTP:c@contoso.com"},
			ProxyAfter: []string{"SMTP:cem@contoso.onmicrosoft.com", "smtp:c@contoso.com"},
		},
	}
}

func testManifest() *evidence.Manifest {
	return &evidence.Manifest{
		Schema: 1, Version: "dev", Plan: "2e0bf3cc1526",
		Settings: evidence.Settings{Anchor: "auto", Tenant: evidence.Tenant{SoftMatchOnUPN: true}, BatchSize: 100, AcceptBlank: []string{"mail"}},
		Assumptions: []reconcile.Assumption{{Code: "Domains",
			Text: "Every domain outside onmicrosoft.com taken as verified: no --domains were given."}},
		Inputs: []evidence.Input{{Side: "ad", Kind: "ad-users", Name: "=ad.csv", Bytes: 1 << 40, SHA256: strings.Repeat("ab", 32), Rows: 3, Used: 2, Rejected: 1}},
		Counts: evidence.Counts{
			AD:      evidence.SideCounts{Read: 6, Judged: 5, Rejected: 1, Outcomes: map[string]int{"NewObject": 4, "Contested": 1}, After: map[string]int{"NewObject": 3, "SoftMatchSMTP": 1, "Contested": 1}},
			Cloud:   evidence.SideCounts{Read: 2, Judged: 2, Outcomes: map[string]int{"Untouched": 2}, After: map[string]int{"Untouched": 1, "TakenOver": 1}},
			Changes: evidence.Decisions{Apply: 1, Review: 1, Blocked: 1}, BlockedBy: map[string]int{"ReservedDomain": 1, "Ambiguous": 1},
		},
	}
}

func testContent() Content {
	changes := testChanges()
	ann := &reconcile.Record{Class: "user", ID: testGUID(1), UserPrincipalName: changes[0].UserPrincipalName, DisplayName: "Ann Arbor",
		ProxyAddresses: changes[0].ProxyBefore}
	both := &reconcile.Record{Class: "user", ID: testGUID(4), UserPrincipalName: "dana@contoso.com", DisplayName: "Dana", Source: "ad.csv", Row: 7}
	lone := &reconcile.Record{Class: "user", ID: testGUID(5), UserPrincipalName: "eva@contoso.com", DisplayName: "Eva", Source: "ad.csv", Row: 8}
	return Content{
		Manifest: testManifest(),
		Columns:  []Column{{"ad.csv", "mail", "E-Mail"}},
		Changes:  stream(changes...),
		AD: stream(
			&reconcile.ADVerdict{Record: ann, Outcome: reconcile.NewObject, Rule: 24, OutcomeAfter: reconcile.SoftMatchSMTP, Change: changes[0]},
			&reconcile.ADVerdict{Record: both, Outcome: reconcile.NewObject, OutcomeAfter: reconcile.NewObject, BlockedBy: reconcile.Ambiguous, CandidateBy: "address"},
			&reconcile.ADVerdict{Record: lone, Outcome: reconcile.NewObject, Rule: 35, OutcomeAfter: reconcile.NewObject, Reason: reconcile.Rule(35).Reason()},
		),
		Cloud: stream(
			&reconcile.CloudVerdict{Outcome: reconcile.Untouched, OutcomeAfter: reconcile.TakenOver, Record: &reconcile.Record{
				Side: reconcile.Cloud, Class: "user", ID: testGUID(0xC1), UserPrincipalName: "Ann@contoso.com",
				ProxyAddresses: []string{"SMTP:ann@contoso.com", "smtp:ann.arbor@contoso.com", "smtp:lost@contoso.com", "smtp:ann@contoso.onmicrosoft.com"}}},
			&reconcile.CloudVerdict{Outcome: reconcile.Untouched, OutcomeAfter: reconcile.Untouched, Primary: "zoe@contoso.com", Reason: "Nothing.", Record: &reconcile.Record{
				Side: reconcile.Cloud, Class: "user", ID: testGUID(0xC9), UserPrincipalName: "zoe@contoso.com", DisplayName: "Zoe", Row: 3, Source: "cloud.csv"}},
		),
		Holders: stream(
			&reconcile.Holder{Address: "b@contoso.com", Cluster: 2, ObjectID: testGUID(6), Class: "user", UserPrincipalName: "x@contoso.com", Reason: "Held by 2 AD objects and 0 cloud objects."},
			&reconcile.Holder{Address: "a@contoso.com", Cluster: 1, ObjectID: testGUID(7), Class: "user", UserPrincipalName: "y@contoso.com", Blocks: true, Reason: "Held by 1 AD object and 1 cloud object."},
			&reconcile.Holder{Address: "b@contoso.com", Cluster: 2, ObjectID: testGUID(8), Class: "user", UserPrincipalName: "z@contoso.com", Reason: "Held by 2 AD objects and 0 cloud objects."},
			&reconcile.Holder{Address: "a@contoso.com", Cluster: 1, Side: reconcile.Cloud, ObjectID: testGUID(9), Class: "user", UserPrincipalName: "y@contoso.com", Blocks: true, Reason: "Held by 1 AD object and 1 cloud object."},
		),
		Findings: stream(
			reconcile.Finding{File: "ad.csv", Row: 4, Column: "mail", Severity: reconcile.SeverityRefuse, Code: "BadId", Value: "4711", Text: "No GUID."},
			reconcile.Finding{File: "ad.csv", Severity: reconcile.SeverityFix, Code: "Wrapped", Text: "Taken off.", Source: "a page"},
		),
	}
}

// contoso is the content of samples/contoso.
func contoso(t testing.TB) Content {
	t.Helper()
	folder := "../../samples/contoso/"
	open := func(name string, side reconcile.Side) reconcile.Source {
		f, err := export.Open(t.Context(), folder+name, side, export.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	result, err := reconcile.Judge(t.Context(), []reconcile.Source{open("ad-users.csv", reconcile.AD)},
		[]reconcile.Source{open("cloud-users.csv", reconcile.Cloud)}, reconcile.Options{Tenant: reconcile.DefaultTenant(), BatchSize: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { result.Close() })
	m := testManifest()
	m.Assumptions = result.Assumptions()
	m.Counts = countsOf(t, result)
	return Content{
		Manifest: m,
		AD:       func() iter.Seq2[*reconcile.ADVerdict, error] { return result.ADVerdicts(t.Context()) },
		Cloud:    func() iter.Seq2[*reconcile.CloudVerdict, error] { return result.CloudVerdicts(t.Context()) },
		Holders:  func() iter.Seq2[*reconcile.Holder, error] { return result.Holders(t.Context()) },
		Changes:  result.Changes,
		Findings: func() iter.Seq2[reconcile.Finding, error] { return result.Findings(t.Context()) },
	}
}

func countsOf(t testing.TB, result *reconcile.Result) (c evidence.Counts) {
	c.BlockedBy = map[string]int{}
	for _, side := range []*evidence.SideCounts{&c.AD, &c.Cloud} {
		side.Outcomes, side.After = map[string]int{}, map[string]int{}
	}
	for v, err := range result.ADVerdicts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		c.AD.Outcomes[string(v.Outcome)]++
		c.AD.After[string(v.OutcomeAfter)]++
		if v.BlockedBy != "" {
			c.BlockedBy[string(v.BlockedBy)]++
		}
	}
	for v, err := range result.CloudVerdicts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		c.Cloud.Outcomes[string(v.Outcome)]++
		c.Cloud.After[string(v.OutcomeAfter)]++
	}
	for change, err := range result.Changes() {
		if err != nil {
			t.Fatal(err)
		}
		switch change.Decision {
		case reconcile.Apply:
			c.Changes.Apply++
		case reconcile.Review:
			c.Changes.Review++
		default:
			c.Changes.Blocked++
		}
	}
	for _, counts := range result.Counts(reconcile.AD) {
		c.AD.Add(counts)
	}
	for _, counts := range result.Counts(reconcile.Cloud) {
		c.Cloud.Add(counts)
	}
	return c
}

// saved writes the workbook to a file that the validator finds nothing in.
func saved(t testing.TB, c Content, l limits) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := write(&out, c, l); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "review.xlsx")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	validate(t, path)
	if keep := os.Getenv("WORKBOOK_KEEP"); keep != "" {
		name := strings.ReplaceAll(t.Name(), "/", "_") + ".xlsx"
		if err := os.WriteFile(filepath.Join(keep, name), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const validator = "../../../shared/tools/bin/xlsx-validate"

// validate holds the file against what Excel takes.
func validate(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Stat(validator); err != nil {
		t.Logf("NOT VALIDATED: %s is missing, so nobody knows whether Excel opens the workbook", validator)
		return
	}
	if out, err := exec.Command(validator, path).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("xlsx-validate: %v\n%.3000s", err, out)
	}
}

func opened(t testing.TB, path string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// cells gives the rows of a sheet, each as wide as the header.
func cells(t testing.TB, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		for len(rows[i]) < len(rows[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows
}
