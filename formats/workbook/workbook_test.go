package workbook

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"smtpmatch/reconcile"
)

// TestWorkbook: every sheet is there in order, and has the rows that the content gives.
func TestWorkbook(t *testing.T) {
	f := opened(t, saved(t, testContent(), excelLimits))
	want := []string{"Summary", "Changes", "Blocked", "Conflicts", "Unmatched AD", "Unmatched cloud", "Take-over", "Inputs", "_plan"}
	if got := f.GetSheetList(); !slices.Equal(got, want) {
		t.Fatalf("sheets %q, want %q", got, want)
	}
	for sheet, rows := range map[string]int{"Changes": 2, "Blocked": 2, "Conflicts": 4, "Unmatched AD": 1, "Unmatched cloud": 1, "Take-over": 1} {
		if got := len(cells(t, f, sheet)) - 1; got != rows {
			t.Errorf("%s has %d rows, want %d", sheet, got, rows)
		}
	}
	if visible, err := f.GetSheetVisible("_plan"); visible || err != nil {
		t.Error("_plan is visible", err)
	}
}

// TestWorkbookChanges: the sheet Changes says what the changes say, in the contract's columns.
func TestWorkbookChanges(t *testing.T) {
	f := opened(t, saved(t, testContent(), excelLimits))
	rows := cells(t, f, "Changes")
	header := []string{"Decision", "Kind", "Name", "UserPrincipalName", "Mail now", "Mail after", "Addresses now", "Addresses after",
		"Cloud user", "Found by", "Reason", "Key"}
	ann := []string{"apply", "PromoteAlias", "Ann Arbor", "ann@corp.contoso.com", "old@contoso.com", "ann@contoso.com",
		"SMTP:old@contoso.com\nsmtp:ann@contoso.com\nX500:/o=Contoso/cn=ann",
		"SMTP:ann@contoso.com  [promoted]\nsmtp:old@contoso.com  [demoted]\nX500:/o=Contoso/cn=ann\n" +
			"smtp:ann.arbor@contoso.com  [added]",
		"Ann@contoso.com", "upn: same sign-in name",
		"Its alias is the primary of the cloud user with its UPN; makes it its primary.\n" +
			"The sign-in name in the cloud can change: see the sheet Take-over.\nBatch B00001.", testGUID(1).String()}
	ben := []string{"", "SetPrimary", "Ben Bauer", "ben@contoso.com", "ben@contoso.com", "b.bauer@contoso.com", "",
		"SMTP:b.bauer@contoso.com  [new primary]\nsmtp:ben@contoso.com  [from mail]", "ben@contoso.com", "map: the pair stands in your map",
		"The mailbox is on-premises, so the person could end with two: decide before (TwoMailboxes).\n" +
			"Exchange on-premises manages this object: it is changed with Exchange's own tools.", testGUID(2).String()}
	for i, want := range [][]string{header, ann, ben} {
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d is\n%q, want\n%q", i+1, rows[i], want)
		}
	}
	if visible, err := f.GetColVisible("Changes", "L"); visible || err != nil {
		t.Error("the key is visible", err)
	}
	validations, err := f.GetDataValidations("Changes")
	if err != nil || len(validations) != 1 || validations[0].Sqref != "A2:A3" || validations[0].Formula1 != `"apply,skip"` {
		t.Errorf("the drop-down is %+v, %v", validations, err)
	}
}

// TestWorkbookContoso: the tenant of the samples gives a sound workbook, each change has its row, and no
// AD object stands on two of the sheets Changes, Blocked and Unmatched AD.
func TestWorkbookContoso(t *testing.T) {
	c := contoso(t)
	f := opened(t, saved(t, c, excelLimits))
	where := make(map[string]string)
	for sheet, column := range map[string]int{"Changes": 11, "Blocked": 12, "Unmatched AD": 11} {
		for _, row := range cells(t, f, sheet)[1:] {
			if other := where[row[column]]; other != "" {
				t.Errorf("%s is on %s and %s", row[column], other, sheet)
			}
			where[row[column]] = sheet
		}
	}
	for change := range c.Changes() {
		want := "Changes"
		if change.Decision == reconcile.Blocked {
			want = "Blocked"
		}
		if got := where[change.ID.String()]; got != want {
			t.Errorf("%s is on %q, want %s", change.UserPrincipalName, got, want)
		}
	}
	conflicts := cells(t, f, "Conflicts")
	if len(conflicts) < 10 || !slices.IsSortedFunc(conflicts[1:], func(a, b []string) int { return len(a[0]) - len(b[0]) }) {
		t.Errorf("conflicts are not in the order of clusters: %q", conflicts)
	}
}

// TestWorkbookCures: whatever blocks a change or leaves an object unmatched has a cure and a meaning.
func TestWorkbookCures(t *testing.T) {
	for _, b := range []reconcile.BlockedBy{reconcile.Ambiguous, reconcile.RoleHolder, reconcile.AddressHeldInAD, reconcile.AddressHeldInCloud,
		reconcile.UnverifiedDomain, reconcile.ReservedDomain, reconcile.MalformedAddress, reconcile.UnsafeValue, reconcile.TooLarge, reconcile.NotProved} {
		if cures[b] == "" {
			t.Errorf("%s has no cure", b)
		}
	}
	for rule := reconcile.Rule(1); rule < 40; rule++ {
		o := rule.Outcome()
		if o != "" && outcomeTexts[o] == "" {
			t.Errorf("%s has no meaning on Summary", o)
		}
		if o != "" && rule < 36 && isUnmatched(o) && adviceTexts[o] == "" {
			t.Errorf("%s has no advice", o)
		}
	}
}

// TestWorkbookTakeOver: sign-in names and aliases, now and after.
func TestWorkbookTakeOver(t *testing.T) {
	f := opened(t, saved(t, testContent(), excelLimits))
	got := cells(t, f, "Take-over")[1]
	want := []string{"can change", "Ann Arbor", "Ann@contoso.com", "ann@corp.contoso.com", got[4], "old@contoso.com", "lost@contoso.com",
		"SoftMatchSMTP", "the change PromoteAlias", testGUID(1).String(), testGUID(0xC1).String()}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// TestWorkbookSameBytes: no clock, no map and no address of memory reaches the file.
func TestWorkbookSameBytes(t *testing.T) {
	var first [32]byte
	for i := range 5 {
		var out bytes.Buffer
		if _, err := Write(&out, testContent()); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(out.Bytes())
		if i > 0 && sum != first {
			t.Fatal("the same content gave other bytes")
		}
		first = sum
	}
}

// TestWorkbookSplit: a table too long for a sheet goes on in further sheets right behind the first, each
// with header, filter and print titles, and reads back whole.
func TestWorkbookSplit(t *testing.T) {
	l := excelLimits
	l.sheetRows = 4
	c := testContent()
	c.Changes = stream(manyChanges(8)...)
	path := saved(t, c, l)
	f := opened(t, path)
	want := []string{"Summary", "Changes", "Changes (2)", "Changes (3)", "Blocked", "Conflicts", "Conflicts (2)", "Unmatched AD"}
	if got := f.GetSheetList(); !slices.Equal(got[:len(want)], want) {
		t.Fatalf("sheets %q", got)
	}
	for _, sheet := range want[1:4] {
		rows := cells(t, f, sheet)
		if !isHeader(rows[0]) || len(rows) > 4 {
			t.Errorf("%s has %d rows and the header %q", sheet, len(rows), rows[0])
		}
	}
	text := textOf(t, f, "Summary")
	for _, line := range []string{"Changes\x008", "    Changes (2)\x003\x00\x00Rows 4 to 6, from Ben Bauer to Ben Bauer.", "    Conflicts (2)\x001\x00\x00Rows 4 to 4, from b@contoso.com to b@contoso.com."} {
		if !strings.Contains(text, line) {
			t.Errorf("Summary does not say %q:\n%q", line, text)
		}
	}
	titles := 0
	for _, name := range f.GetDefinedName() {
		if name.Name == "_xlnm.Print_Titles" {
			titles++
			if name.RefersTo != "'"+name.Scope+"'!$1:$1" {
				t.Errorf("print titles of %s are %s", name.Scope, name.RefersTo)
			}
		}
	}
	if titles != 9 {
		t.Errorf("%d sheets have print titles", titles)
	}
	review, err := Read(path, "2e0bf3cc1526")
	if err != nil || len(review.Decisions) != 8 || len(review.Missing)+len(review.Refused) != 0 {
		t.Errorf("read %+v, %v", review, err)
	}
}

// TestWorkbookLeftOut: a list too long to be read ends early, and Summary says so; changes never do.
func TestWorkbookLeftOut(t *testing.T) {
	l := excelLimits
	l.listed, l.findings = 1, 1
	c := testContent()
	c.Manifest.Settings.Tables = []string{"addresses", "changes"}
	c.Changes = stream(manyChanges(8)...)
	f := opened(t, saved(t, c, l))
	if n := len(cells(t, f, "Changes")); n != 9 {
		t.Errorf("Changes has %d rows", n)
	}
	if n := len(cells(t, f, "Conflicts")); n != 2 {
		t.Errorf("Conflicts has %d rows", n)
	}
	text := textOf(t, f, "Summary")
	for _, want := range []string{"Conflicts\x003\x00rows\x00left out because the list is too long for a workbook. All rows: tables/addresses.csv\n",
		"Inputs\x001\x00rows\x00left out because the list is too long for a workbook. All rows: tables/findings.csv. Not written: tables/findings.csv; run plan again with --tables all"} {
		if !strings.Contains(text, want) {
			t.Errorf("Summary does not say %q:\n%q", want, text)
		}
	}
}

// TestWorkbookLongCells: a cell over Excel's limit is cut, says so, and is counted on Summary.
func TestWorkbookLongCells(t *testing.T) {
	c := testContent()
	long := testChanges()[0]
	long.DisplayName = strings.Repeat("\U0001F600", 40000)
	for range 400 {
		long.ProxyBefore = append(long.ProxyBefore, "X500:/o=x")
	}
	long.ProxyAfter[2] = "X500:" + strings.Repeat("y", 40000)
	c.Changes = stream(long)
	f := opened(t, saved(t, c, excelLimits))
	row := cells(t, f, "Changes")[1]
	for _, column := range []int{2, 6, 7} {
		if units := unitsOf(row[column]); units > 32767 || !utf8.ValidString(row[column]) || !strings.Contains(row[column], "[cut: ") {
			t.Errorf("column %d has %d characters and ends %q", column, units, row[column][max(0, len(row[column])-60):])
		}
	}
	if n := strings.Count(row[6], "\n"); n >= 253 {
		t.Errorf("%d line feeds in a cell", n)
	}
	if text := textOf(t, f, "Summary"); !strings.Contains(text, "Changes\x003\x00cells\x00cut") {
		t.Errorf("Summary says %q", text)
	}
}

func textOf(t *testing.T, f *excelize.File, sheet string) string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.Join(row, "\x00"))
	}
	return strings.Join(lines, "\n")
}

var hostile = []string{
	"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "'=1", "=HYPERLINK(\"http://x\")", "http://evil.example/", "mailto:a@b.c",
	"<script>alert(1)</script>", "</t></is></c>", "]]>", "&amp;&lt;", "\"'`", "_x0041_", "_x0041_x0042_", "_x005F_x0041_", "_xD83D_", "_xZZZZ_", "__x0000__", "_x000D_",
	"\x00\x01\x1b[31m\x7f\u0085", "a\u202Egnp.exe", "\u2066x\u2069", "\u2028\u2029", "\uFFFE\uFFFF", "a\xffb", "\xed\xa0\x80", "../../etc/passwd", "C:\\x",
	" leading and trailing ", "line\nbreak\n", "0001", "1E5", "TRUE", "12345678901234567890", "2020-01-01", "#REF!", "\U0001F600", strings.Repeat("x", 40000), "",
}

// TestWorkbookHostile: whatever stands in a value stays text of its cell, in every sheet.
func TestWorkbookHostile(t *testing.T) {
	c := testContent()
	var changes []*reconcile.Change
	var findings []reconcile.Finding
	var verdicts []*reconcile.ADVerdict
	var clouds []*reconcile.CloudVerdict
	var holders []*reconcile.Holder
	for i, bad := range hostile {
		change := *testChanges()[i%2]
		change.ID, change.UserPrincipalName, change.DisplayName, change.CloudUPN = testGUID(100+i), bad, bad, bad
		change.MailBefore, change.MailAfter, change.ProxyBefore, change.ProxyAfter = bad, bad+"x", []string{bad, "a"}, []string{"SMTP:" + bad, bad}
		blocked := change
		blocked.Decision, blocked.BlockedBy = reconcile.Blocked, reconcile.UnsafeValue
		changes = append(changes, &change, &blocked)
		findings = append(findings, reconcile.Finding{File: bad, Column: bad, Code: "X", Value: bad, Text: bad})
		r := &reconcile.Record{Class: bad, ID: testGUID(500 + i), UserPrincipalName: bad, DisplayName: bad, DistinguishedName: bad, Source: bad, Row: i}
		verdicts = append(verdicts, &reconcile.ADVerdict{Record: r, Primary: bad, Outcome: reconcile.NewObject, OutcomeAfter: reconcile.NewObject})
		clouds = append(clouds, &reconcile.CloudVerdict{Record: r, Primary: bad, Outcome: reconcile.Untouched, OutcomeAfter: reconcile.Untouched})
		holders = append(holders, &reconcile.Holder{Address: bad, Cluster: i + 1, UserPrincipalName: bad, Class: bad})
		c.Manifest.Assumptions = append(c.Manifest.Assumptions, reconcile.Assumption{Code: bad, Text: bad})
	}
	c.Manifest.Inputs[0].Name = "=1+1"
	c.Changes, c.Findings, c.AD, c.Cloud, c.Holders = stream(changes...), stream(findings...), stream(verdicts...), stream(clouds...), stream(holders...)
	path := saved(t, c, excelLimits)
	checkParts(t, path)
	f := opened(t, path)
	rows := cells(t, f, "Changes")
	for i, bad := range hostile {
		fitting, _ := excelLimits.fit([]run{{text: visible(bad)}})
		want := ""
		for _, r := range fitting {
			want += r.text
		}
		for _, column := range []int{2, 3, 4, 8} {
			if rows[i+1][column] != want {
				t.Errorf("%.40q reads %.40q", bad, rows[i+1][column])
			}
		}
	}
	review, err := Read(path, c.Manifest.Plan)
	if err != nil || len(review.Refused)+len(review.Missing) > 0 || len(review.Decisions) != len(hostile) {
		t.Errorf("read %d decisions, refused %v, missing %v, %v", len(review.Decisions), review.Refused, review.Missing, err)
	}
}

// checkParts looks into the parts: no formula, no link, no macro, every cell text or a number of our own.
func checkParts(t *testing.T, path string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, part := range z.File {
		if strings.Contains(part.Name, "vba") || strings.Contains(part.Name, "external") || strings.Contains(part.Name, "worksheets/_rels") {
			t.Errorf("part %s", part.Name)
		}
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range []string{"<f>", "<f ", "<hyperlink", "TargetMode", "<definedName name=\"_xlnm.Auto"} {
			if bytes.Contains(b, []byte(tag)) {
				t.Errorf("%s has %s", part.Name, tag)
			}
		}
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			checkCells(t, part.Name, b)
		}
	}
}

func checkCells(t *testing.T, name string, b []byte) {
	t.Helper()
	var sheet struct {
		Cells []struct {
			R string `xml:"r,attr"`
			T string `xml:"t,attr"`
			V string `xml:"v"`
		} `xml:"sheetData>row>c"`
	}
	if err := xml.Unmarshal(b, &sheet); err != nil {
		t.Fatal(name, err)
	}
	for _, c := range sheet.Cells {
		if c.T != "inlineStr" && c.T != "" && c.T != "n" || c.V != "" && strings.Trim(c.V, "0123456789") != "" {
			t.Errorf("%s!%s has the type %q and the value %q", name, c.R, c.T, c.V)
		}
	}
}

// TestWorkbookText: what is shown of values that a cell cannot hold as they are.
func TestWorkbookText(t *testing.T) {
	for _, c := range []struct{ value, want, reason string }{
		{"Ann", "Ann", "nothing to do"},
		{"a\nb", "a\nb", "a line break is seen"},
		{"a\r\n\tb\x00", "a\uFFFD\n\uFFFDb\uFFFD", "control characters are not"},
		{"a\xffb", "a\uFFFDb", "no UTF-8"},
		{"a\u202Eb\u2069", "a\uFFFDb\uFFFD", "would turn the text around"},
		{"\uFFFE\U0001FFFF", "\uFFFD\uFFFD", "no characters"},
		{"\u05D0\u200F\u200D", "\u05D0\u200F\u200D", "part of how languages are written"},
		{"_x0041_", "_x0041_", "excelize escapes it"},
		{"_x0041_x0042_", "_x0041\uFFFDx0042_", "it would escape one of the two"},
		{"_x0041_x0042_x0043_", "_x0041\uFFFDx0042_x0043_", "likewise"},
		{"_xD83D_", "\uFFFDxD83D_", "it would leave it out"},
		{"_xd83g_", "_xd83g_", "no escape"},
	} {
		if got := visible(c.value); got != c.want {
			t.Errorf("%q shows as %q, want %q: %s", c.value, got, c.want, c.reason)
		}
	}
}

// TestWorkbookErrors: what a stream or the writer fails with is what the caller gets.
func TestWorkbookErrors(t *testing.T) {
	broken := errors.New("broken")
	for what, set := range map[string]func(*Content){
		"changes":  func(c *Content) { c.Changes = failing[*reconcile.Change](broken) },
		"holders":  func(c *Content) { c.Holders = failing[*reconcile.Holder](broken) },
		"AD":       func(c *Content) { c.AD = failing[*reconcile.ADVerdict](broken) },
		"cloud":    func(c *Content) { c.Cloud = failing[*reconcile.CloudVerdict](broken) },
		"findings": func(c *Content) { c.Findings = failing[reconcile.Finding](broken) },
	} {
		c := testContent()
		set(&c)
		if _, err := Write(io.Discard, c); !errors.Is(err, broken) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := Write(failingWriter{broken}, testContent()); !errors.Is(err, broken) {
		t.Error(err)
	}
	var out bytes.Buffer
	if rows, err := Write(&out, Content{Manifest: testManifest()}); rows != 0 || err != nil {
		t.Errorf("without streams: %d rows, %v", rows, err)
	}
}

func failing[T any](err error) func() iter.Seq2[T, error] {
	return func() iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			var none T
			yield(none, err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func manyChanges(n int) (list []*reconcile.Change) {
	for i := range n {
		c := *testChanges()[i%2]
		c.ID = testGUID(i + 1000)
		list = append(list, &c)
	}
	return list
}

func BenchmarkWorkbook(b *testing.B) {
	c := testContent()
	c.Changes = stream(manyChanges(10000)...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(io.Discard, c); err != nil {
			b.Fatal(err)
		}
	}
}
