package workbook

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// planSheet holds what ties the rows of Changes to a plan. Reviewers do not see it, and Excel does not offer
// to show it.
var planSheet = sheet{name: "_plan", hidden: true, tab: "7F7F7F", columns: []column{{title: "Key", width: 40}, {title: "Checksum", width: 40}}}

// The keys of the rows of _plan that are not about a change; those of changes are GUIDs.
const (
	planKey   = "plan"
	schemaKey = "schema"
	rowsKey   = "rows" // the last row: how many there are, so that a workbook that was cut short is told
	schema    = "1"
)

// checksum is that of a row's evidence: all cells of Changes but the decision, as they read in the workbook.
// The plan's id is part of it, so that no row fits into another plan's workbook.
func checksum(planID string, texts []string) string {
	c := newSummer(planID)
	for _, text := range texts {
		c.add(text)
	}
	return c.sum()
}

// summer makes the checksums of the rows of one plan. Each text counts with its length.
type summer struct {
	text  []byte
	start int // behind the plan's id
}

func newSummer(planID string) *summer {
	s := &summer{}
	s.add(planID)
	s.start = len(s.text)
	return s
}

// of gives the checksum of cells.
func (s *summer) of(cells []cell) string {
	for i := range cells {
		s.add(cells[i].text, cells[i].runs...)
	}
	return s.sum()
}

// add adds a text, which runs can follow.
func (s *summer) add(text string, runs ...run) {
	at := len(s.text)
	s.text = append(s.text, "length00"...)
	s.text = append(s.text, text...)
	for _, r := range runs {
		s.text = append(s.text, r.text...)
	}
	binary.BigEndian.PutUint64(s.text[at:], uint64(len(s.text)-at-8))
}

// sum gives the checksum of what was added since the last.
func (s *summer) sum() string {
	sum := sha256.Sum256(s.text)
	s.text = s.text[:s.start]
	return hex.EncodeToString(sum[:16])
}
