package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Every colour says again what a word in the cell says.

const (
	fontName = "Calibri"
	fontSize = 10

	textFormat     = 49 // "@": stays text when it is edited
	numberFormat   = 3  // "#,##0"
	colourOpen     = "FFF2CC"
	colourBlocks   = "FCE4E4"
	colourHeader   = "1F3864"
	colourBand     = "F2F5FA"
	colourGrid     = "D0D5DD"
	colourSoft     = "5F6773"
	colourPrimary  = "0B6B2E"
	colourAdded    = "0B4F9E"
	colourDemoted  = "9A4B00"
	colourWarnText = "9C0006"
)

// The looks of pieces of a cell's text.
var (
	fontPlain   = &excelize.Font{Family: fontName, Size: fontSize}
	fontSoft    = &excelize.Font{Family: fontName, Size: fontSize, Color: colourSoft}
	fontNote    = &excelize.Font{Family: fontName, Size: fontSize, Color: colourWarnText, Italic: true}
	fontPrimary = &excelize.Font{Family: fontName, Size: fontSize, Color: colourPrimary, Bold: true}
	fontAdded   = &excelize.Font{Family: fontName, Size: fontSize, Color: colourAdded, Bold: true}
	fontDemoted = &excelize.Font{Family: fontName, Size: fontSize, Color: colourDemoted}
)

// look is the number of a style in the workbook.
type look int

// looks are the styles of cells.
type looks struct {
	header, text, band, number, bandNumber look // of tables
	decision, strong, blocks               look
	title, section, wide, count, soft      look // of Summary and Inputs
	apply, skip                            int  // of conditional formats

	fonts      map[*excelize.Font]look   // text in a font of its own: a style is much cheaper than a run
	properties map[*excelize.Font]string // the fonts of runs, as XML
}

func newLooks(f *excelize.File) (l looks, err error) {
	set := func(target *look, s excelize.Style) {
		if err == nil {
			var id int
			id, err = f.NewStyle(&s)
			*target = look(id)
		}
	}
	grid := borders()
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	right := &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}
	strong := &excelize.Font{Family: fontName, Size: fontSize, Bold: true}
	warn := &excelize.Font{Family: fontName, Size: fontSize, Bold: true, Color: colourWarnText}

	set(&l.header, excelize.Style{Font: &excelize.Font{Family: fontName, Size: fontSize, Bold: true, Color: "FFFFFF"},
		Fill: fill(colourHeader), Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Border: grid})
	set(&l.text, excelize.Style{Font: fontPlain, NumFmt: textFormat, Alignment: top, Border: grid})
	set(&l.band, excelize.Style{Font: fontPlain, NumFmt: textFormat, Alignment: top, Border: grid, Fill: fill(colourBand)})
	set(&l.number, excelize.Style{Font: fontPlain, NumFmt: numberFormat, Alignment: right, Border: grid})
	set(&l.bandNumber, excelize.Style{Font: fontPlain, NumFmt: numberFormat, Alignment: right, Border: grid, Fill: fill(colourBand)})
	set(&l.decision, excelize.Style{Font: strong, NumFmt: textFormat, Border: grid, Fill: fill(colourOpen),
		Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "center"}})
	set(&l.strong, excelize.Style{Font: strong, NumFmt: textFormat, Alignment: top, Border: grid})
	set(&l.blocks, excelize.Style{Font: warn, NumFmt: textFormat, Alignment: top, Border: grid, Fill: fill(colourBlocks)})

	set(&l.title, excelize.Style{Font: &excelize.Font{Family: fontName, Size: 16, Bold: true, Color: colourHeader}})
	set(&l.section, excelize.Style{Font: &excelize.Font{Family: fontName, Size: 12, Bold: true, Color: colourHeader},
		Border: []excelize.Border{{Type: "bottom", Style: 2, Color: colourHeader}}})
	set(&l.wide, excelize.Style{Font: fontPlain, NumFmt: textFormat, Alignment: top})
	set(&l.count, excelize.Style{Font: strong, NumFmt: numberFormat, Alignment: right})
	set(&l.soft, excelize.Style{Font: fontSoft, NumFmt: textFormat})
	l.fonts = make(map[*excelize.Font]look)
	for _, font := range []*excelize.Font{fontPrimary, fontAdded, fontDemoted} {
		var id look
		set(&id, excelize.Style{Font: font, NumFmt: textFormat, Alignment: top, Border: grid})
		l.fonts[font] = id
	}
	l.properties = make(map[*excelize.Font]string)
	for _, font := range []*excelize.Font{fontPlain, fontSoft, fontNote, fontPrimary, fontAdded, fontDemoted} {
		l.properties[font] = propertiesOf(font)
	}
	if err == nil {
		l.apply, err = f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "006100"}, Fill: fill("C6EFCE")})
	}
	if err == nil {
		l.skip, err = f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "404040"}, Fill: fill("D9D9D9")})
	}
	return l, err
}

// propertiesOf gives the XML of a run's look, as excelize writes it.
func propertiesOf(f *excelize.Font) string {
	bold, italic, colour := "", "", ""
	if f.Bold {
		bold = `<b val="1"></b>`
	}
	if f.Italic {
		italic = `<i val="1"></i>`
	}
	if f.Color != "" {
		colour = ` rgb="FF` + f.Color + `"`
	}
	return fmt.Sprintf(`<rPr><rFont val="%s"></rFont><family val="2"></family>%s%s<color%s></color><sz val="%v"></sz></rPr>`,
		f.Family, bold, italic, colour, f.Size)
}

func fill(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

func borders() (list []excelize.Border) {
	for _, side := range []string{"left", "right", "top", "bottom"} {
		list = append(list, excelize.Border{Type: side, Style: 1, Color: colourGrid})
	}
	return list
}
