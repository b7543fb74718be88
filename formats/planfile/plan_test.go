package planfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// What the tests of plans share: a small plan with every field set, and the ways to write and read it.

func testGUID(n int) reconcile.GUID {
	g, err := reconcile.ParseGUID(fmt.Sprintf("%08x-e5f6-4789-abcd-1234567890ab", n))
	if err != nil {
		panic(err)
	}
	return g
}

func testHeader() Header {
	return Header{
		Version: "dev",
		Inputs: []evidence.Input{
			{Side: "ad", Kind: "ad-users", Name: "AD <Users> & more.csv", Bytes: 12345678901, SHA256: "ab12", Rows: 3, Used: 2, Rejected: 1},
			{Side: "cloud", Kind: "cloud-users", Name: "cloud.xlsx", Bytes: 1, SHA256: "cd34", Rows: 1, Used: 1},
		},
		Settings: evidence.Settings{
			Anchor: "auto", Tenant: evidence.Tenant{SoftMatchOnUPN: true, BlockHardMatch: true}, BatchSize: 100, Pilot: 5,
			AcceptBlank: []string{"OnPremisesImmutableId"}, Sheet: "Users", Delimiter: ";", Encoding: "utf-16le",
			Columns: map[string]string{"mail": "E-Mail", "UserPrincipalName": "Anmeldename"},
		},
		Assumptions: []reconcile.Assumption{{Code: "Anchor", Text: "taken as \"objectGUID\""}},
	}
}

func testChanges() []*reconcile.Change {
	return []*reconcile.Change{
		{
			ID: testGUID(1), Class: "user", UserPrincipalName: "Ann@contoso.com", Kind: reconcile.PromoteAlias, Candidate: "upn",
			Decision: reconcile.Apply, CloudID: testGUID(0xC1), Reason: "Its alias is the primary.",
			MailBefore: "old@contoso.com", MailAfter: "ann@contoso.com",
			ProxyBefore: []string{"SMTP:old@contoso.com", "smtp:ann@contoso.com"},
			ProxyAfter:  []string{"SMTP:ann@contoso.com", "smtp:old@contoso.com"},
			Domain:      "contoso.com", Batch: "B00001",
		},
		{
			ID: testGUID(2), Class: "user", UserPrincipalName: "=cmd|' /C calc'!A0", Kind: reconcile.SetPrimary, Candidate: "address",
			Decision: reconcile.Blocked, BlockedBy: reconcile.UnsafeValue, CloudID: testGUID(0xC2),
			MailAfter: "b\u202E\x00\"\\<>&\u2028@contoso.com", ProxyAfter: []string{"SMTP:b\u202E\x00\"\\<>&\u2028@contoso.com"},
		},
		{
			ID: testGUID(3), Class: "group", Kind: reconcile.AddAliases, Decision: reconcile.Review, CloudID: testGUID(0xC3),
			MailAfter: "c@x", ProxyBefore: []string{"X500:/o=a\nb"}, ProxyAfter: []string{"SMTP:c@x", "X500:/o=a\nb"}, Exchange: true,
		},
	}
}

func testFindings() []reconcile.Finding {
	return []reconcile.Finding{
		{File: "ad.csv", Row: 4, Column: "mail", Severity: reconcile.SeverityWarn, Code: "MailReplaced", Value: "x\ty", Text: "Overwritten.", Source: "page"},
		{File: "cloud.csv", Severity: reconcile.SeverityRefuse, Code: "Blank"},
	}
}

func stream[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// written is a plan's text.
func written(t testing.TB, h Header, changes []*reconcile.Change, findings []reconcile.Finding) (string, *Tally) {
	t.Helper()
	var out bytes.Buffer
	tally, err := Write(&out, h, stream(changes), stream(findings))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), tally
}

func testPlan(t testing.TB) (string, *Tally) {
	return written(t, testHeader(), testChanges(), testFindings())
}

// text opens a plan of this text.
func text(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

func collect[T any](stream iter.Seq2[T, error]) (list []T, err error) {
	for v, err := range stream {
		if err != nil {
			return list, err
		}
		list = append(list, v)
	}
	return list, nil
}

func opened(t testing.TB, s, want string) *Plan {
	t.Helper()
	p, err := Open(text(s), want)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRoundTrip: what Write writes, Open reads.
func TestRoundTrip(t *testing.T) {
	s, tally := testPlan(t)
	if len(tally.ID) != 12 || tally.Changes != 3 || tally.Findings != 2 {
		t.Errorf("the tally is %+v", tally)
	}
	p := opened(t, s, tally.ID)
	if p.Tally != *tally {
		t.Errorf("read %+v, written %+v", p.Tally, *tally)
	}
	header := testHeader()
	header.Type, header.Schema = "plan", 1
	if !reflect.DeepEqual(p.Header, header) {
		t.Errorf("the header came back as %+v", p.Header)
	}
	for range 2 { // each reads anew
		changes, err := collect(p.Changes())
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range testChanges() {
			want.ProxyBefore, want.ProxyAfter = list(want.ProxyBefore), list(want.ProxyAfter)
			if !reflect.DeepEqual(changes[i], want) {
				t.Errorf("change %d came back as\n%+v, want\n%+v", i, changes[i], want)
			}
		}
		findings, err := collect(p.Findings())
		if err != nil || !slices.Equal(findings, testFindings()) {
			t.Errorf("the findings came back as %+v, %v", findings, err)
		}
	}
}

// TestFormat holds the text to the contract: section 8 names the lines, their fields and the order of both.
func TestFormat(t *testing.T) {
	s, _ := testPlan(t)
	lines := strings.SplitAfter(s, "\n")
	for i, want := range []string{
		`{"type":"plan","schema":1,"version":"dev","inputs":[{"side":"ad","kind":"ad-users","name":"AD <Users> & more.csv",`,
		`{"type":"change","object_guid":"00000001-e5f6-4789-abcd-1234567890ab","user_principal_name":"Ann@contoso.com",` +
			`"kind":"PromoteAlias","candidate_by":"upn","decision":"apply","batch":"B00001","mail_before":"old@contoso.com",` +
			`"mail_after":"ann@contoso.com","proxy_before":["SMTP:old@contoso.com","smtp:ann@contoso.com"],` +
			`"proxy_after":["SMTP:ann@contoso.com","smtp:old@contoso.com"],"reason":"Its alias is the primary.",` +
			`"object_class":"user","cloud_id":"000000c1-e5f6-4789-abcd-1234567890ab","blocked_by":"","exchange":false,"domain":"contoso.com"}` + "\n",
		`{"type":"change",`, `{"type":"change",`,
		`{"type":"finding","file":"ad.csv","row":4,"column":"mail","severity":"warn","code":"MailReplaced","value":"x\ty","text":"Overwritten.","source":"page"}` + "\n",
		`{"type":"finding",`,
		`{"type":"end","changes":3,"findings":2}` + "\n",
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], want)
		}
	}
	if !strings.Contains(lines[2], `"proxy_before":[]`) {
		t.Errorf("no values are an empty array: %s", lines[2])
	}
	if !strings.HasPrefix(lines[0], lines[0][:strings.Index(lines[0], `"inputs"`)]) || !inOrder(lines[0], `"type"`, `"schema"`, `"version"`, `"inputs"`, `"settings"`, `"assumptions"`) {
		t.Errorf("the header's keys are not in the order of the contract: %s", lines[0])
	}
	if strings.ContainsAny(s, "\r\ufeff") {
		t.Error("UTF-8 with LF has no CR and no byte order mark")
	}
}

func inOrder(s string, parts ...string) bool {
	for _, part := range parts {
		_, rest, found := strings.Cut(s, part)
		if !found {
			return false
		}
		s = rest
	}
	return true
}

// TestIsSHA256: the id is the beginning of the file's SHA-256, so anybody can check it.
func TestIsSHA256(t *testing.T) {
	s, tally := written(t, Header{Version: "dev"}, nil, nil)
	const want = `{"type":"plan","schema":1,"version":"dev","inputs":null,"settings":{"anchor":"","tenant":{"softMatchOnUpnEnabled":false,` +
		`"blockSoftMatchEnabled":false,"blockCloudObjectTakeoverThroughHardMatchEnabled":false,` +
		`"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled":false},"batch_size":0,"pilot":0},"assumptions":null}` + "\n" +
		`{"type":"end","changes":0,"findings":0}` + "\n"
	if s != want || tally.ID != sha256Digits(want) {
		t.Errorf("%s\nid %s", s, tally.ID)
	}
}

// TestNoUTF8: a value, or the name of a file, that is no UTF-8 is written with U+FFFD, and the plan can be
// read and written again.
func TestNoUTF8(t *testing.T) {
	h := testHeader()
	h.Inputs[0].Name = "caf\xe9.csv"
	changes := testChanges()
	changes[1].UserPrincipalName = "a\xff\\ufffd\\\xfe\uFFFDb"
	s, tally := written(t, h, changes, []reconcile.Finding{{Value: "\xc3"}})
	p := opened(t, s, tally.ID)
	got, err := collect(p.Changes())
	if err != nil || got[1].UserPrincipalName != "a\uFFFD\\ufffd\\\uFFFD\uFFFDb" || p.Header.Inputs[0].Name != "caf\uFFFD.csv" {
		t.Errorf("%q, %q, %v", got[1].UserPrincipalName, p.Header.Inputs[0].Name, err)
	}
	if again := rewritten(t, p); again != s {
		t.Error("written again it is another plan")
	}
}

// rewritten writes what was read of a plan.
func rewritten(t testing.TB, p *Plan) string {
	t.Helper()
	var out bytes.Buffer
	tally, err := Write(&out, p.Header, p.Changes(), p.Findings())
	if err != nil {
		t.Fatal(err)
	}
	if *tally != p.Tally {
		t.Errorf("written again: %+v, was %+v", *tally, p.Tally)
	}
	return out.String()
}

// TestWriteErrors: what a stream or the disk fails with is what the caller gets.
func TestWriteErrors(t *testing.T) {
	broken := errors.New("broken")
	changes := func(yield func(*reconcile.Change, error) bool) { yield(nil, broken) }
	findings := func(yield func(reconcile.Finding, error) bool) { yield(reconcile.Finding{}, broken) }
	if _, err := Write(io.Discard, Header{}, changes, stream[reconcile.Finding](nil)); !errors.Is(err, broken) {
		t.Errorf("broken changes gave %v", err)
	}
	if _, err := Write(io.Discard, Header{}, stream[*reconcile.Change](nil), findings); !errors.Is(err, broken) {
		t.Errorf("broken findings gave %v", err)
	}
	for _, room := range []int{0, 10, 1 << 16} {
		many := make([]reconcile.Finding, 2000)
		if _, err := Write(&fullDisk{room, broken}, testHeader(), stream(testChanges()), stream(many)); !errors.Is(err, broken) {
			t.Errorf("a disk with room for %d bytes gave %v", room, err)
		}
	}
}

type fullDisk struct {
	room int
	err  error
}

func (d *fullDisk) Write(b []byte) (int, error) {
	if len(b) > d.room {
		return 0, d.err
	}
	d.room -= len(b)
	return len(b), nil
}
