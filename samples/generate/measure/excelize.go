package main

import (
	"errors"
	"fmt"
	"sync"

	"github.com/xuri/excelize/v2"
)

// readWithExcelize goes through the rows of workbooks, all at once, as their cells would be needed.
func readWithExcelize(paths []string) error {
	errs := make([]error, len(paths))
	var done sync.WaitGroup
	for i, path := range paths {
		done.Go(func() {
			if err := eachRow(path); err != nil {
				errs[i] = fmt.Errorf("%s: %w", path, err)
			}
		})
	}
	done.Wait()
	return errors.Join(errs...)
}

func eachRow(path string) error {
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return err
	}
	defer book.Close()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			return err
		}
	}
	return rows.Error()
}
