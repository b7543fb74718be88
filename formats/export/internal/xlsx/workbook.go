// Package xlsx reads .xlsx and .xlsm workbooks as streams of rows: strictly, so that no damage is hidden,
// and fast, so that a million rows take seconds.
//
// A workbook is a zip archive (container.go) of XML parts that refer to each other (relationships.go). The
// scanner (scan.go over window.go, names.go, text.go) takes one part apart; strings.go and sheet.go know
// what stands in it. Nothing is repaired: a part that is cut short, whose checksum is wrong or whose XML
// is not well-formed is an error, though rows before the damage have then been yielded already. Only who
// has read a sheet to its end without an error may trust its rows.
//
// It does not write, evaluate formulas or apply number formats, and it does not know dates.
package xlsx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// What Open says about files that are something else. All are matched with errors.Is.
var (
	ErrNotZip       = errors.New("the file is not a zip archive, so it is no .xlsx workbook")
	ErrDamagedZip   = errors.New("the zip archive is damaged or cut off")
	ErrNotWorkbook  = errors.New("the zip archive holds no Excel workbook")
	ErrEncrypted    = errors.New("the workbook is protected by a password")
	ErrOldExcel     = errors.New("the file is in an old Office format (.xls or the like)")
	ErrBinary       = errors.New("the file is a binary Excel workbook (.xlsb)")
	ErrOpenDocument = errors.New("the file is an OpenDocument spreadsheet (.ods)")
)

// Workbook is an open workbook. Several goroutines may read its sheets at the same time.
type Workbook struct {
	file    *os.File
	parts   *container
	sheets  []Sheet
	targets []string // part name of each sheet
	shared  func() (*sharedStrings, error)
}

// Sheet is a worksheet as the workbook lists it.
type Sheet struct {
	Name   string
	Hidden bool // "hidden" and "very hidden" alike
}

// Open opens the workbook at path and reads its list of sheets. The caller closes it. An error is one of
// the sentinels above, wrapped or bare, or says which part is damaged; it does not name the file.
func Open(path string) (*Workbook, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	book, err := open(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return book, nil
}

// withoutPath takes the file name off an error, since the caller puts it in front of every message.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

func open(file *os.File) (*Workbook, error) {
	parts, err := openContainer(file)
	if err != nil {
		return nil, err
	}
	book := &Workbook{file: file, parts: parts}
	return book, book.readContents()
}

// readContents finds the workbook part, the sheets and the shared strings.
func (b *Workbook) readContents() error {
	part, err := b.parts.workbookPart()
	if err != nil {
		return err
	}
	links, err := b.parts.relationships(part)
	if err != nil {
		return err
	}
	listed, err := b.parts.listedSheets(part)
	if err != nil {
		return err
	}
	b.shared = sync.OnceValues(func() (*sharedStrings, error) { return b.parts.sharedStrings(links) })
	return b.addWorksheets(listed, links)
}

func (b *Workbook) addWorksheets(listed []listedSheet, links []relationship) error {
	for _, sheet := range listed {
		target, err := b.parts.worksheetPart(sheet, links)
		if err != nil {
			return fmt.Errorf("sheet %q: %w", sheet.Name, err)
		}
		if target == "" {
			continue
		}
		b.sheets = append(b.sheets, sheet.Sheet)
		b.targets = append(b.targets, target)
	}
	return nil
}

// Close closes the file. No sheet may be read at that time.
func (b *Workbook) Close() error { return b.file.Close() }

// Sheets gives the worksheets in the order of the workbook; chart, dialog and macro sheets are left out.
// The slice belongs to the workbook.
func (b *Workbook) Sheets() []Sheet { return b.sheets }
