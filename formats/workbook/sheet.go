package workbook

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"smtpmatch/formats/evidence"
	"smtpmatch/formats/workbook/internal/sheetdata"
)

// sheet is how a table looks.
type sheet struct {
	name    string
	columns []column
	freeze  int  // columns that stay when the reader goes to the right
	guide   int  // the column by which a reader finds a row: of a split table, Summary says where which are
	informs bool // nothing is decided with it: it may end before all is listed
	page    bool // a page to read rather than a table: no header, filter or grid
	hidden  bool
	tab     string   // colour of the tab
	tables  []string // of the package, that have all rows
}

type column struct {
	title  string
	width  float64
	hidden bool
}

// source names the tables that have all rows, and says which of them were not asked for.
func (s *sheet) source(settings *evidence.Settings) string {
	var paths, missing []string
	for _, name := range s.tables {
		path := "tables/" + name + ".csv"
		paths = append(paths, path)
		if len(settings.Tables) > 0 && !slices.Contains(settings.Tables, name) {
			missing = append(missing, path)
		}
	}
	text := strings.Join(paths, " and ")
	if len(missing) > 0 {
		text += ". Not written: " + strings.Join(missing, ", ") + "; run plan again with --tables all"
	}
	return text
}

// book is the workbook while it is written. excelize makes all but the rows of its sheets, for which it is
// too slow. The first error stays, so that rows need no check each.
type book struct {
	file   *excelize.File
	rows   *sheetdata.Store
	limits limits
	looks  looks
	tables []*table
	err    error
}

// table is one sheet, or several where it is too long for one.
type table struct {
	layout
	pages []*page
	rows  int // without headers
	left  int // rows that were left out
}

// page is one sheet of a table.
type page struct {
	name        string
	frame       *excelize.StreamWriter // the sheet without its rows
	data        *sheetdata.Rows
	rows        int    // with the header
	first, last []byte // what is in the column that the table is looked through by, in the first and the last row
}

// made is the date in the workbook's properties. It is fixed, because no clock enters a package.
var made = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)

func newBook(temp string, l limits) (*book, error) {
	b := &book{file: excelize.NewFile(), rows: sheetdata.NewStore(temp), limits: l}
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

// close removes what was kept for the sheets.
func (b *book) close() error { return errors.Join(b.file.Close(), b.rows.Close()) }

// open adds a table after those that are there.
func (b *book) open(s sheet) *table {
	t := &table{layout: layout{sheet: s, book: b}}
	b.tables = append(b.tables, t)
	t.turn()
	return t
}

// turn begins a further page.
func (t *table) turn() {
	p := &page{name: t.name, data: t.book.rows.NewRows()}
	if n := len(t.pages); n > 0 {
		p.name = fmt.Sprintf("%s (%d)", t.name, n+1)
		t.try(t.pages[n-1].data.Done)
	}
	t.pages = append(t.pages, p)
	t.try(func() error { return t.book.addSheet(p.name) })
	t.try(func() error { return t.setFrame(p) })
	if t.page {
		return
	}
	header := make([]cell, len(t.columns))
	for i, c := range t.columns {
		header[i] = cell{look: t.book.looks.header, text: c.title}
	}
	t.put(header, headerHeight)
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

// setFrame sets what stands in a sheet's file before its rows, in that order, and how it is printed.
func (t *table) setFrame(p *page) (err error) {
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
	if p.frame, err = f.NewStreamWriter(p.name); err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := p.frame.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		if c.hidden {
			if err := p.frame.SetColVisible(i+1, i+1, false); err != nil {
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
	return p.frame.SetPanes(&excelize.Panes{Freeze: true, XSplit: t.freeze, YSplit: 1, TopLeftCell: corner, ActivePane: pane})
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

// row appends a row and gives what is in its cells, until the next is appended. A cell is a string, a number,
// runs, or one of these in a look; the empty string is an empty cell.
func (t *table) row(cells ...any) []cell {
	return t.rowIn(t.book.looks.text, t.book.looks.number, cells...)
}

// rowIn appends a row whose cells have these looks.
func (t *table) rowIn(text, number look, cells ...any) []cell {
	if t.leavesOut() {
		return nil
	}
	if !t.page && t.isFull(0) {
		t.turn() // a page to read has few rows
	}
	t.rows++
	values := t.layOut(text, number, cells)
	t.put(values, t.height(values))
	return values
}

// lastPage is the one that is written.
func (t *table) lastPage() *page { return t.pages[len(t.pages)-1] }

// isFull says whether a further row needs a further sheet, if so many rows are still to come to this one.
func (t *table) isFull(coming int) bool {
	l, p := &t.book.limits, t.lastPage()
	return p.rows+coming >= l.sheetRows || p.data.Size() >= l.sheetSize
}

// leavesOut says that the table is a list as long as it may be, and counts the row that is left out. Asked
// before a row is made, it saves the work: of a large tenant most rows are left out.
func (t *table) leavesOut() bool {
	if !t.informs || t.rows < t.book.limits.listed {
		return false
	}
	t.left++
	return true
}

// put writes the next row of the last page.
func (t *table) put(values []cell, height float64) {
	p := t.lastPage()
	p.rows++
	t.write(p.data, values, height)
	t.try(p.data.End)
	if !t.page && p.rows > 1 {
		p.note(t.guideOf(values), t.guideOf(values))
	}
}

// note keeps what the sheet begins and ends with, when rows were added of which first and last are the ends.
func (p *page) note(first, last string) {
	if p.first == nil {
		p.first = append([]byte{}, first...)
	}
	p.last = append(p.last[:0], last...)
}

// shown is how many rows the visible tables have.
func (b *book) shown() (n int) {
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
		return p.frame.Flush()
	}
	if !t.page {
		if err := t.setRanges(p); err != nil {
			return err
		}
	}
	return p.frame.Flush()
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
	a := &archive{out: w, rows: make(map[string]*sheetdata.Rows)}
	for id, name := range b.file.GetSheetMap() {
		a.rows[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = b.rowsOf(name)
	}
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return a })
	return b.file.Write(io.Discard)
}

// rowsOf gives the rows of a sheet.
func (b *book) rowsOf(sheet string) *sheetdata.Rows {
	for _, t := range b.tables {
		for _, p := range t.pages {
			if p.name == sheet {
				return p.data
			}
		}
	}
	return nil
}
