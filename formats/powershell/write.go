package powershell

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"strconv"

	"smtpmatch/reconcile"
)

// Summary is what scripts/ holds.
type Summary struct {
	Batches  []*Batch // series B, then N, then X, each in the order of its numbers
	Scripted int      // objects for which there is a script
	NoScript int      // objects that are to be changed and for which there is none yet
}

// planScripts are the scripts that each plan has once.
var planScripts = []string{"Test-Preflight.ps1", "Suspend-SyncScheduler.ps1", "Start-Sync.ps1", "Resume-SyncScheduler.ps1"}

// Write makes every file of scripts/. changes are those of the plan in input order, and are read twice: to
// count each batch's objects, and to write them. Only changes with the decision apply count; those whose batch
// is of the series B get scripts, the others are named in the run book. The same changes give the same bytes.
// It fails with what create or the changes fail with, and if a batch mixes domains.
func Write(create Create, planID, version string, changes func() iter.Seq2[*reconcile.Change, error]) (*Summary, error) {
	batches, err := listBatches(changes())
	if err != nil {
		return nil, err
	}
	s := newScripts(create, planID, version)
	for b, err := range eachBatch(batches, changes()) {
		if err != nil {
			return nil, err
		}
		if err := s.batch(b); err != nil {
			return nil, fmt.Errorf("batch %s: %w", b.ID, err)
		}
	}
	summary := summarize(batches)
	return summary, s.rest(summary)
}

func summarize(batches []*Batch) *Summary {
	s := &Summary{Batches: batches}
	for _, b := range batches {
		if b.HasScript() {
			s.Scripted += b.Objects
		} else {
			s.NoScript += b.Objects
		}
	}
	return s
}

// scripts writes the folder of one plan.
type scripts struct {
	folder
	plan    constants // what every script of the plan says
	engines map[string]*engine
}

func newScripts(create Create, planID, version string) *scripts {
	return &scripts{
		folder:  folder{create: create},
		plan:    constants{"PlanId": planID, "Version": version},
		engines: make(map[string]*engine),
	}
}

// batch makes the values file of a batch and the two scripts that are pinned to it.
func (s *scripts) batch(b *openBatch) error { return s.batchIn("", b) }

// batchIn makes them in a folder below, named with its slash.
func (s *scripts) batchIn(prefix string, b *openBatch) (err error) {
	data := b.ID + ".values.csv"
	b.SHA256, err = s.file(prefix+data, func(w io.Writer) (rows int, err error) {
		b.Rows, err = writeValues(w, b.values)
		return b.Rows, err
	})
	if err != nil {
		return err
	}
	of := constants{
		"BatchId": b.ID, "ObjectCount": strconv.Itoa(b.Objects),
		"DataFile": data, "DataSha256": b.SHA256, "ExpectedRows": strconv.Itoa(b.Rows),
	}
	apply := constants{"Action": "apply", "Script": setScript(b.ID), "FromSide": sideBefore, "ToSide": sideAfter}
	undo := constants{"Action": "undo", "Script": undoScript(b.ID), "FromSide": sideAfter, "ToSide": sideBefore}
	for _, side := range []constants{apply, undo} {
		if err := s.script(prefix+side["Script"], batchEngine, of, side); err != nil {
			return err
		}
	}
	return nil
}

func setScript(batch string) string  { return "Set-PrimarySmtp." + batch + ".ps1" }
func undoScript(batch string) string { return "Undo-PrimarySmtp." + batch + ".ps1" }

// script makes one script of an engine and the constants for it.
func (s *scripts) script(name, engineName string, more ...constants) error {
	e, err := s.engine(engineName)
	if err != nil {
		return err
	}
	all := maps.Clone(s.plan)
	for _, c := range more {
		maps.Copy(all, c)
	}
	text, err := e.fill(all)
	if err != nil {
		return err
	}
	return s.text(name, text)
}

// engine gives an engine, cut at its marks once: a plan can have a hundred thousand batches.
func (s *scripts) engine(name string) (e *engine, err error) {
	if s.engines[name] == nil {
		s.engines[name], err = parseEngine(name)
	}
	return s.engines[name], err
}

// rest makes the files that the plan has once.
func (s *scripts) rest(summary *Summary) error {
	for _, name := range planScripts {
		if err := s.script(name, name); err != nil {
			return err
		}
	}
	if err := s.selfTest(); err != nil {
		return err
	}
	if err := s.text("RUNBOOK.txt", runBook(s.plan, summary)); err != nil {
		return err
	}
	return s.writeSums()
}
