package xlsx

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestRows(t *testing.T) {
	inline := func(texts string) string {
		return sheetXML(`<row r="1"><c r="A1" t="inlineStr"><is>` + texts + `</is></c></row>`)
	}
	for _, c := range []struct{ name, reason, sheet, shared, want string }{
		{"numbers", "the digits of the file are kept: 18 of them, an exponent of three digits, none at all",
			sheetXML(`<row r="2"><c r="A2"><v>123456789012345678</v></c><c r="B2" s="3"><v> -1.5E+017
</v></c><c r="C2" s="1"/><c r="D2"><v></v></c><c r="E2" t="n"><v>0</v></c><c r="F2"><v>NaN</v></c></row>`), "",
			`2 A:n"123456789012345678" B:n"-1.5E+017" E:n"0" F:n"NaN"`},
		{"booleans", "1, 0, true and false are written, and LibreOffice makes formulas of them",
			sheetXML(`<row r="1"><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="b"><v>true</v></c>` +
				`<c t="b"><v>false</v></c><c t="b"><f>TRUE()</f><v>1</v></c></row>`), "",
			`1 A:b"true" B:b"false" C:b"true" D:b"false" E:=b"true"`},
		{"formulas", "without a saved result the cell is still there, since the value is lost and not empty",
			sheetXML(`<row r="1"><c><f>1+3</f><v>4</v></c><c><f>1+3</f></c><c t="str"><f>A1</f><v>x</v></c>` +
				`<c t="e"><f>A</f><v>#NAME?</v></c><c t="str"><f>""</f><v></v></c><c t="b"><f/><v/></c></row>`), "",
			`1 A:=n"4" B:=n"" C:=s"x" D:=e"#NAME?" E:=s"" F:=b""`},
		{"errors and dates", "an ISO date is a text", sheetXML(`<row r="1"><c t="e"><v>#N/A</v></c>` +
			`<c t="d"><v>2026-01-02T03:04:05</v></c></row>`), "", `1 A:e"#N/A" B:s"2026-01-02T03:04:05"`},
		{"no references", "legal: each row and cell follows the one before",
			sheetXML(`<row><c><v>1</v></c><c/><c><v>2</v></c></row><row r="7"><c r="C7"><v>3</v></c><c><v>4</v></c>` +
				`</row><row><c><v>5</v></c></row>`), "", "1 A:n\"1\" C:n\"2\"\n7 C:n\"3\" D:n\"4\"\n8 A:n\"5\""},
		{"empty rows", "they say nothing, and a row that is not there looks the same",
			sheetXML(`<row r="1"/><row r="2"><c r="A2" s="1"/></row><row r="3"><c r="A3"><v>1</v></c></row>`), "",
			`3 A:n"1"`},
		{"hidden row", "its users count", sheetXML(`<row r="1" hidden="1"><c><v>1</v></c></row>` +
			`<row r="2" hidden="false"><c><v>1</v></c></row>`), "", "1 hidden A:n\"1\"\n2 A:n\"1\""},
		{"shared strings", "rich text is joined, phonetic runs are no text, an item may be empty",
			sheetXML(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v> 3 </v></c>` +
				`</row>`), sharedXML(`<si><t>a</t></si><si><r><rPr><b/></rPr><t>b</t></r><r><t xml:space="preserve"> c</t>` +
				`</r><rPh sb="0" eb="1"><t>no</t></rPh><phoneticPr fontId="1"/></si><si/><si><t/></si>`),
			`1 A:s"a" B:s"b c" C:s"" D:s""`},
		{"mixed prefixes", "EPPlus: names count by their namespace",
			sheetXML(`<row r="1"><c t="s"><v>0</v></c></row>`), `<x:sst xmlns:x="` + mainNS + `"><x:si>` +
				`<d:r xmlns:d="` + mainNS + `"><d:t>a</d:t></d:r><x:r><x:t>b</x:t></x:r></x:si></x:sst>`, `1 A:s"ab"`},
		{"prefixed sheet", "ClosedXML, MiniExcel; a tag without the prefix is then something else",
			`<x:worksheet xmlns:x="` + mainNS + `"><sheetData/><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>` +
				`</x:row></x:sheetData></x:worksheet>`, "", `1 A:n"1"`},
		{"strict edition", "the ISO standard's namespace", `<worksheet xmlns="http://purl.oclc.org/ooxml/` +
			`spreadsheetml/main"><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>`, "", `1 A:n"1"`},
		{"byte order mark", "EPPlus", "\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" +
			sheetXML(`<row><c><v>1</v></c></row>`), "", `1 A:n"1"`},
		{"around the table", "dimension lies, extensions are not ours, comments are nothing",
			`<!-- a --><worksheet xmlns="` + mainNS + `"><dimension ref="A1"/><ext:x xmlns:ext="urn:x" a='>'><row/>t` +
				`</ext:x><sheetData><!-- <row> --> <row><?p i?><c><v>1<!-- --></v></c></row></sheetData><extLst/>` +
				`</worksheet><!-- b --> `, "", `1 A:n"1"`},
		{"white space in tags", "legal", sheetXML("<row\nr = '1'\t><c\tr=\"A1\" ><v >1</v ></c\n></row >"), "", `1 A:n"1"`},
		{"references", "XML's five, and numbers", inline(`<t>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;</t>`), "",
			`1 A:s"<>&\"'AB😀"`},
		{"white space", "Excel keeps it", inline(`<t xml:space="preserve"> a	b </t>`), "", `1 A:s" a\tb "`},
		{"line ends", "raw ones become LF by XML's rule, written ones stay",
			inline("<t>a\r\nb\rc\nd&#13;e_x000D_f&#13;&#10;g</t>"), "", `1 A:s"a\nb\nc\nd\re\rf\r\ng"`},
		{"CDATA", "text as it stands", inline("<t>a<![CDATA[<&amp;]>\r\n]]>b</t>"), "", `1 A:s"a<&amp;]>\nb"`},
		{"escapes", "ClosedXML writes an emoji as two of them; half of one is no character",
			inline(`<t>_xD83D__xDE00_|_xd83d_|_xDE00__xD83D_|_x0041_x0042_</t>`), "", "1 A:s\"😀|\ufffd|\ufffd\ufffd|Ax0042_\""},
		{"escaped escape", "_x005F_ is an underscore and shields what follows",
			inline(`<t>_x005F_x0041_ _x005F_ _x00G1_ _X0041_ _x0041 svc_user &#95;x0042_</t>`), "",
			`1 A:s"_x0041_ _ _x00G1_ _X0041_ _x0041 svc_user B"`},
		{"beyond ASCII", "UTF-8 of all lengths", inline(`<t>é€😀` + "\u0085\u00a0" + `</t>`), "", `1 A:s"é€😀\u0085\u00a0"`},
		{"str without formula", "SheetJS writes all texts so", sheetXML(`<row><c t="str"><v>a_x0042_&amp;</v></c></row>`),
			"", `1 A:s"aB&"`},
		{"inlineStr with a value", "what excelize takes it for", sheetXML(`<row><c t="inlineStr"><v>a</v></c></row>`), "",
			`1 A:s"a"`},
		{"style and type first", "attributes come in any order, and unknown ones are ignored",
			sheetXML(`<row spans="1:2" x:dy="1" xmlns:x="urn:x" r="1"><c s="1" t="str" r="B1" cm="1"><v>a</v></c></row>`), "",
			`1 B:s"a"`},
		{"last cell of all", "Excel's limits are inside", sheetXML(`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`),
			"", `1048576 XFD:n"1"`},
		{"long text", "more than Excel allows, as some writers do", inline(`<t>` + strings.Repeat("a", 40000) + `</t>`), "",
			`1 A:s"` + strings.Repeat("a", 40000) + `"`},
		{"prefix shadowed", "a default namespace may change inside", sheetXML(`<row><c xmlns="urn:x" xmlns:m="` +
			mainNS + `"/></row>`), "", "error: <c> where <c> should be"},
		{"default namespace is another", "unprefixed names are then not ours, though one was just looked up", `<x:worksheet xmlns:x="` +
			mainNS + `" xmlns="urn:x"><x:sheetData><x:row><x:extLst><a/></x:extLst><c r="A1"><v>1</v></c></x:row></x:sheetData>` +
			`</x:worksheet>`, "", "error: <c> where <c> should be"},
		{"prefix restored", "a namespace ends with the element that declares it",
			sheetXML(`<row><extLst><a xmlns="urn:x"><b/></a></extLst><c r="A1" ><v>1</v></c></row>`), "", `1 A:n"1"`},
		{"empty strings part", "MiniExcel; nothing refers to it", sheetXML(`<row><c><v>1</v></c></row>`), " ", `1 A:n"1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := dump(saved(t, zipped(t, book(c.sheet, c.shared))))
			if want, ok := strings.CutPrefix(c.want, "error: "); ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: error %v, want %q", c.reason, err, want)
				}
			} else if err != nil || got != c.want+"\n" {
				t.Errorf("%s: got %q, %v\nwant %q", c.reason, got, err, c.want)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	row := func(cells string) string { return sheetXML(`<row r="17">` + cells + `</row>`) }
	text := func(text string) string { return row(`<c r="C17" t="inlineStr"><is><t>` + text + `</t></is></c>`) }
	good := sheetXML(`<row r="16"><c r="A16"><v>1</v></c></row><row r="17"><c r="A17"><v>1</v></c></row>`)
	for _, c := range []struct{ name, sheet, shared, want string }{
		{"cut in a row", good[:strings.LastIndex(good, "</row>")], "",
			`sheet "Users" row 17: the XML ends before <row> is closed: the part is cut off`},
		{"cut in a cell", good[:strings.LastIndex(good, "1</v>")], "", `row 17: cell A17: the XML ends before <v> is closed`},
		{"cut in a tag", good[:strings.LastIndex(good, "v>")], "", `row 17: cell A17: the XML ends before <v> is closed`},
		{"cut behind the rows", strings.TrimSuffix(good, "</worksheet>"), "", `after row 17: the XML ends before <worksheet>`},
		{"cut in the last tag", strings.TrimSuffix(good, ">"), "", `after row 17: the XML ends before <worksheet>`},
		{"empty part", "", "", `sheet "Users": the part holds no XML element`},
		{"only a comment", "<!-- -->", "", `holds no XML element`},
		{"junk behind", good + "x", "", `after row 17: text outside`},
		{"NUL behind", good + "\x00", "", `'\x00' where text should be`},
		{"second root", good + "<a/>", "", `after row 17: a second root element <a>`},
		{"tag behind", good + "<", "", `the XML ends within a tag`},
		{"end tag behind", good + "</a>", "", `an end tag without a start tag`},
		{"CDATA outside", "<![CDATA[ ]]>" + good, "", `text outside of the root element`},
		{"wrong end tag", row(`<c></row></c>`), "", `row 17: cell A17: </row> where </c> should be`},
		{"wrong prefix", row(`<c></x:c>`), "", `</x:c> where </c> should be`},
		{"undeclared prefix", row(`<x:c/>`), "", `the prefix "x" is not declared`},
		{"unclosed quote", row(`<c r="A17><v>1</v></c>`), "", `'<' where an attribute's value should be`},
		{"no quotes", row(`<c r=A17/>`), "", `where a quote should be`},
		{"glued attributes", row(`<c r="A17"t="b"/>`), "", `where white space should be`},
		{"attribute twice", row(`<c r="A17" r="B17"/>`), "", `<c> has the attribute r twice`},
		{"attribute without value", row(`<c r/>`), "", `where '=' should be`},
		{"name with a digit first", row(`<1/>`), "", `is no name`},
		{"blank before the name", row(`< c/>`), "", `where a name should be`},
		{"unknown entity", text("&nbsp;"), "", `sheet "Users" row 17: cell C17: an unknown reference "&nbsp;"`},
		{"entity without end", text("a & b"), "", `an '&' without ';'`},
		{"entity of no character", text("&#0;"), "", `U+0000, which XML does not allow`},
		{"entity of half a pair", text("&#xD83D;"), "", `U+D83D, which XML does not allow`},
		{"entity beyond Unicode", text("&#x110000;"), "", `an unknown reference`},
		{"entity of nothing", text("&#;"), "", `an unknown reference`},
		{"bad entity in an attribute", row(`<c s="&x;"/>`), "", `an unknown reference`},
		{"bad entity in a skipped part", `<worksheet xmlns="` + mainNS + `"><a>&x;</a><sheetData/></worksheet>`, "",
			`an unknown reference`},
		{"invalid UTF-8", text("a\xe9b"), "", `row 17: cell C17: a byte 0xe9 that is not UTF-8`},
		{"cut UTF-8", text("a\xe2\x82"), "", `that is not UTF-8`},
		{"surrogate in UTF-8", text("\xed\xa0\xbd"), "", `that is not UTF-8`},
		{"invalid UTF-8 in a name", row("<\xe9/>"), "", `that is not UTF-8`},
		{"invalid UTF-8 in a comment", row("<!--\xe9-->"), "", `that is not UTF-8`},
		{"control character", text("a\x01b"), "", `U+0001, which XML does not allow`},
		{"NUL in a text", text("a\x00b"), "", `'\x00' where text should be`},
		{"control character in CDATA", text("<![CDATA[\x01]]>"), "", `U+0001`},
		{"noncharacter", text("\uffff"), "", `U+FFFF`},
		{"end of CDATA in a text", text("]]>"), "", `"]]>" in a text`},
		{"hyphens in a comment", row(`<!-- -- -->`), "", `a comment holds two hyphens`},
		{"late XML declaration", row(`<?xml version="1.0"?>`), "", `a processing instruction "xml"`},
		{"document type", `<!DOCTYPE a>` + good, "", `a document type declaration`},
		{"document type with entities", `<!DOCTYPE a [<!ENTITY b "c">]>` + good, "", `a document type declaration`},
		{"other declaration", row(`<!ELEMENTS a>`), "", `begins no markup`},
		{"UTF-16", "\xff\xfe<\x00", "", `the XML is in UTF-16, which is not supported`},
		{"UTF-16 without a mark", "\x00<\x00?", "", `the XML is in UTF-16`},
		{"other encoding", `<?xml version="1.0" encoding="ISO-8859-1"?>` + good, "", `the encoding "ISO-8859-1" is not`},
		{"other version", `<?xml version="1.1"?>` + good, "", `XML version "1.1"`},
		{"declaration without end", `<?xml version="1.0"`, "", `the XML declaration does not end`},
		{"other root", `<workbook xmlns="` + mainNS + `"/>`, "", `begins with <workbook>, not with <worksheet>`},
		{"other namespace", `<worksheet xmlns="urn:x"/>`, "", `unknown namespace`},
		{"no table", `<worksheet xmlns="` + mainNS + `"/>`, "", `the sheet has no <sheetData>`},
		{"two tables", `<worksheet xmlns="` + mainNS + `"><sheetData/><sheetData/></worksheet>`, "", `a second <sheetData>`},
		{"row twice", sheetXML(`<row r="17"/><row r="17"/>`), "", `sheet "Users" after row 17: row 17 comes behind row 17`},
		{"rows out of order", sheetXML(`<row r="17"/><row r="3"/>`), "", `row 3 comes behind row 17`},
		{"row 0", sheetXML(`<row r="0"/>`), "", `a row has the number "0"`},
		{"row of no number", sheetXML(`<row r="a"/>`), "", `a row has the number "a"`},
		{"row beyond the last", sheetXML(`<row r="1048577"/>`), "", `behind Excel's last row`},
		{"row beyond the last, counted", sheetXML(`<row r="1048576"/><row/>`), "", `behind Excel's last row`},
		{"hidden is no boolean", sheetXML(`<row hidden="x"/>`), "", `"x" is neither true nor false`},
		{"cell twice", row(`<c r="A17"><v>1</v></c><c r="A17"><v>2</v></c>`), "", `row 17: the cell A17 comes behind A17`},
		{"cells out of order", row(`<c r="B17"/><c r="A17"/>`), "", `the cell A17 comes behind B17`},
		{"cell of another row", row(`<c r="A18"/>`), "", `the cell A18 stands in another row`},
		{"cell without a row", row(`<c r="A"/>`), "", `a cell has the reference "A"`},
		{"cell without a column", row(`<c r="17"/>`), "", `a cell has the reference "17"`},
		{"cell reference with zero", row(`<c r="A017"/>`), "", `stands in another row`},
		{"empty reference", row(`<c r=""/>`), "", `a cell has the reference ""`},
		{"cell beyond the last", row(`<c r="XFE17"/>`), "", `behind Excel's last column, XFD`},
		{"cell beyond the last, counted", row(`<c r="XFD17"/><c/>`), "", `behind Excel's last column`},
		{"cell of four letters", row(`<c r="AAAA17"/>`), "", `a cell has the reference`},
		{"unknown type", row(`<c t="x"><v>1</v></c>`), "", `a cell has the unknown type "x"`},
		{"bad boolean", row(`<c t="b"><v>2</v></c>`), "", `cell A17: "2" is neither true nor false`},
		{"boolean in capitals", row(`<c t="b"><v>TRUE</v></c>`), "", `"TRUE" is neither`},
		{"empty boolean", row(`<c t="b"><v></v></c>`), "", `"" is neither`},
		{"no number", row(`<c r="A17"><v>12a</v></c>`), "", `row 17: cell A17: the value "12a" is no number`},
		{"only a sign", row(`<c><v>-</v></c>`), "", `is no number`},
		{"number of Go's", row(`<c><v>1_000</v></c>`), "", `is no number`},
		{"hexadecimal", row(`<c><v>0x1p-2</v></c>`), "", `is no number`},
		{"nameless error", row(`<c t="e"><v/></c>`), "", `an error value without a name`},
		{"two values", row(`<c><v>1</v><v>2</v></c>`), "", `it has two values`},
		{"two formulas", row(`<c><f/><f/></c>`), "", `it has two formulas`},
		{"two texts", row(`<c t="inlineStr"><is/><is/></c>`), "", `it has two texts`},
		{"text and value", row(`<c t="inlineStr"><v>1</v><is/></c>`), "", `it has an inline text beside a value`},
		{"value and text", row(`<c t="inlineStr"><is/><v>1</v></c>`), "", `it has an inline text beside a value`},
		{"text in a number", row(`<c><is><t>a</t></is></c>`), "", `it has an inline text beside a value`},
		{"element in a value", row(`<c><v><b/></v></c>`), "", `<b> within a text`},
		{"text in a row", row(`a`), "", `the text "a" where only elements should be`},
		{"unknown element in the table", sheetXML(`<Row/>`), "", `<Row> where <row> should be`},
		{"unknown element in a row", row(`<d/>`), "", `<d> where <c> should be`},
		{"unknown element in a cell", row(`<c><w>1</w></c>`), "", `<w> is unknown in a cell`},
		{"unknown element in a text", row(`<c t="inlineStr"><is><u/></is></c>`), "", `<u> is unknown in a string`},
		{"unknown element in a run", row(`<c t="inlineStr"><is><r><u/></r></is></c>`), "", `<u> is unknown in a run`},
		{"alternative content", row(`<a:AlternateContent xmlns:a="urn:x"/>`), "", `<a:AlternateContent> where <c>`},
		{"too long", text(strings.Repeat("a", maxText+1)), "", `cell C17: the text is longer than 1048576 bytes`},
		{"too long in runs", row(`<c t="inlineStr"><is>` + strings.Repeat(`<r><t>`+strings.Repeat("a", maxText/2)+
			`</t></r>`, 3) + `</is></c>`), "", `the text is longer than`},
		{"endless token", text(strings.Repeat("a", 2*maxToken)), "", `a tag or text is longer than`},
		{"too deep", row(strings.Repeat("<extLst>", 300) + strings.Repeat("</extLst>", 300)), "", `nested more than 256 deep`},
		{"too many attributes", row("<c" + manyAttributes(300) + "/>"), "", `more than 256 attributes`},
		{"index too high", row(`<c t="s"><v>1</v></c>`), sharedXML(`<si/>`),
			`row 17: cell A17: it refers to shared string 1, but the workbook has only 1`},
		{"no strings part", row(`<c t="s"><v>0</v></c>`), "", `it refers to shared string 0, but the workbook has only 0`},
		{"negative index", row(`<c t="s"><v>-1</v></c>`), sharedXML(`<si/>`), `"-1" is no number of a shared string`},
		{"empty index", row(`<c t="s"><v></v></c>`), sharedXML(`<si/>`), `"" is no number of a shared string`},
		{"strings cut", row(`<c t="s"><v>0</v></c>`), strings.TrimSuffix(sharedXML(`<si/><si><t>a`), "</sst>"),
			`row 17: cell A17: shared string 1: the XML ends`},
		{"strings damaged behind", row(`<c t="s"><v>0</v></c>`), sharedXML(`<si><t>a</t></si><si><t>&x;</t></si>`),
			`shared string 1: an unknown reference "&x;"`},
		{"unknown item", row(`<c t="s"><v>0</v></c>`), sharedXML(`<si/><x/>`), `<x> where <si> should be`},
		{"string too long", row(`<c t="s"><v>0</v></c>`), sharedXML(`<si><t>` + strings.Repeat("a", maxText+1) + `</t></si>`),
			`shared string 0: the text is longer than`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := dump(saved(t, zipped(t, book(c.sheet, c.shared))))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %.200q, error %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func manyAttributes(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(" a" + strconv.Itoa(i) + `=""`)
	}
	return out.String()
}

// TestEveryCut cuts a sheet at each byte: none of the pieces may pass for a whole.
func TestEveryCut(t *testing.T) {
	whole := "\ufeff<?xml version='1.0'?><!-- --><worksheet xmlns='" + mainNS + "' a='>'><sheetData><row r='1'>" +
		"<c r='A1' t='inlineStr'><is><t>a&amp;<![CDATA[b]]></t></is></c><c r='B1'><f>1</f><v>1</v></c></row></sheetData>" +
		"<?p i?></worksheet>"
	table := new(Workbook)
	for size := range len(whole) {
		if err := readSheet(table, whole[:size], func(*Row) {}); err == nil {
			t.Errorf("%q was read without an error", whole[:size])
		}
	}
	if err := readSheet(table, whole, func(*Row) {}); err != nil {
		t.Error(err)
	}
}

// readSheet reads sheet XML without an archive around it.
func readSheet(book *Workbook, xml string, use func(*Row)) error {
	r := &sheetReader{book: book, yield: func(row *Row, _ error) bool { use(row); return true }}
	r.scanner = newScanner(strings.NewReader(xml), uint64(len(xml)))
	return r.readSheet()
}

func TestRowLimit(t *testing.T) {
	cell := `<c t="inlineStr"><is><t>` + strings.Repeat("a", maxText) + `</t></is></c>`
	err := readSheet(new(Workbook), sheetXML(`<row>`+strings.Repeat(cell, 65)+`</row>`), func(*Row) {})
	if err == nil || !strings.Contains(err.Error(), "the texts of the row are longer") {
		t.Errorf("got %v; a row is held in memory and must end somewhere", err)
	}
}

// TestWindow reads a table of many windows, whose borders meet tags and texts everywhere.
func TestWindow(t *testing.T) {
	var rows strings.Builder
	text := func(i int) string { return strings.Repeat("é", i%97) + strconv.Itoa(i) }
	const count = 60_000
	for i := range count {
		rows.WriteString(`<row><c t="inlineStr"><is><t>` + text(i) + `</t></is></c></row>`)
		if i%7 == 0 {
			rows.WriteString("<!-- - -->\r\n")
		}
	}
	book, err := Open(saved(t, zipped(t, book(sheetXML(rows.String()), ""))))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	i := 0
	for row, err := range book.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Number != i+1 || row.Cells[0].Text != text(i) {
			t.Fatalf("row %d is %d %q", i+1, row.Number, row.Cells[0].Text)
		}
		i++
	}
	if i != count {
		t.Errorf("%d rows of %d", i, count)
	}
}

// TestRealFile reads a file of Excel's as excelize does.
func TestRealFile(t *testing.T) {
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "exports", "ad_users_lazyadmin.xlsx")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED, the collected exports are not there: %v", err)
	}
	compare(t, path)
}

// compare reads the first sheet with both readers.
func compare(t *testing.T, path string) {
	t.Helper()
	theirs, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	want, err := theirs.GetRows(theirs.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	for row, err := range ours.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range row.Cells {
			if row.Number > len(want) || c.Column >= len(want[row.Number-1]) {
				if c.Text != "" {
					t.Errorf("%s%d: %q, which excelize does not see", columnName(c.Column), row.Number, c.Text)
				}
				continue
			}
			cell := &want[row.Number-1][c.Column]
			if *cell != c.Text {
				t.Errorf("%s%d: %q, excelize has %q", columnName(c.Column), row.Number, c.Text, *cell)
			}
			*cell = ""
		}
	}
	for i := range want {
		for k, cell := range want[i] {
			if cell != "" {
				t.Errorf("%s%d: missing, excelize has %q", columnName(k), i+1, cell)
			}
		}
	}
}
