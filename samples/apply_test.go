package samples

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// change is a line of plan.jsonl.
type change struct {
	ObjectGUID  string   `json:"object_guid"`
	Decision    string   `json:"decision"`
	CloudID     string   `json:"cloud_id"`
	MailBefore  string   `json:"mail_before"`
	MailAfter   string   `json:"mail_after"`
	ProxyBefore []string `json:"proxy_before"`
	ProxyAfter  []string `json:"proxy_after"`
}

// TestApplied: once the changes of a golden package are made, each object matches the cloud object that
// was meant, nothing more is to be changed about it, and no address blocks it that did not before; and
// undoing them gives the input back.
func TestApplied(t *testing.T) {
	for _, p := range packages {
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			changes := applyChanges(t, p.name)
			input := readCSV(t, "contoso/ad-users.csv")
			changed := rewrite(input, changes, func(c change) (string, []string) { return c.MailAfter, c.ProxyAfter })
			writeCSV(t, filepath.Join(dir, "ad-users.csv"), changed)

			args := slices.Clone(p.args)
			args[slices.Index(args, "--ad")+1] = filepath.Join(dir, "ad-users.csv")
			if i := slices.Index(args, "--tenant"); i >= 0 {
				args[i+1] = unblocked(t, dir, args[i+1])
			}
			out := filepath.Join(dir, "plan")
			plan(t, out, args...)
			judged := keyed(readTable(t, filepath.Join(out, "tables", "ad.csv")), "object_guid")
			for id, c := range changes {
				row := judged[id]
				if row["outcome"] != "SoftMatchSMTP" || row["cloud_id"] != c.CloudID || row["decision"] == "apply" {
					t.Errorf("%s: %s with %q, want %s; then %s %s",
						id, row["outcome"], row["cloud_id"], c.CloudID, row["decision"], row["change"])
				}
			}
			before := blocking(t, goldenFile(t, p.name, "tables/addresses.csv"), changes)
			for held := range blocking(t, filepath.Join(out, "tables", "addresses.csv"), changes) {
				if !before[held] {
					t.Errorf("%s: conflict that blocks, and did not before", held)
				}
			}

			undone := rewrite(changed, changes, func(c change) (string, []string) { return c.MailBefore, c.ProxyBefore })
			if !reflect.DeepEqual(undone, input) {
				t.Error("undoing does not give the input back")
			}
		})
	}
}

// applyChanges reads the changes of a golden package that are to be applied, by object.
func applyChanges(t *testing.T, golden string) map[string]change {
	t.Helper()
	changes := make(map[string]change)
	for line := range strings.Lines(readFile(t, goldenFile(t, golden, "plan.jsonl"))) {
		var c change
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if c.Decision == "apply" {
			changes[c.ObjectGUID] = c
		}
	}
	if len(changes) == 0 {
		t.Fatal("nothing to apply")
	}
	return changes
}

// rewrite gives the rows with the mail and proxyAddresses of each change.
func rewrite(rows [][]string, changes map[string]change, values func(change) (string, []string)) [][]string {
	id, mail := slices.Index(rows[0], "ObjectGUID"), slices.Index(rows[0], "mail")
	proxies := slices.Index(rows[0], "proxyAddresses")
	var rewritten [][]string
	for _, row := range rows {
		row = slices.Clone(row)
		if c, ok := changes[row[id]]; ok {
			address, list := values(c)
			row[mail], row[proxies] = address, strings.Join(list, ";")
		}
		rewritten = append(rewritten, row)
	}
	return rewritten
}

// unblocked writes the tenant's switches with BlockSoftMatch off, as the changes presuppose.
func unblocked(t *testing.T, dir, tenant string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "tenant.json")
	text := strings.ReplaceAll(readFile(t, tenant), `"BlockSoftMatchEnabled": true`, `"BlockSoftMatchEnabled": false`)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// blocking gives the addresses that block changed objects, each as "object address".
func blocking(t *testing.T, addresses string, changes map[string]change) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	for _, row := range readTable(t, addresses) {
		if _, ok := changes[row["object_id"]]; ok && row["severity"] == "blocks" {
			found[row["object_id"]+" "+row["address"]] = true
		}
	}
	return found
}

func writeCSV(t *testing.T, path string, rows [][]string) {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
