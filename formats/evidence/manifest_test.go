package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// good is a manifest whose counts close: 3 changes are planned.
func good() *Manifest {
	return &Manifest{
		Schema: 1, Version: "dev", Plan: "0123456789ab",
		Settings:    Settings{Anchor: "auto", BatchSize: 100, Pilot: 2, Columns: map[string]string{"mail": "E-Mail"}},
		Assumptions: []reconcile.Assumption{{Code: "Domains", Text: "<all> & every"}},
		Inputs:      []Input{{Side: "ad", Kind: "ad-users", Name: "ad.csv", Bytes: 9, SHA256: "ab", Rows: 5, Used: 4, Rejected: 1}, {Side: "cloud", Rows: 2, Used: 2}},
		Counts: Counts{
			AD:        SideCounts{Read: 5, Judged: 4, Rejected: 1, Outcomes: map[string]int{"NewObject": 4}, After: map[string]int{"NewObject": 1, "SoftMatchSMTP": 3}},
			Cloud:     SideCounts{Read: 2, Judged: 2, Outcomes: map[string]int{"Untouched": 2}, After: map[string]int{"TakenOver": 2}},
			Changes:   Decisions{Apply: 1, Review: 1, Blocked: 1},
			BlockedBy: map[string]int{"Ambiguous": 1}, Findings: map[string]int{"Blank": 1},
		},
		Outputs: []Output{{Path: "tables/ad.csv", Bytes: 10, Rows: 4, SHA256: "cd"}},
	}
}

// TestManifestKeys holds manifest.json to contract section 8: the keys, and their order.
func TestManifestKeys(t *testing.T) {
	var out bytes.Buffer
	if err := good().Write(&out); err != nil {
		t.Fatal(err)
	}
	keys := keysOf(t, out.String())
	for _, c := range []struct{ path, want string }{
		{"", "schema,version,plan,settings,assumptions,inputs,counts,outputs"},
		{"assumptions", "code,text"},
		{"inputs", "side,kind,name,bytes,sha256,rows,used,rejected"},
		{"counts", "ad,cloud,changes,blocked_by,findings"},
		{"counts.ad", "read,judged,rejected,outcomes,after"},
		{"counts.cloud", "read,judged,rejected,outcomes,after"},
		{"counts.changes", "apply,review,blocked"},
		{"outputs", "path,bytes,rows,sha256"},
	} {
		if got := strings.Join(keys[c.path], ","); got != c.want {
			t.Errorf("the keys of %q are %s, want %s", c.path, got, c.want)
		}
	}
	for _, never := range []string{"memory", "temp", "quiet"} {
		if slices.Contains(keys["settings"], never) {
			t.Errorf("%s changes no output", never)
		}
	}
	if !strings.Contains(out.String(), "<all> & every") || !strings.HasSuffix(out.String(), "}\n") {
		t.Error(out.String())
	}
	var back Manifest
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Plan != "0123456789ab" || back.Counts.AD.After["SoftMatchSMTP"] != 3 {
		t.Errorf("%+v, %v", back, err)
	}
}

// keysOf gives the keys of every object of a JSON text in their order, by path; of lists those of the first one.
func keysOf(t *testing.T, text string) map[string][]string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	keys := make(map[string][]string)
	var walk func(path string)
	walk = func(path string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('{'):
			for d.More() {
				key, _ := d.Token()
				name := key.(string)
				if !slices.Contains(keys[path], name) {
					keys[path] = append(keys[path], name)
				}
				walk(strings.TrimPrefix(path+"."+name, "."))
			}
			_, _ = d.Token()
		case json.Delim('['):
			for d.More() {
				walk(path)
			}
			_, _ = d.Token()
		}
	}
	walk("")
	return keys
}

// TestCheck: counts that do not close are a mistake of the program, and say which.
func TestCheck(t *testing.T) {
	if err := good().Check(3); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		change func(*Manifest)
		want   string
	}{
		{"a change more in the plan", func(m *Manifest) { m.Counts.Changes.Apply-- }, "the plan holds 3 changes, the tables 2"},
		{"a review more in the tables", func(m *Manifest) { m.Counts.Changes.Review++ }, "the plan holds 3 changes, the tables 4"},
		{"a blocked one more in the tables", func(m *Manifest) { m.Counts.Changes.Blocked++ }, "the plan holds 3 changes, the tables 4"},
		{"a row used twice", func(m *Manifest) { m.Inputs[0].Used++ }, "ad.csv: 5 rows read, but 5 used and 1 rejected"},
		{"a row neither used nor rejected", func(m *Manifest) { m.Inputs[0].Rejected = 0 }, "ad.csv: 5 rows read, but 4 used and 0 rejected"},
		{"an input's rows", func(m *Manifest) { m.Inputs[1].Rows = 3 }, "3 rows read, but 2 used and 0 rejected"},
		{"rows read", func(m *Manifest) { m.Counts.AD.Read++ }, "ad side: 6 rows read, 4 judged, 1 rejected, 4 outcomes, 4 after"},
		{"an object judged", func(m *Manifest) { m.Counts.AD.Judged++ }, "ad side"},
		{"an object rejected", func(m *Manifest) { m.Counts.AD.Rejected++ }, "ad side"},
		{"no outcome", func(m *Manifest) { m.Counts.AD.Outcomes["NewObject"]-- }, "3 outcomes"},
		{"no outcome after", func(m *Manifest) { m.Counts.AD.After["NewObject"]-- }, "3 after"},
		{"a cloud outcome more", func(m *Manifest) { m.Counts.Cloud.Outcomes["Orphan"]++ }, "cloud side: 2 rows read, 2 judged, 0 rejected, 3 outcomes"},
		{"a cloud outcome after less", func(m *Manifest) { m.Counts.Cloud.After["TakenOver"]-- }, "cloud side"},
		{"a cloud row", func(m *Manifest) { m.Counts.Cloud.Read++ }, "cloud side"},
		{"a cloud object judged", func(m *Manifest) { m.Counts.Cloud.Judged, m.Counts.Cloud.Read = 3, 3 }, "cloud side"},
	} {
		m := good()
		c.change(m)
		if err := m.Check(3); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}

// TestAdd: the counts of several sources add up, each side by itself.
func TestAdd(t *testing.T) {
	var c Counts
	c.Of(reconcile.AD).Add(reconcile.Counts{Read: 5, Judged: 3, Rejected: 2})
	c.Of(reconcile.AD).Add(reconcile.Counts{Read: 1, Judged: 1})
	c.Of(reconcile.Cloud).Add(reconcile.Counts{Read: 7, Judged: 7})
	if c.AD.Read != 6 || c.AD.Judged != 4 || c.AD.Rejected != 2 || c.Cloud.Read != 7 {
		t.Errorf("%+v", c)
	}
}

func TestFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ad.csv")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := Input{Side: "ad"}
	if err := in.Fingerprint(path); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("abc"))
	if in != (Input{Side: "ad", Name: "ad.csv", Bytes: 3, SHA256: hex.EncodeToString(sum[:])}) {
		t.Errorf("%+v", in)
	}
	if err := in.Fingerprint(path + ".none"); err == nil {
		t.Error("a file that is not there has a fingerprint")
	}
}
