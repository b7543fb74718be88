package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestSameBytes: the same rows and seed give the same bytes, another seed gives others.
func TestSameBytes(t *testing.T) {
	for _, workbooks := range []bool{false, true} {
		first, second, other := written(t, 500, 1, workbooks), written(t, 500, 1, workbooks), written(t, 500, 2, workbooks)
		for name, text := range first {
			if text != second[name] {
				t.Errorf("%s: two runs differ", name)
			}
			if text == other[name] {
				t.Errorf("%s: two seeds give the same", name)
			}
		}
		if len(first) != 2 {
			t.Errorf("files: %d", len(first))
		}
	}
}

// written gives the texts of the two files by their names.
func written(t *testing.T, rows, seed uint64, workbooks bool) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := generate(dir, newTenant(rows, seed), workbooks); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]string)
	for _, entry := range entries {
		b, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		texts[entry.Name()] = string(b)
	}
	return texts
}

// TestEveryoneOnce: the AD export has each person once, in another order than the cloud's.
func TestEveryoneOnce(t *testing.T) {
	for _, rows := range []uint64{1, 2, 3, 4, 6, 10, 30, 97, 210, 1000, 4096} {
		tenant := newTenant(rows, 1)
		var numbers []uint64
		for row := range rows {
			numbers = append(numbers, tenant.adPerson(row))
		}
		if rows > 4 && slices.IsSorted(numbers) {
			t.Errorf("%d rows: in the order of the cloud", rows)
		}
		slices.Sort(numbers)
		for i, number := range numbers {
			if number != uint64(i) {
				t.Fatalf("%d rows: person %d is missing", rows, i)
			}
		}
	}
}

// TestWorkbooksHoldTheSame: the workbooks hold what the CSV files do; a line break in a cell is LF.
func TestWorkbooksHoldTheSame(t *testing.T) {
	const rows = 2_000 // of this seed, one name a side has a line break
	dir := t.TempDir()
	for _, workbooks := range []bool{false, true} {
		if err := generate(dir, newTenant(rows, 3), workbooks); err != nil {
			t.Fatal(err)
		}
	}
	breaks := 0
	for _, name := range []string{"ad", "cloud"} {
		want, got := readCSV(t, filepath.Join(dir, name+".csv")), readWorkbook(t, filepath.Join(dir, name+".xlsx"))
		if len(want) != rows+1 || len(got) != len(want) {
			t.Fatalf("%s: %d and %d rows", name, len(want), len(got))
		}
		for i := range want {
			for len(got[i]) < len(want[i]) { // excelize leaves blank cells at the end out
				got[i] = append(got[i], "")
			}
			if !slices.Equal(want[i], got[i]) {
				t.Fatalf("%s, row %d:\n%q\n%q", name, i+1, want[i], got[i])
			}
			breaks += strings.Count(strings.Join(got[i], ""), "\n")
		}
	}
	if breaks != 2 {
		t.Errorf("%d line breaks", breaks)
	}
}

func readWorkbook(t *testing.T, path string) [][]string {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Users")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// readCSV reads rows; encoding/csv makes LF of CRLF within a field.
func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(b), "\ufeff")
	if !marked || strings.Count(text, "\r\n") != strings.Count(text, "\n") {
		t.Errorf("%s: no byte order mark, or a line end that is not CRLF", path)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestTooManyRows: what no sheet can hold is refused.
func TestTooManyRows(t *testing.T) {
	if err := generate(t.TempDir(), newTenant(sheetRows, 1), true); err == nil {
		t.Error("written")
	}
}

// sides are the rows of both files by the header's names.
type sides struct{ ad, cloud []map[string]string }

func readSides(t *testing.T, rows uint64) sides {
	t.Helper()
	dir := t.TempDir()
	if err := generate(dir, newTenant(rows, 1), false); err != nil {
		t.Fatal(err)
	}
	return sides{named(readCSV(t, filepath.Join(dir, "ad.csv"))), named(readCSV(t, filepath.Join(dir, "cloud.csv")))}
}

func named(rows [][]string) (list []map[string]string) {
	for _, row := range rows[1:] {
		cells := make(map[string]string, len(row))
		for i, cell := range row {
			cells[rows[0][i]] = cell
		}
		list = append(list, cells)
	}
	return list
}

// TestShares: read as an administrator's exports, the files have about as many cases of each kind as kinds
// and the constants beside it say.
func TestShares(t *testing.T) {
	const rows = 40_000
	s := readSides(t, rows)
	upns, primaries, anchors := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, c := range s.cloud {
		upns[strings.ToLower(c["UserPrincipalName"])] = true
		primaries[primaryOf(c["ProxyAddresses"])] = true
		if c["OnPremisesSyncEnabled"] == "True" {
			anchors[c["OnPremisesImmutableId"]] = true
		}
	}
	seen := make(map[string]int)
	for _, a := range s.ad {
		seen[status(a, upns, primaries)]++
		count := func(what string, is bool) {
			if is {
				seen[what]++
			}
		}
		count("synced", anchors[a["mS-DS-ConsistencyGuid"]])
		count("mail alone", a["mail"] != "" && a["proxyAddresses"] == "")
		count("comma", strings.Contains(a["DisplayName"], ","))
		count("quote", strings.Contains(a["DisplayName"], `"`))
		count("line break", strings.Contains(a["DisplayName"], "\n"))
		count("disabled", a["Enabled"] == "False")
		count("X500", strings.Contains(a["proxyAddresses"], "X500:"))
		count("stranger with an anchor", status(a, upns, primaries) == "none" && a["mS-DS-ConsistencyGuid"] != "")
		count("stranger without an address", status(a, upns, primaries) == "none" && a["proxyAddresses"] == "")
	}
	for what, share := range map[string]float64{
		"both": 77, "upn": 13, "smtp": 5, "none": 5, "mail alone": 4, "synced": 0.95 * syncedOf100,
		"comma": 100. / commaIn, "quote": 100. / quoteIn, "line break": 100. / lineBreakIn, "disabled": 100. / disabledIn,
		"X500": 86. / x500In, "stranger with an anchor": 0, "stranger without an address": 0,
	} {
		got := 100 * float64(seen[what]) / rows
		// The tolerance is several times the deviation that chance gives to so few.
		if tolerance := min(share, 0.02) + share*0.08; got < share-tolerance || got > share+tolerance {
			t.Errorf("%s: %.3f of 100, want %.3f", what, got, share)
		}
	}
}

// primaryOf gives the primary among joined addresses.
func primaryOf(proxies string) string {
	for value := range strings.SplitSeq(proxies, ";") {
		if address, ok := strings.CutPrefix(value, "SMTP:"); ok {
			return strings.ToLower(address)
		}
	}
	return ""
}

// status says which of primary and UPN of an AD object a cloud object has.
func status(a map[string]string, upns, primaries map[string]bool) string {
	primary := primaryOf(a["proxyAddresses"])
	if primary == "" {
		primary = strings.ToLower(a["mail"])
	}
	byUPN, byAddress := upns[strings.ToLower(a["UserPrincipalName"])], primaries[primary]
	switch {
	case byUPN && byAddress:
		return "both"
	case byUPN:
		return "upn"
	case byAddress:
		return "smtp"
	}
	return "none"
}

// byHand is how people write addresses: each name with its capital, but for those that begin with a particle.
var byHand = regexp.MustCompile(`^([A-Z][a-z]*\.([A-Z]|deJong|vandenBerg)|u[0-9])`)

// TestSpellings: of 10 addresses about six are in small letters, three are spelled like names, one is in
// capitals.
func TestSpellings(t *testing.T) {
	s := readSides(t, 10_000)
	var small, capitals, names float64
	for _, row := range s.cloud {
		switch upn := row["UserPrincipalName"]; {
		case upn == strings.ToLower(upn):
			small++
		case upn == strings.ToUpper(upn):
			capitals++
		case byHand.MatchString(upn):
			names++
		default:
			t.Errorf("spelled otherwise: %s", upn)
		}
	}
	if small < 5700 || small > 6300 || names < 2700 || names > 3300 || capitals < 850 || capitals > 1150 {
		t.Errorf("%.0f in small letters, %.0f like names, %.0f in capitals", small, names, capitals)
	}
}

// TestTakenAliases: some objects have somebody else's primary as an alias, on either side.
func TestTakenAliases(t *testing.T) {
	const rows = 20_000
	s := readSides(t, rows)
	for _, side := range []struct {
		name, column string
		rows         []map[string]string
		share        float64
	}{
		{"cloud", "ProxyAddresses", s.cloud, 1},
		{"ad", "proxyAddresses", s.ad, 0.86}, // those with addresses
	} {
		taken := 0
		for _, row := range side.rows {
			if holdsAnother(row[side.column]) {
				taken++
			}
		}
		if want := side.share * rows / takenAliasIn; float64(taken) < 0.6*want || float64(taken) > 1.4*want {
			t.Errorf("%s: %d objects, want about %.0f", side.name, taken, want)
		}
	}
}

// holdsAnother says whether an alias has another number than the primary.
func holdsAnother(proxies string) bool {
	number := func(address string) string {
		local, _, _ := strings.Cut(address, "@")
		return local[strings.LastIndexFunc(local, func(r rune) bool { return r < '0' || r > '9' })+1:]
	}
	own := number(primaryOf(proxies))
	for value := range strings.SplitSeq(proxies, ";") {
		if address, ok := strings.CutPrefix(value, "smtp:"); ok && number(address) != own {
			return true
		}
	}
	return false
}

func BenchmarkGenerate(b *testing.B) {
	for _, form := range []struct {
		name  string
		write func(*os.File, *export) error
	}{{"CSV", writeCSV}, {"XLSX", writeWorkbook}} {
		b.Run(form.name, func(b *testing.B) {
			const rows = 100_000
			tenant := newTenant(rows, 1)
			path := filepath.Join(b.TempDir(), "ad")
			for b.Loop() {
				if err := writeFile(path, adExport(tenant), form.write); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
