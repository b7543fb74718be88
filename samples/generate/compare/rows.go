package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// separator stands between the fields of a row that is compared. No id or address holds it.
const separator = "\x1f"

func joined(fields ...string) string { return strings.Join(fields, separator) }

// readable shows a row.
func readable(row string) string { return strings.ReplaceAll(row, separator, "  ") }

// eachRow hands on the named columns of a CSV file's rows; the slice is good until the next row.
func eachRow(path string, columns []string, use func(cells []string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		in.Discard(3)
	}
	r := csv.NewReader(in)
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	places, err := find(header, columns)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	cells := make([]string, len(columns))
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			for i, place := range places {
				cells[i] = record[place]
			}
			err = use(cells)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
}

func find(header, columns []string) (places []int, err error) {
	at := make(map[string]int, len(header))
	for i, name := range header {
		at[name] = i
	}
	for _, name := range columns {
		place, ok := at[name]
		if !ok {
			return nil, fmt.Errorf("there is no column %s", name)
		}
		places = append(places, place)
	}
	return places, nil
}

// unguarded takes off the apostrophe that guards a cell of a table against being run as a formula.
func unguarded(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); rest != cell && rest != "" && strings.Contains("=+-@\t\r", rest[:1]) {
		return cell[1:]
	}
	return cell
}
