package xlsx

import (
	"archive/zip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

const benchRows, benchColumns = 100_000, 12

// benchText is what a directory's export holds: ids, addresses, names.
func benchText(rnd *rand.Rand, row, column int) string {
	switch column % 4 {
	case 0:
		return fmt.Sprintf("%08x-%04x-4a3b-9c2d-%012x", rnd.Uint32(), rnd.Uint32()>>16, rnd.Uint64()>>16)
	case 1:
		return fmt.Sprintf("user_%d.name%x@contoso.example", row, rnd.Uint32())
	case 2:
		return fmt.Sprintf("SMTP:first.last%d@contoso.com;smtp:fl%d@contoso.onmicrosoft.com", row, row)
	}
	return fmt.Sprintf("Müller %d", rnd.IntN(5000))
}

// benchSheet gives sheet and shared strings; inline or shared.
func benchSheet(inline bool) (sheet, shared string) {
	var rows, items strings.Builder
	n, rnd := 0, rand.New(rand.NewPCG(1, 2))
	for row := 1; row <= benchRows; row++ {
		fmt.Fprintf(&rows, `<row r="%d" spans="1:%d">`, row, benchColumns)
		for column := range benchColumns {
			if inline {
				fmt.Fprintf(&rows, `<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>`, columnName(column), row,
					benchText(rnd, row, column))
				continue
			}
			fmt.Fprintf(&rows, `<c r="%s%d" t="s"><v>%d</v></c>`, columnName(column), row, n)
			fmt.Fprintf(&items, `<si><t>%s</t></si>`, benchText(rnd, row, column))
			n++
		}
		rows.WriteString(`</row>`)
	}
	if inline {
		return sheetXML(rows.String()), ""
	}
	return sheetXML(rows.String()), sharedXML(items.String())
}

func BenchmarkRows(b *testing.B) {
	for _, inline := range []bool{true, false} {
		sheet, shared := benchSheet(inline)
		path := saved(b, zipped(b, book(sheet, shared)))
		name := map[bool]string{true: "inline", false: "shared"}[inline]
		size := int64(len(sheet) + len(shared))
		b.Run(name+"/read", func(b *testing.B) { benchRead(b, path, size) })
		b.Run(name+"/inflate", func(b *testing.B) { benchInflate(b, path, size) })
	}
}

func benchRead(b *testing.B, path string, size int64) {
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		book, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		cells := 0
		for row, err := range book.Rows(0) {
			if err != nil {
				b.Fatal(err)
			}
			cells += len(row.Cells)
		}
		if cells != benchRows*benchColumns {
			b.Fatalf("%d cells", cells)
		}
		book.Close()
	}
}

// benchInflate is the floor: inflating and nothing else.
func benchInflate(b *testing.B, path string, size int64) {
	b.SetBytes(size)
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	info, _ := file.Stat()
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, f := range archive.File {
			raw, err := f.OpenRaw()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, flate.NewReader(raw)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
