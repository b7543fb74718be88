package export

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"smtpmatch/reconcile"
)

func utf16Text(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func windows1252(t *testing.T, text string) string {
	encoded, err := charmap.Windows1252.NewEncoder().String(text)
	check(t, err)
	return encoded
}

// The records of the plain file are what its cells say.
func TestOpenAD(t *testing.T) {
	f := open(t, save(t, "ad-users.csv", goodAD().csv()), reconcile.AD, Options{})
	if f.Name() != "ad-users.csv" || f.Side() != reconcile.AD || f.Kind() != "ad-users" || len(f.Findings()) != 0 {
		t.Errorf("%s, %s, %s, findings %v", f.Name(), f.Side(), f.Kind(), f.Findings())
	}
	id, _ := reconcile.ParseGUID(guid1)
	id2, _ := reconcile.ParseGUID(guid2)
	sameRecords(t, "ad", records(t, f), []reconcile.Record{
		{
			Side: reconcile.AD, Class: "user", ID: id, UserPrincipalName: "asa@contoso.com", Mail: "asa@contoso.com",
			ProxyAddresses: []string{"SMTP:asa@contoso.com", "smtp:a.o@contoso.com"}, DisplayName: "Åsa Öberg",
			Title: "Head of\nSales, \"North\"; EMEA", Enabled: reconcile.Yes, SID: "S-1-5-21-1-2-3-1001",
			SamAccountName: "asa", ConsistencyGUID: anchor1,
		},
		{
			Side: reconcile.AD, Class: "user", ID: id2, UserPrincipalName: "bert@contoso.com", DisplayName: "Bert",
			Enabled: reconcile.No, SID: "S-1-5-21-1-2-3-1002", SamAccountName: "bert",
		},
	})
}

func TestOpenCloud(t *testing.T) {
	f := open(t, save(t, "cloud-users.csv", goodCloud().csv()), reconcile.Cloud, Options{})
	if f.Side() != reconcile.Cloud || f.Kind() != "cloud-users" || len(f.Findings()) != 0 {
		t.Errorf("%s, %s, findings %v", f.Side(), f.Kind(), f.Findings())
	}
	id, _ := reconcile.ParseGUID(guid1)
	id2, _ := reconcile.ParseGUID(guid2)
	sameRecords(t, "cloud", records(t, f), []reconcile.Record{
		{
			Side: reconcile.Cloud, Class: "user", ID: id, UserPrincipalName: "asa@contoso.com", Mail: "asa@contoso.com",
			ProxyAddresses: []string{"SMTP:asa@contoso.com", "smtp:a.o@contoso.com"}, DisplayName: "Åsa Öberg",
			Title: "Head of\nSales, \"North\"; EMEA", Enabled: reconcile.Yes, UserType: "Member",
			SyncEnabled: true, ImmutableID: anchor1,
		},
		{
			Side: reconcile.Cloud, Class: "user", ID: id2, UserPrincipalName: "bert@contoso.com", DisplayName: "Bert",
			Enabled: reconcile.No, UserType: "Guest",
		},
	})
}

// Every spelling of a file gives the records of the plain one.
func TestSpellings(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		g := good(side)
		want := records(t, open(t, save(t, "plain.csv", g.csv()), side, Options{}))
		plain, typeLine := g.csv(), "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n"
		for _, c := range []struct {
			reason, text string
			options      Options
			findings     []string
		}{
			{reason: "UTF-8 with BOM: Windows PowerShell", text: "\ufeff" + plain},
			{reason: "UTF-16LE with BOM: -Encoding Unicode", text: utf16Text("\ufeff"+plain, binary.LittleEndian)},
			{reason: "UTF-16BE with BOM", text: utf16Text("\ufeff"+plain, binary.BigEndian)},
			{reason: "UTF-16LE without BOM", text: utf16Text(plain, binary.LittleEndian)},
			{reason: "UTF-16BE without BOM", text: utf16Text(plain, binary.BigEndian)},
			{reason: "Windows-1252: read and warned of", text: windows1252(t, plain), findings: []string{"warn Encoding"}},
			{reason: "Windows-1252 that was asked for", text: windows1252(t, plain), options: Options{Encoding: "ansi"}},
			{reason: "#TYPE line of Windows PowerShell", text: typeLine + plain},
			{reason: "#TYPE line behind a BOM", text: "\ufeff" + typeLine + plain},
			{reason: "the empty line that a script left of the #TYPE line", text: "\r\n" + plain},
			{reason: "sep= line of Excel", text: "sep=,\r\n" + plain},
			{reason: "sep= line that names another delimiter", text: "sep=;\r\n" + g.text(";", "\r\n", false)},
			{reason: "sep= line that names a delimiter that nobody would guess", text: "sep=~\r\n" + g.text("~", "\r\n", false)},
			{reason: "#TYPE and sep=", text: typeLine + "sep=;\n" + g.text(";", "\n", true)},
			{reason: "semicolon: -UseCulture in most of Europe", text: g.text(";", "\r\n", true)},
			{reason: "semicolon, quotes where needed: Excel", text: g.text(";", "\r\n", false)},
			{reason: "tab", text: g.text("\t", "\r\n", true)},
			{reason: "Excel's Unicode text: UTF-16LE and tab", text: utf16Text("\ufeff"+g.text("\t", "\r\n", false), binary.LittleEndian)},
			{reason: "bar", text: g.text("|", "\n", true)},
			{reason: "a delimiter that only the user knows", text: g.text("~", "\n", true), options: Options{Delimiter: "~"}},
			{reason: "tab that was asked for", text: g.text("\t", "\n", true), options: Options{Delimiter: "tab"}},
			{reason: "LF: PowerShell on Linux", text: g.text(",", "\n", true)},
			{reason: "quotes where needed", text: g.text(",", "\r\n", false)},
			{reason: "no line end behind the last row", text: strings.TrimSuffix(plain, "\r\n")},
			{reason: "rows of bare delimiters at the end: counted and left out", text: plain + ",,,\r\n,\r\n", findings: []string{"fix BlankRow"}},
			{reason: "a delimiter behind every row", text: g.text(",", ",\r\n", false)},
		} {
			f := open(t, save(t, "users.csv", c.text), side, c.options)
			sameRecords(t, side.String()+": "+c.reason, records(t, f), want)
			if got := codes(f.Findings()); !slices.Equal(got, c.findings) {
				t.Errorf("%s: %s: findings %v, want %v", side, c.reason, got, c.findings)
			}
		}
	}
}

func TestWorkbooks(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		g := good(side)
		want := records(t, open(t, save(t, "plain.csv", g.csv()), side, Options{}))
		notes := grid{{"Notes"}, {"exported on Monday"}}
		title := append(grid{{"All users of Contoso"}, {}, {"as of Monday", "", "Mail"}}, g...)
		for _, c := range []struct {
			reason, path, sheet string
			row                 int // of the first record
		}{
			{"shared strings and booleans", workbook(t, sheetGrid{"Users", g, 1}), "", 2},
			{"inline strings", streamed(t, g), "", 2},
			{"texts of type str, booleans as numbers", rawWorkbook(t, g), "", 2},
			{"the only sheet with the columns", workbook(t, sheetGrid{"Notes", notes, 1}, sheetGrid{"Users", g, 1}, sheetGrid{"Empty", nil, 1}), "", 2},
			{"one of two by --sheet", workbook(t, sheetGrid{"Old", good(side).first(1), 1}, sheetGrid{"Users", g, 1}), "Users", 2},
			{"blank rows above the header", workbook(t, sheetGrid{"Users", g, 7}), "", 8},
			{"a title above the header, with the name of a column in it", workbook(t, sheetGrid{"Users", title, 1}), "", 5},
			{"the extension says nothing", renamedFile(t, workbook(t, sheetGrid{"Users", g, 1}), "users.csv"), "", 2},
		} {
			f := open(t, c.path, side, Options{Sheet: c.sheet})
			got := records(t, f)
			sameRecords(t, side.String()+": "+c.reason, got, want)
			if len(got) > 1 && (got[0].Row != c.row || got[1].Row != c.row+1) {
				t.Errorf("%s: %s: rows %d and %d, the first is %d", side, c.reason, got[0].Row, got[1].Row, c.row)
			}
		}
	}
}

func renamedFile(t testing.TB, path, name string) string {
	to := filepath.Join(t.TempDir(), name)
	check(t, os.Rename(path, to))
	return to
}

// Columns are found by their names, never by their places.
func TestColumnOrder(t *testing.T) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		want := records(t, open(t, save(t, "plain.csv", good(side).csv()), side, Options{}))
		for _, c := range []struct {
			reason string
			grid   grid
		}{
			{"reversed", reversed(good(side))},
			{"extra columns", reversed(good(side).with("PSComputerName", "dc1", "dc1").with("", "", "").with("Members", "System.String[]", "")).with("Notes", "a,b", "c\nd")},
			{"headers in other spelling", upper(good(side))},
		} {
			f := open(t, save(t, "users.csv", c.grid.csv()), side, Options{})
			sameRecords(t, side.String()+": "+c.reason, records(t, f), want)
			if len(f.Findings()) > 0 {
				t.Errorf("%s: %s: findings %v", side, c.reason, f.Findings())
			}
		}
	}
}

func reversed(g grid) grid {
	for _, row := range g {
		slices.Reverse(row)
	}
	return g
}

func upper(g grid) grid {
	for i, h := range g[0] {
		g[0][i] = "\u00a0" + strings.ToUpper(h) + " "
	}
	return g
}

// The row is the record's number, whatever stands above the header, and however many lines it takes up.
func TestRowNumbers(t *testing.T) {
	g := goodAD()
	g = append(g, slices.Clone(g[2]))
	g.set(4, "ObjectGUID", guid3)
	for _, c := range []struct{ reason, text string }{
		{"the header is 1, a value with a line break does not count twice", g.csv()},
		{"the #TYPE line does not count", "#TYPE Foo\n" + g.csv()},
		{"nor does the sep= line", "sep=,\n\n" + g.csv()},
	} {
		var rows []int
		for _, r := range records(t, open(t, save(t, "users.csv", c.text), reconcile.AD, Options{})) {
			rows = append(rows, r.Row)
		}
		if !slices.Equal(rows, []int{2, 3, 4}) {
			t.Errorf("%s: rows %v", c.reason, rows)
		}
	}
}

func TestKinds(t *testing.T) {
	group := grid{
		{"ObjectGUID", "ObjectClass", "SID", "mail", "proxyAddresses", "SamAccountName"},
		{guid1, "group", "S-1-5-21-1-2-3-7", "all@contoso.com", "SMTP:all@contoso.com", "all"},
	}
	contact := grid{{"Id", "Mail", "ProxyAddresses", "OnPremisesSyncEnabled"}, {guid1, "c@x.de", "SMTP:c@x.de", "True"}}
	cloudGroup := grid{
		{"Id", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesSecurityIdentifier", "MailEnabled"},
		{guid1, "SMTP:c@x.de", "True", "S-1-5-21-1-2-3-7", "True"},
	}
	mixed := goodAD().set(3, "ObjectClass", "group").set(3, "mail", "g@x.de").set(3, "proxyAddresses", "SMTP:g@x.de")
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		grid   grid
		want   string
	}{
		{"groups by ObjectClass", reconcile.AD, group, "ad-groups"},
		{"contacts: neither a UPN nor a column of groups", reconcile.Cloud, contact, "cloud-contacts"},
		{"groups by MailEnabled", reconcile.Cloud, cloudGroup, "cloud-groups"},
		{"users and groups", reconcile.AD, mixed, "ad-mixed"},
		{"a computer among the users", reconcile.AD, goodAD().set(3, "ObjectClass", "computer"), "ad-users"},
	} {
		if f := open(t, save(t, "export.csv", c.grid.csv()), c.side, Options{}); f.Kind() != c.want {
			t.Errorf("%s: %s, want %s", c.reason, f.Kind(), c.want)
		}
	}
}

func TestSoftDeletedAndStripped(t *testing.T) {
	g := goodCloud().with("DeletedDateTime", "", "9/14/2025 3:12:44 AM")
	list := records(t, open(t, save(t, "cloud.csv", g.csv()), reconcile.Cloud, Options{}))
	if list[0].Deleted || !list[1].Deleted || list[1].Rejected {
		t.Errorf("a soft-deleted cloud user is kept as such: %v, %v, rejected %v", list[0].Deleted, list[1].Deleted, list[1].Rejected)
	}

	g = goodCloud().set(2, "ProxyAddresses", "asa@contoso.com;a.o@contoso.com")
	f := open(t, save(t, "cloud.csv", g.csv()), reconcile.Cloud, Options{})
	list = records(t, f)
	if got := codes(f.Findings()); !slices.Equal(got, []string{"warn NoPrefix"}) || !list[0].PrefixesStripped || len(list[0].ProxyAddresses) != 2 {
		t.Errorf("stripped prefixes: findings %v once, %v", got, list[0].ProxyAddresses)
	}

	g = goodCloud().set(2, "ProxyAddresses", "asa@contoso.com").set(3, "ProxyAddresses", "X500:/o=C")
	f = open(t, save(t, "cloud.csv", g.csv()), reconcile.Cloud, Options{})
	if list = records(t, f); len(f.Findings()) != 0 || list[0].PrefixesStripped {
		t.Error("one value of the column has a prefix: the others lost none")
	}

	g = goodCloud().set(2, "ProxyAddresses", "")
	f = open(t, save(t, "cloud.csv", g.csv()), reconcile.Cloud, Options{AcceptBlank: []string{"ProxyAddresses"}})
	if list = records(t, f); len(f.Findings()) != 0 || list[0].PrefixesStripped {
		t.Errorf("a column without any value lost no prefixes: %v", f.Findings())
	}

	g = goodAD().setAll("SamAccountName", "")
	if list = records(t, open(t, save(t, "ad.csv", g.csv()), reconcile.AD, Options{})); !list[0].SamAccountNameUnknown {
		t.Error("a column of SAM names that is blank everywhere tells none")
	}
}

// The columns that tell whether an account is enabled, the inverted ones too: section 8 of
// facts/exports.md.
func TestEnabled(t *testing.T) {
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		header string
		cells  [2]string
		want   [2]reconcile.Flag
	}{
		{"as it is", reconcile.AD, "Enabled", [2]string{"True", "False"}, [2]reconcile.Flag{reconcile.Yes, reconcile.No}},
		{"csvde: bit 2 of userAccountControl", reconcile.AD, "userAccountControl", [2]string{"512", "514"}, [2]reconcile.Flag{reconcile.Yes, reconcile.No}},
		{"inverted", reconcile.AD, "AccountDisabled", [2]string{"True", "False"}, [2]reconcile.Flag{reconcile.No, reconcile.Yes}},
		{"the Microsoft 365 admin center, inverted", reconcile.Cloud, "Block credential", [2]string{"True", "False"}, [2]reconcile.Flag{reconcile.No, reconcile.Yes}},
		{"its third label family, in words", reconcile.Cloud, "Sign-in status", [2]string{"Allowed", "Blocked"}, [2]reconcile.Flag{reconcile.Yes, reconcile.No}},
		{"blank is unknown", reconcile.Cloud, "AccountEnabled", [2]string{"", "True"}, [2]reconcile.Flag{reconcile.Unknown, reconcile.Yes}},
		{"blank is unknown where it is inverted too", reconcile.Cloud, "Block credential", [2]string{"", "True"}, [2]reconcile.Flag{reconcile.Unknown, reconcile.No}},
	} {
		own := [2]string{reconcile.AD: "Enabled", reconcile.Cloud: "AccountEnabled"}[c.side]
		g := good(c.side).without(own).with(c.header, c.cells[0], c.cells[1])
		list := records(t, open(t, save(t, "users.csv", g.csv()), c.side, Options{}))
		if got := [2]reconcile.Flag{list[0].Enabled, list[1].Enabled}; got != c.want {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestColumnOption(t *testing.T) {
	g := goodAD().renamed("proxyAddresses", "Adressen").with("Mailadresse", "a@x.de", "b@x.de")
	o := Options{Columns: map[string]string{"proxyAddresses": "adressen", "mail": "Mailadresse", "OnPremisesImmutableId": "of the other side"}}
	list := records(t, open(t, save(t, "ad.csv", g.csv()), reconcile.AD, o))
	if list[0].Mail != "a@x.de" || len(list[0].ProxyAddresses) != 2 {
		t.Errorf("--column chose mail %q, proxyAddresses %q", list[0].Mail, list[0].ProxyAddresses)
	}
	if !open(t, save(t, "ad.csv", g.csv()), reconcile.AD, o).HasHeader(" MAILADRESSE") {
		t.Error("the file has that header, as headers are compared")
	}
	o.Columns["UserPrincipalName"], o.Columns["Mail"] = "of another file", "DisplayName"
	delete(o.Columns, "mail")
	list = records(t, open(t, save(t, "ad.csv", g.csv()), reconcile.AD, o))
	if list[0].UserPrincipalName != "asa@contoso.com" || list[0].Mail != "asa@contoso.com" {
		t.Errorf("a header of another file, or a name of the other side, changed the columns: %+v", list[0])
	}
	both := goodCloud().with("ObjectId", guid3, guid2)
	o = Options{Columns: map[string]string{"Id": "ObjectId"}}
	list = records(t, open(t, save(t, "cloud.csv", both.csv()), reconcile.Cloud, o))
	if list[0].ID.String() != guid3 {
		t.Errorf("--column settles which of two columns counts: %s", list[0].ID)
	}
	book := workbook(t, sheetGrid{"Notes", grid{{"Name"}, {"x"}}, 1}, sheetGrid{"Users", g, 1})
	open(t, book, reconcile.AD, Options{Columns: map[string]string{"proxyAddresses": "Adressen"}})
}

func TestAssumptions(t *testing.T) {
	const consistency = "mS-DS-ConsistencyGuid"
	full := goodAD()
	for _, c := range []struct {
		reason  string
		side    reconcile.Side
		grid    grid
		options Options
		code    string
		text    string
		absent  bool
	}{
		{"a blank ConsistencyGuid is empty until the first sync", reconcile.AD, goodAD().setAll(consistency, ""), Options{}, "BlankColumn", "mS-DS-ConsistencyGuid is blank in every row", false},
		{"without it only with objectGUID as the anchor", reconcile.AD, goodAD().without(consistency), Options{AnchorObjectGUID: true}, "MissingColumn", "there is no mS-DS-ConsistencyGuid", false},
		{"a filled one is no assumption", reconcile.AD, full, Options{}, "BlankColumn", consistency, true},
		{"no OnPremisesImmutableId and no row is synced", reconcile.Cloud, goodCloud().without("OnPremisesImmutableId").setAll("OnPremisesSyncEnabled", "False"), Options{}, "MissingColumn", "there is no OnPremisesImmutableId", false},
		{"accepted blank", reconcile.AD, goodAD().setAll("proxyAddresses", ""), Options{AcceptBlank: []string{"ProxyAddresses"}}, "AcceptedBlank", "proxyAddresses is blank in every row", false},
		{"a missing column has its consequence", reconcile.AD, goodAD().without("SID"), Options{}, "MissingColumn", "there is no SID: users with the SID of a synced user (R13) are not told.", false},
		{"so has a blank one that every directory fills", reconcile.AD, goodAD().setAll("SID", ""), Options{}, "MissingColumn", "SID is blank in every row", false},
		{"not a blank one that may be blank", reconcile.AD, goodAD().with("adminCount", "", ""), Options{}, "MissingColumn", "adminCount", true},
		{"guests are not told", reconcile.Cloud, goodCloud().without("UserType"), Options{}, "MissingColumn", "there is no UserType", false},
		{"every user is taken as live", reconcile.Cloud, goodCloud(), Options{}, "MissingColumn", "there is no DeletedDateTime", false},
	} {
		f := open(t, save(t, "users.csv", c.grid.csv()), c.side, c.options)
		found := slices.ContainsFunc(f.Assumptions(), func(a reconcile.Assumption) bool {
			return a.Code == c.code && strings.HasPrefix(a.Text, "users.csv: ") && strings.Contains(a.Text, c.text)
		})
		if found == c.absent {
			t.Errorf("%s: %s %q among the assumptions: %v\n%v", c.reason, c.code, c.text, found, f.Assumptions())
		}
	}
}

// A file that changes after Open gives ErrChanged, whatever the change looks like to the reader.
func TestChangedFile(t *testing.T) {
	g := goodAD()
	longer := append(goodAD(), slices.Clone(g[2])).set(4, "ObjectGUID", guid3)
	for _, c := range []struct{ reason, text string }{
		{"another value of the same length", goodAD().set(3, "DisplayName", "Burt").csv()},
		{"a row more", longer.csv()},
		{"a row less", goodAD().first(1).csv()},
		{"cut within a quoted value", g.csv()[:len(g.csv())-5]},
		{"empty", ""},
		{"shorter than what stood above the header", "#"},
		{"another encoding", utf16Text("\ufeff"+g.csv(), binary.LittleEndian)},
		{"cut UTF-16", utf16Text("\ufeff"+g.csv(), binary.LittleEndian)[:201]},
	} {
		path := save(t, "ad.csv", "#TYPE Foo\r\n"+g.csv())
		f := open(t, path, reconcile.AD, Options{})
		check(t, os.WriteFile(path, []byte(c.text), 0o600))
		if err := lastError(f); !errors.Is(err, reconcile.ErrChanged) || !strings.HasPrefix(fmt.Sprint(err), "ad.csv: ") {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	for _, c := range []struct{ reason, text string }{
		{"another workbook", read(t, workbook(t, sheetGrid{"Users", goodAD().first(1), 1}))},
		{"a cut workbook", read(t, workbook(t, sheetGrid{"Users", goodAD(), 1}))[:2000]},
		{"no workbook any more", goodAD().csv()},
	} {
		path := workbook(t, sheetGrid{"Users", goodAD(), 1})
		f := open(t, path, reconcile.AD, Options{})
		check(t, os.WriteFile(path, []byte(c.text), 0o600))
		if err := lastError(f); !errors.Is(err, reconcile.ErrChanged) {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	path := save(t, "ad.csv", g.csv())
	f := open(t, path, reconcile.AD, Options{})
	check(t, os.Remove(path))
	if err := lastError(f); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was removed: %v", err)
	}
}

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	check(t, err)
	return string(text)
}

// lastError reads all records for the error at their end.
func lastError(f *File) (last error) {
	for _, err := range f.Records(context.Background()) {
		last = err
	}
	return last
}

// A source can be read again and again, and be left in the middle.
func TestReadAgain(t *testing.T) {
	for _, path := range []string{save(t, "ad.csv", goodAD().csv()), workbook(t, sheetGrid{"Users", goodAD(), 1})} {
		f := open(t, path, reconcile.AD, Options{})
		want := records(t, f)
		for range f.Records(context.Background()) {
			break
		}
		sameRecords(t, "again", records(t, f), want)
	}
}

func TestCancelled(t *testing.T) {
	for _, path := range []string{save(t, "ad.csv", goodAD().csv()), workbook(t, sheetGrid{"Users", manyUsers(), 1})} {
		f := open(t, path, reconcile.AD, Options{})
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		if _, err := Open(ctx, path, reconcile.AD, Options{}); err != cause {
			t.Errorf("Open gives %v", err)
		}
		var last error
		for _, err := range f.Records(ctx) {
			last = err
		}
		if !errors.Is(last, cause) {
			t.Errorf("Records end with %v", last)
		}
	}
}

// manyUsers are more rows than lie between two looks at the context.
func manyUsers() grid {
	g := goodAD().first(1)
	for i := range checkEvery + 10 {
		row := slices.Clone(g[1])
		row[0] = fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1)
		g = append(g, row)
	}
	return g
}

func TestNoFile(t *testing.T) {
	_, err := Open(context.Background(), filepath.Join(t.TempDir(), "none.csv"), reconcile.AD, Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	refusal := refused(t, t.TempDir(), reconcile.AD, Options{})
	if !strings.Contains(refusal.Error(), "folder") {
		t.Errorf("a folder: %v", refusal)
	}
}
