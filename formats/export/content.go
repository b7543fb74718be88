package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/xlsx"
)

// isWorkbook says whether a file is for package xlsx to open, or to say which format it is.
func isWorkbook(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) ||
		bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
}

// workbookCure is the way out for a workbook in another format; empty for any other error.
func workbookCure(err error) string {
	for _, other := range []error{xlsx.ErrEncrypted, xlsx.ErrOldExcel, xlsx.ErrBinary, xlsx.ErrOpenDocument} {
		if errors.Is(err, other) {
			return "Save it as .xlsx without a password, or export again as CSV."
		}
	}
	return ""
}

// refuseByContent refuses what is neither text with columns nor a workbook, by its first bytes; the
// file's name says nothing.
func (f *File) refuseByContent(head []byte, guess charset.Guess) *Refusal {
	decoded, _ := io.ReadAll(charset.NewReader(bytes.NewReader(head), guess.Encoding)) // the last character may be cut
	text := strings.TrimLeft(string(decoded), " \t\r\n")
	lower := strings.ToLower(text)
	what := ""
	switch {
	case len(head) == 0:
		return refuse(f.name, "the file is empty.", exportAgain(f.side, ""))
	case strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{"):
		what = "JSON, not CSV"
	case strings.HasPrefix(lower, "<html") || strings.HasPrefix(lower, "<!doctype") || strings.HasPrefix(lower, "<table") || strings.HasPrefix(lower, "<?xml"):
		what = "HTML or XML, not CSV"
	case strings.HasPrefix(lower, "dn: ") || strings.HasPrefix(lower, "version: 1"):
		what = "LDIF, not CSV"
	default:
		return nil
	}
	return refuse(f.name, "this is "+what+".", exportAgain(f.side, ""))
}

// headerRows is how far down a sheet the header is looked for.
const headerRows = 10

// candidate is a sheet, and the row of it that looks most like a header.
type candidate struct {
	sheet   int
	name    string
	row     int
	binding *binding
}

// findSheet opens a workbook and finds the sheet and the row of its header.
func (f *File) findSheet(ctx context.Context) error {
	book, err := xlsx.Open(f.path)
	if err != nil {
		return err
	}
	defer book.Close()
	var list []candidate
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
		if c.name = sheet.Name; c.binding != nil {
			list = append(list, c)
		}
	}
	if f.options.Sheet != "" && len(list) == 0 {
		return refuse(f.name, fmt.Sprintf("there is no sheet %q with a header; the sheets are: %s.", f.options.Sheet, strings.Join(names, ", ")), "")
	}
	return f.chooseSheet(list)
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
	f.headerRow, f.binding = fit[0].row, fit[0].binding
	f.table = &sheetTable{path: f.path, sheet: fit[0].sheet, print: f.print}
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

func (f *File) refuseSheets(list, fit []candidate) error {
	reason, cure := "no sheet has a header with known columns.", exportAgain(f.side, "")
	switch {
	case len(fit) > 1:
		reason = "several sheets could be meant: " + sheetsText(fit) + "."
		cure = "Say which one with --sheet."
	case len(list) > 1:
		reason = "no sheet has all the columns that are needed: " + sheetsText(list) + "."
	}
	return refuse(f.name, reason, cure)
}

func sheetsText(list []candidate) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = fmt.Sprintf("%q (%s)", c.name, headerText(c.binding.header))
	}
	return strings.Join(texts, ", ")
}

// headerText shows a header, shortened.
func headerText(header []string) string { return shortened(strings.Join(header, ", ")) }
