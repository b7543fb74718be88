package planfile

import (
	"bytes"
	"encoding/json"
	"testing"

	"smtpmatch/reconcile"
)

// newChangeLine and newFindingLine give what encoding/json writes, the oracle of what is written by hand.
func newChangeLine(c *reconcile.Change) changeLine {
	return changeLine{
		Type: "change", ObjectGUID: c.ID.String(), UserPrincipalName: c.UserPrincipalName, Kind: string(c.Kind),
		CandidateBy: c.Candidate, Decision: string(c.Decision), Batch: c.Batch, MailBefore: c.MailBefore, MailAfter: c.MailAfter,
		ProxyBefore: list(c.ProxyBefore), ProxyAfter: list(c.ProxyAfter), Reason: c.Reason, ObjectClass: c.Class,
		CloudID: c.CloudID.String(), BlockedBy: string(c.BlockedBy), Exchange: c.Exchange, Domain: c.Domain,
	}
}

// list makes JSON write [] for no values.
func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

func newFindingLine(f *reconcile.Finding) findingLine {
	return findingLine{
		Type: "finding", File: f.File, Row: f.Row, Column: f.Column, Severity: string(f.Severity),
		Code: f.Code, Value: f.Value, Text: f.Text, Source: f.Source,
	}
}

func encoded(t testing.TB, v any) string {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(unescaped(out.Bytes()))
}

// FuzzSameAsJSON: lines are written as encoding/json writes them, byte for byte, and read by hand as they were.
func FuzzSameAsJSON(f *testing.F) {
	f.Add("ann@contoso.com", "smtp:b@x", "Ann", 4, true)
	f.Add("a\xff", "\x00\u2028\\ufffd\x7f", "\U0001F600\xed\xa0\x80", -1, false)
	f.Add("\b\f\n\r\t\"\\/<>&'", `\u0041`, "\u2029\ufffd\x1f", 0, false)
	f.Fuzz(func(t *testing.T, a, b, c string, n int, yes bool) {
		change := &reconcile.Change{
			ID: testGUID(n & 0xFFFF), Class: a, UserPrincipalName: b, Kind: reconcile.SetPrimary, Candidate: c, Decision: reconcile.Apply,
			CloudID: testGUID(7), Reason: a + b, MailBefore: c, MailAfter: b, ProxyBefore: []string{a, b, c},
			ProxyAfter: []string{"SMTP:" + b, "smtp:" + c}, Exchange: yes, Domain: c, Batch: "B" + a,
		}
		if n%2 == 0 {
			change.ProxyBefore = nil
		}
		line := string(appendChange(nil, change))
		if want := encoded(t, newChangeLine(change)); line != want {
			t.Errorf("written\n%s\nwant\n%s", line, want)
		}
		finding := &reconcile.Finding{File: a, Row: n, Column: b, Severity: reconcile.Severity(c), Code: a, Value: b, Text: c, Source: a}
		text := string(appendFinding(nil, finding))
		if want := encoded(t, newFindingLine(finding)); text != want {
			t.Errorf("written\n%s\nwant\n%s", text, want)
		}
		var p parser
		if read, ok := p.change([]byte(line)); !ok || string(appendChange(nil, read)) != line {
			t.Errorf("not read by hand: %s", line)
		}
		if read, ok := p.finding([]byte(text)); !ok || string(appendFinding(nil, read)) != text {
			t.Errorf("not read by hand: %s", text)
		}
	})
}

// FuzzParser: whatever the parser accepts, the strict decoder accepts too, and reads the same.
func FuzzParser(f *testing.F) {
	for _, c := range testChanges() {
		f.Add(appendChange(nil, c))
	}
	for _, finding := range testFindings() {
		f.Add(appendFinding(nil, &finding))
	}
	f.Add([]byte(`{"type":"change","x":"` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := &reader{}
		if fast, ok := r.fast.change(text); ok {
			slow, err := r.change(text)
			if err != nil || string(appendChange(nil, slow)) != string(appendChange(nil, fast)) {
				t.Errorf("%q: %v", text, err)
			}
		}
		if fast, ok := r.fast.finding(text); ok {
			slow, err := r.finding(text)
			if err != nil || *slow != *fast {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

// TestParserReadsPlans: every line of a plan is read by hand, or nobody would notice how slow reading is.
func TestParserReadsPlans(t *testing.T) {
	var p parser
	for _, c := range testChanges() {
		if _, ok := p.change(appendChange(nil, c)); !ok {
			t.Errorf("not read: %+v", c)
		}
	}
	for _, f := range testFindings() {
		if _, ok := p.finding(appendFinding(nil, &f)); !ok {
			t.Errorf("not read: %+v", f)
		}
	}
}
