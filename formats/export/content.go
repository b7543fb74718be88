package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/xlsx"
)

// isWorkbook says whether a file is for package xlsx to open, or to say which format it is.
func isWorkbook(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) ||
		bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
}

// otherWorkbooks are the workbooks in formats that are not read, with the codes of their damage.
var otherWorkbooks = []struct {
	err  error
	code string
}{{xlsx.ErrEncrypted, "Encrypted"}, {xlsx.ErrOldExcel, "OtherFormat"}, {xlsx.ErrBinary, "OtherFormat"}, {xlsx.ErrOpenDocument, "OtherFormat"}}

// otherWorkbook gives the code and the way out for a workbook in another format; code is empty for any
// other error.
func otherWorkbook(err error) (code, cure string) {
	for _, other := range otherWorkbooks {
		if errors.Is(err, other.err) {
			return other.code, "Save it as .xlsx without a password, or export again as CSV."
		}
	}
	return "", ""
}

// refuseByContent refuses what is neither text with columns nor a workbook, by its first bytes; the
// file's name says nothing.
func (f *File) refuseByContent(head []byte, guess charset.Guess) *Refusal {
	if isWorkbook(head) {
		return nil
	}
	decoded, _ := io.ReadAll(charset.NewReader(bytes.NewReader(head), guess.Encoding)) // the last character may be cut
	text := strings.TrimLeft(string(decoded), " \t\r\n\ufeff")
	if f.format = contentFormat(text); f.format == "csv" {
		if len(head) == 0 || text == "" {
			return refuse(f.name, "NoRows", "the file is empty.", exportAgain(f.side, ""))
		}
		return nil
	}
	code, what := "OtherFormat", "this is HTML or XML, not CSV."
	switch f.format {
	case "json":
		code, what = "JSON", f.jsonText(text)
	case "ldif":
		code, what = "LDIF", "this is LDIF, not CSV."
	case "screen":
		code = "ScreenTable"
		what = "this is what PowerShell shows on a screen (by > or Out-File), not CSV: the values are cut off to fit. Use Export-Csv."
	}
	return refuse(f.name, code, what, exportAgain(f.side, ""))
}

// contentFormat says what a text is by its beginning: csv unless it shows to be another format.
func contentFormat(text string) string {
	lower := strings.ToLower(text[:min(len(text), 64)])
	switch {
	case strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{"):
		return "json"
	case hasAnyPrefix(lower, "<html", "<!doctype", "<table", "<?xml"):
		return "xml"
	case hasAnyPrefix(lower, "dn: ", "dn:: ", "version: 1"):
		return "ldif"
	case isScreen(text):
		return "screen"
	}
	return "csv"
}

func hasAnyPrefix(text string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
}

// isScreen finds a table with a line of dashes under its names, and a list of lines "Name : value".
func isScreen(text string) bool {
	first, rest, _ := strings.Cut(text, "\n")
	second, rest, _ := strings.Cut(rest, "\n")
	if isDashes(second) && !isDashes(first) {
		return true
	}
	third, _, _ := strings.Cut(rest, "\n")
	return isListLine(first) && isListLine(second) && (isListLine(third) || strings.TrimSpace(third) == "" || strings.HasPrefix(third, " "))
}

func isDashes(line string) bool {
	return strings.Contains(line, "---") && strings.Trim(line, "- \t\r") == ""
}

// isListLine says whether the line is one of Format-List: a name, blanks, a colon and a blank.
func isListLine(line string) bool {
	name, value, found := strings.Cut(strings.TrimRight(line, "\r"), " : ")
	if !found {
		name, found = strings.CutSuffix(name, " :")
	}
	name = strings.TrimSpace(name)
	return found && name != "" && !strings.ContainsAny(name, " ,;\t\"") && !strings.HasPrefix(value, ":")
}

// jsonText says what is wrong with JSON: some of it is not even all of the objects.
func (f *File) jsonText(head string) string {
	all, err := os.ReadFile(f.path)
	if err == nil && f.bytes < mostJSON {
		head = string(all)
	}
	switch {
	case strings.Contains(head, "@odata.nextLink"):
		return "this is JSON, not CSV, and only the first page of the objects (it has an @odata.nextLink)."
	case strings.Contains(head, `"System.`) || strings.Contains(head, `"@{`):
		return "this is JSON, not CSV, and values are missing: ConvertTo-Json needs -Depth 4."
	}
	return "this is JSON, not CSV."
}

// mostJSON is how much JSON is looked at as a whole.
const mostJSON = 64 << 20

// extensions are the endings of file names that say another format than the content.
func (f *File) noteExtension() {
	ext := strings.ToLower(filepath.Ext(f.name))
	isBook := f.format == "xlsx"
	if isBook && (ext == ".csv" || ext == ".txt" || ext == ".tsv") || !isBook && hasAnyPrefix(ext, ".xls", ".ods") {
		f.seen.see("Extension", fixed, 0, "The name ends in "+ext+", but the content is "+strings.ToUpper(f.format)+"; it was read as that.")
	}
}

// headerRows is how far down a sheet the header is looked for.
const headerRows = 10

// candidate is a sheet, and the row of it that looks most like a header.
type candidate struct {
	sheet   int
	name    string
	first   []string // the sheet's first row, and its number
	top     int
	row     int
	binding *binding // nil if no row looks like one
}

// header is the sheet's header, or what stands in its place.
func (c *candidate) header() []string {
	if c.binding == nil {
		return c.first
	}
	return c.binding.header
}

// findSheet opens a workbook and finds the sheet and the row of its header.
func (f *File) findSheet(ctx context.Context) error {
	book, err := f.openBook()
	if err != nil {
		return err
	}
	var list, other []candidate
	var names []string
	for i, sheet := range book.Sheets() {
		names = append(names, sheet.Name)
		if f.options.Sheet != "" && f.options.Sheet != sheet.Name {
			continue
		}
		c, err := f.findHeader(ctx, book, i)
		if err != nil {
			return err
		}
		if f.firstRow == nil {
			f.firstRow = c.first
		}
		if c.name = sheet.Name; c.binding != nil {
			list = append(list, c)
		} else {
			other = append(other, c)
		}
	}
	switch {
	case len(list) > 0:
		return f.chooseSheet(list)
	case f.options.Sheet != "":
		return refuse(f.name, "Sheets", fmt.Sprintf("there is no sheet %q with a header; the sheets are: %s.", f.options.Sheet, strings.Join(names, ", ")), "")
	}
	return f.refuseEverySheet(other)
}

// findHeader looks at the first rows of a sheet: the header is the first with the object's id, else the
// one with most known columns. binding is nil for a sheet without any. Damage further down is for the
// reading of the whole sheet to find.
func (f *File) findHeader(ctx context.Context, book *xlsx.Workbook, sheet int) (best candidate, err error) {
	best.sheet = sheet
	seen := 0
	yieldSheet(ctx, book, sheet, func(r *row, rowErr error) bool {
		if err = rowErr; err != nil {
			return false
		}
		b := bind(schemas[f.side], texts(r.cells))
		if seen == 0 {
			best.first, best.top = b.header, r.number
		}
		if b.bound() > 0 && (best.binding == nil || b.bound() > best.binding.bound()) {
			best.row, best.binding = r.number, b
		}
		seen++
		isHeader := b.bound() > 1 && b.has(keyColumn[f.side])
		return !isHeader && seen < headerRows
	})
	return best, err
}

// chooseSheet takes the only sheet that can be used.
func (f *File) chooseSheet(list []candidate) error {
	var fit []candidate
	for _, c := range list {
		_ = c.binding.choose(f.options.Columns) // what it does not have is said of the sheet that is taken
		if f.fits(c.binding) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 && len(list) == 1 {
		fit = list // inspect says what it lacks
	}
	if len(fit) != 1 {
		return f.refuseSheets(list, fit)
	}
	if fit[0].row != fit[0].top {
		f.noteAt(fit[0].row, "HeaderBelow", fmt.Sprintf("The header stands in row %d; what is above it was passed over.", fit[0].row))
	}
	f.headerRow, f.binding, f.sheet = fit[0].row, fit[0].binding, fit[0].name
	f.table = &sheetTable{path: f.path, sheet: fit[0].sheet, print: f.print, book: f.book}
	return f.chooseColumns()
}

// fits says whether a sheet has every needed column of the class that its columns tell.
func (f *File) fits(b *binding) bool {
	for _, name := range needed[f.side][classByColumns(b)] {
		if !b.has(name) && name != "OnPremisesImmutableId" && !(name == "mS-DS-ConsistencyGuid" && f.options.AnchorObjectGUID) {
			return false
		}
	}
	return true
}

// refuseSheets refuses a workbook of which several sheets could be meant, or none.
func (f *File) refuseSheets(list, fit []candidate) error {
	if len(fit) > 1 {
		return refuse(f.name, "Sheets", "several sheets could be meant: "+sheetsText(fit)+".", "Say which one with --sheet.")
	}
	return refuse(f.name, "Sheets", "no sheet has all the columns that are needed: "+sheetsText(list)+".", exportAgain(f.side, ""))
}

// refuseEverySheet refuses a workbook in which no row looks like a header.
func (f *File) refuseEverySheet(list []candidate) error {
	if refusal := f.refuseFirstRow(f.firstRow); refusal != nil {
		return refusal
	}
	return refuse(f.name, "Sheets", "no sheet has a header with known columns: "+sheetsText(list)+".", exportAgain(f.side, ""))
}

func sheetsText(list []candidate) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = fmt.Sprintf("%q (%s)", c.name, headerText(c.header()))
	}
	return strings.Join(texts, ", ")
}

// headerText shows a header, shortened.
func headerText(header []string) string { return shortened(strings.Join(header, ", ")) }
