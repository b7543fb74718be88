package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const oneCell = `<row r="1"><c r="A1"><v>1</v></c></row>`

func TestOpenOther(t *testing.T) {
	good := book(sheetXML(oneCell), "")
	whole := zipped(t, good)
	types := good[0].text
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1016)...)
	locked := bytes.Clone(ole)
	for i, c := range "EncryptedPackage" {
		locked[640+2*i] = byte(c)
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"empty file", nil, ErrNotZip},
		{"text", []byte("DisplayName,Mail\n"), ErrNotZip},
		{"old workbook", ole, ErrOldExcel},
		{"workbook with a password", locked, ErrEncrypted},
		{"empty zip", zipped(t, nil), ErrNotWorkbook},
		{"zip of something", zipped(t, []entry{{"a.csv", "a"}}), ErrNotWorkbook},
		{"binary workbook", zipped(t, append(good, entry{"xl/workbook.bin", ""})), ErrBinary},
		{"binary by type", zipped(t, with(good, "[Content_Types].xml", strings.Replace(types,
			"openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "ms-excel.sheet.binary.macroEnabled.main", 1))), ErrBinary},
		{"text document", zipped(t, with(good, "[Content_Types].xml", strings.Replace(types,
			"spreadsheetml.sheet", "wordprocessingml.document", 1))), ErrNotWorkbook},
		{"OpenDocument", zipped(t, []entry{{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
			{"content.xml", ""}}), ErrOpenDocument},
		{"OpenDocument text", zipped(t, []entry{{"mimetype", "application/vnd.oasis.opendocument.text"},
			{"content.xml", ""}}), ErrNotWorkbook},
		{"no relationships", zipped(t, with(good, "_rels/.rels", "-")), ErrNotWorkbook},
		{"no main document", zipped(t, with(good, "_rels/.rels", rels(""))), ErrNotWorkbook},
		{"cut in the middle", whole[:len(whole)/2], ErrDamagedZip},
		{"cut at the end", whole[:len(whole)-1], ErrDamagedZip},
	} {
		t.Run(c.name, func(t *testing.T) {
			book, err := Open(saved(t, c.content))
			if !errors.Is(err, c.want) || book != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "none") {
		t.Errorf("got %v, want that it does not exist, without the name", err)
	}
}

func TestContents(t *testing.T) {
	good := book(sheetXML(oneCell), "")
	list := func(sheets string) []entry {
		return with(good, "xl/workbook.xml", `<workbook xmlns="`+mainNS+`" xmlns:r="`+linkNS+`"><sheets>`+sheets+
			`</sheets></workbook>`)
	}
	links := func(lines string) []entry { return with(good, "xl/_rels/workbook.xml.rels", rels(lines)) }
	link := func(kind, target string) string {
		return `<Relationship Id="r1" Type="` + kind + `" Target="` + target + `"/>`
	}
	moved := func(name, target string) []entry {
		return append(with(links(link(linkNS+"/worksheet", target)), "xl/worksheets/sheet1.xml", "-"),
			entry{name, sheetXML(oneCell)})
	}
	for _, c := range []struct {
		name  string
		parts []entry
		want  string // the error, or the first sheet's rows
	}{
		{"plain", good, `1 A:n"1"`},
		{"absolute target", links(link(linkNS+"/worksheet", "/xl/worksheets/sheet1.xml")), `1 A:n"1"`},
		{"target with dots", links(link(linkNS+"/worksheet", "../xl/./worksheets/sheet1.xml")), `1 A:n"1"`},
		{"backslashes and case", moved(`XL\Worksheets\Sheet1.XML`, "worksheets/sheet1.xml"), `1 A:n"1"`},
		{"leading slash in the archive", moved(`/xl/worksheets/sheet1.xml`, "worksheets/sheet1.xml"), `1 A:n"1"`},
		{"encoded target", moved(`xl/a b.xml`, "a%20b.xml"), `1 A:n"1"`},
		{"strict edition", links(link("http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet",
			"worksheets/sheet1.xml")), `1 A:n"1"`},
		{"other parts are missing", links(link(linkNS+"/worksheet", "worksheets/sheet1.xml") +
			`<Relationship Id="r9" Type="` + linkNS + `/drawing" Target="none.xml"/>`), `1 A:n"1"`},
		{"sheet part is missing", links(link(linkNS+"/worksheet", "none.xml")), `sheet "Users": the workbook's part xl/none.xml is missing`},
		{"relationship is missing", links(""), `sheet "Users": the relationship "r1"`},
		{"relationship leads outside", links(`<Relationship Id="r1" Type="` + linkNS +
			`/worksheet" Target="http://x" TargetMode="External"/>`), `is not that of a sheet`},
		{"relationship of another kind", links(link("urn:x", "worksheets/sheet1.xml")), `is not that of a sheet`},
		{"part twice", append(good, entry{"xl/Worksheets/sheet1.xml", ""}), `is there 2 times`},
		{"two strings parts", with(append(good, entry{"xl/sharedStrings.xml", sharedXML("<si/>")}),
			"xl/worksheets/sheet1.xml", sheetXML(`<row><c t="s"><v>0</v></c></row>`)), `1 A:s""`},
		{"no sheets", list(""), `it lists no sheets`},
		{"unknown state", list(`<sheet name="a" state="x" r:id="r1"/>`), `sheet "a" has the unknown state "x"`},
		{"workbook cut", with(good, "xl/workbook.xml", `<workbook xmlns="`+mainNS+`"><sheets>`), `part xl/workbook.xml: the XML ends`},
		{"junk behind the workbook", append(with(good, "xl/workbook.xml", "-"), entry{"xl/workbook.xml", good[2].text + "x"}),
			`text outside`},
		{"workbook is a document", with(good, "xl/workbook.xml", `<a/>`), `begins with <a>, not with <workbook>`},
		{"bomb", with(good, "xl/worksheets/sheet1.xml", sheetXML("</sheetData>"+strings.Repeat("<a/>", 17<<20))), `not plausible`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := dump(saved(t, zipped(t, c.parts)))
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSheets(t *testing.T) {
	parts := with(book(sheetXML(oneCell), ""), "xl/workbook.xml", `<w:workbook xmlns:w="`+mainNS+`"><w:sheets xmlns:q="`+linkNS+
		`"><w:sheet name="A &amp; B" state="veryHidden" q:id="r1"/><w:sheet name="Chart" q:id="r3"/><w:sheet name="C" state="hidden" `+
		`q:id="r1"/><w:sheet name="_x0041_" q:id="r1"/></w:sheets></w:workbook>`)
	parts = with(parts, "xl/_rels/workbook.xml.rels", rels(`<Relationship Id="r3" Type="`+linkNS+`/chartsheet" Target="c.xml"/>`+
		`<Relationship Id="r1" Type="`+linkNS+`/worksheet" Target="worksheets/sheet1.xml"/>`))
	book, err := Open(saved(t, zipped(t, parts)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	want := []Sheet{{"A & B", true}, {"C", true}, {"_x0041_", false}}
	if got := book.Sheets(); len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
	for i := range want {
		if got, err := dumpSheet(book, i); got != "1 A:n\"1\"\n" || err != nil {
			t.Errorf("sheet %d: %q, %v", i, got, err)
		}
	}
}

// TestArchive damages the archive itself; names are those of the sheet's entry.
func TestArchive(t *testing.T) {
	text := sheetXML(oneCell + strings.Repeat("<row/>", 1000))
	whole := zipped(t, book(text, ""))
	archive, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	f := archive.File[4]
	data, err := f.DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	entry := bytes.LastIndex(whole, []byte("xl/worksheets/sheet1.xml")) - 46 // in the directory
	for _, c := range []struct {
		name   string
		change func(b []byte)
		want   string
	}{
		{"wrong checksum", func(b []byte) { b[entry+16] ^= 1 }, "the checksum is wrong"},
		{"checksum of zero", func(b []byte) { clear(b[entry+16 : entry+20]) }, "the checksum is wrong"},
		{"byte changed", func(b []byte) { b[data+int64(f.CompressedSize64)/2] ^= 0x10 }, `sheet "Users"`},
		{"compressed size too small", func(b []byte) { b[entry+20]-- }, "the compressed data are damaged or cut off"},
		{"size too small", func(b []byte) { binary.LittleEndian.PutUint32(b[entry+24:], 100) }, "longer than the 100 bytes"},
		{"size too large", func(b []byte) { b[entry+24]++ }, "the part ends after"},
		{"other method", func(b []byte) { b[entry+10] = 9 }, "compression method 9"},
		{"encrypted entry", func(b []byte) { b[entry+8] |= 1 }, "is encrypted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bytes.Clone(whole)
			c.change(b)
			if got, err := dump(saved(t, b)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

// TestEveryByte changes each byte of a small workbook: it is read as before, or not without an error.
func TestEveryByte(t *testing.T) {
	whole := zipped(t, book(sheetXML(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`), sharedXML(`<si><t>a</t></si>`)))
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 0x20
		if got, err := dump(saved(t, b)); err == nil && got != "1 A:s\"a\"\n" {
			t.Errorf("byte %d changed: read %q", i, got)
		}
	}
}

func TestStored(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range book(sheetXML(oneCell), "") {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := dump(saved(t, out.Bytes())); got != "1 A:n\"1\"\n" || err != nil {
		t.Errorf("SheetJS stores parts without compressing them: %q, %v", got, err)
	}
}

// TestStop stops early, by the consumer and by an error: no goroutine stays, and the file can be closed.
func TestStop(t *testing.T) {
	before := runtime.NumGoroutine()
	rows := strings.Repeat(`<row><c><v>1</v></c></row>`, 200_000)
	for _, sheet := range []string{sheetXML(rows), sheetXML(`<row/><x/>` + rows)} {
		book, err := Open(saved(t, zipped(t, book(sheet, ""))))
		if err != nil {
			t.Fatal(err)
		}
		for range book.Rows(0) {
			break
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
