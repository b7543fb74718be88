package export

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// The kinds of damage of facts/exports.md section 9, by their numbers there: for each a file of our own
// that has it, and one that does not.

// content writes a file and gives its path.
type content func(t testing.TB) string

func csvOf(g grid) content { return textOf(g.csv()) }

func textOf(text string) content { return namedOf("users.csv", text) }

func namedOf(name, text string) content {
	return func(t testing.TB) string { return save(t, name, text) }
}

func sheetOf(g grid) content { return sheetsOf(sheetGrid{"Users", g.clone(), 1}) }

// clone gives a table that can be changed by itself.
func (g grid) clone() (copied grid) {
	for _, row := range g {
		copied = append(copied, slices.Clone(row))
	}
	return copied
}

func sheetsOf(sheets ...sheetGrid) content {
	return func(t testing.TB) string { return workbook(t, sheets...) }
}

// cellOf writes a good workbook with one cell of the last row written by hand.
func cellOf(side reconcile.Side, column, cell string) content {
	return func(t testing.TB) string {
		path := rawWorkbook(t, good(side).set(3, column, "CELL"))
		return save(t, "users.xlsx", withPart(t, path, "xl/worksheets/sheet1.xml", func(text string) string {
			return strings.Replace(text, ` t="str"><v>CELL</v>`, cell, 1)
		}))
	}
}

// signatureCase is a file that shows one kind of damage.
type signatureCase struct {
	number int
	reason string
	side   reconcile.Side
	files  []content // that all show it alike: as CSV, and as a workbook

	verdict  Verdict
	damage   string // all that the report tells: "severity code count rows", apart by |; the kind's own first
	text     string // parts of what is said of it and of the command, apart by |
	rejected string // the rows that cannot be used
	see      func(r *reconcile.Record) string
	want     string // of the last row

	control content // has nothing of the kind
	options Options
}

func files(list ...content) []content { return list }

// both writes a table as CSV and as a workbook.
func both(g grid) []content { return files(csvOf(g), sheetOf(g)) }

// What is read of a record.
func itsID(r *reconcile.Record) string      { return r.ID.String() }
func itsName(r *reconcile.Record) string    { return r.DisplayName }
func itsMail(r *reconcile.Record) string    { return reconcile.CleanAddress(r.Mail) }
func itsUPN(r *reconcile.Record) string     { return reconcile.CleanAddress(r.UserPrincipalName) }
func itsProxies(r *reconcile.Record) string { return strings.Join(r.ProxyAddresses, "|") }
func itsAnchor(r *reconcile.Record) string  { return r.ConsistencyGUID + r.ImmutableID }
func itsFlags(r *reconcile.Record) string {
	return fmt.Sprintf("enabled %v, synced %v, deleted %v", r.Enabled == reconcile.Yes, r.SyncEnabled, r.Deleted)
}

func TestSignatures(t *testing.T) {
	for _, c := range allSignatures() {
		for _, file := range c.files {
			c.check(t, file(t))
		}
	}
}

// Every number of the list has a file that shows it and one that does not.
func TestEverySignature(t *testing.T) {
	const kinds = 45
	var shown, controlled [kinds + 1]int
	for _, c := range allSignatures() {
		shown[c.number] += len(c.files)
		if c.control != nil {
			controlled[c.number]++
		}
	}
	for n := 1; n <= kinds; n++ {
		if shown[n] == 0 || controlled[n] == 0 {
			t.Errorf("signature %d: %d files show it, %d are held against it", n, shown[n], controlled[n])
		}
	}
	for code, n := range signatures {
		if shown[n] == 0 {
			t.Errorf("%s is said to be signature %d, which no file shows", code, n)
		}
	}
}

func allSignatures() []signatureCase {
	return slices.Concat(unexpandedFiles(), columnFiles(), encodingFiles(), letterFiles(), rowFiles(), screenFiles(),
		headerFiles(), wrongFiles(), formulaFiles(), numberFiles(), booleanFiles(), dateFiles(), blankFiles(),
		limitFiles(), directoryFiles(), formatFiles(), otherTexts(), gluedFiles())
}

func (c *signatureCase) check(t *testing.T, path string) {
	t.Helper()
	name := fmt.Sprintf("%d, %s (%s)", c.number, c.reason, strings.ToLower(path[strings.LastIndexByte(path, '.')+1:]))
	report := inspect(t, path, c.options)
	if report.Verdict != c.verdict {
		t.Errorf("%s: verdict %s, want %s", name, report.Verdict, c.verdict)
	}
	if got := damageTexts(report.Damage); got != c.damage {
		t.Errorf("%s:\n got %s\nwant %s", name, got, c.damage)
		return
	}
	c.checkTexts(t, name, report)
	if c.control != nil && c.damage != "" {
		for _, d := range inspect(t, c.control(t), c.options).Damage {
			if d.Code == report.Damage[0].Code && d.Severity == report.Damage[0].Severity {
				t.Errorf("%s: the control shows it too: %+v", name, d)
			}
		}
	}
	f, err := Open(context.Background(), path, c.side, c.options)
	if c.verdict == Refuse && report.Damage[0].Code != "DuplicateRow" { // which plan finds in all files together
		c.checkRefused(t, name, report, err)
		return
	}
	if err != nil {
		t.Errorf("%s: refused: %v", name, err)
		return
	}
	c.checkRecords(t, name, report, f)
}

func inspect(t *testing.T, path string, o Options) *Report {
	t.Helper()
	report, err := Inspect(context.Background(), path, o)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return report
}

func damageTexts(list []Damage) string {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = fmt.Sprintf("%s %s %d %v", d.Severity, d.Code, d.Count, d.Rows)
	}
	return strings.Join(texts, "|")
}

// checkTexts holds what is said against what must be, and the number against the list.
func (c *signatureCase) checkTexts(t *testing.T, name string, report *Report) {
	t.Helper()
	if c.damage == "" {
		return
	}
	first := report.Damage[0]
	if !slices.ContainsFunc(report.Damage, func(d Damage) bool { return d.Signature == c.number }) {
		t.Errorf("%s: no damage has that number", name)
	}
	for _, part := range strings.Split(c.text, "|") {
		if !strings.Contains(first.Text+"\n"+report.Command, part) {
			t.Errorf("%s: %q is not in %q, nor in %q", name, part, first.Text, report.Command)
		}
	}
	for _, d := range report.Damage {
		if d.Text == "" || d.Count < len(d.Rows) || d.Count == 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func (c *signatureCase) checkRefused(t *testing.T, name string, report *Report, err error) {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Errorf("%s: Open gives %v, want a refusal", name, err)
		return
	}
	if want := report.Damage[0]; refusal.Reasons[0].Code != want.Code || refusal.Reasons[0].Text != want.Text {
		t.Errorf("%s: Open refuses by %+v, Inspect by %+v", name, refusal.Reasons[0], want)
	}
}

// checkRecords holds the rows against what must be read of them, and the findings against the report.
func (c *signatureCase) checkRecords(t *testing.T, name string, report *Report, f *File) {
	t.Helper()
	list := records(t, f)
	var rejected []int
	for i := range list {
		if list[i].Rejected {
			rejected = append(rejected, list[i].Row)
		}
	}
	if got := joinInts(rejected); got != c.rejected {
		t.Errorf("%s: the rows %q cannot be used, want %q", name, got, c.rejected)
	}
	if c.see != nil {
		if got := c.see(&list[len(list)-1]); got != c.want {
			t.Errorf("%s: read %q, want %q", name, got, c.want)
		}
	}
	sameCounts(t, name, report, f, list)
}

// sameCounts checks that findings.csv tells what the report tells: each refused or warned of place by itself,
// and what was mended once for its kind, unless it touches no value.
func sameCounts(t *testing.T, name string, report *Report, f *File, list []reconcile.Record) {
	t.Helper()
	found := make(map[string]int)
	count := func(findings []reconcile.Finding) {
		for _, one := range findings {
			found[string(one.Severity)+" "+one.Code]++
		}
	}
	count(f.Findings())
	for i := range list {
		count(list[i].Findings)
		if !list[i].Rejected {
			count(slices.DeleteFunc(list[i].Inspect(), func(f reconcile.Finding) bool { return f.Code == "NotJudged" })) // plan says that of itself
		}
	}
	for _, d := range report.Damage {
		key := string(d.Severity) + " " + d.Code
		want := d.Count
		switch {
		case d.Severity == fixed && formatOnly[d.Code] || d.Code == "DuplicateRow":
			want = 0
		case d.Severity == fixed || d.Code == "Glued":
			want = 1
		}
		if found[key] != want {
			t.Errorf("%s: %d findings %s, the report counts %d", name, found[key], key, d.Count)
		}
		delete(found, key)
	}
	if len(found) > 0 {
		t.Errorf("%s: findings that the report does not tell: %v", name, found)
	}
}

// unexpandedFiles: 1 and 2.
func unexpandedFiles() (list []signatureCase) {
	for _, name := range []string{
		"System.String[]", "System.Object[]", "System.Collections.Generic.List`1[System.String]",
		"Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
		"Microsoft.Exchange.Data.ProxyAddressCollection", "@{ProxyAddresses=System.Object[]}",
	} {
		list = append(list, signatureCase{
			1, "not joined: " + name, reconcile.Cloud, both(goodCloud().setAll("ProxyAddresses", name)),
			Refuse, "refuse Unexpanded 2 [2 3]", "ProxyAddresses holds the text '" + name + "' (row 2)|not joined|-join ';'", "", nil, "",
			csvOf(goodCloud()), Options{},
		})
	}
	return append(list,
		signatureCase{1, "the bytes of an anchor", reconcile.AD, both(goodAD().set(3, "mS-DS-ConsistencyGuid", "System.Byte[]")),
			Refuse, "refuse Unexpanded 1 [3]", "mS-DS-ConsistencyGuid holds the text 'System.Byte[]' (row 3)|ToBase64String", "", nil, "", nil, Options{}},
		signatureCase{2, "in a column that is not needed", reconcile.AD, both(goodAD().with("memberOf", "System.String[]", "System.String[]").set(3, "Title", "System.Object[]")),
			Use, "fix UnexpandedElsewhere 3 [2 3]", "not needed", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
		signatureCase{2, "a name that begins like a type, and no more", reconcile.AD, both(goodAD().set(3, "DisplayName", "System Account")),
			Use, "", "", "", itsName, "System Account", nil, Options{}},
	)
}

// columnFiles: 3 to 5.
func columnFiles() []signatureCase {
	blank := goodCloud().setAll("ProxyAddresses", "").setAll("AccountEnabled", "").setAll("OnPremisesSyncEnabled", "").setAll("OnPremisesImmutableId", "")
	star := goodAD().without("mail", "proxyAddresses").with("PropertyCount", "99", "110")
	fallen := grid{
		{"DistinguishedName", "Enabled", "GivenName", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID", "Surname", "UserPrincipalName"},
		{"CN=Bert,DC=contoso,DC=com", "True", "Bert", "Bert", "user", guid2, "bert", "S-1-5-21-1-2-3-1002", "B", "bert@contoso.com"},
	}
	return []signatureCase{
		{3, "Get-MgUser without -Property", reconcile.Cloud, both(blank),
			Refuse, "refuse BlankByDefault 1 []", "ProxyAddresses, OnPremisesSyncEnabled and OnPremisesImmutableId are blank in every row|named with -Property|Get-MgUser -All -Property", "", nil, "",
			csvOf(goodCloud().setAll("ProxyAddresses", "")), Options{}},
		{4, "-Properties *, and the first object has no addresses", reconcile.AD, both(star),
			Refuse, "refuse FirstObjectColumns 1 []", "no column mail and proxyAddresses|only the columns of the first object|Select-Object", "", nil, "",
			csvOf(goodAD().without("mail", "proxyAddresses")), Options{}},
		{5, "Get-ADUser without -Properties", reconcile.AD, both(fallen),
			Refuse, "refuse DefaultColumns 1 []", "when no property is named|hold no addresses|-Properties mail,proxyAddresses", "", nil, "",
			csvOf(fallen.with("Title", "Head")), Options{}},
	}
}

// encodingFiles: 6 to 8, 11 and 12.
func encodingFiles() (list []signatureCase) {
	plain := goodAD().csv()
	list = []signatureCase{
		{6, "Windows PowerShell without -NoTypeInformation", reconcile.AD, files(textOf("#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n" + plain)),
			Use, "fix TypeLine 1 []", "was skipped", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
		{7, "UTF-8 with its mark is how collect writes", reconcile.AD, files(textOf("\ufeff" + plain)),
			Use, "", "", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
		{8, "Windows-1252, as spreadsheets save", reconcile.AD, files(textOf(strings.NewReplacer("Å", "\xc5", "Ö", "\xd6").Replace(plain))),
			Warn, "warn Encoding 1 []", "Not UTF-8; read as windows-1252|addresses are ASCII|--encoding", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
		{8, "part UTF-8, part not: -Append", reconcile.AD, files(textOf(strings.Replace(plain, "Bert", "B\xe9rt", 1))),
			Warn, "warn Encoding 1 []|warn Mojibake 1 [2]", "Part of the file is UTF-8 and part is not (1 bytes)|--encoding", "", itsName, "Bért", nil, Options{}},
		{11, "semicolons", reconcile.AD, files(textOf(goodAD().text(";", "\r\n", false))),
			Use, "fix Delimiter 1 []", "no comma", "", itsName, "Bert", csvOf(goodAD()), Options{}},
		{11, "tabs", reconcile.AD, files(textOf(goodAD().text("\t", "\r\n", false))),
			Use, "fix Delimiter 1 []", "no comma", "", itsName, "Bert", nil, Options{}},
		{11, "bars", reconcile.AD, files(textOf(goodAD().text("|", "\n", true))),
			Use, "fix Delimiter 1 []", "no comma", "", itsName, "Bert", nil, Options{}},
		{12, "a line that tells the delimiter", reconcile.AD, files(textOf("sep=;\r\n" + goodAD().text(";", "\r\n", false))),
			Use, "fix SeparatorLine 1 []", "sep= line", "", itsName, "Bert", textOf(goodAD().text(";", "\r\n", false)), Options{}},
	}
	for _, c := range []struct {
		reason, text string
	}{
		{"UTF-16, little-endian: -Encoding Unicode", utf16Text("\ufeff"+plain, binary.LittleEndian)},
		{"UTF-16, big-endian", utf16Text("\ufeff"+plain, binary.BigEndian)},
		{"UTF-16 without its mark", utf16Text(plain, binary.LittleEndian)},
		{"UTF-16 without its mark, big-endian", utf16Text(plain, binary.BigEndian)},
		{"UTF-32", utf32Text("\ufeff"+plain, binary.LittleEndian)},
		{"UTF-32, big-endian", utf32Text("\ufeff"+plain, binary.BigEndian)},
	} {
		list = append(list, signatureCase{7, c.reason, reconcile.AD, files(textOf(c.text)),
			Use, "fix WideEncoding 1 []", "decoded", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}})
	}
	return list
}

func utf32Text(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, r := range text {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

// plainAD is a good file of ASCII alone.
func plainAD() grid { return goodAD().set(2, "DisplayName", "Asa Oberg") }

// letterFiles: 9 and 10.
func letterFiles() (list []signatureCase) {
	list = []signatureCase{
		{9, "in a name", reconcile.AD, files(csvOf(plainAD().set(3, "DisplayName", "Bert M?ller").set(2, "DisplayName", "?sa"))),
			Warn, "warn QuestionMark 2 [2 3]", "DisplayName: A ? stands where a letter was|written as ASCII|-Encoding UTF8", "", itsName, "Bert M?ller", csvOf(plainAD()), Options{}},
		{9, "in an address", reconcile.AD, files(csvOf(plainAD().set(3, "mail", "m?ller@contoso.com"))),
			Warn, "refuse QuestionMark 1 [3]", "mail: A ?|-Encoding UTF8", "3", nil, "", nil, Options{}},
		{9, "in a list of addresses", reconcile.AD, files(csvOf(plainAD().set(3, "proxyAddresses", "SMTP:b@contoso.com;smtp:m?ller@contoso.com"))),
			Warn, "refuse QuestionMark 1 [3]", "proxyAddresses: A ?|-Encoding UTF8", "3", nil, "", nil, Options{}},
		{9, "one that is meant", reconcile.AD, files(csvOf(plainAD().set(3, "Title", "Who? Sales"))),
			Use, "", "", "", itsName, "Bert", nil, Options{}},
		{9, "beside letters that an ASCII file could not hold", reconcile.AD, both(goodAD().set(3, "DisplayName", "Bert M?ller")),
			Use, "", "", "", itsName, "Bert M?ller", nil, Options{}},
		{10, "a byte that has no meaning in Windows-1252", reconcile.AD, files(textOf(strings.Replace(plainAD().csv(), "Bert", "B\x81rt", 1))),
			Warn, "warn Mojibake 1 [3]|warn Replaced 1 []", "decoded wrongly", "", itsName, "B\ufffdrt", csvOf(plainAD()), Options{Encoding: "windows-1252"}},
	}
	for _, name := range []string{"MÃ¼ller", "RenÃ©", "Oâ€™Neil", "Ã–berg", "ÃŸ", "Ã„gir", "\ufffdsa", "Â\u00a0B", "WaÅ‚Ä™sa", "Ð\u0098Ð²Ð°Ð½"} {
		list = append(list, signatureCase{10, "a name that was decoded twice: " + name, reconcile.AD, both(goodAD().set(3, "DisplayName", name)),
			Warn, "warn Mojibake 1 [3]", "DisplayName: The text was decoded wrongly|-Encoding UTF8", "", itsName, name, csvOf(goodAD()), Options{}})
	}
	for _, name := range []string{"Ångström", "SÃO PAULO", "Ärzte – Büro", "„Spaß“", "Ä…", "Âge", "Ø½"} {
		list = append(list, signatureCase{10, "a name that is right: " + name, reconcile.AD, both(goodAD().set(3, "DisplayName", name)),
			Use, "", "", "", itsName, name, nil, Options{}})
	}
	return list
}

// rowFiles: 13 and 14.
func rowFiles() []signatureCase {
	replaced := func(old, by string) []content { return files(textOf(strings.Replace(goodAD().csv(), old, by, 1))) }
	return []signatureCase{
		{13, "a delimiter in an unquoted value", reconcile.AD, replaced(`"Bert"`, `Bert, B`),
			Warn, "refuse Fields 1 [3]|warn Boolean 1 [3]", "12 fields, the header has 11|delimiter in an unquoted value|-UseQuotes Never", "3", nil, "", csvOf(goodAD()), Options{}},
		{13, "needed fields are missing", reconcile.AD, replaced(`,"","","","Bert","False",""`, ""),
			Warn, "refuse Fields 1 [3]", "5 fields, the header has 11: values that are needed are missing", "3", nil, "", nil, Options{}},
		{13, "others are missing", reconcile.AD, replaced(`,"False",""`, ""),
			Warn, "warn Fields 1 [3]", "9 fields, the header has 11: the last values are missing", "", itsName, "Bert", nil, Options{}},
		{13, `PHP's \"`, reconcile.AD, replaced(`"Bert"`, `"Bert \"B\" X"`),
			Warn, "refuse Quote 1 [3]", "closing quote|did not double the quotes", "3", nil, "", nil, Options{}},
		{13, "a quote inside an unquoted value", reconcile.AD, replaced(`"Bert"`, `Bert "B"`),
			Use, "fix BareQuote 1 [3]", "as it stands", "", itsName, `Bert "B"`, nil, Options{}},
		{14, "cut off within a value", reconcile.AD, files(textOf(goodAD().csv() + `"` + guid3 + `","us`)),
			Refuse, "refuse OpenQuote 1 []", "a quoted value that begins on line 5 never ends|cut off|Get-ADUser -Filter", "", nil, "", csvOf(goodAD()), Options{}},
	}
}

// screenFiles: 15 to 18.
func screenFiles() []signatureCase {
	table := "\r\nName    UserPrincipalName  ProxyAddresses\r\n----    -----------------  --------------\r\nBert    bert@contoso.com   {SMTP:bert@contoso.com, smtp:b@...\r\n"
	listed := "\r\n\r\nUserPrincipalName : bert@contoso.com\r\nProxyAddresses    : {SMTP:bert@contoso.com}\r\n\r\n"
	const cut = "The list ends with dots|values are missing|joined"
	list := []signatureCase{
		{15, "Format-Table by >", reconcile.Cloud, files(textOf(utf16Text("\ufeff"+table, binary.LittleEndian)), textOf(table)),
			Refuse, "refuse ScreenTable 1 []", "shows on a screen|> or Out-File|Use Export-Csv", "", nil, "", csvOf(goodCloud()), Options{}},
		{15, "Format-List by >", reconcile.Cloud, files(textOf(utf16Text("\ufeff"+listed, binary.LittleEndian)), textOf(listed)),
			Refuse, "refuse ScreenTable 1 []", "shows on a screen|> or Out-File|Use Export-Csv", "", nil, "", nil, Options{}},
		{16, "dots", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:b@contoso.com, smtp:c...")),
			Warn, "refuse CutList 1 [3]", cut, "3", nil, "", csvOf(goodAD()), Options{}},
		{16, "an ellipsis", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:b@contoso.com, smtp:c…")),
			Warn, "refuse CutList 1 [3]", cut, "3", nil, "", nil, Options{}},
		{16, "braces and dots", reconcile.Cloud, both(goodCloud().set(3, "ProxyAddresses", "{SMTP:b@contoso.com, smtp:c@contoso.com...}")),
			Warn, "refuse CutList 1 [3]", cut, "3", nil, "", nil, Options{}},
		{16, "braces and an ellipsis", reconcile.Cloud, both(goodCloud().set(3, "ProxyAddresses", "{SMTP:b@contoso.com, smtp:c@contoso.com…}")),
			Warn, "refuse CutList 1 [3]", cut, "3", nil, "", nil, Options{}},
		{16, "an address that was cut", reconcile.Cloud, both(goodCloud().set(3, "UserPrincipalName", "bert.with.a.long.name@cont...")),
			Warn, "refuse CutList 1 [3]", cut, "3", nil, "", nil, Options{}},
		{16, "braces around a whole list", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "{SMTP:b@contoso.com, smtp:c@contoso.com}")),
			Warn, "warn ScreenList 1 [3]", "a screen's view|were taken off|joined", "", itsProxies, "SMTP:b@contoso.com|smtp:c@contoso.com", csvOf(goodAD()), Options{}},
		{16, "dots of a name are its own", reconcile.AD, both(goodAD().set(3, "DisplayName", "Bert...")),
			Use, "", "", "", itsName, "Bert...", nil, Options{}},
	}
	formatted := grid{{"ClassId2e4f51ef21dd47e99d3c952918aff9cd", "pageHeaderEntry", "pageFooterEntry", "autosizeInfo"}, {"033ecb2bc07a4d43b5ef94ed5a35d280", "", "", ""}}
	return append(list,
		signatureCase{17, "Format-Table into Export-Csv", reconcile.Cloud, both(formatted),
			Refuse, "refuse FormattedObjects 1 []", "Format-Table or Format-List|Put Select-Object in its place", "", nil, "", csvOf(goodCloud()), Options{}},
		signatureCase{18, "strings", reconcile.Cloud, both(grid{{"Length"}, {"16"}, {"17"}}),
			Refuse, "refuse NotObjects 1 []", "strings were exported instead of objects|Export-Csv", "", nil, "", csvOf(goodCloud()), Options{}},
		signatureCase{18, "hashtables", reconcile.Cloud, both(grid{{"IsReadOnly", "IsFixedSize", "IsSynchronized", "Keys", "Values", "SyncRoot", "Count"}, {"False", "False", "False", "System.Collections.Hashtable+KeyCollection", "System.Collections.Hashtable+ValueCollection", "System.Object", "2"}}),
			Refuse, "refuse NotObjects 1 []", "hashtables were exported instead of objects|Export-Csv", "", nil, "", nil, Options{}},
	)
}

// headerFiles: 19 to 21 and 38.
func headerFiles() []signatureCase {
	portal := func(id string) grid {
		return grid{{"userPrincipalName", "displayName", "surname", "mail", "givenName", id, "userType", "jobTitle"},
			{"bert@contoso.com", "Bert", "B", "bert@contoso.com", "Bert", guid2, "Member", ""}}
	}
	template := "version:v1.0\r\nName [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required\r\nBert,bert@contoso.com,,No\r\n"
	values := goodCloud()[1:]
	title := append(longTitle(3), goodAD()...)
	return []signatureCase{
		{19, "values in the first row", reconcile.Cloud, both(values),
			Refuse, "refuse NoHeader 1 []", "there is no header row. The first row is: " + guid1 + ", asa@contoso.com|Export-Csv", "", nil, "", csvOf(goodCloud()), Options{}},
		{19, "a title above the header of a sheet", reconcile.AD, files(sheetOf(title)),
			Warn, "warn HeaderBelow 1 [4]", "stands in row 4|passed over", "", itsUPN, "bert@contoso.com", sheetOf(goodAD()), Options{}},
		{20, "the template as it is given", reconcile.Cloud, files(textOf("\ufeff" + template)),
			Refuse, "refuse CreateTemplate 1 []", "template for creating users in bulk|not an export|Get-MgUser -All", "", nil, "", csvOf(goodCloud()), Options{}},
		{20, "without its first line", reconcile.Cloud, files(textOf(template[strings.IndexByte(template, '\n')+1:])),
			Refuse, "refuse CreateTemplate 1 []", "template for creating users in bulk", "", nil, "", nil, Options{}},
		{21, "the header of the documents", reconcile.Cloud, both(portal("objectId")),
			Refuse, "refuse PortalDownload 1 []", "no proxyAddresses and no immutableId|Get-MgUser -All", "", nil, "", csvOf(goodCloud()), Options{}},
		{21, "the header of 2021", reconcile.Cloud, both(portal("id")),
			Refuse, "refuse PortalDownload 1 []", "no proxyAddresses and no immutableId|Get-MgUser -All", "", nil, "", nil, Options{}},
		{38, "two sheets that would do", reconcile.AD, files(sheetsOf(sheetGrid{"Old", goodAD().first(1), 1}, sheetGrid{"New", goodAD(), 1})),
			Refuse, "refuse Sheets 1 []", `"Old" (ObjectGUID|"New" (ObjectGUID|--sheet`, "", nil, "", sheetsOf(sheetGrid{"Notes", grid{{"x"}}, 1}, sheetGrid{"New", goodAD(), 1}), Options{}},
		{38, "none that would", reconcile.AD, files(sheetsOf(sheetGrid{"Notes", grid{{"x", "y"}, {"1", "2"}}, 1})),
			Refuse, "refuse Sheets 1 []", `no sheet has a header with known columns|"Notes" (x, y)|Export-Csv`, "", nil, "", nil, Options{}},
		{38, "two that nearly would", reconcile.AD, files(sheetsOf(sheetGrid{"A", goodAD().without("mail"), 1}, sheetGrid{"B", goodAD().without("proxyAddresses"), 1})),
			Refuse, "refuse Sheets 1 []", `no sheet has all the columns|"A" (ObjectGUID|"B" (ObjectGUID|Export-Csv`, "", nil, "", nil, Options{}},
	}
}

// goodCenter is a file of the Microsoft 365 admin center.
func goodCenter() grid {
	return grid{
		{"Display name", "DirSyncEnabled", "User principal name", "Object Id", "Soft deletion time stamp", "Block credential", "Licenses", "Proxy addresses"},
		{"Asa", "False", "asa@contoso.com", guid1, "", "False", "Unlicensed", "SMTP:asa@contoso.com+smtp:a.o@contoso.com"},
		{"Bert", "False", "bert@contoso.com", guid2, "2022-03-18 19:49:35Z", "True", "Unlicensed", "SMTP:bert@contoso.com+smtp:b+tag@contoso.com"},
	}
}

// wrongFiles: 22, 23 and 40.
func wrongFiles() []signatureCase {
	german := goodCenter().renamed("User principal name", "Benutzerprinzipalname").renamed("Display name", "Anzeigename").
		renamed("Block credential", "Anmeldeinformationen blockieren").renamed("Licenses", "Lizenzen").setAll("Anmeldeinformationen blockieren", "Wahr")
	computers := goodAD().set(2, "SamAccountName", "PC1$").set(3, "SamAccountName", "PC2$").setAll("ObjectClass", "computer")
	return []signatureCase{
		{22, "joined with +, blocked is not enabled, deleted users stay", reconcile.Cloud, both(goodCenter()),
			Use, "fix AdminCenter 1 []", "joined with +|opposite of enabled", "", itsProxies, "SMTP:bert@contoso.com|smtp:b+tag@contoso.com", csvOf(goodCloud()), Options{}},
		{22, "what is read of it", reconcile.Cloud, both(goodCenter()),
			Use, "fix AdminCenter 1 []", "", "", itsFlags, "enabled false, synced false, deleted true", nil, Options{}},
		{22, "in German", reconcile.Cloud, both(german),
			Use, "fix AdminCenter 1 []|fix BooleanWord 2 [2 3]", "", "", itsFlags, "enabled false, synced false, deleted true", nil, Options{}},
		{22, "a synced row needs the immutableId", reconcile.Cloud, both(goodCenter().set(3, "DirSyncEnabled", "True")),
			Refuse, "refuse MissingColumn 1 []|fix AdminCenter 1 []", "no column OnPremisesImmutableId|Get-MgUser -All", "", nil, "", nil, Options{}},
		{23, "the mailbox list of the Exchange admin center", reconcile.Cloud, both(grid{{"Display name", "Email address", "Recipient type", "Archive status", "Last modified time"}, {"Bert", "bert@contoso.com", "UserMailbox", "None", "2025-01-01"}}),
			Refuse, "refuse WrongFile 1 []", "mailbox list of the Exchange admin center|no id and no aliases|Get-MgUser -All", "", nil, "", csvOf(goodCloud()), Options{}},
		{23, "Az", reconcile.Cloud, both(grid{{"BusinessPhone", "Id", "Mail", "OdataType", "OtherMail", "ProxyAddress", "UserPrincipalName"}, {"System.String[]", guid2, "", "#microsoft.graph.user", "", "", "bert@contoso.com"}}),
			Refuse, "refuse WrongFile 1 []", "Get-AzADUser|Get-MgUser -All", "", nil, "", nil, Options{}},
		{23, "IdFix", reconcile.AD, both(grid{{"DISTINGUISHEDNAME", "COMMONNAME", "OBJECTCLASS", "ATTRIBUTE", "ERROR", "VALUE", "UPDATE", "ACTION"}, {"CN=Bert,DC=contoso,DC=com", "Bert", "user", "proxyAddresses", "Duplicate", "smtp:b@contoso.com", "", ""}}),
			Refuse, "refuse WrongFile 1 []", "error list of IdFix|Export-Csv", "", nil, "", nil, Options{}},
		{23, "computers by their columns", reconcile.AD, both(grid{{"DistinguishedName", "DNSHostName", "Name", "ObjectGUID", "OperatingSystem", "SamAccountName"}, {"CN=PC1,DC=contoso,DC=com", "pc1.contoso.com", "PC1", guid2, "Windows 11", "PC1$"}}),
			Refuse, "refuse WrongFile 1 []", "export of computers|Get-ADUser", "", nil, "", nil, Options{}},
		{23, "computers by their rows", reconcile.AD, both(computers),
			Refuse, "refuse WrongFile 1 []", "all its objects are computers|Get-ADUser", "", nil, "", nil, Options{}},
		{23, "computers by the #TYPE line", reconcile.AD, files(textOf("#TYPE Selected.Microsoft.ActiveDirectory.Management.ADComputer\r\n" + computers.csv())),
			Refuse, "refuse WrongFile 1 []|fix TypeLine 1 []", "export of computers|Get-ADUser", "", nil, "", nil, Options{}},
		{40, "a password to be set", reconcile.AD, both(goodAD().with("Initial password", "x", "y")),
			Refuse, "refuse Passwords 1 []", "holds passwords. It is not read", "", nil, "", csvOf(goodAD().with("PasswordNeverExpires", "True", "False")), Options{}},
		{40, "Password", reconcile.AD, both(grid{{"First Name", "Last Name", "Password", "OU"}, {"Bert", "B", "x", "OU=a"}}),
			Refuse, "refuse Passwords 1 []", "list for creating accounts", "", nil, "", nil, Options{}},
		{40, "NewPassword", reconcile.AD, both(goodAD().with("NewPassword", "x", "y")),
			Refuse, "refuse Passwords 1 []", "holds passwords", "", nil, "", nil, Options{}},
	}
}

// formulaFiles: 24.
func formulaFiles() []signatureCase {
	const number, text = 24, "begins like a formula|read as text"
	return []signatureCase{
		{number, "=", reconcile.AD, both(goodAD().set(3, "DisplayName", "=1+3 ADMIN")),
			Use, "fix FormulaText 1 [3]", text, "", itsName, "=1+3 ADMIN", csvOf(goodAD()), Options{}},
		{number, "+", reconcile.AD, both(goodAD().set(3, "Title", "+49 30 1234")),
			Use, "fix FormulaText 1 [3]", text, "", itsName, "Bert", nil, Options{}},
		{number, "-", reconcile.AD, both(goodAD().set(3, "DisplayName", "-Bert")),
			Use, "fix FormulaText 1 [3]", text, "", itsName, "-Bert", nil, Options{}},
		{number, "@", reconcile.AD, both(goodAD().set(3, "DisplayName", "@Bert").set(2, "DisplayName", "@SUM(A1)")),
			Use, "fix FormulaText 2 [2 3]", text, "", itsName, "@Bert", nil, Options{}},
		{number, "TAB", reconcile.AD, both(goodAD().set(3, "DisplayName", "\tBert")),
			Use, "fix FormulaText 1 [3]", text, "", itsName, "\tBert", nil, Options{}},
		{number, "an anchor may begin with +", reconcile.AD, both(goodAD().set(3, "mS-DS-ConsistencyGuid", "+wfM9xV8fUSHbcAbDlqeOA==")),
			Use, "", "", "", itsAnchor, "+wfM9xV8fUSHbcAbDlqeOA==", nil, Options{}},
		{number, "an apostrophe before an anchor", reconcile.AD, both(goodAD().set(3, "mS-DS-ConsistencyGuid", "'+wfM9xV8fUSHbcAbDlqeOA==")),
			Use, "fix Apostrophe 1 [3]", "was taken off", "", itsAnchor, "+wfM9xV8fUSHbcAbDlqeOA==", csvOf(goodAD()), Options{}},
		{number, "an apostrophe before an address", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "'SMTP:b@contoso.com;'smtp:c@contoso.com")),
			Use, "fix Apostrophe 2 [3]", "was taken off", "", itsProxies, "SMTP:b@contoso.com|smtp:c@contoso.com", nil, Options{}},
		{number, `="…" keeps a text`, reconcile.AD, both(goodAD().set(3, "mail", `="bert@contoso.com"`)),
			Use, "fix FormulaText 1 [3]|fix Apostrophe 1 [3]", text, "", itsMail, "bert@contoso.com", nil, Options{}},
		{number, "a formula without a value, of openpyxl", reconcile.AD, files(cellOf(reconcile.AD, "mail", `><f>x</f>`)),
			Warn, "refuse Formula 1 [3]", "mail: The text began with =|Export again", "3", nil, "", sheetOf(goodAD()), Options{}},
		{number, "a formula with 0, of XlsxWriter, elsewhere", reconcile.AD, files(cellOf(reconcile.AD, "DisplayName", `><f>x</f><v>0</v>`)),
			Warn, "warn Formula 1 [3]", "DisplayName: The text began with =|Export again", "", itsUPN, "bert@contoso.com", nil, Options{}},
	}
}

// numberFiles: 25 and 26.
func numberFiles() (list []signatureCase) {
	const broken = "A spreadsheet put an error value|Export again|do not save the file from the spreadsheet"
	for _, word := range []string{"#NAME?", "#REF!", "#N/A", "#VALUE!", "#NOME?", "#NAME!", "#DIV/0!", "#NULL!", "#NUM!"} {
		list = append(list,
			signatureCase{25, word + " in a key", reconcile.AD, both(goodAD().set(3, "UserPrincipalName", word)),
				Warn, "refuse SpreadsheetError 1 [3]", "UserPrincipalName: " + broken, "3", nil, "", csvOf(goodAD().set(3, "Title", "#1 in sales")), Options{}},
			signatureCase{25, word + " elsewhere", reconcile.AD, both(goodAD().set(3, "DisplayName", word)),
				Warn, "warn SpreadsheetError 1 [3]", "DisplayName: " + broken, "", itsUPN, "bert@contoso.com", nil, Options{}})
	}
	const rounding = "took the text for a number and rounded it|do not open the file in the spreadsheet"
	for _, number := range []string{"1.23E+11", "1,23E+11", "1.23456789012346E+017", "5.03E+02", "9E+15", "9223372036854770000"} {
		list = append(list, signatureCase{26, number + " in an anchor", reconcile.AD, both(goodAD().set(3, "mS-DS-ConsistencyGuid", number)),
			Warn, "refuse RoundedNumber 1 [3]", "mS-DS-ConsistencyGuid: A spreadsheet " + rounding, "3", nil, "", csvOf(goodAD().with("EmployeeID", "100000000000000", "5E")), Options{}})
	}
	return append(list,
		signatureCase{26, "an employee's number", reconcile.AD, both(goodAD().with("EmployeeID", "7", "1.23E+11")),
			Warn, "warn RoundedNumber 1 [3]", "EmployeeID: A spreadsheet " + rounding, "", itsUPN, "bert@contoso.com", nil, Options{}},
		signatureCase{26, "an employee's number of zeros", reconcile.AD, both(goodAD().with("EmployeeID", "7", "1234567890123450000")),
			Warn, "warn RoundedNumber 1 [3]", "EmployeeID: A spreadsheet " + rounding, "", itsUPN, "bert@contoso.com", nil, Options{}},
		signatureCase{26, "503E000 as a name", reconcile.AD, both(goodAD().set(3, "SamAccountName", "5.03E+02")),
			Warn, "warn RoundedNumber 1 [3]", "SamAccountName: A spreadsheet " + rounding, "", itsUPN, "bert@contoso.com", nil, Options{}},
		signatureCase{26, "digits that are no id", reconcile.AD, both(goodAD().set(3, "Title", "1234567890123450000")),
			Use, "", "", "", itsUPN, "bert@contoso.com", nil, Options{}},
		signatureCase{26, "a number of the sheet", reconcile.AD, files(cellOf(reconcile.AD, "mS-DS-ConsistencyGuid", `><v>1.2345678901234568E+17</v>`)),
			Warn, "refuse RoundedNumber 1 [3]", "mS-DS-ConsistencyGuid: A spreadsheet " + rounding, "3", nil, "", nil, Options{}},
	)
}

// booleanFiles: 27.
func booleanFiles() (list []signatureCase) {
	const word = "was understood"
	for _, c := range []struct{ language, yes, no string }{
		{"digits", "1", "0"}, {"English", "Yes", "No"}, {"letters", "Y", "N"}, {"German", "Ja", "Nein"},
		{"German", "WAHR", "FALSCH"}, {"French", "VRAI", "FAUX"}, {"Spanish", "VERDADERO", "FALSO"}, {"Italian", "VERO", "FALSO"},
		{"Portuguese", "VERDADEIRO", "FALSO"}, {"Dutch", "WAAR", "ONWAAR"}, {"Swedish", "SANT", "FALSKT"}, {"Danish", "SAND", "FALSK"},
		{"Norwegian", "SANN", "USANN"}, {"Finnish", "TOSI", "EPÄTOSI"}, {"Polish", "PRAWDA", "FAŁSZ"}, {"Czech", "PRAVDA", "NEPRAVDA"},
		{"Hungarian", "IGAZ", "HAMIS"}, {"Russian", "ИСТИНА", "ЛОЖЬ"}, {"Turkish", "DOĞRU", "YANLIŞ"},
	} {
		list = append(list,
			signatureCase{27, c.language + ": " + c.yes, reconcile.Cloud, both(goodCloud().set(3, "OnPremisesSyncEnabled", c.yes).set(3, "AccountEnabled", c.yes)),
				Use, "fix BooleanWord 2 [3]", word, "", itsFlags, "enabled true, synced true, deleted false", csvOf(goodCloud()), Options{}},
			signatureCase{27, c.language + ": " + c.no, reconcile.Cloud, both(goodCloud().set(3, "OnPremisesSyncEnabled", c.no).set(3, "AccountEnabled", c.no)),
				Use, "fix BooleanWord 2 [3]", word, "", itsFlags, "enabled false, synced false, deleted false", nil, Options{}})
	}
	return append(list,
		signatureCase{27, "capitals are in order", reconcile.Cloud, both(goodCloud().set(3, "OnPremisesSyncEnabled", "TRUE").set(3, "AccountEnabled", "FALSE")),
			Use, "", "", "", itsFlags, "enabled false, synced true, deleted false", nil, Options{}},
		signatureCase{27, "a word that is none", reconcile.Cloud, both(goodCloud().set(3, "OnPremisesSyncEnabled", "perhaps").set(3, "AccountEnabled", "no idea")),
			Warn, "warn Boolean 2 [3]", "Neither true nor false|not known", "", itsFlags, "enabled false, synced false, deleted false", csvOf(goodCloud()), Options{}},
	)
}

// dateFiles: 28. Of a date is read whether it is there, so every form of it will do.
func dateFiles() (list []signatureCase) {
	for _, c := range []struct{ form, date string }{
		{"ISO", "2025-09-14T03:12:44Z"}, {"the admin center's", "2022-03-18 19:49:35Z"}, {"American", "9/14/2025 3:12:44 AM"},
		{"American, with the blank of newer .NET", "9/14/2025 3:12:44\u202fAM"},
		{"German", "14.09.2025 03:12:44"}, {"generalized time", "20140415101912.0Z"}, {"FILETIME", "132539328123456789"},
		{"FILETIME of a whole second", "132539328000000000"}, {"saved by a spreadsheet", "9/14/2025 3:12"}, {"a spreadsheet's number", "45914.1338"},
		{"FILETIME that a spreadsheet rounded", "1.32539E+17"},
	} {
		list = append(list,
			signatureCase{28, c.form + " of the deletion", reconcile.Cloud, both(goodCloud().with("DeletedDateTime", "", c.date)),
				Use, "", "", "", itsFlags, "enabled false, synced false, deleted true", csvOf(goodCloud().with("DeletedDateTime", "", "")), Options{}},
			signatureCase{28, c.form + " that nobody reads", reconcile.Cloud, both(goodCloud().with("CreatedDateTime", c.date, c.date)),
				Use, "", "", "", itsFlags, "enabled false, synced false, deleted false", nil, Options{}},
			signatureCase{28, c.form + " of the last sync", reconcile.Cloud, both(goodCloud().without("OnPremisesSyncEnabled").with("LastDirSyncTime", "", c.date)),
				Use, "", "", "", itsFlags, "enabled false, synced true, deleted false", nil, Options{}})
	}
	return append(list, signatureCase{28, "ASCII's ? in a date is no lost letter", reconcile.Cloud,
		files(csvOf(goodCloud().set(2, "DisplayName", "Asa").with("DeletedDateTime", "", "9/14/2025 3:12:44?AM"))),
		Use, "", "", "", itsFlags, "enabled false, synced false, deleted true", nil, Options{}})
}

// blankFiles: 29 and 30.
func blankFiles() (list []signatureCase) {
	for _, c := range []struct{ reason, before, after string }{
		{"a blank behind", "", " "}, {"a blank before", " ", ""}, {"NBSP", "\u00a0", "\u00a0"}, {"without width", "\u200b", "\ufeff"},
	} {
		around := func(s string) string { return c.before + s + c.after }
		list = append(list,
			signatureCase{29, c.reason + ", at an address", reconcile.AD, both(goodAD().set(3, "mail", around("bert@contoso.com"))),
				Use, "fix Blanks 1 [3]", "were taken off", "", itsMail, "bert@contoso.com", csvOf(goodAD()), Options{}},
			signatureCase{29, c.reason + ", at an id", reconcile.AD, both(goodAD().set(3, "ObjectGUID", around(guid2))),
				Use, "fix Blanks 1 [3]", "were taken off", "", itsID, guid2, nil, Options{}},
			signatureCase{29, c.reason + ", at a list", reconcile.AD, both(goodAD().set(3, "proxyAddresses", around("SMTP:b@contoso.com; smtp:c@contoso.com"))),
				Use, "fix Blanks 1 [3]", "were taken off", "", itsProxies, "SMTP:b@contoso.com|smtp:c@contoso.com", nil, Options{}})
	}
	inMail := func(reason, cell string) signatureCase {
		return signatureCase{30, reason, reconcile.AD, both(goodAD().set(3, "mail", cell)),
			Use, "fix Wrapped 1 [3]", "were taken off", "", itsMail, "bert@contoso.com", csvOf(goodAD()), Options{}}
	}
	inList := func(reason, cell string) signatureCase {
		return signatureCase{30, reason, reconcile.AD, both(goodAD().set(3, "proxyAddresses", cell)),
			Use, "fix EmptyValue 1 [3]", "A joiner|was taken off", "", itsProxies, "SMTP:b@contoso.com|smtp:c@contoso.com", csvOf(goodAD()), Options{}}
	}
	return append(list,
		signatureCase{29, "a blank inside an address", reconcile.AD, both(goodAD().set(3, "mail", "bert b@contoso.com")),
			Warn, "warn BlankInside 1 [3]", "mail: A blank|Take it out in the directory", "", itsMail, "bert b@contoso.com", csvOf(goodAD()), Options{}},
		signatureCase{29, "one without width inside", reconcile.AD, both(goodAD().set(3, "UserPrincipalName", "bert\u200b@contoso.com")),
			Warn, "warn BlankInside 1 [3]", "UserPrincipalName: A blank|Take it out in the directory", "", nil, "", nil, Options{}},
		signatureCase{29, "a blank inside one of a list", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:b@contoso.com;smtp:c d@contoso.com")),
			Warn, "warn Blank 1 [3]", "proxyAddresses: A blank|Take the blank out", "", itsProxies, "SMTP:b@contoso.com|smtp:c d@contoso.com", csvOf(goodAD()), Options{}},
		inMail("mailto:", "mailto:bert@contoso.com"),
		inMail("angle brackets", "<bert@contoso.com>"),
		inMail("a name and angle brackets", `"Bert B" <bert@contoso.com>`),
		inMail("both", "<MAILTO:bert@contoso.com>"),
		inList("a semicolon behind", "SMTP:b@contoso.com;smtp:c@contoso.com;"),
		inList("a comma behind", "SMTP:b@contoso.com,smtp:c@contoso.com,"),
		inList("a comma before", ",SMTP:b@contoso.com,smtp:c@contoso.com"),
		inList("a semicolon and a blank before", "; SMTP:b@contoso.com; smtp:c@contoso.com"),
		signatureCase{30, "the ; of an X400 value is its own", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:b@contoso.com;X400:c=US;a= ;p=Contoso;s=B;")),
			Use, "", "", "", itsProxies, "SMTP:b@contoso.com|X400:c=US;a= ;p=Contoso;s=B;", nil, Options{}},
	)
}

// limitFiles: 31, 32, 34 and 39.
func limitFiles() []signatureCase {
	limit := "SMTP:b@contoso.com;smtp:" + strings.Repeat("c", cellLimit-len("SMTP:b@contoso.com;smtp:"))
	jet := func(n int) string {
		list := "SMTP:b@contoso.com;smtp:"
		return list + strings.Repeat("c", n-len(list)-len("@contoso.com")) + "@contoso.com"
	}
	cut := goodAD().set(2, "proxyAddresses", jet(jetLimit)).set(3, "proxyAddresses", jet(jetLimit)).set(2, "mail", "b@contoso.com")
	other := append(cut, slices.Clone(goodAD()[2]))
	other[3][0] = guid3
	atRow := func(row int) content {
		return textOf(goodAD().csv() + strings.Repeat(",,\n", row-4) + guid3 + ",user,,cleo,cleo@contoso.com,,,,Cleo,True,\n")
	}
	sheetAtRow := func(row int) content {
		return func(t testing.TB) string {
			path := rawWorkbook(t, append(goodAD(), slices.Clone(goodAD()[2])))
			return save(t, "users.xlsx", withPart(t, path, "xl/worksheets/sheet1.xml", func(text string) string {
				text = strings.Replace(text, `<row r="4"`, fmt.Sprintf(`<row r="%d"`, row), 1)
				text = strings.Replace(text, `4" t="str"><v>`+guid2, fmt.Sprintf(`%d" t="str"><v>%s`, row, guid3), 1)
				for _, column := range "BCDEFGHIJK" {
					text = strings.ReplaceAll(text, fmt.Sprintf(`r="%c4"`, column), fmt.Sprintf(`r="%c%d"`, column, row))
				}
				return text
			}))
		}
	}
	perAddress := append(goodAD(), slices.Clone(goodAD()[2])).set(2, "proxyAddresses", "SMTP:asa@contoso.com").
		set(3, "proxyAddresses", "SMTP:bert@contoso.com").set(4, "proxyAddresses", "smtp:b@contoso.com")
	twice := append(goodAD(), slices.Clone(goodAD()[2])).set(4, "DisplayName", "Other")
	apart := append(goodAD(), slices.Clone(goodAD()[1]))
	return []signatureCase{
		{31, "32,767 characters", reconcile.AD, both(goodAD().set(3, "proxyAddresses", limit)),
			Warn, "refuse CellLimit 1 [3]", "proxyAddresses: Exactly 32,767 characters|cut the text|Export again as CSV", "3", nil, "", csvOf(goodAD().set(3, "proxyAddresses", limit[:cellLimit-1])), Options{}},
		{31, "more than a spreadsheet's cell holds", reconcile.AD, files(csvOf(goodAD().set(3, "Title", limit+"c"))),
			Use, "", "", "", itsUPN, "bert@contoso.com", nil, Options{}},
		{31, "32,767 characters elsewhere", reconcile.AD, both(goodAD().set(3, "Title", limit)),
			Warn, "warn CellLimit 1 [3]", "Title: Exactly 32,767 characters|Export again as CSV", "", itsUPN, "bert@contoso.com", nil, Options{}},
		{31, "255 characters, and none longer", reconcile.AD, both(other),
			Warn, "refuse CellLimit 2 [2 3]", "Exactly 255 characters|database driver cut the list|Export again as CSV", "2, 3", itsUPN, "bert@contoso.com",
			csvOf(goodAD().set(2, "proxyAddresses", jet(jetLimit)).set(3, "proxyAddresses", jet(jetLimit+1)).set(2, "mail", "b@contoso.com")), Options{}},
		{31, "255 characters twice, and one is longer", reconcile.AD, both(other.clone().set(4, "proxyAddresses", jet(jetLimit+1))),
			Use, "", "", "", itsID, guid3, nil, Options{}},
		{31, "one of 255 characters may be so long", reconcile.AD, both(goodAD().set(3, "proxyAddresses", jet(jetLimit))),
			Use, "", "", "", itsUPN, "bert@contoso.com", nil, Options{}},
		{32, "65,536 rows of a sheet", reconcile.AD, files(sheetAtRow(1 << 16)),
			Warn, "warn RowLimit 1 []", "exactly 65536 rows|rows may be missing|Export again as CSV", "", itsID, guid3, sheetAtRow(1<<16 - 1), Options{}},
		{32, "1,048,576 rows of a sheet", reconcile.AD, files(sheetAtRow(1 << 20)),
			Warn, "warn RowLimit 1 []", "exactly 1048576 rows|rows may be missing|Export again as CSV", "", itsID, guid3, nil, Options{}},
		{32, "65,536 rows", reconcile.AD, files(atRow(1 << 16)),
			Warn, "warn RowLimit 1 []|fix BlankRow 65532 [4 5 6]", "exactly 65536 rows|rows may be missing|Export again as CSV", "", itsID, guid3, sheetAtRow(1<<16 - 1), Options{}},
		{32, "1,048,576 rows", reconcile.AD, files(atRow(1 << 20)),
			Warn, "warn RowLimit 1 []|fix BlankRow 1048572 [4 5 6]", "exactly 1048576 rows|rows may be missing|Export again as CSV", "", itsID, guid3, nil, Options{}},
		{34, "one row for each address", reconcile.AD, both(perAddress),
			Use, "fix RowPerAddress 1 [4]", "one row for each address|put together", "", itsProxies, "SMTP:bert@contoso.com|smtp:b@contoso.com", csvOf(goodAD()), Options{}},
		{34, "another name", reconcile.AD, both(twice),
			Refuse, "refuse DuplicateRow 2 [3 4]", "the object " + guid2 + " stands in row 3 and again in row 4|one by one", "", nil, "", csvOf(perAddress), Options{}},
		{34, "the same row again, further down", reconcile.AD, both(apart),
			Refuse, "refuse DuplicateRow 2 [2 4]", "the object " + guid1 + " stands in row 2 and again in row 4", "", nil, "", nil, Options{}},
		{39, "one address without @", reconcile.AD, both(goodAD().set(3, "mail", "bert")),
			Warn, "warn NoAt 1 [3]", "mail: No address: it has no @", "", itsMail, "bert", csvOf(goodAD()), Options{}},
		{39, "the only value of a column", reconcile.AD, both(goodAD().set(2, "mail", "").set(3, "mail", "bert")),
			Warn, "warn NoAt 1 [3]", "mail: No address: it has no @", "", itsMail, "bert", nil, Options{}},
		{39, "most of a column", reconcile.AD, both(goodAD().set(2, "UserPrincipalName", "asa").set(3, "UserPrincipalName", "bert")),
			Refuse, "refuse NoAt 1 []|warn NoAt 2 [2 3]", "2 of the 2 values of UserPrincipalName have no @|Export-Csv", "", nil, "", csvOf(goodAD().set(3, "UserPrincipalName", "bert")), Options{}},
	}
}

// directoryFiles: 33, which are mistakes of the directory itself.
func directoryFiles() []signatureCase {
	return []signatureCase{
		{33, "two primaries", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:bert@contoso.com;SMTP:b@contoso.com")),
			Warn, "warn TwoPrimaries 1 [3]", "proxyAddresses: 2 values begin with SMTP:|leave one", "", itsProxies, "SMTP:bert@contoso.com|SMTP:b@contoso.com", csvOf(goodAD()), Options{}},
		{33, "no primary, and none is taken from mail", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "smtp:bert@contoso.com").set(3, "mail", "bert@contoso.com")),
			Warn, "warn NoPrimary 1 [3]", "none begins with SMTP:|no primary", "", itsProxies, "smtp:bert@contoso.com", csvOf(goodAD()), Options{}},
		{33, "mail is another", reconcile.AD, both(goodAD().set(3, "proxyAddresses", "SMTP:bert@contoso.com").set(3, "mail", "b@contoso.com")),
			Warn, "warn MailNotListed 1 [3]", "mail: mail is not among the object's proxyAddresses", "", itsMail, "b@contoso.com", csvOf(goodAD()), Options{}},
	}
}

// formatFiles: 35 to 37.
func formatFiles() []signatureCase {
	const ole, save = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Save it as .xlsx|export again as CSV"
	zip := func(parts map[string]string) content {
		return func(t testing.TB) string { return namedOf("users.xlsx", zipped(t, parts))(t) }
	}
	renamed := func(name string) content {
		return func(t testing.TB) string { return renamedFile(t, workbook(t, sheetGrid{"Users", goodAD(), 1}), name) }
	}
	locked := ole + strings.Repeat("\x00", 504) + utf16Text("EncryptedPackage", binary.LittleEndian) + strings.Repeat("\x00", 2000)
	return []signatureCase{
		{35, "a password", reconcile.AD, files(namedOf("users.xlsx", locked)),
			Refuse, "refuse Encrypted 1 []", "password|Save it as .xlsx without a password", "", nil, "", sheetOf(goodAD()), Options{}},
		{36, "old Excel", reconcile.AD, files(namedOf("users.xls", ole+strings.Repeat("\x00", 2000))),
			Refuse, "refuse OtherFormat 1 []", ".xls|" + save, "", nil, "", sheetOf(goodAD()), Options{}},
		{36, "xlsb", reconcile.AD, files(zip(map[string]string{"xl/workbook.bin": "x"})),
			Refuse, "refuse OtherFormat 1 []", ".xlsb|" + save, "", nil, "", nil, Options{}},
		{36, "ods", reconcile.AD, files(zip(map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})),
			Refuse, "refuse OtherFormat 1 []", "OpenDocument|" + save, "", nil, "", nil, Options{}},
		{36, "HTML", reconcile.AD, files(namedOf("users.xls", "<html><body><table><tr><td>ObjectGUID</td></tr></table></body></html>")),
			Refuse, "refuse OtherFormat 1 []", "HTML or XML|Export-Csv", "", nil, "", nil, Options{}},
		{36, "XML of Excel 2003", reconcile.AD, files(namedOf("users.xls", `<?xml version="1.0"?><Workbook/>`)),
			Refuse, "refuse OtherFormat 1 []", "HTML or XML|Export-Csv", "", nil, "", nil, Options{}},
		{37, "a workbook named .csv", reconcile.AD, files(renamed("users.csv"), renamed("users.txt")),
			Use, "fix Extension 1 []", "the content is XLSX", "", itsUPN, "bert@contoso.com", sheetOf(goodAD()), Options{}},
		{37, "CSV named .xlsx", reconcile.AD, files(namedOf("users.xlsx", goodAD().csv()), namedOf("users.XLS", goodAD().csv())),
			Use, "fix Extension 1 []", "the content is CSV", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
	}
}

// otherTexts: 41 to 43.
func otherTexts() []signatureCase {
	page := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x","value":[{"id":"` + guid2 + `"}]}`
	return []signatureCase{
		{41, "a list", reconcile.Cloud, files(textOf(`[{"Id":"`+guid2+`"}]`), textOf(`{"value":[]}`)),
			Refuse, "refuse JSON 1 []", "this is JSON, not CSV|Get-MgUser -All", "", nil, "", csvOf(goodCloud()), Options{}},
		{41, "a page", reconcile.Cloud, files(namedOf("users.json", page), namedOf("users.json", strings.Replace(page, `"value"`, `"x":"`+strings.Repeat("x", 5000)+`","value"`, 1))),
			Refuse, "refuse JSON 1 []", "only the first page|Get-MgUser -All", "", nil, "", nil, Options{}},
		{41, "objects that were cut at a depth", reconcile.Cloud, files(namedOf("users.json", `[{"Id":"`+guid2+`","ProxyAddresses":"System.String[]"}]`), namedOf("users.json", `[{"Id":"x","Manager":"@{Id=y}"}]`)),
			Refuse, "refuse JSON 1 []", "ConvertTo-Json needs -Depth 4|Get-MgUser -All", "", nil, "", nil, Options{}},
		{42, "ldifde", reconcile.AD, files(textOf("dn: CN=Bert,DC=contoso,DC=com\nchangetype: add\nmail: bert@contoso.com\n")),
			Refuse, "refuse LDIF 1 []", "this is LDIF|Get-ADUser -Filter", "", nil, "", csvOf(goodAD()), Options{}},
		{42, "with its version", reconcile.AD, files(textOf("version: 1\n\ndn:: Q049QmVydA==\n"), textOf(utf16Text("\ufeffdn:: Q049QmVydA==\r\n", binary.LittleEndian))),
			Refuse, "refuse LDIF 1 []", "this is LDIF|Get-ADUser -Filter", "", nil, "", nil, Options{}},
		{43, "a header alone", reconcile.AD, both(goodAD().first(0)),
			Refuse, "refuse NoRows 1 []", "a header but no rows|Get-ADUser -Filter", "", nil, "", csvOf(goodAD()), Options{}},
		{43, "nothing at all", reconcile.AD, files(textOf(""), textOf("\ufeff\r\n")),
			Refuse, "refuse NoRows 1 []", "the file is empty|Export-Csv", "", nil, "", nil, Options{}},
	}
}

// gluedFiles: 44 and 45.
func gluedFiles() []signatureCase {
	further := goodAD().set(2, "ObjectGUID", guid3).set(2, "UserPrincipalName", "cleo@contoso.com").set(2, "SamAccountName", "cleo").set(2, "mail", "").
		set(2, "proxyAddresses", "").set(2, "mS-DS-ConsistencyGuid", "").set(2, "DisplayName", "Cleo").first(1)
	other := further.clone().without("Title")
	rows := further[1:].text(",", "\r\n", true)
	const text = "files were put together|-Append"
	return []signatureCase{
		{44, "a byte order mark and a header", reconcile.AD, files(textOf("\ufeff" + goodAD().csv() + "\ufeff" + further.csv())),
			Warn, "warn Glued 1 [4]", text, "", itsName, "Cleo", csvOf(goodAD()), Options{}},
		{44, "a byte order mark alone", reconcile.AD, files(textOf("\ufeff" + goodAD().csv() + "\ufeff" + rows)),
			Warn, "warn Glued 1 [4]", text, "", itsName, "Cleo", nil, Options{}},
		{44, "a #TYPE line", reconcile.AD, files(textOf("#TYPE x\r\n" + goodAD().csv() + "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n" + further.csv())),
			Warn, "warn Glued 2 [4 5]|fix TypeLine 1 []", text, "", itsName, "Cleo", nil, Options{}},
		{44, "the header again", reconcile.AD, both(append(goodAD(), further...)),
			Warn, "warn Glued 1 [4]", text, "", itsName, "Cleo", nil, Options{}},
		{44, "a header with other columns", reconcile.AD, files(textOf(goodAD().csv() + other.csv())),
			Refuse, "refuse Glued 1 [4]", "other columns stands in row 4|Give the files one by one", "", nil, "", csvOf(goodAD()), Options{}},
		{45, "a cloud file, which check takes for what it is", reconcile.Cloud, both(goodCloud()), Use, "", "", "", itsUPN, "bert@contoso.com", csvOf(goodAD()), Options{}},
	}
}

// 45: plan is told the side of a file, and refuses one of the other.
func TestOtherSide(t *testing.T) {
	for _, c := range []struct {
		side       reconcile.Side
		want, flag string
	}{
		{reconcile.AD, "no column ObjectGUID but Id", "give the file with --cloud"},
		{reconcile.Cloud, "no column Id but ObjectGUID", "give the file with --ad"},
	} {
		for _, file := range both(good(1 - c.side)) {
			refusal := refused(t, file(t), c.side, Options{})
			got := refusal.Reasons[0]
			if len(refusal.Reasons) != 1 || got.Code != "OtherSide" || got.Signature != 45 || got.Severity != refusing || !strings.Contains(got.Text, c.want) || !strings.Contains(refusal.Cure, c.flag) {
				t.Errorf("%s: %+v", c.side, refusal)
			}
		}
		open(t, csvOf(good(c.side))(t), c.side, Options{})
	}
}

// What other writers do to a table and exports.md 9a tells, as far as the readers below do not have it in
// their own tests: the number is the one there.
func TestWriters(t *testing.T) {
	sheet := func(change func(parts map[string]string)) content {
		return func(t testing.TB) string {
			parts := partsOf(t, rawWorkbook(t, goodAD()))
			change(parts)
			return save(t, "users.xlsx", zipped(t, parts))
		}
	}
	const sheet1 = "xl/worksheets/sheet1.xml"
	in := func(old, by string) content {
		return sheet(func(parts map[string]string) { parts[sheet1] = strings.ReplaceAll(parts[sheet1], old, by) })
	}
	plain := plainCells().text(",", "\n", false)
	for _, c := range []struct {
		number int
		reason string
		file   content
		damage string
		see    func(r *reconcile.Record) string
		want   string // of the last row
	}{
		{1, "ImportExcel: an address that is a hyperlink with a very long target", sheet(func(parts map[string]string) {
			parts[sheet1] = strings.Replace(parts[sheet1], "</worksheet>", `<hyperlinks><hyperlink ref="E3" r:id="h1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></hyperlinks></worksheet>`, 1)
			parts["xl/worksheets/_rels/sheet1.xml.rels"] = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="h1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="smtp:` + strings.Repeat("a", 32700) + `" TargetMode="External"/></Relationships>`
		}), "", itsUPN, "bert@contoso.com"},
		{1, "ImportExcel: an id that became a number", cellOf(reconcile.AD, "mS-DS-ConsistencyGuid", `><v>1.2345678901234568E+17</v>`), "refuse RoundedNumber 1 [3]", nil, ""},
		{1, "ImportExcel: a text with = that became a formula without a value", cellOf(reconcile.AD, "Title", `><f>SUM(A1)</f>`), "warn Formula 1 [3]", itsUPN, "bert@contoso.com"},
		{2, "MiniExcel: an emoji as two halves in a text of the cell", cellOf(reconcile.AD, "DisplayName", ` t="str"><v>Bert _xD83D__xDE00_</v>`), "", itsName, "Bert 😀"},
		{3, "ClosedXML: a prefix before every element", sheet(func(parts map[string]string) {
			text := strings.NewReplacer("</", "</x:", "<", "<x:", "xmlns=", "xmlns:x=").Replace(parts[sheet1])
			parts[sheet1] = text
		}), "", itsUPN, "bert@contoso.com"},
		{4, "the OpenXML SDK: a boolean as a word", cellOf(reconcile.AD, "Enabled", ` t="b"><v>true</v>`), "", itsFlags, "enabled true, synced false, deleted false"},
		{4, "LibreOffice: a boolean as a formula", cellOf(reconcile.AD, "Enabled", ` t="b"><f>TRUE()</f><v>1</v>`), "", itsFlags, "enabled true, synced false, deleted false"},
		{5, "NPOI: the dimension says A1", in("<sheetData>", `<dimension ref="A1"/><sheetData>`), "", itsUPN, "bert@contoso.com"},
		{6, "XlsxWriter: a text with = as a formula with 0", cellOf(reconcile.AD, "proxyAddresses", `><f>x</f><v>0</v>`), "refuse Formula 1 [3]", nil, ""},
		{7, "gnumeric: both ways to write a text", in(` t="str"><v>bert</v>`, ` t="inlineStr"><is><t>bert</t></is>`), "", itsUPN, "bert@contoso.com"},
		{8, "MiniExcel: a part of shared strings that is empty, and a mark before the sheet", sheet(func(parts map[string]string) {
			parts["xl/sharedStrings.xml"] = ""
			parts[sheet1] = "\ufeff" + parts[sheet1]
			parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "<Relationship ", `<Relationship Id="s1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="d1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="none.xml"/><Relationship `, 1)
		}), "", itsUPN, "bert@contoso.com"},
		{9, "LibreOffice: three digits behind the E", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", "1.23456789012346E+017")), "refuse RoundedNumber 1 [3]", nil, ""},
		{11, "CsvHelper: an apostrophe before an anchor", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", "'+wfM9xV8fUSHbcAbDlqeOA==")), "fix Apostrophe 1 [3]", itsAnchor, "+wfM9xV8fUSHbcAbDlqeOA=="},
		{11, "Excel: an error of an anchor", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", "#NAME?")), "refuse SpreadsheetError 1 [3]", nil, ""},
		{12, `PHP: \" is not doubled`, textOf(strings.Replace(goodAD().with("DistinguishedName", "", "CN=x").csv(), `"CN=x"`, `"CN=\"B\",DC=x"`, 1)), "refuse Quote 1 [3]|refuse Fields 1 [3]", nil, ""},
		{12, "Python: an escape character before a comma", textOf(strings.Replace(plain, ",Bert,", `,B\, Bert,`, 1)), "refuse Fields 1 [3]|warn Boolean 1 [3]", nil, ""},
		{13, "R", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", "NA").set(3, "mail", "NA").set(3, "proxyAddresses", "NA")), "fix Placeholder 3 [3]", itsAnchor, ""},
		{13, "dumps", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", `\N`).set(3, "mail", `\N`).set(3, "proxyAddresses", `\N`)), "fix Placeholder 3 [3]", itsMail, ""},
		{13, "pandas", csvOf(goodAD().set(3, "mS-DS-ConsistencyGuid", "NULL").set(3, "mail", "NULL").set(3, "proxyAddresses", "NULL")), "fix Placeholder 3 [3]", itsProxies, ""},
		{13, "Null is a surname", csvOf(goodAD().set(3, "DisplayName", "Null")), "", itsName, "Null"},
		{14, "LibreOffice: a text with = that it calculated", csvOf(goodAD().set(3, "Title", "#VALUE!")), "warn SpreadsheetError 1 [3]", itsUPN, "bert@contoso.com"},
		{14, "sqlite3: a line feed without quotes", textOf(strings.Replace(plain, ",Bert,", ",Bert\nB,", 1)), "refuse Fields 1 [4]|refuse BadId 1 [4]|warn Fields 1 [3]", nil, ""},
		{14, "Miller: a blank line and the header again", textOf(plain + "\n" + append(goodAD()[:1], further()...).text(",", "\n", false)), "warn Glued 1 [4]", itsName, "Cleo"},
		{14, `Miller: line feeds as \n`, csvOf(goodAD().set(3, "proxyAddresses", `SMTP:b@contoso.com\nsmtp:c@contoso.com\r\nX500:/o=Contoso\n`)), "fix EscapedBreak 1 [3]", itsProxies, `SMTP:b@contoso.com|smtp:c@contoso.com|X500:/o=Contoso`},
		{15, "Jet: 255 characters in every row", csvOf(goodAD().setAll("proxyAddresses", "SMTP:"+strings.Repeat("a", 238)+"@contoso.com").set(3, "mail", "b@contoso.com")), "refuse NoUsableRow 1 [2]", nil, ""},
	} {
		path := c.file(t)
		r := inspect(t, path, Options{})
		if got := damageTexts(r.Damage); got != c.damage {
			t.Errorf("%d, %s:\n got %s\nwant %s", c.number, c.reason, got, c.damage)
		}
		if c.see == nil {
			continue
		}
		list := records(t, open(t, path, reconcile.AD, Options{}))
		if got := c.see(&list[len(list)-1]); got != c.want {
			t.Errorf("%d, %s: read %q, want %q", c.number, c.reason, got, c.want)
		}
	}
}

// partsOf gives the parts of a workbook.
func partsOf(t testing.TB, path string) (parts map[string]string) {
	t.Helper()
	book, err := zip.OpenReader(path)
	check(t, err)
	defer book.Close()
	parts = make(map[string]string)
	for _, part := range book.File {
		in, err := part.Open()
		check(t, err)
		text, err := io.ReadAll(in)
		check(t, err)
		parts[part.Name] = string(text)
	}
	return parts
}
