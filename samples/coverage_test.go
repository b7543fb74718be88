package samples

import (
	"path/filepath"
	"strings"
	"testing"
)

// words are what must occur in a golden package: the values of one column of a table.
var words = []struct{ table, column, values string }{
	{"ad", "rule", `R1 R2 R3 R4 R5 R6 R7 R9 R10 R11 R12 R13 R15 R16 R18 R19 R20 R21 R22 R23 R24 R26 R27 R31 R32 R33
		R34 R35`},
	{"ad", "outcome", `NotSynced NoAnchor CloudManaged Synced SourceAnchorChanged HardMatch SoftMatchSMTP SoftMatchUPN
		NewObject InvalidHardMatch AttributeUpdateNotAllowed AttributeValueMustBeUnique SoftMatchBlocked LargeObject
		Contested Undocumented`},
	{"ad", "blocked_by", "Ambiguous"},
	{"cloud", "rule", "R36 R39"},
	{"cloud", "outcome", "Linked TakenOver Conflict Orphan SoftDeleted Untouched"},
	{"changes", "candidate_by", "map upn address"},
	{"changes", "kind", "SetPrimary PromoteAlias ReplacePrimary AddAliases"},
	{"changes", "decision", "apply review blocked"},
	{"changes", "blocked_by", `AddressHeldInAD AddressHeldInCloud UnverifiedDomain ReservedDomain MalformedAddress
		UnsafeValue TooLarge`},
	{"findings", "code", `MailReplaced AliasNotCopied OldPrimaryShared TwoMailboxes MapLine NotJudged TwoPrimaries NoPrefix
		Blank BadId NoId Wrapped Placeholder FormulaText Mojibake NoAt NoPrimary MailNotListed`},
}

// TestEveryWord: every rule, outcome, pass, kind, decision, reason to block and finding of this version
// occurs in a golden package.
func TestEveryWord(t *testing.T) {
	for _, w := range words {
		seen := make(map[string]bool)
		for _, p := range packages {
			for _, row := range goldenTable(t, p.name, w.table) {
				seen[row[w.column]] = true
			}
		}
		for value := range strings.FieldsSeq(w.values) {
			if !seen[value] {
				t.Errorf("%s.csv: %s %s occurs in no golden package", w.table, w.column, value)
			}
		}
	}
}

// TestEverySituation: aliases are added to a match as it is and to a candidate of R16 and of R26, and a
// line of the map hits nothing, several, and on either side what cannot take part.
func TestEverySituation(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range packages {
		for _, row := range goldenTable(t, p.name, "ad") {
			seen[row["change"]+" "+row["rule"]] = true
		}
		for _, row := range goldenTable(t, p.name, "findings") {
			if row["code"] == "MapLine" {
				for sentence := range strings.SplitSeq(row["text"], ". ") {
					about, _, _ := strings.Cut(sentence, ":")
					seen[about] = true
				}
			}
		}
	}
	for _, want := range []string{
		"AddAliases R19", "AddAliases R16", "AddAliases R26",
		"The line hits no AD object", "The line hits several of the AD objects",
		"The AD object takes no part", "The cloud object takes no part",
	} {
		if !seen[want] {
			t.Errorf("%q occurs in no golden package", want)
		}
	}
}

// TestBatches: the default package has batches of both series, in two AD domains, which no batch mixes,
// and the pilot is neither disabled nor privileged.
func TestBatches(t *testing.T) {
	golden := packages[0].name
	input := keyed(readTable(t, "contoso/ad-users.csv"), "ObjectGUID")
	domains := make(map[string]string) // by batch
	for _, row := range goldenTable(t, golden, "changes") {
		batch, ad := row["batch"], input[row["object_guid"]]
		if batch == "" {
			continue
		}
		_, domain, _ := strings.Cut(ad["DistinguishedName"], ",DC=")
		if was, ok := domains[batch]; ok && was != domain {
			t.Errorf("%s mixes %s and %s", batch, was, domain)
		}
		domains[batch] = domain
		if exchange := ad["msExchRecipientTypeDetails"] != ""; exchange != strings.HasPrefix(batch, "X") {
			t.Errorf("%s is in %s; managed by Exchange: %t", row["object_guid"], batch, exchange)
		}
		if batch == "B00001" && (ad["Enabled"] != "True" || ad["adminCount"] != "") {
			t.Errorf("%s is in the pilot", row["object_guid"])
		}
	}
	if domains["B00001"] == domains["B00002"] || domains["X00001"] == "" || domains["X00002"] == "" {
		t.Errorf("want two domains and two batches of each series: %v", domains)
	}
}

// TestAccountNames: no two accounts of one AD domain have the same sAMAccountName.
func TestAccountNames(t *testing.T) {
	seen := make(map[string]bool)
	for _, row := range readTable(t, "contoso/ad-users.csv") {
		_, domain, _ := strings.Cut(row["DistinguishedName"], ",DC=")
		name := strings.ToLower(row["SamAccountName"])
		if name != "" && seen[domain+"/"+name] {
			t.Errorf("%s occurs twice in DC=%s", name, domain)
		}
		seen[domain+"/"+name] = true
	}
}

// goldenTable reads a table of a golden package.
func goldenTable(t *testing.T, golden, table string) []map[string]string {
	t.Helper()
	return readTable(t, goldenFile(t, golden, "tables/"+table+".csv"))
}

// goldenFile gives the path of a file of a golden package. The test that wants it is skipped while the
// packages are written anew.
func goldenFile(t *testing.T, golden, name string) string {
	t.Helper()
	if *update {
		t.Skip("the golden packages are being written: test again without -update")
	}
	return filepath.Join("contoso", "golden", golden, name)
}

// readTable reads the rows of a CSV file by the names of their columns.
func readTable(t *testing.T, path string) (list []map[string]string) {
	t.Helper()
	rows := readCSV(t, path)
	for _, cells := range rows[1:] {
		row := make(map[string]string, len(cells))
		for i, cell := range cells {
			row[rows[0][i]] = cell
		}
		list = append(list, row)
	}
	return list
}

func keyed(rows []map[string]string, column string) map[string]map[string]string {
	byKey := make(map[string]map[string]string, len(rows))
	for _, row := range rows {
		byKey[row[column]] = row
	}
	return byKey
}
