package workbook

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"smtpmatch/reconcile"
)

// Review is what reviewers decided in one workbook.
type Review struct {
	Plan      string     // the plan's id
	Decisions []Decision // in the order of the rows
	Refused   []Refusal  // rows that must not be acted on
	// Missing are the keys of changes that have no row any more: nobody decided about them here.
	Missing []string
}

// Decision is what a row says about the change of one object.
type Decision struct {
	Key   string // object_guid, else cloud_id
	Word  Word
	Sheet string
	Row   int
}

// Word is a reviewer's decision.
type Word string

// The words.
const (
	Open  Word = "" // not decided
	Apply Word = wordApply
	Skip  Word = wordSkip
)

// Refusal is a row that was not accepted.
type Refusal struct {
	Sheet  string
	Row    int
	Key    string // as in the cell
	Reason string // what is wrong and what to do
}

func (r *Refusal) String() string { return fmt.Sprintf("%s, row %d: %s", r.Sheet, r.Row, r.Reason) }

// Errors of [Read].
var (
	ErrNoReview    = errors.New("this is no review workbook of smtpmatch: the sheet _plan or Changes is missing or was edited; take review.xlsx of the package, decide there and save it as .xlsx")
	ErrAnotherPlan = errors.New("the workbook was made for another plan")
)

// Read reads decisions back from a workbook that was made for this plan. What a single row has against it
// is in the review; the error says that the workbook as a whole cannot be used. A workbook that was saved
// by Excel or LibreOffice, sorted or filtered, reads the same. It proves that no row was edited by accident,
// not that nobody forged the file: what to write comes from the plan alone, never from the workbook.
func Read(path, planID string) (*Review, error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known, err := readPlanSheet(f, planID)
	if err != nil {
		return nil, err
	}
	d := &decisions{review: Review{Plan: planID}, known: known, seen: make(map[string]bool)}
	names := pagesOf(f, changesSheet.name)
	if len(names) == 0 {
		return nil, ErrNoReview
	}
	for _, name := range names {
		if err := d.readSheet(f, name); err != nil {
			return nil, err
		}
	}
	for _, key := range known.keys {
		if !d.seen[key] {
			d.review.Missing = append(d.review.Missing, key)
		}
	}
	return &d.review, nil
}

// pagesOf gives the sheets of a table in the order of the workbook.
func pagesOf(f *excelize.File, table string) (list []string) {
	for _, name := range f.GetSheetList() {
		if name == table || strings.HasPrefix(name, table+" (") {
			list = append(list, name)
		}
	}
	return list
}

// knownRows are the checksums of a plan's rows.
type knownRows struct {
	plan string
	keys []string // in the order of the plan
	sums map[string]string
}

// readPlanSheet reads _plan, which must be whole: plan, schema, the keys, their number.
func readPlanSheet(f *excelize.File, planID string) (*knownRows, error) {
	var rows [][]string
	for _, name := range pagesOf(f, planSheet.name) {
		page, err := f.GetRows(name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page[min(1, len(page)):]...)
	}
	is := func(i int, key string) bool { return i >= 0 && i < len(rows) && len(rows[i]) == 2 && rows[i][0] == key }
	end := len(rows) - 1
	if !is(0, planKey) || !is(1, schemaKey) || !is(end, rowsKey) || rows[end][1] != fmt.Sprint(end-2) {
		return nil, ErrNoReview
	}
	if rows[1][1] != schema {
		return nil, fmt.Errorf("the workbook has schema %s, this version reads %s: use the smtpmatch that made it", rows[1][1], schema)
	}
	if rows[0][1] != planID {
		return nil, fmt.Errorf("%w: it is that of plan %s, not %s", ErrAnotherPlan, rows[0][1], planID)
	}
	known := &knownRows{plan: planID, sums: make(map[string]string)}
	for _, row := range rows[2:end] {
		if len(row) != 2 || known.sums[row[0]] != "" {
			return nil, ErrNoReview
		}
		known.keys = append(known.keys, row[0])
		known.sums[row[0]] = row[1]
	}
	return known, nil
}

// decisions collects a review.
type decisions struct {
	review Review
	known  *knownRows
	seen   map[string]bool
}

func (d *decisions) readSheet(f *excelize.File, name string) error {
	rows, err := f.Rows(name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return err
		}
		switch {
		case number == 1 && !isHeader(cells):
			return fmt.Errorf("sheet %s: the header was changed: %w", name, ErrNoReview)
		case number > 1 && slices.ContainsFunc(cells, func(s string) bool { return s != "" }):
			d.readRow(name, number, cells)
		}
	}
	return rows.Error()
}

func isHeader(cells []string) bool {
	return len(cells) >= len(changesSheet.columns) &&
		slices.EqualFunc(cells[:len(changesSheet.columns)], changesSheet.columns, func(s string, c column) bool { return s == c.title })
}

// readRow takes a row whose key is the plan's, whose evidence is as it was written, and whose decision is
// one of the words. Notes in columns behind the last are nobody's business.
func (d *decisions) readRow(name string, number int, cells []string) {
	width := len(changesSheet.columns)
	for len(cells) < width {
		cells = append(cells, "")
	}
	key := cells[width-1]
	refuse := func(reason string) {
		d.review.Refused = append(d.review.Refused, Refusal{name, number, key, reason})
	}
	sum, word := d.known.sums[key], Word(strings.ToLower(strings.TrimFunc(cells[0], reconcile.IsBlank)))
	switch {
	case sum == "":
		refuse("the plan has no change with the key " + quoted(key) + ". Take the row as review.xlsx of the package has it.")
	case d.seen[key]:
		d.takeBack(key)
		refuse(standsTwice)
	case checksum(d.known.plan, asWritten(cells[1:width])) != sum:
		d.seen[key] = true
		refuse("a cell other than Decision was edited, or the columns were sorted apart. Take the row as review.xlsx of the package has it.")
	case word != Open && word != Apply && word != Skip:
		d.seen[key] = true
		refuse("the decision is " + quoted(cells[0]) + ". Write apply or skip, or leave it empty.")
	default:
		d.seen[key] = true
		d.review.Decisions = append(d.review.Decisions, Decision{key, word, name, number})
	}
}

const standsTwice = "the change stands in the workbook twice. Leave one row."

// takeBack refuses the row that was accepted before, so that neither of two decides.
func (d *decisions) takeBack(key string) {
	i := slices.IndexFunc(d.review.Decisions, func(before Decision) bool { return before.Key == key })
	if i < 0 {
		return
	}
	before := d.review.Decisions[i]
	d.review.Decisions = slices.Delete(d.review.Decisions, i, i+1)
	d.review.Refused = append(d.review.Refused, Refusal{before.Sheet, before.Row, key, standsTwice})
}

// asWritten undoes what programs do to line breaks when they save.
func asWritten(cells []string) []string {
	list := slices.Clone(cells)
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "\r\n", "\n")
	}
	return list
}

// quoted shows a cell's text in a message, short and without what a terminal would act on.
func quoted(s string) string { return fmt.Sprintf("%.60q", s) }
