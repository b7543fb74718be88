package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
)

// sheetRows is how many rows a sheet has.
const sheetRows = 1 << 20

// writeWorkbook writes an export as a workbook whose texts are shared strings. They are written behind the
// sheet, by going through the rows once more: neither part is kept in memory.
func writeWorkbook(f *os.File, e *export) error {
	if e.rows >= sheetRows {
		return fmt.Errorf("%d rows and a header are more than the %d that a sheet has", e.rows, sheetRows)
	}
	archive := zip.NewWriter(f)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, part := range frame {
		if err := writePart(archive, part.name, func(w *bufio.Writer) { w.WriteString(xmlHead + part.text) }); err != nil {
			return err
		}
	}
	var counted sharedStrings
	if err := writePart(archive, "xl/worksheets/sheet1.xml", func(w *bufio.Writer) { counted = writeSheet(w, e) }); err != nil {
		return err
	}
	if err := writePart(archive, "xl/sharedStrings.xml", func(w *bufio.Writer) { writeStrings(w, e, counted) }); err != nil {
		return err
	}
	return archive.Close()
}

func writePart(archive *zip.Writer, name string, write func(*bufio.Writer)) error {
	part, err := archive.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(part, bufferSize)
	write(w) // an error stays in w
	return w.Flush()
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetNS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeR = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packR   = "http://schemas.openxmlformats.org/package/2006/relationships"
	typesNS = "http://schemas.openxmlformats.org/package/2006/content-types"
	sheetML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// frame is the parts of a workbook that hold no cells.
var frame = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="` + typesNS + `">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + sheetML + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + sheetML + `worksheet+xml"/>` +
		`<Override PartName="/xl/sharedStrings.xml" ContentType="` + sheetML + `sharedStrings+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="` + packR + `">` +
		`<Relationship Id="rId1" Type="` + officeR + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="` + sheetNS + `" xmlns:r="` + officeR + `">` +
		`<sheets><sheet name="Users" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packR + `">` +
		`<Relationship Id="rId1" Type="` + officeR + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + officeR + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
}

// sharedStrings counts the shared strings, and knows those of the columns that have few of them. The others are nearly
// all different, and each is taken as new.
type sharedStrings struct {
	count  uint64 // different ones
	used   uint64 // cells
	places map[string]uint64
}

// place gives the place of a cell's text among the strings, and whether it is the first with it.
func (s *sharedStrings) place(few bool, cell []byte) (place uint64, isNew bool) {
	s.used++
	if few {
		if place, ok := s.places[string(cell)]; ok {
			return place, false
		}
		s.places[string(cell)] = s.count
	}
	s.count++
	return s.count - 1, true
}

// eachCell goes through the cells that are not blank, the header's first.
func (e *export) eachCell(startRow func(row uint64), cell func(row uint64, column int, text []byte)) {
	var c cells
	for row := range e.rows + 1 {
		c.reset()
		if row == 0 {
			for _, column := range e.columns {
				c.cell(column.name)
			}
		} else {
			e.fill(row-1, &c)
		}
		startRow(row + 1)
		for i := range e.columns {
			if text := c.of(i); len(text) > 0 {
				cell(row+1, i, text)
			}
		}
	}
}

func writeSheet(w *bufio.Writer, e *export) (shared sharedStrings) {
	shared.places = make(map[string]uint64)
	w.WriteString(xmlHead + `<worksheet xmlns="` + sheetNS + `"><sheetData>`)
	var b []byte
	end := ""
	e.eachCell(func(row uint64) {
		b = append(append(b[:0], end...), `<row r="`...)
		w.Write(append(strconv.AppendUint(b, row, 10), `">`...))
		end = "</row>"
	}, func(row uint64, column int, text []byte) {
		place, _ := shared.place(e.columns[column].few, text)
		b = append(b[:0], `<c r="`...)
		b = append(b, 'A'+byte(column))
		b = append(strconv.AppendUint(b, row, 10), `" t="s"><v>`...)
		w.Write(append(strconv.AppendUint(b, place, 10), `</v></c>`...))
	})
	w.WriteString(end + `</sheetData></worksheet>`)
	return shared
}

func writeStrings(w *bufio.Writer, e *export, counted sharedStrings) {
	shared := sharedStrings{places: make(map[string]uint64)}
	fmt.Fprintf(w, `%s<sst xmlns="%s" count="%d" uniqueCount="%d">`, xmlHead, sheetNS, counted.used, counted.count)
	e.eachCell(func(uint64) {}, func(_ uint64, column int, text []byte) {
		if _, isNew := shared.place(e.columns[column].few, text); isNew {
			writeString(w, text)
		}
	})
	w.WriteString(`</sst>`)
}

// toXML escapes a text. A line break in a cell is LF.
var toXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r\n", "\n")

func writeString(w *bufio.Writer, text []byte) {
	w.WriteString(`<si><t xml:space="preserve">`)
	if bytes.ContainsAny(text, "&<>\r") {
		toXML.WriteString(w, string(text))
	} else {
		w.Write(text)
	}
	w.WriteString(`</t></si>`)
}
