package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// summarize tells in a few lines what the package says.
func summarize(w io.Writer, dir string, m *evidence.Manifest) error {
	s := &summary{w: w}
	s.side("AD", &m.Counts.AD)
	s.side("Cloud", &m.Counts.Cloud)
	s.changes(&m.Counts)
	for _, a := range m.Assumptions {
		s.printf("Assumed: %s\n", a.Text)
	}
	if rejected := m.Counts.AD.Rejected + m.Counts.Cloud.Rejected; rejected > 0 {
		where := "see tables/findings.csv"
		if !m.Settings.HasTable("findings") {
			where = "the table findings, which was not asked for, says why"
		}
		s.printf("%s rows were not judged: %s\n", grouped(rejected), where)
	}
	s.printf("Written to %s\n", dir)
	return s.err
}

type summary struct {
	w   io.Writer
	err error
}

func (s *summary) printf(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

func (s *summary) side(name string, c *evidence.SideCounts) {
	s.printf("%s: %s rows read, %s judged, %s not\n", name, grouped(c.Read), grouped(c.Judged), grouped(c.Rejected))
	for _, outcome := range slices.Sorted(maps.Keys(c.Outcomes)) {
		s.printf("  %-27s %9s\n", outcome, grouped(c.Outcomes[outcome]))
	}
}

// changes tells what is to be done, and how the AD objects end up if it is.
func (s *summary) changes(c *evidence.Counts) {
	d := c.Changes
	s.printf("Changes: %s to apply, %s to review, %s blocked\n", grouped(d.Apply), grouped(d.Review), grouped(d.Blocked))
	for _, code := range slices.Sorted(maps.Keys(c.BlockedBy)) {
		if code != string(reconcile.Ambiguous) {
			s.printf("  %-27s %9s\n", code, grouped(c.BlockedBy[code]))
		}
	}
	if n := c.BlockedBy[string(reconcile.Ambiguous)]; n > 0 {
		s.printf("Nothing proposed, because the partner is ambiguous: %s\n", grouped(n))
	}
	match := string(reconcile.SoftMatchSMTP)
	if before, after := c.AD.Outcomes[match], c.AD.After[match]; d.Apply > 0 {
		s.printf("Soft match by primary address: %s as exported, %s with the changes applied\n", grouped(before), grouped(after))
	}
}
