package workbook

import (
	"strings"
	"unicode/utf8"

	"smtpmatch/formats/workbook/internal/sheetdata"
)

// styled is a cell in a look of its own.
type styled struct {
	look  look
	value any
}

// cell is what stands in a cell: a number, a text, a text of several runs, or nothing.
type cell struct {
	look     look
	isNumber bool
	number   int
	text     string
	runs     []run // instead of text
}

// layout lays out the rows of a table, wherever they are written.
type layout struct {
	sheet
	book *book // for its looks and limits
	cut  int   // cells that were cut

	// Memory that is used again and again.
	values []cell // of the row
	lines  []line // of a list in it
	runs   []sheetdata.Run
}

// layOut lays out a row, see [table.row]. It is valid until the next.
func (l *layout) layOut(text, number look, values []any) []cell {
	l.values = l.values[:0]
	for _, value := range values {
		l.values = append(l.values, l.cell(text, number, value))
	}
	return l.values
}

// guideOf gives what stands in the row's column by which a reader finds it.
func (l *layout) guideOf(row []cell) string {
	if l.guide >= len(row) {
		return ""
	}
	return row[l.guide].text
}

// cell lays out a value in the row's looks or in its own.
func (l *layout) cell(text, number look, value any) cell {
	switch v := value.(type) {
	case styled:
		return l.cell(v.look, v.look, v.value)
	case int:
		return cell{look: number, isNumber: true, number: v}
	case string:
		return l.textCell(text, visible(v))
	case []run:
		if len(v) == 1 && v[0].font != nil && text == l.book.looks.text {
			return l.textCell(l.book.looks.fonts[v[0].font], v[0].text)
		}
		return l.richCell(text, v)
	}
	return cell{look: text}
}

// textCell lays out a text that is visible already.
func (l *layout) textCell(look look, text string) cell {
	if len(text) <= l.book.limits.units { // as in fit, without making a slice of it
		return cell{look: look, text: text}
	}
	return l.richCell(look, []run{{text: text}})
}

// richCell lays out runs, whose texts are visible already.
func (l *layout) richCell(look look, runs []run) cell {
	runs, cut := l.book.limits.fit(runs)
	if cut {
		l.cut++
	}
	if len(runs) == 1 && runs[0].font == nil {
		return cell{look: look, text: runs[0].text}
	}
	return cell{look: look, runs: runs}
}

// write begins a row in a sheet and writes its cells.
func (l *layout) write(data *sheetdata.Rows, row []cell, height float64) {
	data.Start(height)
	for i := range row {
		l.writeCell(data, &row[i])
	}
}

func (l *layout) writeCell(data *sheetdata.Rows, c *cell) {
	switch {
	case c.isNumber:
		data.Number(int(c.look), c.number)
	case len(c.runs) > 0:
		l.runs = l.runs[:0]
		for _, r := range c.runs {
			font := r.font
			if font == nil {
				font = fontPlain
			}
			l.runs = append(l.runs, sheetdata.Run{Properties: l.book.looks.properties[font], Text: r.text})
		}
		data.Rich(int(c.look), l.runs)
	case c.text != "":
		data.Text(int(c.look), c.text)
	default:
		data.Empty(int(c.look))
	}
}

// Heights in points: of a header, of a line of text, of what stands above and below it, and the most that
// Excel takes.
const (
	headerHeight = 30
	lineHeight   = 13.2
	linePad      = 2.5
	mostHeight   = 409
)

// height gives the height at which all lines of a row show. Excel finds it by itself when it opens a file,
// other programs do not.
func (l *layout) height(values []cell) float64 {
	most := 1
	for i := range values {
		if i < len(l.columns) && !l.columns[i].hidden {
			most = max(most, values[i].lines(l.columns[i].width))
		}
	}
	return min(float64(most)*lineHeight+linePad, mostHeight)
}

// lines is how many lines a cell takes in a column, whose width is in characters. Words that move to the
// next line leave room behind them, so a line is taken as a little shorter than the column.
func (c *cell) lines(width float64) int {
	m := measure{fits: max(1, int(width*0.92))}
	if len(c.runs) == 0 && len(c.text) <= m.fits && strings.IndexByte(c.text, '\n') < 0 {
		return 1 // it has no more characters than bytes
	}
	m.add(c.text)
	for i := range c.runs {
		m.add(c.runs[i].text)
	}
	m.endLine()
	return m.lines
}

// measure counts the lines of a text that comes in pieces.
type measure struct {
	fits  int // characters
	lines int
	runes int // of the line that has not ended
}

func (m *measure) add(text string) {
	for {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			m.runes += utf8.RuneCountInString(text)
			return
		}
		if m.runes += i; m.runes > m.fits {
			m.runes += utf8.RuneCountInString(text[:i]) - i
		}
		m.endLine()
		text = text[i+1:]
	}
}

func (m *measure) endLine() {
	m.lines += 1 + max(0, m.runes-1)/m.fits
	m.runes = 0
}
