package workbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"smtpmatch/formats/workbook/internal/sheetdata"
	"smtpmatch/reconcile"
)

// excelizeCell is a cell as excelize's stream writer takes it: the oracle of what this package writes itself.
func excelizeCell(c *cell) excelize.Cell {
	switch {
	case c.isNumber:
		return excelize.Cell{StyleID: int(c.look), Value: c.number}
	case len(c.runs) > 0:
		var runs []excelize.RichTextRun
		for _, r := range c.runs {
			font := r.font
			if font == nil {
				font = fontPlain
			}
			runs = append(runs, excelize.RichTextRun{Font: font, Text: r.text})
		}
		return excelize.Cell{StyleID: int(c.look), Value: runs}
	case c.text != "":
		return excelize.Cell{StyleID: int(c.look), Value: c.text}
	}
	return excelize.Cell{StyleID: int(c.look)}
}

func excelizeRow(cells []cell) (list []any) {
	for i := range cells {
		list = append(list, excelizeCell(&cells[i]))
	}
	return list
}

// partsOf gives the parts of a workbook.
func partsOf(t testing.TB, workbook []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(f.Name, err)
		}
		parts[f.Name] = string(text)
	}
	return parts
}

// rowsIn gives what stands in <sheetData> of a sheet.
func rowsIn(t testing.TB, sheet string) string {
	t.Helper()
	_, rest, found := strings.Cut(sheet, "<sheetData>")
	rows, _, ended := strings.Cut(rest, "</sheetData>")
	if !found || !ended {
		t.Fatalf("no rows in %.300s", sheet)
	}
	return rows
}

// rowsOfExcelize gives the rows of a sheet that excelize's stream writer makes of cells.
func rowsOfExcelize(t testing.TB, rows [][]cell, heights []float64) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	stream, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := stream.SetRow(fmt.Sprintf("A%d", i+1), excelizeRow(row), excelize.RowOpts{Height: heights[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Flush(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return rowsIn(t, partsOf(t, out.Bytes())["xl/worksheets/sheet1.xml"])
}

// recorded is a table that keeps what was put into it.
func recorded(t testing.TB) (b *book, table *table) {
	t.Helper()
	b, err := newBook(t.TempDir(), excelLimits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.close() })
	return b, b.open(sheet{name: "Sheet1", tab: "000000", columns: slices.Repeat([]column{{title: "A", width: 20}}, 4)})
}

// writtenRows finishes a book of one table, and gives its rows.
func writtenRows(t testing.TB, b *book) string {
	t.Helper()
	if err := b.finish(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		t.Fatal(err)
	}
	return rowsIn(t, partsOf(t, out.Bytes())["xl/worksheets/sheet1.xml"])
}

// FuzzSameAsExcelize: the XML of every cell that a workbook shows is that of excelize, byte for byte.
func FuzzSameAsExcelize(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, "b", 1)
		f.Add("a\n", text, -1)
	}
	f.Fuzz(func(t *testing.T, first, second string, number int) {
		b, table := recorded(t)
		fonts := []run{{visible(first), fontPrimary}, {visible(second), nil}, {visible(first), fontNote}, {visible(second), fontAdded},
			{visible(first), fontDemoted}, {visible(second), fontSoft}}
		rows := [][]cell{{{look: b.looks.header, text: "A"}, {look: b.looks.header, text: "A"}, {look: b.looks.header, text: "A"}, {look: b.looks.header, text: "A"}}}
		heights := []float64{headerHeight}
		for _, values := range [][]any{
			{first, second, number, fonts}, {}, {"", styled{b.looks.blocks, second}}, {fonts[:1], fonts[:2], []run{}, styled{b.looks.wide, fonts[:1]}},
		} {
			cells := slices.Clone(table.row(values...))
			rows, heights = append(rows, cells), append(heights, table.height(cells))
		}
		if b.err != nil {
			t.Fatal(b.err)
		}
		got, want := writtenRows(t, b), rowsOfExcelize(t, rows, heights)
		if got != want {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			at = max(0, at-50)
			t.Errorf("got  …%.200s\nwant …%.200s", got[at:], want[at:])
		}
	})
}

// FuzzLines: a cell has as many lines as its whole text, counted character by character.
func FuzzLines(f *testing.F) {
	f.Add("Müller\n", "Anna Adler\n\n", "x", 10)
	f.Add("a\nb", "", "0123456789", 11)
	f.Add("0123456789", "012345678", "", 10) // one more than fits, and just as many
	f.Add("üüüüüüüüüü", "üüüüüüüüüüü\nü", "\xff", 10)
	f.Fuzz(func(t *testing.T, a, b, c string, width int) {
		width &= 0xFF
		a, b, c = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?"), strings.ToValidUTF8(c, "?") // or pieces make one character
		for _, one := range []cell{{text: a}, {text: b}, {runs: []run{{text: a}, {text: b}, {text: c}}}} {
			text := one.text
			for _, r := range one.runs {
				text += r.text
			}
			want, fits := 0, max(1, int(float64(width)*0.92))
			for part := range strings.SplitSeq(text, "\n") {
				want += 1 + max(0, len([]rune(part))-1)/fits
			}
			if got := one.lines(float64(width)); got != want {
				t.Errorf("%q has %d lines in a column of %d, want %d", text, got, width, want)
			}
		}
	})
}

// TestArchiveWithoutPart: rows whose sheet excelize does not give are an error, not a workbook without them.
func TestArchiveWithoutPart(t *testing.T) {
	a := &archive{out: io.Discard, rows: map[string]*sheetdata.Rows{"xl/worksheets/sheet9.xml": nil}}
	if err := a.Close(); err == nil || !strings.Contains(err.Error(), "sheet9.xml") {
		t.Errorf("got %v", err)
	}
}

// BenchmarkChangesSheet compares a workbook with excelize's stream writer alone, which gets the cells of the
// same rows of Changes and _plan ready made.
func BenchmarkChangesSheet(b *testing.B) {
	const rows = 20_000
	c := testContent()
	var list []*reconcile.Change
	for i := range rows {
		list = append(list, largeChange(i))
	}
	c.Changes = stream(list...)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := Write(io.Discard, c); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds()/1e3, "krows/s")
	})
	changes, plan, heights := largeCells(b, rows)
	b.Run("excelize", func(b *testing.B) {
		for b.Loop() {
			writeWithExcelize(b, changes, plan, heights)
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds()/1e3, "krows/s")
	})
}

// largeCells gives the cells that the first rows of Changes and _plan have in a workbook.
func largeCells(t testing.TB, n int) (changes, plan [][]any, heights []float64) {
	b, err := newBook(t.TempDir(), excelLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	change, plans, sum := layout{sheet: changesSheet, book: b}, layout{sheet: planSheet, book: b}, newSummer("2e0bf3cc1526")
	for i := range n {
		c := largeChange(i)
		row := change.decidable(c, keyOf(c))
		changes, heights = append(changes, excelizeRow(row)), append(heights, change.height(row))
		plan = append(plan, excelizeRow(plans.layOut(b.looks.text, b.looks.number, []any{keyOf(c), sum.of(row[1:])})))
	}
	return changes, plan, heights
}

func writeWithExcelize(t testing.TB, changes, plan [][]any, heights []float64) {
	f := excelize.NewFile()
	defer f.Close()
	if _, err := newLooks(f); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("_plan"); err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string][][]any{"Sheet1": changes, "_plan": plan} {
		stream, err := f.NewStreamWriter(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := stream.SetRow(fmt.Sprintf("A%d", i+1), row, excelize.RowOpts{Height: heights[i]}); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Write(io.Discard); err != nil {
		t.Fatal(err)
	}
}
