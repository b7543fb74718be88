package planfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"smtpmatch/reconcile"
)

func sha256Digits(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:12]
}

// TestEveryPrefixIsCut: wherever a plan is cut, it is refused as cut, with its id and without.
func TestEveryPrefixIsCut(t *testing.T) {
	s, tally := testPlan(t)
	for n := range len(s) {
		for _, want := range []string{"", tally.ID, sha256Digits(s[:n])} {
			if _, err := Open(text(s[:n]), want); !errors.Is(err, ErrCut) {
				t.Fatalf("the first %d of %d bytes, id %q: %v", n, len(s), want, err)
			}
		}
	}
}

// TestEveryByteCounts: a plan with any byte changed or removed is refused where the id is known.
func TestEveryByteCounts(t *testing.T) {
	s, tally := testPlan(t)
	for i := range len(s) {
		for _, edited := range []string{s[:i] + string(s[i]^1) + s[i+1:], s[:i] + s[i+1:]} {
			if _, err := Open(text(edited), tally.ID); err == nil {
				t.Fatalf("byte %d edited: accepted", i)
			}
		}
	}
}

// TestEdited: what an editor, a script or a mail program does to a plan.
func TestEdited(t *testing.T) {
	s, tally := testPlan(t)
	lines := strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	join := func(numbers ...int) string {
		var b strings.Builder
		for _, n := range numbers {
			b.WriteString(lines[n-1])
		}
		return b.String()
	}
	replace := func(old, with string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("%q is not in the plan", old)
		}
		return strings.Replace(s, old, with, 1)
	}
	for _, c := range []struct {
		what, text string
		want       string // what the error says without the id; empty: it is another plan, and only the id tells
	}{
		{"a value that nothing else depends on", replace("Ann@contoso.com", "Bob@contoso.com"), ""},
		{"a setting", replace(`"pilot":5`, `"pilot":6`), ""},
		{"an input's hash", replace("ab12", "ab13"), ""},
		{"two changes turned round", join(1, 3, 2, 4, 5, 6, 7), ""},
		{"a line removed and the end line put right", strings.Replace(join(1, 2, 3, 4, 5, 7), `"findings":2`, `"findings":1`, 1), ""},

		{"the mail after", replace(`"mail_after":"ann@contoso.com"`, `"mail_after":"eve@contoso.com"`), "line 2: the values after do not begin with the one primary"},
		{"the primary after", replace(`["SMTP:ann@contoso.com"`, `["SMTP:eve@contoso.com"`), "line 2: the values after do not begin with the one primary"},
		{"a second primary", replace(`"smtp:old@contoso.com"],"reason"`, `"SMTP:old@contoso.com"],"reason"`), "line 2: the values after do not begin with the one primary"},
		{"the primary demoted", replace(`["SMTP:ann@contoso.com"`, `["smtp:ann@contoso.com"`), "line 2: the values after do not begin with the one primary"},
		{"the primary not first", replace(`["SMTP:ann@contoso.com","smtp:old@contoso.com"]`, `["smtp:old@contoso.com","SMTP:ann@contoso.com"]`), "line 2: the values after"},
		{"no values after", replace(`["SMTP:ann@contoso.com","smtp:old@contoso.com"]`, `[]`), "line 2: the values after"},
		{"blocked made apply", replace(`"decision":"blocked","batch":""`, `"decision":"apply","batch":"B00001"`), `line 3: decision "apply" and blocked_by "UnsafeValue" contradict`},
		{"blocked made apply, the reason left out", strings.Replace(replace(`"decision":"blocked"`, `"decision":"apply"`), `"blocked_by":"UnsafeValue"`, `"blocked_by":""`, 1), `line 3: decision "apply" and batch "" contradict`},
		{"review made apply", replace(`"decision":"review"`, `"decision":"apply"`), `line 4: decision "apply" and batch "" contradict`},
		{"apply made review", replace(`"decision":"apply"`, `"decision":"review"`), `line 2: decision "review" and batch "B00001" contradict`},
		{"apply without batch", replace(`"batch":"B00001"`, `"batch":""`), `line 2: decision "apply" and batch "" contradict`},
		{"apply made blocked", replace(`"decision":"apply"`, `"decision":"blocked"`), `line 2: decision "blocked" and blocked_by "" contradict`},
		{"blocked by a word that is none", replace(`"blocked_by":"UnsafeValue"`, `"blocked_by":"Because"`), `line 3: decision "blocked" and blocked_by "Because"`},
		{"a kind that is none", replace(`"kind":"PromoteAlias"`, `"kind":"DropAlias"`), `line 2: kind "DropAlias" is unknown`},
		{"a decision that is none", replace(`"decision":"apply"`, `"decision":"Apply"`), `line 2: decision "Apply" is unknown`},
		{"an id in upper case", replace("00000001-e5f6", "00000001-E5F6"), "line 2: an id is not in lower case"},
		{"a cloud id in upper case", replace("000000c1-", "000000C1-"), "line 2: an id is not in lower case"},
		{"an id in braces", replace(`"00000001-e5f6-4789-abcd-1234567890ab"`, `"{00000001-e5f6-4789-abcd-1234567890ab}"`), "line 2: an id is not in lower case"},
		{"an id of zeros", replace("00000001-e5f6-4789-abcd-1234567890ab", "00000000-0000-0000-0000-000000000000"), "line 2: an id is not in lower case"},
		{"an id cut", replace("00000001-e5f6-4789-abcd-1234567890ab", "00000001-e5f6"), "line 2: object_guid: not a GUID"},
		{"no cloud id", replace("000000c1-e5f6-4789-abcd-1234567890ab", ""), "line 2: cloud_id: not a GUID"},
		{"a list made null", replace(`"proxy_before":[]`, `"proxy_before":null`), "line 3: an id is not in lower case, or a list is null"},
		{"a list made text", replace(`"proxy_before":[]`, `"proxy_before":""`), "line 3: json: cannot unmarshal string"},

		{"a change removed", join(1, 2, 4, 5, 6, 7), "2 changes and 2 findings, but the last line says 3 and 2"},
		{"a finding removed", join(1, 2, 3, 4, 5, 7), "3 changes and 1 findings, but the last line says 3 and 2"},
		{"a change doubled", join(1, 2, 2, 3, 4, 5, 6, 7), "4 changes and 2 findings, but the last line says 3 and 2"},
		{"a finding doubled", join(1, 2, 3, 4, 5, 5, 6, 7), "3 changes and 3 findings, but the last line says 3 and 2"},
		{"a change moved behind a finding", join(1, 2, 3, 5, 4, 6, 7), `line 5: "change" has no place here`},
		{"the header removed", join(2, 3, 4, 5, 6, 7), `line 1 is no header of a plan, but "change"`},
		{"the header doubled", join(1, 1, 2, 3, 4, 5, 6, 7), `line 2: "plan" has no place here`},
		{"the header moved", join(2, 1, 3, 4, 5, 6, 7), `line 1 is no header of a plan, but "change"`},
		{"the end removed", join(1, 2, 3, 4, 5, 6), "cut short"},
		{"the end moved", join(1, 2, 3, 4, 5, 7, 6), "3 changes and 1 findings, but the last line says 3 and 2"},
		{"the end doubled", join(1, 2, 3, 4, 5, 6, 7, 7), "something stands behind the last line"},
		{"a finding behind the end", join(1, 2, 3, 4, 5, 6, 7, 6), "something stands behind the last line"},
		{"an empty line behind the end", s + "\n", "something stands behind the last line"},
		{"a blank behind the end", s + " ", "something stands behind the last line"},
		{"two plans in one file", s + s, "something stands behind the last line"},
		{"an empty line between", join(1, 2) + "\n" + join(3, 4, 5, 6, 7), "line 3: unexpected end of JSON input"},
		{"two lines joined", strings.TrimSuffix(lines[0], "\n") + join(2, 3, 4, 5, 6, 7), "line 1: invalid character '{' after top-level value"},
		{"only the end line", join(7), `line 1 is no header of a plan, but "end"`},
		{"the end's counts", replace(`"changes":3`, `"changes":4`), "but the last line says 4 and 2"},
		{"a count below zero", replace(`"findings":2`, `"findings":-2`), "but the last line says 3 and -2"},
		{"no last LF", strings.TrimSuffix(s, "\n"), "cut short"},

		{"a blank behind a colon", replace(`"type":"change","object_guid"`, `"type": "change","object_guid"`), "line 2 is not as it was written"},
		{"a blank behind a line", strings.Replace(s, "}\n", "} \n", 1), "line 1 is not as it was written"},
		{"a line indented", join(1) + " " + join(2, 3, 4, 5, 6, 7), "line 2 is not as it was written"},
		{"keys in another order", replace(`"type":"change","object_guid":"00000001-e5f6-4789-abcd-1234567890ab"`, `"object_guid":"00000001-e5f6-4789-abcd-1234567890ab","type":"change"`), "line 2 is not as it was written"},
		{"a key in another case", replace(`"batch":"B00001"`, `"Batch":"B00001"`), "line 2 is not as it was written"},
		{"a key twice", replace(`"batch":"B00001"`, `"batch":"B00002","batch":"B00001"`), "line 2 is not as it was written"},
		{"the type twice", replace(`"type":"finding"`, `"type":"change","type":"finding"`), "line 5 is not as it was written"},
		{"a key missing", replace(`"exchange":false,`, ``), "line 2 is not as it was written"},
		{"a key in the header missing", replace(`"pilot":5,`, ``), "line 1 is not as it was written"},
		{"an unknown field of a change", replace(`"exchange":false`, `"exchange":false,"note":"ok"`), `line 2: json: unknown field "note"`},
		{"an unknown field of the header", replace(`"schema":1`, `"schema":1,"note":"ok"`), `line 1: json: unknown field "note"`},
		{"an unknown field of a finding", replace(`"code":"Blank"`, `"code":"Blank","note":"ok"`), `line 6: json: unknown field "note"`},
		{"an unknown field of the end", replace(`"findings":2`, `"findings":2,"note":"ok"`), `line 7: json: unknown field "note"`},
		{"an unknown type", replace(`"type":"finding"`, `"type":"remark"`), `line 5: "remark" has no place here`},
		{"no type", replace(`"type":"finding",`, ``), `line 5: "" has no place here`},
		{"a character as an escape", replace("Ann@", `\u0041nn@`), "line 2 is not as it was written"},
		{"a sign escaped for HTML", replace("<Users>", `\u003cUsers\u003e`), "line 1 is not as it was written"},
		{"a number written otherwise", replace(`"row":4`, `"row":4e0`), "line 5: json: cannot unmarshal number"},
		{"bytes that are no UTF-8", replace("Ann@", "\xffnn@"), "line 2 is not as it was written"},
		{"CRLF", strings.ReplaceAll(s, "\n", "\r\n"), "line 1 is not as it was written"},
		{"one CR", strings.Replace(s, "}\n{\"type\":\"end\"", "}\r\n{\"type\":\"end\"", 1), "line 6 is not as it was written"},
		{"CR alone", strings.ReplaceAll(s, "\n", "\r"), "cut short"},
		{"a byte order mark", "\ufeff" + s, "line 1: invalid character"},
		{"UTF-16", utf16(s), "line 1: invalid character"},

		{"a later schema", replace(`"schema":1`, `"schema":2`), "the plan has schema 2, this version reads 1: use the smtpmatch that made it"},
		{"no schema", replace(`"schema":1,`, ``), "the plan has schema 0, this version reads 1"},
		{"the schema as text", replace(`"schema":1`, `"schema":"1"`), "line 1: json: cannot unmarshal string"},
		{"another file", "object_guid,user_principal_name\n", "line 1: invalid character 'o'"},
		{"another JSON", "{}\n", `line 1 is no header of a plan, but ""`},
		{"JSON that is no object", "[1]\n", "line 1: json: cannot unmarshal array"},
		{"null", "null\n", `line 1 is no header of a plan, but ""`},
		{"an empty line", "\n", "line 1: unexpected end of JSON input"},
		{"nothing", "", "cut short"},
	} {
		if _, err := Open(text(c.text), tally.ID); err == nil {
			t.Errorf("%s: accepted though the id is known", c.what)
		} else if c.want == "" && !errors.Is(err, ErrEdited) {
			t.Errorf("%s: %v", c.what, err)
		}
		p, err := Open(text(c.text), "")
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: refused without the id: %v", c.what, err)
		case c.want == "" && p.ID == tally.ID:
			t.Errorf("%s: another plan has the same id", c.what)
		case c.want != "" && err == nil:
			t.Errorf("%s: accepted without the id", c.what)
		case c.want != "" && !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: says %q, want %q", c.what, err, c.want)
		}
	}
}

func utf16(s string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for i := range len(s) {
		b.WriteByte(s[i])
		b.WriteByte(0)
	}
	return b.String()
}

// TestTooLong: a line longer than any that plan writes ends in an error, not in memory.
func TestTooLong(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`{"type":"plan","version":"`), &endlessly{'a'})
	_, err := Open(func() (io.ReadCloser, error) { return io.NopCloser(endless), nil }, "")
	if !errors.Is(err, ErrEdited) || !strings.Contains(err.Error(), "line 1 is too long") {
		t.Error(err)
	}
}

type endlessly struct{ c byte }

func (e *endlessly) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.c
	}
	return len(b), nil
}

// TestOpenErrors: what opening and reading fail with is what the caller gets, at once and when read again.
func TestOpenErrors(t *testing.T) {
	broken := errors.New("broken")
	s, tally := testPlan(t)
	if _, err := Open(func() (io.ReadCloser, error) { return nil, broken }, ""); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be opened gave %v", err)
	}
	half := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(s[:len(s)/2]), iotest.ErrReader(broken))), nil
	}
	if _, err := Open(half, ""); !errors.Is(err, broken) {
		t.Errorf("a file that breaks off gave %v", err)
	}
	atEnd := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(s), iotest.ErrReader(broken))), nil
	}
	if _, err := Open(atEnd, ""); !errors.Is(err, broken) {
		t.Errorf("a file that breaks off behind its last line gave %v", err)
	}
	source := text(s)
	p, err := Open(func() (io.ReadCloser, error) { return source() }, tally.ID)
	if err != nil {
		t.Fatal(err)
	}
	for what, then := range map[string]func() (io.ReadCloser, error){
		"gone": func() (io.ReadCloser, error) { return nil, broken }, "breaks off": half,
	} {
		source = then
		if _, err := collect(p.Changes()); !errors.Is(err, broken) {
			t.Errorf("%s: the changes gave %v", what, err)
		}
		if _, err := collect(p.Findings()); !errors.Is(err, broken) {
			t.Errorf("%s: the findings gave %v", what, err)
		}
	}
}

// TestSmallReads: a source that gives byte by byte, or data with its end, is read the same.
func TestSmallReads(t *testing.T) {
	s, tally := testPlan(t)
	for _, wrap := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		p, err := Open(func() (io.ReadCloser, error) { return io.NopCloser(wrap(strings.NewReader(s))), nil }, tally.ID)
		if err != nil {
			t.Fatal(err)
		}
		if changes, err := collect(p.Changes()); len(changes) != 3 || err != nil {
			t.Error(len(changes), err)
		}
	}
}

// TestChangedMeanwhile: a file that is another one when it is read again never passes for the one that
// was opened, cut, edited or replaced by a whole plan of its own; one that is given up early is no error.
func TestChangedMeanwhile(t *testing.T) {
	s, _ := testPlan(t)
	other, _ := written(t, testHeader(), testChanges()[:1], testFindings())
	for _, c := range []struct {
		what, text string
		want       error
	}{
		{"cut", s[:len(s)-5], ErrCut},
		{"cut at a line", s[:strings.LastIndex(s, `{"type":"end"`)], ErrCut},
		{"empty", "", ErrCut},
		{"a value edited", strings.Replace(s, "Ann@", "Bob@", 1), ErrEdited},
		{"the header edited", strings.Replace(s, `"pilot":5`, `"pilot":6`, 1), ErrEdited},
		{"a finding edited", strings.Replace(s, "Overwritten", "Kept", 1), ErrEdited},
		{"another plan", other, ErrEdited},
		{"grown", s + "x\n", ErrEdited},
	} {
		now := s
		p, err := Open(func() (io.ReadCloser, error) { return text(now)() }, "")
		if err != nil {
			t.Fatal(err)
		}
		now = c.text
		if _, err := collect(p.Changes()); !errors.Is(err, c.want) {
			t.Errorf("%s: the changes gave %v", c.what, err)
		}
		if _, err := collect(p.Findings()); !errors.Is(err, c.want) {
			t.Errorf("%s: the findings gave %v", c.what, err)
		}
		if now = s; count(p.Changes()) != 3 {
			t.Errorf("%s: as it was, it cannot be read again", c.what)
		}
		for range p.Changes() {
			break
		}
		for range p.Findings() {
			break
		}
	}
}

func count(changes iter.Seq2[*reconcile.Change, error]) (n int) {
	for _, err := range changes {
		if err != nil {
			return -1
		}
		n++
	}
	return n
}

// TestClosed: every file that is opened is closed again, also when it is refused or given up.
func TestClosed(t *testing.T) {
	s, _ := testPlan(t)
	open := 0
	source := func(s string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			open++
			return closer{strings.NewReader(s), &open}, nil
		}
	}
	p, err := Open(source(s), "")
	if err != nil {
		t.Fatal(err)
	}
	for range p.Changes() {
		break
	}
	count(p.Changes())
	for _, bad := range []string{"", "x\n", s[:len(s)-1], s + "x\n"} {
		if _, err := Open(source(bad), ""); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if open != 0 {
		t.Errorf("%d files are still open", open)
	}
}

type closer struct {
	io.Reader
	open *int
}

func (c closer) Close() error {
	*c.open--
	return nil
}

// FuzzOpen: no bytes bring the reader down, and whatever it accepts is byte for byte what Write writes
// for what was read.
func FuzzOpen(f *testing.F) {
	s, _ := testPlan(f)
	f.Add([]byte(s))
	empty, _ := written(f, Header{}, nil, nil)
	f.Add([]byte(empty))
	f.Add([]byte(strings.Replace(s, `"proxy_before":[]`, `"proxy_before":null`, 1)))
	f.Add([]byte(strings.Replace(s, "Ann", `\ufffd`, 1)))
	f.Add([]byte(s[:len(s)/2]))
	f.Add([]byte(s + s))
	f.Add([]byte("\n\n"))
	for line := range strings.Lines(s) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Open(text(string(b)), "")
		if err != nil {
			return
		}
		if again := rewritten(t, p); again != string(b) {
			t.Errorf("read\n%s\nwritten again\n%s", b, again)
		}
		if p.ID != sha256Digits(string(b)) {
			t.Errorf("the id is %s", p.ID)
		}
	})
}

// FuzzWrite: whatever the values are, the plan that is written can be read, and is the same when it is
// written again. Values that are no change, such as a batch without apply, are none that plan writes.
func FuzzWrite(f *testing.F) {
	f.Add("ann@contoso.com", "smtp:b@x", "Ann", "text")
	f.Add("a\xff", "\x00\u2028\\ufffd", "\U0001F600\xed\xa0\x80", `\\ufffd"`)
	f.Fuzz(func(t *testing.T, primary, value, upn, note string) {
		if strings.HasPrefix(value, "SMTP:") {
			return
		}
		c := testChanges()[0]
		c.MailAfter, c.ProxyAfter = primary, []string{"SMTP:" + primary, value}
		c.ProxyBefore, c.UserPrincipalName, c.Domain = []string{value, note}, upn, note
		h := testHeader()
		h.Inputs[0].Name, h.Settings.Columns = note, map[string]string{note: value}
		s, tally := written(t, h, []*reconcile.Change{c}, []reconcile.Finding{{Value: value, Text: note, Row: len(upn)}})
		p := opened(t, s, tally.ID)
		if again := rewritten(t, p); again != s {
			t.Errorf("written\n%s\nwritten again\n%s", s, again)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	changes := manyChanges()
	s, _ := written(b, testHeader(), changes, nil)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(io.Discard, testHeader(), stream(changes), stream[reconcile.Finding](nil)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s, tally := written(b, testHeader(), manyChanges(), nil)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(text(s), tally.ID); err != nil {
			b.Fatal(err)
		}
	}
}

func manyChanges() (list []*reconcile.Change) {
	for i := range 10000 {
		c := *testChanges()[0]
		c.ID = testGUID(i + 1)
		list = append(list, &c)
	}
	return list
}
