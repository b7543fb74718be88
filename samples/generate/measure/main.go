package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// settings say what is measured.
type settings struct {
	smtpmatch, data, duckdb, out string
	tables, memory               string
	xlsx, all                    bool
	runs                         int
}

func main() {
	var s settings
	flag.StringVar(&s.smtpmatch, "smtpmatch", "", "the program: go build -o out/smtpmatch ./cmd/smtpmatch")
	flag.StringVar(&s.data, "data", "", "folder with ad.csv and cloud.csv, or the workbooks")
	flag.StringVar(&s.duckdb, "duckdb", "", "folder with run.mjs, after npm install there; without it DuckDB is left out")
	flag.StringVar(&s.out, "out", "", "folder for what they write (DATA/measured)")
	flag.StringVar(&s.tables, "tables", "changes,addresses,findings", "tables that smtpmatch writes in its first run")
	flag.StringVar(&s.memory, "memory", "", "as smtpmatch's --memory")
	flag.BoolVar(&s.xlsx, "xlsx", false, "read ad.xlsx and cloud.xlsx, and compare with excelize's row iterator")
	flag.BoolVar(&s.all, "all", false, "also with all tables, and with dd writing as many further bytes")
	flag.IntVar(&s.runs, "runs", 3, "rounds")
	excelize := flag.Bool("read-with-excelize", false, "read the named workbooks and do nothing else")
	flag.Parse()
	err := error(nil)
	if *excelize {
		err = readWithExcelize(flag.Args())
	} else {
		err = s.measure()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// measure runs all contestants as often as asked for, in turns.
func (s *settings) measure() error {
	if s.smtpmatch == "" || s.data == "" || s.runs < 1 {
		return fmt.Errorf("give -smtpmatch, -data and at least one run")
	}
	if s.out == "" {
		s.out = filepath.Join(s.data, "measured")
	}
	list, err := s.contestants()
	if err != nil {
		return err
	}
	for round := range s.runs {
		for _, c := range list {
			r, err := c.run()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.results = append(c.results, r)
			fmt.Printf("round %d: %-28s %8.2f s  %8.2f CPU s  %7s\n", round+1, c.name, r.wall.Seconds(), r.cpu.Seconds(), mebibytes(r.peak))
		}
	}
	fmt.Print("\n", table(list))
	return nil
}
