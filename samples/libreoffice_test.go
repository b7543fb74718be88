package samples

import (
	"context"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Filters of LibreOffice for CSV: comma, double quote, UTF-8, from the first line; then whether quoted fields
// are text, or numbers, dates and booleans are recognized in them; at last that every cell is written as it
// shows.
const (
	importText   = "CSV:44,34,76,1,,0,true,false"
	importValues = "CSV:44,34,76,1,,0,false,true"
	exportCSV    = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
)

// TestLibreOffice: a workbook that LibreOffice saves from our CSV files, and the CSV files that it saves from
// that workbook, give the same tables.
func TestLibreOffice(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("NOT TESTED: there is no soffice in the PATH, so nothing that LibreOffice saves was read")
	}
	for _, way := range []struct {
		name, of, filter string
	}{
		{"imported as text", "", importText},
		{"imported as values", "no formulas", importValues},
	} {
		t.Run(way.name, func(t *testing.T) {
			if testing.Short() && way.of != "" {
				t.Skip("short")
			}
			want := plainTables(t, way.of)
			all := readTenant(t)
			tenants[way.of](all)
			office := libreOffice{soffice, t.TempDir()}
			workbooks := office.convert(t, all.written(t, plain, ".csv"), ".csv", "xlsx", "--infilter="+way.filter)
			roundTrip{}.compare(t, want, judge(t, workbooks, ".xlsx"), ".xlsx")
			saved := office.convert(t, workbooks, ".xlsx", exportCSV)
			roundTrip{}.compare(t, want, judge(t, saved, ".csv"), ".csv")
		})
	}
}

// libreOffice runs soffice with a profile of its own, which shares nothing with a running one.
type libreOffice struct{ soffice, profile string }

// convert saves a tenant's files in another format, into a new folder.
func (o libreOffice) convert(t *testing.T, dir, ending, to string, args ...string) (saved string) {
	t.Helper()
	saved = t.TempDir()
	profile := url.URL{Scheme: "file", Path: filepath.ToSlash(o.profile)}
	args = append([]string{"-env:UserInstallation=" + profile.String(), "--headless", "--convert-to", to, "--outdir", saved}, args...)
	for _, name := range slices.Concat(exportsOf, sideFiles) {
		args = append(args, filepath.Join(dir, name+ending))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, o.soffice, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return saved
}
