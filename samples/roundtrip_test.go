package samples

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// roundTrip is one way to hand over the sample tenant. However it is handed over, its tables are the same
// byte for byte, but for what the fields say.
type roundTrip struct {
	name   string
	of     string       // the tenant: a name of tenants
	vary   func(tenant) // changes how the cells are written, not what they say
	format format
	named  string // the ending of the files' names; the format's own if empty
	args   []string

	// lower is how many rows further down than in a CSV file the records stand: tables show that row.
	lower int
	// told are the codes of the findings about how the exports are written: each stands in findings.csv
	// once for each export, and not at all for plain files.
	told []string
}

// tenants are the sample and what some ways of writing need in place of it.
var tenants = map[string]func(tenant){
	"": func(tenant) {},
	// A + a blank and % join only what has a prefix: contract.md section 7.
	"every value has a prefix": func(all tenant) {
		all.replace(map[string]string{";otto@contoso.com": ""})
	},
	"letters of Windows-1252 only": func(all tenant) {
		all.replace(map[string]string{"\ufffd": "u", "\u202e": ""})
	},
	// LibreOffice makes formulas of these unless it is told to import text.
	"no formulas": func(all tenant) {
		all.replace(map[string]string{"=1+2": "1+2", "=cmd": "cmd"})
	},
}

// TestRoundTrip: the tenant gives the same tables in every encoding, with every delimiter, line end,
// joiner and quoting, with its columns in any order and under any name, as CSV and as XLSX, under any
// file name.
func TestRoundTrip(t *testing.T) {
	plainly := make(map[string]tables, len(tenants))
	for name := range tenants {
		plainly[name] = plainTables(t, name)
	}
	for _, kind := range roundTrips() {
		t.Run(kind.name, func(t *testing.T) {
			trips := kind.trips
			if testing.Short() {
				trips = trips[:1]
			}
			for _, trip := range trips {
				t.Run(trip.name, func(t *testing.T) {
					t.Parallel()
					trip.run(t, plainly[trip.of])
				})
			}
		})
	}
}

// run writes the tenant, has it judged, and compares the tables with those of the plain files.
func (r roundTrip) run(t *testing.T, want tables) {
	t.Helper()
	all := readTenant(t)
	tenants[r.of](all)
	if r.vary != nil {
		r.vary(all)
	}
	ending := r.named
	if ending == "" {
		ending = r.format.ending()
	}
	dir := all.written(t, r.format, ending)
	r.compare(t, want, judge(t, dir, ending, r.args...), ending)
}

// tables are the texts of a package's tables by their names.
type tables map[string]string

// tableNames are the tables of a package.
var tableNames = []string{"ad", "cloud", "addresses", "changes", "findings"}

// judge runs the program on a tenant's files.
func judge(t *testing.T, dir, ending string, args ...string) tables {
	t.Helper()
	out := filepath.Join(t.TempDir(), "plan")
	file := func(name string) string { return filepath.Join(dir, name+ending) }
	plan(t, out, append([]string{"--no-workbook", "--no-scripts", "--ad", file("ad-users"), "--cloud", file("cloud-users"),
		"--domains", file("domains"), "--map", file("map")}, args...)...)
	found := make(tables)
	for _, name := range tableNames {
		found[name] = readFile(t, filepath.Join(out, "tables", name+".csv"))
	}
	return found
}

// plainTables gives the tables of a tenant: of the sample as it is, of the others from plain files.
func plainTables(t *testing.T, name string) tables {
	t.Helper()
	if name == "" {
		return judge(t, "contoso", ".csv")
	}
	all := readTenant(t)
	tenants[name](all)
	return judge(t, all.written(t, plain, ".csv"), ".csv")
}

// compare compares the tables with those of the plain files.
func (r roundTrip) compare(t *testing.T, want, got tables, ending string) {
	t.Helper()
	got["findings"] = r.withoutTold(t, got["findings"], ending)
	for _, name := range tableNames {
		moved := mapRecords(want[name], func(header, cells []string) {
			r.move(header, cells)
			rename(cells, ending)
		})
		if got[name] != moved {
			t.Errorf("%s.csv differs:\n%s", name, firstDifference(moved, got[name]))
		}
	}
}

// withoutTold takes the findings about how the exports are written out of findings.csv: exactly those that
// must be there.
func (r roundTrip) withoutTold(t *testing.T, findings, ending string) string {
	t.Helper()
	var missing []string
	for _, code := range r.told {
		missing = append(missing, "ad-users"+ending+" "+code, "cloud-users"+ending+" "+code)
	}
	kept := slices.DeleteFunc(records(findings), func(record string) bool {
		cells := readRecord(record)
		if len(cells) < 5 {
			return false // behind the last record
		}
		i := slices.Index(missing, cells[0]+" "+cells[4])
		if i >= 0 {
			missing = slices.Delete(missing, i, i+1)
		}
		return i >= 0
	})
	if len(missing) > 0 {
		t.Errorf("findings.csv does not tell: %v", missing)
	}
	return strings.Join(kept, recordEnd)
}

// kindOfTrip is the round trips that differ in one thing.
type kindOfTrip struct {
	name  string
	trips []roundTrip
}

func roundTrips() []kindOfTrip {
	return []kindOfTrip{
		{"encoding", encodingTrips()},
		{"delimiter", delimiterTrips()},
		{"line end", lineEndTrips()},
		{"lead", leadTrips()},
		{"joiner", joinerTrips()},
		{"columns", columnTrips()},
		{"values", valueTrips()},
		{"workbook", workbookTrips()},
		{"file name", fileNameTrips()},
	}
}

func encodingTrips() []roundTrip {
	trips := []roundTrip{
		{name: "utf-16le", format: plain.encoded("utf-16le", true)},
		{name: "utf-8 with mark", format: plain.encoded("utf-8", true)},
		{name: "utf-8", format: plain.encoded("utf-8", false)},
		{name: "utf-16be", format: plain.encoded("utf-16be", true)},
		{name: "utf-16le without mark", format: plain.encoded("utf-16le", false)},
		{name: "utf-16be without mark", format: plain.encoded("utf-16be", false)},
		{name: "utf-32le", format: plain.encoded("utf-32le", true)},
		{name: "utf-32be", format: plain.encoded("utf-32be", true)},
		{name: "utf-32le without mark", format: plain.encoded("utf-32le", false)},
	}
	ansi := roundTrip{name: "windows-1252", of: "letters of Windows-1252 only", format: plain.encoded("windows-1252", false)}
	named := ansi
	// The code page is a guess, and names may be wrong: the file is said to be read so.
	ansi.told = []string{"Encoding"}
	named.name, named.args = "windows-1252 by --encoding", []string{"--encoding", "windows-1252"}
	return append(trips, ansi, named)
}

func delimiterTrips() (trips []roundTrip) {
	names := map[rune]string{';': "semicolon", ',': "comma", '\t': "tab", '|': "bar"}
	for _, delimiter := range ";,\t|" {
		f := plain
		f.delimiter = delimiter
		trips = append(trips, roundTrip{name: names[delimiter], format: f})
		f.asNeeded = true
		trips = append(trips, roundTrip{name: names[delimiter] + ", quotes as needed", format: f})
	}
	return trips
}

func lineEndTrips() []roundTrip {
	ended := func(end string, asNeeded bool) csvFormat {
		f := plain
		f.end, f.asNeeded = end, asNeeded
		return f
	}
	return []roundTrip{
		{name: "LF", format: ended("\n", false)},
		{name: "LF, quotes as needed", format: ended("\n", true)},
		{name: "CRLF", format: ended("\r\n", false)},
		{name: "CRLF, quotes as needed", format: ended("\r\n", true)},
		{name: "CR", format: ended("\r", false)},
		{name: "CR, quotes as needed", format: ended("\r", true)},
	}
}

// leadTrips have lines above the header.
func leadTrips() (trips []roundTrip) {
	const typeLine = "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser"
	for _, lead := range []struct {
		name      string
		delimiter rune
		lines     []string
	}{
		{"sep semicolon", ';', []string{"sep=;"}},
		{"sep comma", ',', []string{"sep=,"}},
		{"sep tab", '\t', []string{"sep=\t"}},
		{"sep in quotes and capitals", '|', []string{`"SEP=|"`}},
		{"TYPE", ',', []string{typeLine}},
		{"TYPE and semicolons", ';', []string{typeLine}},
		{"TYPE saved again by a spreadsheet", ';', []string{`"` + typeLine + `";;;;`}},
		{"TYPE and sep", ';', []string{typeLine, "sep=;"}},
		{"sep and TYPE", ';', []string{"sep=;", typeLine}},
		{"an empty line where TYPE was", ',', []string{""}},
		{"sep that nothing else tells", '~', []string{"sep=~"}},
	} {
		f := plain
		f.delimiter, f.lead = lead.delimiter, lead.lines
		trips = append(trips, roundTrip{name: lead.name, format: f})
	}
	return trips
}

func joinerTrips() (trips []roundTrip) {
	for _, joiner := range []string{"|", ";", "; ", ",", ", ", " | ", "\n", "\r\n"} {
		trips = append(trips, roundTrip{name: visible(joiner), vary: joinedBy(joiner, ""), format: plain})
	}
	for _, joiner := range []string{"+", " + ", " ", "%"} {
		trips = append(trips, roundTrip{name: visible(joiner), of: "every value has a prefix", vary: joinedBy(joiner, ""), format: plain})
	}
	// The finding about a damaged letter shows the cell as it is, joiner and all: this tenant has none.
	for _, joiner := range []string{";", ", ", "|", "\n"} {
		trip := roundTrip{name: visible(joiner) + " leading", of: "letters of Windows-1252 only", vary: joinedBy(joiner, joiner), format: plain}
		if joiner == "\n" {
			trip.told = []string{"Blanks"} // at the edge of a cell a line break is a blank
		}
		trips = append(trips, trip)
	}
	return trips
}

// visible names a joiner.
func visible(joiner string) string {
	return strings.NewReplacer(" ", "blank ", "\r\n", "CRLF", "\n", "LF", "%", "percent").Replace(joiner)
}

func columnTrips() []roundTrip {
	trips := []roundTrip{
		{name: "shuffled", vary: shuffled(1), format: plain},
		{name: "shuffled otherwise", vary: shuffled(2), format: plain},
		{name: "extra columns", vary: withExtraColumns, format: plain},
		{name: "extra columns, quotes as needed", vary: withExtraColumns, format: csvFormat{delimiter: ';', end: "\n", asNeeded: true}},
		{name: "header ends with a delimiter", vary: withBlankColumn, format: plain},
		{name: "lower case", vary: headers(strings.ToLower), format: plain},
		{name: "upper case", vary: headers(strings.ToUpper), format: plain},
		{name: "with blanks", vary: headers(spaced(" ")), format: plain},
		{name: "with no-break spaces", vary: headers(spaced("\u00a0")), format: plain},
		{name: "with underscores", vary: headers(spaced("_")), format: plain},
		{name: "padded", vary: headers(func(h string) string { return " " + h + "\u00a0 " }), format: plain},
		{name: "with a zero-width mark", vary: headers(func(h string) string { return "\ufeff" + h }), format: plain},
	}
	for round := range aliasRounds() {
		trips = append(trips, roundTrip{name: "aliases " + string(rune('a'+round)), vary: aliased(round), format: plain})
	}
	return trips
}

// valueTrips write ids, anchors and booleans as other exports do.
func valueTrips() (trips []roundTrip) {
	for _, form := range idForms {
		trips = append(trips, roundTrip{name: form.name, vary: identifiers(form), format: plain})
	}
	return append(trips,
		roundTrip{name: "German booleans", vary: booleans("WAHR", "FALSCH"), format: plain, told: []string{"BooleanWord"}},
		roundTrip{name: "booleans as digits", vary: booleans("1", "0"), format: plain, told: []string{"BooleanWord"}},
		roundTrip{name: "padded", of: "letters of Windows-1252 only", vary: padded, format: plain, told: []string{"Blanks"}})
}

func workbookTrips() []roundTrip {
	titled := workbookFormat{titles: [][]string{{"Users of Contoso, exported on 28 November"}, {"for the sync of mail and users"}}}
	below := []string{"HeaderBelow"}
	gap := workbookFormat{titles: [][]string{{"Users of Contoso"}, nil}}
	return []roundTrip{
		{name: "shared strings", format: workbookFormat{}},
		{name: "inline strings", format: workbookFormat{inline: true}},
		{name: "header in row 3", format: titled, lower: 2, told: below},
		{name: "header in row 3 below a gap", format: gap, lower: 2, told: below},
		{name: "header in row 3, inline strings", format: workbookFormat{inline: true, titles: titled.titles}, lower: 2, told: below},
		{name: "boolean cells", format: workbookFormat{booleans: true}},
		{name: "boolean cells, inline strings", format: workbookFormat{booleans: true, inline: true}},
		{name: "another sheet before", format: workbookFormat{before: true}},
		{name: "shuffled, with extra columns", vary: func(all tenant) { withExtraColumns(all); shuffled(3)(all) }, format: workbookFormat{}},
		{name: "aliases", vary: aliased(1), format: workbookFormat{}},
	}
}

// fileNameTrips: a file is what it holds, whatever its name says.
func fileNameTrips() (trips []roundTrip) {
	trips = append(trips, roundTrip{name: "UTF-16 CSV.xlsx", format: plain.encoded("utf-16le", true), named: ".xlsx"})
	for _, named := range []string{".xlsx", ".xls", ".txt", ".json", ".zip", " (1)"} {
		trips = append(trips, roundTrip{name: "CSV" + named, format: plain, named: named})
	}
	for _, named := range []string{".csv", ".xls", ".txt", ".ods", " (1)"} {
		trips = append(trips, roundTrip{name: "workbook" + named, format: workbookFormat{}, named: named})
	}
	return trips
}
