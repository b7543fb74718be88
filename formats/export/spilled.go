package export

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
)

// A workbook is slow to read, and its texts take memory while it is open. So the first reading of a sheet
// writes its rows into a private working file, from which all later ones come. The file is CSV, every cell
// in quotes and every row ended by LF, so that chunks of it are read like those of any text: the row's
// number, what spreadsheets did to it (h for hidden, then a digit for each cell's state where one is not
// sound), and the cells. Of the columns that nobody reads only the names of .NET types are kept.

// spill is a working file that is being written.
type spill struct {
	file    *os.File
	out     *bufio.Writer
	read    []bool // by column: somebody reads it
	width   int    // columns of the header
	scratch []byte
}

// newSpill makes the working file in the folder. Only its owner can read it, and it has no name from then
// on where the system allows that.
func newSpill(folder string, b *binding) (*spill, error) {
	file, err := os.CreateTemp(folder, "smtpmatch-rows-*")
	if err != nil {
		return nil, fmt.Errorf("a working file cannot be made: %w; give another folder with --temp", err)
	}
	os.Remove(file.Name()) // on Windows it goes when it is closed
	s := &spill{file: file, out: bufio.NewWriterSize(file, 1<<20), read: make([]bool, len(b.header)), width: len(b.header)}
	for _, columns := range b.columns {
		for _, column := range columns {
			s.read[column] = true
		}
	}
	return s, nil
}

// add writes a row.
func (s *spill) add(r *row) error {
	b := append(s.scratch[:0], '"')
	b = append(strconv.AppendInt(b, int64(r.number), 10), `","`...)
	if r.hidden {
		b = append(b, 'h')
	}
	for _, state := range r.states {
		b = append(b, '0'+byte(state))
	}
	b = append(b, '"')
	for column, cell := range r.cells {
		b = append(b, ',', '"')
		if column >= s.width || s.read[column] || isTypeName(cell) {
			b = appendQuoted(b, cell)
		}
		b = append(b, '"')
	}
	s.scratch = append(b, '\n')
	if _, err := s.out.Write(s.scratch); err != nil {
		return s.failed(err)
	}
	return nil
}

func appendQuoted(b, cell []byte) []byte {
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			return append(b, cell...)
		}
		b = append(append(b, cell[:i+1]...), '"')
		cell = cell[i+1:]
	}
}

func (s *spill) failed(err error) error {
	return fmt.Errorf("the working file %s cannot be written: %w; make room, or give another folder with --temp", s.file.Name(), err)
}

// table gives the table of what was written.
func (s *spill) table(memory int64) (*textTable, error) {
	if err := s.out.Flush(); err != nil {
		return nil, s.failed(err)
	}
	return &textTable{
		spilled: s.file, chunk: chunkSize(memory), encoding: charset.UTF8, lead: csvscan.Lead{Line: 1}, delimiter: ',', ends: csvscan.LF,
	}, nil
}

// close takes the working file away.
func (s *spill) close() {
	s.file.Close()
	os.Remove(s.file.Name()) // gone already but on Windows
}

// unspill makes a row of a working file the one that was written.
func (r *row) unspill() error {
	if len(r.cells) < 2 {
		return errSpill
	}
	number, err := strconv.Atoi(string(r.cells[0]))
	if err != nil {
		return errSpill
	}
	marks := r.cells[1]
	r.number, r.cells, r.sparse = number, r.cells[2:], true
	if r.hidden = bytes.HasPrefix(marks, []byte("h")); r.hidden {
		marks = marks[1:]
	}
	r.states = nil
	for _, mark := range marks {
		r.states = append(r.states, state(mark-'0'))
	}
	return nil
}

var errSpill = fmt.Errorf("a working file is not as it was written")

// Close takes working files away. The file can no longer be read.
func (f *File) Close() {
	if f.spill != nil {
		f.spill.close()
	}
}

// spillSheet writes the objects of a sheet to a working file, and reads from that from now on.
func (f *File) spillSheet(ctx context.Context, passed *damages) error {
	s, err := newSpill(f.options.Temp, f.binding)
	if err != nil {
		return err
	}
	for r, err := range f.dataRows(ctx, passed) {
		if err == nil {
			err = s.add(r)
		}
		if err != nil {
			s.close()
			return err
		}
	}
	f.closeBook() // its texts take memory
	f.spill = s
	table, err := s.table(f.options.Memory)
	f.table = table
	return err
}
