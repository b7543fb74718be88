package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

func main() {
	rows := flag.Uint64("rows", 1_000_000, "rows a side")
	seed := flag.Uint64("seed", 1, "another seed gives other people")
	dir := flag.String("dir", ".", "folder to write to")
	workbooks := flag.Bool("xlsx", false, "write workbooks in place of CSV files")
	flag.Parse()
	if err := generate(*dir, newTenant(*rows, *seed), *workbooks); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes both exports, at once.
func generate(dir string, t *tenant, workbooks bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	write, ending := writeCSV, ".csv"
	if workbooks {
		write, ending = writeWorkbook, ".xlsx"
	}
	var errs [2]error
	var done sync.WaitGroup
	for i, e := range []*export{cloudExport(t), adExport(t)} {
		done.Go(func() { errs[i] = writeFile(filepath.Join(dir, e.name+ending), e, write) })
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, e *export, write func(*os.File, *export) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f, e); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
