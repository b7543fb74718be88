package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"
)

// parts is how many partitions rows are put into: at 10 million rows, each is about 9 MB. Twice as many files
// are open at a time.
const parts = 128

// partitions are rows, kept in files by the hash of their key. Where the system lets it, the files have no name,
// so that they are gone with the program, however it ends.
type partitions struct {
	files [parts]*os.File
	in    [parts]*bufio.Writer
	rows  int
}

func newPartitions(temp string) (p *partitions, err error) {
	p = new(partitions)
	for i := range parts {
		if p.files[i], err = os.CreateTemp(temp, "compare-"+strconv.Itoa(i)+"-*"); err != nil {
			p.close()
			return nil, err
		}
		os.Remove(p.files[i].Name())
		p.in[i] = bufio.NewWriterSize(p.files[i], 1<<14)
	}
	return p, nil
}

func (p *partitions) close() {
	for _, f := range p.files {
		if f != nil {
			f.Close()
			os.Remove(f.Name()) // Windows keeps the name of an open file
		}
	}
}

// add puts a row into the partition of its key.
func (p *partitions) add(key, row string) error {
	if strings.ContainsRune(row, '\n') {
		return fmt.Errorf("a line break in an id or address: %q", row)
	}
	w := p.in[xxh3.HashString(key)%parts]
	w.WriteString(row)
	p.rows++
	return w.WriteByte('\n')
}

// sorted gives the rows of a partition in order. None can be added afterwards.
func (p *partitions) sorted(part int) (rows []string, err error) {
	if err := p.in[part].Flush(); err != nil {
		return nil, err
	}
	if _, err := p.files[part].Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(p.files[part])
	if err != nil {
		return nil, err
	}
	rows = strings.Split(string(text), "\n")
	rows = rows[:len(rows)-1] // behind the last line end
	slices.Sort(rows)
	return rows, nil
}

// pair is the rows of both, in the same partitions.
type pair struct{ ours, theirs *partitions }

// partitioned reads both at once.
func partitioned(temp string, ours, theirs func(*partitions) error) (both pair, err error) {
	if both.ours, err = newPartitions(temp); err != nil {
		return both, err
	}
	if both.theirs, err = newPartitions(temp); err != nil {
		both.ours.close()
		return both, err
	}
	done := make(chan error)
	go func() { done <- theirs(both.theirs) }()
	err = errors.Join(ours(both.ours), <-done)
	if err != nil {
		both.close()
	}
	return both, err
}

func (b pair) close() {
	b.ours.close()
	b.theirs.close()
}

// each hands on the sorted rows of one partition after the other.
func (b pair) each(compare func(ours, theirs []string)) error {
	for part := range parts {
		ours, err := b.ours.sorted(part)
		if err != nil {
			return err
		}
		theirs, err := b.theirs.sorted(part)
		if err != nil {
			return err
		}
		compare(ours, theirs)
	}
	return nil
}

// merge walks through two sorted lists, and hands on what only one of them has. A row that stands twice in one
// stands twice in the other, or is handed on.
func merge(ours, theirs []string, onlyOurs, onlyTheirs func(row string)) {
	for len(ours) > 0 || len(theirs) > 0 {
		switch {
		case len(theirs) == 0 || len(ours) > 0 && ours[0] < theirs[0]:
			onlyOurs(ours[0])
			ours = ours[1:]
		case len(ours) == 0 || theirs[0] < ours[0]:
			onlyTheirs(theirs[0])
			theirs = theirs[1:]
		default:
			ours, theirs = ours[1:], theirs[1:]
		}
	}
}
