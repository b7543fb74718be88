package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"smtpmatch/formats/evidence"
)

// summarize tells in a few lines what the package says.
func summarize(w io.Writer, dir string, m *evidence.Manifest) error {
	s := &summary{w: w}
	s.side("AD", &m.Counts.AD)
	s.side("Cloud", &m.Counts.Cloud)
	for _, a := range m.Assumptions {
		s.printf("Assumed: %s\n", a.Text)
	}
	if rejected := m.Counts.AD.Rejected + m.Counts.Cloud.Rejected; rejected > 0 {
		s.printf("%s rows were not judged: see tables/findings.csv\n", grouped(rejected))
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
