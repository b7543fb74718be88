package workbook

import (
	"fmt"
	"maps"
	"slices"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// summarySheet is the first page: what the plan says, what to do next, what it rests on, what is not shown.
var summarySheet = sheet{
	name: "Summary", page: true, tab: colourHeader,
	columns: []column{{width: 31}, {width: 12}, {width: 14}, {width: 92}},
}

// addSummary writes the page when all else is written, because it says how long the other sheets are.
func addSummary(t *table, c *Content, r *review) {
	s := &summary{table: t, manifest: c.Manifest, review: r}
	t.low(26, styled{t.book.looks.title, "Review of plan " + c.PlanID})
	s.note("Made by smtpmatch " + c.Manifest.Version + ". Nothing has been changed yet, neither in Active Directory nor in the cloud.")
	s.part("What to do next", s.steps)
	s.part("Changes", s.changes)
	s.part("What the next sync does to the AD objects", func() { s.outcomes(&c.Manifest.Counts.AD) })
	s.part("What the next sync does to the cloud objects", func() { s.outcomes(&c.Manifest.Counts.Cloud) })
	s.part("Assumptions", s.assumptions)
	s.part("Sheets", s.sheets)
	s.part("What is not shown", s.cuts)
}

type summary struct {
	table    *table
	manifest *evidence.Manifest
	review   *review
}

func (s *summary) part(title string, write func()) {
	s.table.space()
	s.table.section(title)
	write()
}

// low writes a row of one cell that runs over its neighbours, in the height that one line needs.
func (t *table) low(height float64, value any) {
	t.rows++
	t.put([]cell{t.cell(0, 0, value)}, height)
}

// line writes a label, up to two counts and a text.
func (s *summary) line(label string, first, second any, text string) {
	l := &s.table.book.looks
	s.table.rowIn(l.wide, l.count, label, first, second, text)
}

func (s *summary) note(text string) {
	s.table.low(18, styled{s.table.book.looks.soft, text})
}

func (s *summary) steps() {
	d := s.manifest.Counts.Changes
	conflicts := s.review.conflicts
	s.line("1. Sheet Changes", d.Apply+d.Review, "", fmt.Sprintf("Read row by row: is Cloud user the same person as Name? Set Decision to apply or skip. "+
		"%d are preset with apply; %d are empty and wait for a decision. What stays empty is not changed.", d.Apply, d.Review))
	s.line("2. Sheet Blocked", s.review.blocked.rows, "", "These cannot be changed as things are. The column What to do has the cure. Blocked objects do not hold up the others.")
	s.line("3. Sheet Conflicts", conflicts.rows+conflicts.left, "", "Rows of addresses that several objects hold. Start with the severity blocks.")
	s.line("4. Sheet Take-over", s.review.signIns, "", "So many people can get another sign-in name. Tell them before the sync.")
	s.line("5. Give the file back", "", "", "Save it as .xlsx and hand it to the administrator. This version does not read decisions back yet: the batch of a row that is set to skip must not be run.")
	s.note("In the lists of addresses: [promoted] was an alias, [demoted] was the primary, [new primary] and [added] are new, [from mail] stood in mail.")
	s.note("Change only the column Decision. Sort and filter as you like; a row whose other cells were edited is refused.")
}

func (s *summary) changes() {
	d := s.manifest.Counts.Changes
	s.line("To apply", d.Apply, "", "The evidence is strong. They are made unless somebody sets skip.")
	s.line("To review", d.Review, "", "A person has to decide; made only with apply.")
	s.line("Blocked", d.Blocked, "", "Not made.")
	blocked := s.manifest.Counts.BlockedBy
	for _, code := range slices.Sorted(maps.Keys(blocked)) {
		s.line("    "+code, blocked[code], "", reconcile.BlockedBy(code).Text())
	}
}

// outcomes compares a side as exported and with the changes made.
func (s *summary) outcomes(c *evidence.SideCounts) {
	s.table.heads("Outcome", "As exported", "With changes", "What it means")
	names := maps.Clone(c.After)
	if names == nil {
		names = make(map[string]int)
	}
	maps.Copy(names, c.Outcomes)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		s.line(name, c.Outcomes[name], c.After[name], outcomeTexts[reconcile.Outcome(name)])
	}
	s.line("All judged", c.Judged, c.Judged, fmt.Sprintf("%d rows were read, %d could not be used: see the sheet Inputs.", c.Read, c.Rejected))
}

var outcomeTexts = map[reconcile.Outcome]string{
	reconcile.Synced:                    "Linked already.",
	reconcile.HardMatch:                 "Will be linked by the source anchor.",
	reconcile.SoftMatchSMTP:             "Will be linked by the primary address: the aim of the changes.",
	reconcile.SoftMatchUPN:              "Will be linked by the sign-in name.",
	reconcile.NewObject:                 "Not found in the cloud: a new object is made there.",
	reconcile.NotSynced:                 "Outside the scope of the sync.",
	reconcile.NoAnchor:                  "Has no source anchor of its own; waits for its account.",
	reconcile.CloudManaged:              "Managed in the cloud; on-premises changes are ignored.",
	reconcile.SourceAnchorChanged:       "Fails: the source anchor has changed.",
	reconcile.InvalidHardMatch:          "Fails: the tenant blocks hard match.",
	reconcile.AttributeUpdateNotAllowed: "Fails: the cloud object belongs to another AD object.",
	reconcile.AttributeMustBeUnique:     "Fails: a cloud object that is bound already has its address or SID.",
	reconcile.ObjectTypeMismatch:        "Fails: a cloud object of another type has its address.",
	reconcile.AdminRoleConflict:         "Fails: the cloud user holds an administrative role.",
	reconcile.SoftMatchBlocked:          "Fails: the tenant blocks soft match.",
	reconcile.LargeObject:               "Can fail: too many addresses.",
	reconcile.Contested:                 "Undefined: several AD objects want the same cloud object.",
	reconcile.Undocumented:              "Not documented by Microsoft: decide by hand.",
	reconcile.Linked:                    "Linked already.",
	reconcile.TakenOver:                 "Will be linked: from then on AD is its master.",
	reconcile.Conflict:                  "An AD object fails because of it.",
	reconcile.SoftDeleted:               "In the recycle bin.",
	reconcile.Orphan:                    "Bound to an AD object that is not synced.",
	reconcile.Untouched:                 "No AD object is linked to it or takes it over.",
}

func (s *summary) assumptions() {
	if len(s.manifest.Assumptions) == 0 {
		s.note("None.")
	}
	for _, a := range s.manifest.Assumptions {
		s.line(a.Code, "", "", a.Text)
	}
}

func (s *summary) sheets() {
	s.table.heads("Sheet", "Rows", "", "What it shows")
	for _, t := range s.table.book.tables {
		if t == s.table || t.hidden {
			continue
		}
		rows := any(t.rows)
		if t.page {
			rows = ""
		}
		s.line(t.name, rows, "", sheetTexts[t.name])
		if len(t.pages) > 1 {
			s.pages(t)
		}
	}
}

// pages says of a table that is too long for one sheet what is where.
func (s *summary) pages(t *table) {
	s.note("    " + t.name + " is too long for one sheet and goes on in others. Rows are in the order of the list:")
	before := 0
	for _, p := range t.pages {
		rows := p.rows - 1
		s.line("    "+p.name, rows, "", fmt.Sprintf("Rows %d to %d, from %s to %s.", before+1, before+rows, named(p.first), named(p.last)))
		before += rows
	}
}

func named(guide []byte) string {
	if len(guide) == 0 {
		return "(no name)"
	}
	return string(guide)
}

var sheetTexts = map[string]string{
	changesSheet.name:        "The changes that can be made, with the values now and after. Here you decide.",
	blockedSheet.name:        "Changes that must not be made, and objects that could be several cloud users, each with its cure.",
	conflictsSheet.name:      "Addresses that several objects hold, with every holder.",
	unmatchedADSheet.name:    "AD objects that will not be linked to anything, and have no change. Those that are out of the sync's scope are left out.",
	unmatchedCloudSheet.name: "Cloud objects that no AD object will be linked to.",
	takeOverSheet.name:       "What linking does to sign-in names and aliases in the cloud, with the preset changes made.",
	inputsSheet.name:         "The files, the settings, and what is wrong in the files.",
}

// cuts say what the workbook leaves out, and where it stands.
func (s *summary) cuts() {
	before := s.table.rows
	for _, t := range s.table.book.tables {
		if t.hidden || t == s.table {
			continue
		}
		if t.left > 0 {
			s.line(t.name, t.left, "rows", "left out because the list is too long for a workbook. All rows: "+t.source(&s.manifest.Settings))
		}
		if t.cut > 0 {
			s.line(t.name, t.cut, "cells", "cut because they are longer than Excel allows; each says so. The whole values: "+t.source(&s.manifest.Settings))
		}
	}
	if s.table.rows == before {
		s.note("Nothing was left out or cut.")
	}
	s.note("Characters that cannot be seen are shown as \uFFFD; the tables of the package have the values as they are.")
}
