package reconcile_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDirection holds the one direction of imports, cmd → formats → reconcile, and what the domain may
// stand on: the standard library, Unicode, the public suffixes and a hash.
func TestDirection(t *testing.T) {
	for _, c := range []struct {
		packages string
		allowed  []string // prefixes of import paths outside the standard library
		reason   string
	}{
		{"smtpmatch/reconcile/internal/...", []string{"smtpmatch/reconcile/internal/"},
			"the engine knows bytes and numbers only"},
		{"smtpmatch/reconcile/...", []string{"smtpmatch/reconcile", "golang.org/x/text/", "golang.org/x/net/publicsuffix",
			"github.com/zeebo/xxh3", "github.com/klauspost/cpuid/" /* of xxh3 */},
			"the domain knows no file format and no flags"},
		{"smtpmatch/formats/...", []string{"smtpmatch/reconcile", "smtpmatch/formats/", "golang.org/x/", "github.com/"},
			"formats do not know the command"},
	} {
		for _, path := range dependencies(t, c.packages) {
			if !hasAnyPrefix(path, c.allowed) {
				t.Errorf("%s depends on %s: %s", c.packages, path, c.reason)
			}
		}
	}
	for _, line := range goList(t, `{{$p := .ImportPath}}{{range .Imports}}{{$p}}={{.}} {{end}}`, "smtpmatch/reconcile/...") {
		by, path, _ := strings.Cut(line, "=")
		switch path {
		case "os":
			if by == "smtpmatch/reconcile/internal/spill" {
				continue // it puts aside in files what does not fit in memory
			}
			fallthrough
		case "time", "flag", "net", "os/exec", "log", "math/rand", "math/rand/v2":
			t.Errorf("%s imports %s: the domain knows no files, no clock, no chance and no network", by, path)
		}
	}
}

// dependencies lists what the packages import, directly or not, without the standard library.
func dependencies(t *testing.T, packages string) []string {
	t.Helper()
	return goList(t, "{{if not .Standard}}{{.ImportPath}}{{end}}", "-deps", packages)
}

func goList(t *testing.T, format string, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", format}, args...)...).Output()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) == 0 {
		t.Fatalf("go list %v: %q, %v", args, out, err)
	}
	return lines
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
