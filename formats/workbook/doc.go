// Package workbook writes review.xlsx, what reviewers see of a plan in Excel, and reads their decisions back.
//
// A decision is a word in the first column of the sheet Changes; everything else of a row is its evidence.
// The hidden column Key names the object, and the very hidden sheet _plan holds the plan's id and a checksum
// of each row's evidence, so that rows may be sorted and filtered, and an edited one is told.
//
// Names and addresses are hostile. Each is a text cell with the format Text, which stays text when somebody
// edits it; there is no formula, macro, link or hyperlink. What a reviewer would not see is shown as U+FFFD:
// control characters but the line break, bidi controls, and what is no character. The tables hold the values
// as they are.
package workbook

import (
	"errors"
	"io"
	"iter"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// Content is what a workbook shows. A stream that is nil is empty; each is read once. A change is kept for a
// while after the next was asked for; all else is not.
type Content struct {
	PlanID   string             // empty for the manifest's
	Manifest *evidence.Manifest // version, settings, assumptions, inputs, counts
	Columns  []Column           // which header of which file is read as what; may be empty
	Temp     string             // the folder for sheets that are too large for memory; empty for the system's

	AD       func() iter.Seq2[*reconcile.ADVerdict, error]
	Cloud    func() iter.Seq2[*reconcile.CloudVerdict, error]
	Holders  func() iter.Seq2[*reconcile.Holder, error]
	Changes  func() iter.Seq2[*reconcile.Change, error]
	Findings func() iter.Seq2[reconcile.Finding, error]
}

// Column says under which header a file has an attribute.
type Column struct{ File, Attribute, Header string }

// Write writes the workbook. The same content gives the same bytes. rows is how many rows its visible
// tables have, without headers.
func Write(w io.Writer, c Content) (rows int, err error) {
	return write(w, c, excelLimits)
}

// limits are how much goes into a sheet and into a cell.
type limits struct {
	sheetRows int // of a sheet, with its header; a longer table goes on in a further sheet
	// sheetSize is how many bytes of XML a sheet has at most, but for its last row: no part of the ZIP file
	// needs sizes of 64 bits, which Excel takes in some ways only.
	sheetSize int64
	listed    int // rows of a list that only informs: beyond it Excel is no tool to read them with
	findings  int // likewise of the findings
	units     int // UTF-16 code units of a cell
	lines     int // lines of a cell
}

// excelLimits are Excel's own for sheetRows, units and lines (253 line feeds).
var excelLimits = limits{sheetRows: 1048576, sheetSize: 3 << 30, listed: 100000, findings: 10000, units: 32767, lines: 250}

func write(w io.Writer, c Content, l limits) (rows int, err error) {
	if c.PlanID == "" {
		c.PlanID = c.Manifest.Plan
	}
	b, err := newBook(c.Temp, l)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.fill(&c); err != nil {
		return 0, err
	}
	return b.shown(), b.write(w)
}

// fill writes the sheets. They are opened in the order that they have in the workbook, and filled in the
// order in which what they show becomes known.
func (b *book) fill(c *Content) error {
	summary := b.open(summarySheet)
	r := &review{
		changes: b.open(changesSheet), blocked: b.open(blockedSheet), conflicts: b.open(conflictsSheet),
		unmatchedAD: b.open(unmatchedADSheet), unmatchedCloud: b.open(unmatchedCloudSheet), takeOver: b.open(takeOverSheet),
	}
	inputs := b.open(inputsSheet)
	r.plan = b.open(planSheet)
	if b.err != nil {
		return b.err
	}
	for _, step := range []func(*Content) error{r.addChanges, r.addConflicts, r.addCloud, r.addAD} {
		if err := step(c); err != nil {
			return err
		}
	}
	if err := addInputs(inputs, c); err != nil {
		return err
	}
	addSummary(summary, c, r)
	return b.finish()
}

// review are the tables that are filled from the streams.
type review struct {
	changes, blocked, conflicts, unmatchedAD, unmatchedCloud, takeOver, plan *table

	partners map[reconcile.GUID]*partner // the cloud objects that will be taken over
	signIns  int                         // how many sign-in names can change
}

// items gives a stream that may be nil.
func items[T any](stream func() iter.Seq2[T, error]) iter.Seq2[T, error] {
	if stream == nil {
		return func(func(T, error) bool) {}
	}
	return stream()
}
