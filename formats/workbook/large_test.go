package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// largeContent has n changes like those of a tenant, each unlike the others, made one at a time.
func largeContent(n int) Content {
	c := testContent()
	c.Changes = func() iter.Seq2[*reconcile.Change, error] {
		return func(yield func(*reconcile.Change, error) bool) {
			for i := range n {
				if !yield(largeChange(i), nil) {
					return
				}
			}
		}
	}
	return c
}

func largeChange(i int) *reconcile.Change {
	name := fmt.Sprintf("anna.mueller.%07d", i)
	return &reconcile.Change{
		ID: testGUID(i + 1), Class: "user", UserPrincipalName: name + "@contoso.com", DisplayName: fmt.Sprintf("Müller, Anna %d", i),
		Kind: reconcile.PromoteAlias, Candidate: "upn", Decision: reconcile.Apply, CloudID: testGUID(i + 1<<24), CloudUPN: name + "@contoso.com",
		Reason:     "Its alias becomes its primary, as it is that of the cloud user with its UPN.",
		MailBefore: name + "@corp.contoso.com", MailAfter: name + "@contoso.com",
		ProxyBefore: []string{"SMTP:" + name + "@corp.contoso.com", "smtp:" + name + "@contoso.com"},
		ProxyAfter:  []string{"SMTP:" + name + "@contoso.com", "smtp:" + name + "@corp.contoso.com"},
		Batch:       fmt.Sprintf("B%05d", i/100+1),
	}
}

// TestWorkbookLarge: sheets that are written in blocks are those that excelize would write, on any number of
// processors, and read back whole.
func TestWorkbookLarge(t *testing.T) {
	const rows = 3000
	c := largeContent(rows)
	path := saved(t, c, excelLimits)
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, processors := range []int{1, 3} {
		if !bytes.Equal(writtenWith(t, processors, c), first) {
			t.Errorf("%d processors give other bytes", processors)
		}
	}
	parts := partsOf(t, first)
	changes := rowsIn(t, parts["xl/worksheets/sheet2.xml"])
	if len(changes) < 4<<20 {
		t.Fatalf("%d bytes are too few to be written in blocks", len(changes))
	}
	if _, got, _ := strings.Cut(changes, "</row>"); got != oracleOfChanges(t, rows) {
		t.Error("Changes is not what excelize writes")
	}
	review, err := Read(path, c.Manifest.Plan)
	if err != nil || len(review.Decisions) != rows || len(review.Refused)+len(review.Missing) > 0 {
		t.Errorf("read %d decisions, %v", len(review.Decisions), err)
	}
}

func writtenWith(t *testing.T, processors int, c Content) []byte {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
	var out bytes.Buffer
	if _, err := Write(&out, c); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// oracleOfChanges gives the rows of Changes behind the header as excelize writes them.
func oracleOfChanges(t *testing.T, n int) string {
	t.Helper()
	b, err := newBook(t.TempDir(), excelLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	l := layout{sheet: changesSheet, book: b}
	rows, heights := [][]cell{{}}, []float64{headerHeight}
	for i := range n {
		c := largeChange(i)
		row := slices.Clone(l.decidable(c, keyOf(c)))
		rows, heights = append(rows, row), append(heights, l.height(row))
	}
	_, text, _ := strings.Cut(rowsOfExcelize(t, rows, heights), "</row>")
	return text
}

// TestWorkbookSplitLarge: sheets turn at the same row however the rows are laid out, and where their XML is
// as large as it may be.
func TestWorkbookSplitLarge(t *testing.T) {
	l := excelLimits
	l.sheetRows = 400
	c := largeContent(900)
	review, err := Read(saved(t, c, l), c.Manifest.Plan)
	if err != nil || len(review.Decisions) != 900 || review.Decisions[399].Sheet != "Changes (2)" || review.Decisions[399].Row != 2 {
		t.Errorf("read %d decisions, the 400th in %+v, %v", len(review.Decisions), review.Decisions[399], err)
	}
	l = excelLimits
	l.sheetSize = 128 << 10
	c = largeContent(1800)
	path := saved(t, c, l)
	f := opened(t, path)
	if n := len(pagesOf(f, "Changes")); n < 2 {
		t.Errorf("%d sheet of rows that are too large for one", n)
	}
	if review, err := Read(path, c.Manifest.Plan); err != nil || len(review.Decisions) != 1800 {
		t.Errorf("read %d decisions, %v", len(review.Decisions), err)
	}
}

// TestWorkbookErrorsWhileLaidOut: what a stream fails with while rows are laid out is what the caller gets.
func TestWorkbookErrorsWhileLaidOut(t *testing.T) {
	broken := errors.New("broken")
	c := largeContent(0)
	c.Changes = func() iter.Seq2[*reconcile.Change, error] {
		return func(yield func(*reconcile.Change, error) bool) {
			for i := range 1000 {
				if !yield(largeChange(i), nil) {
					return
				}
			}
			yield(nil, broken)
		}
	}
	if _, err := Write(io.Discard, c); !errors.Is(err, broken) {
		t.Error(err)
	}
}
