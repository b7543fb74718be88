package evidence

import (
	"bytes"
	"errors"
	"iter"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

func yieldAll(changes ...*reconcile.Change) iter.Seq2[*reconcile.Change, error] {
	return func(yield func(*reconcile.Change, error) bool) {
		for _, c := range changes {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func change(upn, cloudUPN, batch string) *reconcile.Change {
	return &reconcile.Change{
		UserPrincipalName: upn, CloudUPN: cloudUPN, Kind: reconcile.SetPrimary, Decision: reconcile.Apply,
		MailAfter: upn, ProxyAfter: []string{"SMTP:" + upn}, Batch: batch, Domain: "corp.contoso.com", Exchange: batch[0] == 'X',
	}
}

// TestChangeText: every heading of the contract in its order, the counts of the plan, every batch.
func TestChangeText(t *testing.T) {
	m := &Manifest{Version: "dev", Plan: "0123456789ab", Inputs: []Input{{Name: "ad.csv", Rows: 3, SHA256: "abc"}},
		Assumptions: []reconcile.Assumption{{Code: "Tenant", Text: "No --tenant was given."}}}
	m.Counts.Changes = Decisions{Apply: 2, Review: 1, Blocked: 4}
	review := change("c@contoso.com", "c@contoso.com", "B00001")
	review.Decision, review.Batch = reconcile.Review, ""
	var out bytes.Buffer
	err := WriteChangeText(&out, m, yieldAll(change("a@contoso.com", "A@contoso.com", "B00001"), change("b@contoso.com", "bob@contoso.com", "X00001"), review))
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{"## What and why", "## Scope and counts", "| to change | 2 |", "## Assumptions", "## Risks",
		"for 1 of them", "## Preconditions", "## Steps", "| B00001 | 1 |", "| X00001 | 1 |", "## Verification", "## Back-out",
		"## Point of no return", "## Evidence", "0123456789ab"} {
		found := strings.Index(out.String()[at:], want)
		if found < 0 {
			t.Fatalf("%q is missing behind %q", want, out.String()[:at])
		}
		at += found
	}
}

// TestChangeTextHostile: names never become markup, lines or invisible text.
func TestChangeTextHostile(t *testing.T) {
	var out bytes.Buffer
	evil := "<script>|[x](http://e)\n# h\u202Eb`c`\x1b[2J@contoso.com"
	if err := WriteChangeText(&out, &Manifest{}, yieldAll(change(evil, evil, "B00001"))); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "[x](", "\n# h", "\u202E", "\x1b", "`c`"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q stands in the text", bad)
		}
	}
}

// TestChangeTextMany: a long list is cut, and says so.
func TestChangeTextMany(t *testing.T) {
	var list []*reconcile.Change
	for range mostNamed + 7 {
		list = append(list, change("a@contoso.com", "a@contoso.com", "B00001"))
	}
	var out bytes.Buffer
	if err := WriteChangeText(&out, &Manifest{}, yieldAll(list...)); err != nil || !strings.Contains(out.String(), "And 7 more") {
		t.Errorf("%v, %s", err, out.String())
	}
}

func TestChangeTextErrors(t *testing.T) {
	broken := errors.New("broken")
	err := WriteChangeText(&bytes.Buffer{}, &Manifest{}, func(yield func(*reconcile.Change, error) bool) { yield(nil, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
