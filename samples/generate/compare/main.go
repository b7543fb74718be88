package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// errDiffer says that the comparison went through and found differences.
var errDiffer = errors.New("the result sets differ")

func main() {
	plan := flag.String("package", "", "folder that `smtpmatch plan` wrote")
	duckdb := flag.String("duckdb", "", "folder with DuckDB's matches.csv and dups.csv")
	temp := flag.String("temp", "", "folder for the partitions; they take about as much room as the compared columns")
	only := flag.Bool("duplicates", false, "compare the duplicates only: for a package without tables/ad.csv")
	flag.Parse()
	if *plan == "" || *duckdb == "" {
		flag.Usage()
		os.Exit(2)
	}
	c := comparison{tables: filepath.Join(*plan, "tables"), duckdb: *duckdb, temp: *temp, out: os.Stdout}
	if err := c.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// comparison compares the tables of a package with DuckDB's files.
type comparison struct {
	tables, duckdb, temp string
	out                  io.Writer
}

func (c *comparison) run(duplicatesOnly bool) error {
	var differ bool
	if !duplicatesOnly {
		equal, err := c.matches()
		if err != nil {
			return err
		}
		differ = !equal
	}
	equal, err := c.duplicates()
	if err != nil {
		return err
	}
	if differ || !equal {
		return errDiffer
	}
	return nil
}

func (c *comparison) table(name string) string { return filepath.Join(c.tables, name) }

// told is how many differences are shown.
const told = 10

// difference is a row that one of the two has and the other has not.
type difference struct{ who, row string }

// verdict collects what a comparison finds.
type verdict struct {
	what         string
	ours, theirs int // rows
	differ       int
	first        []difference
}

func (v *verdict) add(who, row string) {
	if v.differ++; len(v.first) < told {
		v.first = append(v.first, difference{who, row})
	}
}

// print says what was found, and gives whether the sets are equal.
func (v *verdict) print(out io.Writer, remark string) (equal bool) {
	result := "equal" + remark
	if v.differ > 0 {
		result = fmt.Sprintf("%d rows differ", v.differ) + remark
	}
	fmt.Fprintf(out, "%s: %d rows of smtpmatch, %d of DuckDB: %s\n", v.what, v.ours, v.theirs, result)
	for _, d := range v.first {
		fmt.Fprintf(out, "  only %s: %s\n", d.who, readable(d.row))
	}
	return v.differ == 0
}
