package main

import (
	"bufio"
	"bytes"
	"os"
)

// bufferSize is what is written at a time.
const bufferSize = 1 << 20

// writeCSV writes an export as Export-Csv does: a byte order mark, CRLF, and every field in quotes.
func writeCSV(f *os.File, e *export) error {
	w := bufio.NewWriterSize(f, bufferSize)
	w.WriteString("\ufeff")
	var c cells
	for _, column := range e.columns {
		c.cell(column.name)
	}
	line := appendLine(nil, &c)
	w.Write(line)
	for row := range e.rows {
		c.reset()
		e.fill(row, &c)
		line = appendLine(line[:0], &c)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

func appendLine(line []byte, c *cells) []byte {
	for i := range c.ends {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, '"')
		line = appendDoubled(line, c.of(i))
		line = append(line, '"')
	}
	return append(line, "\r\n"...)
}

// appendDoubled writes a cell with its quotes doubled, which hardly any has.
func appendDoubled(line, cell []byte) []byte {
	if bytes.IndexByte(cell, '"') < 0 {
		return append(line, cell...)
	}
	return append(line, bytes.ReplaceAll(cell, []byte(`"`), []byte(`""`))...)
}
