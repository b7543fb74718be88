package workbook

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// sheet is how a table looks.
type sheet struct {
	name    string
	columns []column
	freeze  int  // columns that stay when the reader goes to the right
	informs bool // nothing is decided with it: it may end before all is listed
	page    bool // a page to read rather than a table: no header, filter or grid
	hidden  bool
	tab     string // colour of the tab
	table   string // the table of the package that has all rows
}

type column struct {
	title  string
	width  float64
	hidden bool
}

// book is the workbook while it is written. Its first error stays, so that rows need no check each.
type book struct {
	file   *excelize.File
	limits limits
	looks  looks
	tables []*table
	err    error
}

// table is one sheet, or several where it is too long for one.
type table struct {
	sheet
	book  *book
	pages []*page
	rows  int // without headers
	left  int // rows that were left out
	cut   int // cells that were cut
}

// page is one sheet of a table.
type page struct {
	name   string
	stream *excelize.StreamWriter
	rows   int // with the header
}

// made is the date in the workbook's properties. It is fixed, because no clock enters a package.
var made = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)

func newBook(temp string, l limits) (*book, error) {
	b := &book{file: excelize.NewFile(excelize.Options{TmpDir: temp}), limits: l}
	b.err = b.file.SetDocProps(&excelize.DocProperties{
		Creator: "smtpmatch", LastModifiedBy: "smtpmatch", Title: "Review of the plan", Created: made, Modified: made,
	})
	if b.err == nil {
		b.err = b.file.SetAppProps(&excelize.AppProperties{Application: "smtpmatch"})
	}
	if b.err == nil {
		b.looks, b.err = newLooks(b.file)
	}
	return b, b.err
}

// open adds a table after those that are there.
func (b *book) open(s sheet) *table {
	t := &table{sheet: s, book: b}
	b.tables = append(b.tables, t)
	t.turn()
	return t
}

// turn begins a further page.
func (t *table) turn() {
	p := &page{name: t.name}
	if len(t.pages) > 0 {
		p.name = fmt.Sprintf("%s (%d)", t.name, len(t.pages)+1)
	}
	t.pages = append(t.pages, p)
	t.try(func() error { return t.book.addSheet(p.name) })
	t.try(func() error { return t.layOut(p) })
	if t.page {
		return
	}
	header := make([]any, len(t.columns))
	for i, c := range t.columns {
		header[i] = excelize.Cell{StyleID: int(t.book.looks.header), Value: c.title}
	}
	t.put(header, excelize.RowOpts{Height: 30})
}

// try does a step unless one before failed.
func (t *table) try(step func() error) {
	if t.book.err == nil {
		t.book.err = step()
	}
}

// addSheet adds a sheet; the first is the one that a new file has.
func (b *book) addSheet(name string) error {
	if len(b.tables) == 1 && len(b.tables[0].pages) == 1 {
		return b.file.SetSheetName(b.file.GetSheetName(0), name)
	}
	_, err := b.file.NewSheet(name)
	return err
}

// layOut sets what stands in a sheet's file before its rows, in that order, and how it is printed.
func (t *table) layOut(p *page) (err error) {
	f, yes, grid, colour := t.book.file, true, !t.page, "FF"+t.tab // the schema wants the opacity too
	if err := f.SetSheetProps(p.name, &excelize.SheetPropsOptions{FitToPage: &yes, TabColorRGB: &colour}); err != nil {
		return err
	}
	if err := f.SetSheetView(p.name, -1, &excelize.ViewOptions{ShowGridLines: &grid}); err != nil {
		return err
	}
	if err := t.setPrint(p); err != nil {
		return err
	}
	if p.stream, err = f.NewStreamWriter(p.name); err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := p.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		if c.hidden {
			if err := p.stream.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
	}
	if t.page {
		return nil
	}
	corner, err := excelize.CoordinatesToCellName(t.freeze+1, 2)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if t.freeze > 0 {
		pane = "bottomRight"
	}
	return p.stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: t.freeze, YSplit: 1, TopLeftCell: corner, ActivePane: pane})
}

// setPrint makes all columns fit on the page's width: A4, landscape for tables.
func (t *table) setPrint(p *page) error {
	f, a4, wide, long, orientation := t.book.file, 9, 1, 0, "landscape"
	if t.page {
		orientation = "portrait"
	}
	err := f.SetPageLayout(p.name, &excelize.PageLayoutOptions{
		Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &long,
	})
	if err != nil {
		return err
	}
	side, high, head := 0.3, 0.5, 0.25
	err = f.SetPageMargins(p.name, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &high, Bottom: &high, Header: &head, Footer: &head,
	})
	if err != nil {
		return err
	}
	return f.SetHeaderFooter(p.name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"})
}

// row appends a row and gives what is in its cells. A cell is a string, a number, runs, or one of these in
// a look; the empty string is an empty cell.
func (t *table) row(cells ...any) []any {
	return t.rowIn(t.book.looks.text, t.book.looks.number, cells...)
}

// rowIn appends a row whose cells have these looks.
func (t *table) rowIn(text, number look, cells ...any) []any {
	if most := t.most(); most > 0 && t.rows >= most {
		t.left++
		return nil
	}
	if last := t.pages[len(t.pages)-1]; !t.page && last.rows >= t.book.limits.sheetRows {
		t.turn() // a page to read has few rows
	}
	t.rows++
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = t.cell(text, number, c)
	}
	t.put(values, excelize.RowOpts{Height: t.height(values)})
	return values
}

// Heights in points: of a line of text, of what stands above and below it, and the most that Excel takes.
const (
	lineHeight = 13.2
	linePad    = 2.5
	mostHeight = 409
)

// height gives the height at which all lines of a row show. Excel finds it by itself when it opens a file,
// other programs do not.
func (t *table) height(values []any) float64 {
	most := 1
	for i, value := range values {
		if cell, ok := value.(excelize.Cell); ok && i < len(t.columns) && !t.columns[i].hidden {
			most = max(most, linesIn(cellText(cell.Value), t.columns[i].width))
		}
	}
	return min(float64(most)*lineHeight+linePad, mostHeight)
}

func cellText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []excelize.RichTextRun:
		var b strings.Builder
		for _, r := range v {
			b.WriteString(r.Text)
		}
		return b.String()
	}
	return ""
}

// linesIn is how many lines a text takes in a column, whose width is in characters. Words that move to the
// next line leave room behind them, so a line is taken as a little shorter than the column.
func linesIn(text string, width float64) (lines int) {
	fits := max(1, int(width*0.92))
	for part := range strings.SplitSeq(text, "\n") {
		lines += 1 + max(0, utf8.RuneCountInString(part)-1)/fits
	}
	return lines
}

// most is how many rows the table may have, 0 for any number.
func (t *table) most() int {
	if t.informs {
		return t.book.limits.listed
	}
	return 0
}

// styled is a cell in a look of its own.
type styled struct {
	look  look
	value any
}

func (t *table) cell(text, number look, value any) any {
	switch v := value.(type) {
	case styled:
		return t.cell(v.look, v.look, v.value)
	case int:
		return excelize.Cell{StyleID: int(number), Value: v}
	case string:
		return excelize.Cell{StyleID: int(text), Value: t.text([]run{{text: visible(v)}})}
	case []run:
		if len(v) == 1 && v[0].font != nil && text == t.book.looks.text {
			return t.cell(t.book.looks.fonts[v[0].font], number, []run{{text: v[0].text}})
		}
		return excelize.Cell{StyleID: int(text), Value: t.text(v)}
	}
	return excelize.Cell{StyleID: int(text)}
}

// text gives the value of a text cell, with every run visible already.
func (t *table) text(runs []run) any {
	runs, cut := t.book.limits.fit(runs)
	if cut {
		t.cut++
	}
	if len(runs) == 1 && runs[0].font == nil {
		if runs[0].text == "" {
			return nil
		}
		return runs[0].text
	}
	var rich []excelize.RichTextRun
	for _, r := range runs {
		font := r.font
		if font == nil {
			font = fontPlain
		}
		rich = append(rich, excelize.RichTextRun{Font: font, Text: r.text})
	}
	if rich == nil {
		return nil
	}
	return rich
}

// put writes the next row of the last page.
func (t *table) put(values []any, options ...excelize.RowOpts) {
	p := t.pages[len(t.pages)-1]
	p.rows++
	t.try(func() error {
		first, err := excelize.CoordinatesToCellName(1, p.rows)
		if err != nil {
			return err
		}
		return p.stream.SetRow(first, values, options...)
	})
}

// rows is how many rows the visible tables have.
func (b *book) rows() (n int) {
	for _, t := range b.tables {
		if !t.page && !t.hidden {
			n += t.rows
		}
	}
	return n
}

// finish puts further pages behind the first of their table, then ends every sheet. Filters and print
// titles name a sheet by its place, so they come when the places are fixed.
func (b *book) finish() error {
	for i, t := range b.tables[:len(b.tables)-1] {
		for _, p := range t.pages[1:] {
			t.try(func() error { return b.file.MoveSheet(p.name, b.tables[i+1].name) })
		}
	}
	for _, t := range b.tables {
		for _, p := range t.pages {
			t.try(func() error { return t.end(p) })
		}
	}
	if b.err == nil {
		b.file.SetActiveSheet(0)
	}
	return b.err
}

func (t *table) end(p *page) error {
	f := t.book.file
	if t.hidden {
		if err := f.SetSheetVisible(p.name, false, true); err != nil {
			return err
		}
		return p.stream.Flush()
	}
	if !t.page {
		if err := t.setRanges(p); err != nil {
			return err
		}
	}
	return p.stream.Flush()
}

// setRanges sets what concerns all rows of a sheet: filter, print titles, and that text which looks like a
// number is meant as text.
func (t *table) setRanges(p *page) error {
	f := t.book.file
	last, err := excelize.CoordinatesToCellName(len(t.columns), p.rows)
	if err != nil {
		return err
	}
	if err := f.AutoFilter(p.name, "A1:"+last, nil); err != nil {
		return err
	}
	if err := f.AddIgnoredErrors(p.name, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText); err != nil {
		return err
	}
	err = f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: "'" + p.name + "'!$1:$1", Scope: p.name,
	})
	if err == nil && t.name == changesSheet.name && p.rows > 1 {
		err = t.book.offerDecisions(p)
	}
	return err
}

// write writes the file.
func (b *book) write(w io.Writer) error {
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return &archive{out: w} })
	return b.file.Write(io.Discard)
}
