package export

import (
	"context"
	"iter"
	"os"
	"unsafe"

	"smtpmatch/formats/export/internal/xlsx"
)

// sheetTable is the table of one sheet of a workbook.
type sheetTable struct {
	path  string
	sheet int
	print fingerprint
	book  *xlsx.Workbook // while it is open, see [File.closeBook]
}

// rows reads the sheet from its beginning, see [table].
func (t *sheetTable) rows(ctx context.Context) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		if err := t.unchanged(); err != nil {
			yield(nil, err)
			return
		}
		if t.book != nil {
			yieldSheet(ctx, t.book, t.sheet, yield)
			return
		}
		book, err := xlsx.Open(t.path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer book.Close()
		yieldSheet(ctx, book, t.sheet, yield)
	}
}

// openBook opens the workbook until [File.closeBook], so that its shared texts are read but once.
func (f *File) openBook() (*xlsx.Workbook, error) {
	if f.options.OneBook != nil {
		f.options.OneBook.Lock()
	}
	book, err := xlsx.Open(f.path)
	if err != nil {
		f.unlockBook()
		return nil, err
	}
	f.book = book
	return book, nil
}

func (f *File) closeBook() {
	if t, ok := f.table.(*sheetTable); ok {
		t.book = nil
	}
	if f.book != nil {
		f.book.Close()
		f.book = nil
		f.unlockBook()
	}
}

func (f *File) unlockBook() {
	if f.options.OneBook != nil {
		f.options.OneBook.Unlock()
	}
}

// unchanged reads the file, which is small beside what it holds, and compares it.
func (t *sheetTable) unchanged() error {
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return t.print.watch(f).unchanged()
}

// yieldSheet yields the rows of a sheet that hold anything.
func yieldSheet(ctx context.Context, book *xlsx.Workbook, sheet int, yield func(*row, error) bool) {
	var cells sheetCells
	n := 0
	for found, err := range book.Rows(sheet) {
		if n++; n%checkEvery == 0 && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if r := cells.row(found); !yield(r, nil) {
			return
		}
	}
}

// sheetCells lays the cells of a sheet's row side by side. It is reused from row to row.
type sheetCells struct {
	current row
	texts   [][]byte
	marks   []state
}

func (c *sheetCells) row(found *xlsx.Row) *row {
	c.texts, c.marks = c.texts[:0], c.marks[:0]
	marked := false
	for i := range found.Cells {
		cell := &found.Cells[i]
		for len(c.texts) < cell.Column {
			c.texts, c.marks = append(c.texts, nil), append(c.marks, sound)
		}
		mark := stateOf(cell)
		marked = marked || mark != sound
		// The bytes are the text's own; nobody writes to cells.
		c.texts, c.marks = append(c.texts, unsafe.Slice(unsafe.StringData(cell.Text), len(cell.Text))), append(c.marks, mark)
	}
	c.current = row{number: found.Number, cells: c.texts, sparse: true, hidden: found.Hidden, stable: true}
	if marked {
		c.current.states = c.marks
	}
	return &c.current
}

// stateOf finds what a spreadsheet did to a cell. A formula whose value is a number, or that has none, was a
// text that began with =; one with a text, be it empty, or a boolean is as good as its value.
func stateOf(cell *xlsx.Cell) state {
	switch {
	case cell.Kind == xlsx.Error:
		return errored
	case cell.Formula && cell.Kind == xlsx.Number:
		return formula
	}
	return sound
}
