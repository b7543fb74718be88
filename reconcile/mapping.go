package reconcile

import (
	"fmt"
	"strings"
)

// MapKey is the attribute by which the lines of a [Map] name objects.
type MapKey uint8

// The keys of a map.
const (
	MapByID                MapKey = iota // ObjectGUID, Id
	MapBySamAccountName                  // of AD users only
	MapByUserPrincipalName               // compared like any UPN
	MapByMail                            // the attribute mail, not the primary
)

// Map are pairs of an AD user and a cloud user that people decided.
type Map struct {
	File      string // its name without its folder
	AD, Cloud MapKey
	Lines     []MapLine
}

// MapLine is one pair. A line with a blank cell hits nothing.
type MapLine struct {
	Row       int // in the file, the header as 1
	AD, Cloud string
}

// value gives the normalized value of a record by which lines name it, empty for none.
func (k MapKey) value(r *Record) string {
	switch k {
	case MapByID:
		return r.ID.String()
	case MapBySamAccountName:
		return plainName(r.SamAccountName)
	case MapByUserPrincipalName:
		return Normalize(CleanAddress(r.UserPrincipalName))
	}
	return Normalize(CleanAddress(r.Mail))
}

// Normalize gives the form in which a cell of a line is compared; empty for a blank one.
func (k MapKey) Normalize(cell string) string {
	switch k {
	case MapByID:
		g, err := ParseGUID(strings.TrimFunc(cell, IsBlank))
		if err != nil {
			return Normalize(cell) // hits nothing, and says so
		}
		return g.String()
	case MapBySamAccountName:
		return plainName(cell)
	}
	return Normalize(CleanAddress(cell))
}

// mapValues are the values by which the lines name objects of one side, with what each of them hits.
type mapValues struct {
	key  MapKey
	hits map[string]*mapHits
}

// mapHits are the first of the objects that a value names, and how many there are.
type mapHits struct {
	object uint32
	may    bool // it can take part, as far as its record tells
	count  int
}

// mapHit is one object that a value of the map names.
type mapHit struct {
	object uint32
	may    bool
	of     *mapHits
}

// values gives what the lines name on a side; nil for no map.
func (m *Map) values(side Side) *mapValues {
	if m == nil {
		return nil
	}
	v := &mapValues{key: m.AD, hits: make(map[string]*mapHits)}
	if side == Cloud {
		v.key = m.Cloud
	}
	for _, line := range m.Lines {
		if value := v.key.Normalize(line.cell(side)); value != "" {
			v.hits[value] = &mapHits{}
		}
	}
	return v
}

func (l *MapLine) cell(side Side) string {
	if side == AD {
		return l.AD
	}
	return l.Cloud
}

// takeHit notes that a line of the map names the object. Soft-deleted ones are not hit.
func (t *taker) takeHit(object uint32, r *Record, may bool) {
	if t.wanted == nil || r.Deleted {
		return
	}
	if of := t.wanted.hits[t.wanted.key.value(r)]; of != nil {
		t.out.hits = append(t.out.hits, mapHit{object, may, of})
	}
}

// add counts the hit; objects come in input order. begin is the number of the first object of its batch.
func (h *mapHit) add(begin uint32) {
	if h.of.count++; h.of.count == 1 {
		h.of.object, h.of.may = begin+h.object, h.may
	}
}

// settleMap is the first pass: it settles the pairs that the lines name, and gives a finding for each line
// that names none.
func (s *search) settleMap(m *Map, values [2]*mapValues) (findings []Finding, err error) {
	if m == nil {
		return nil, nil
	}
	// Who takes part is asked before any pair is settled.
	type pair struct{ ad, cloud uint32 }
	var pairs []pair
	for _, line := range m.Lines {
		ad, problem := values[AD].hitOf(line.AD, AD, s.isAsked)
		cloud, cloudProblem := values[Cloud].hitOf(line.Cloud, Cloud, s.isPartner)
		if problem = strings.TrimSpace(problem + " " + cloudProblem); problem != "" {
			findings = append(findings, m.finding(line, problem))
			continue
		}
		pairs = append(pairs, pair{ad, cloud})
	}
	for _, p := range pairs {
		if err := s.settle(mapPass, p.ad, p.cloud); err != nil {
			return nil, err
		}
	}
	return findings, nil
}

// hitOf gives the one object that a cell hits, or what is wrong.
func (v *mapValues) hitOf(cell string, side Side, canTake func(uint32) bool) (object uint32, problem string) {
	h := v.hits[v.key.Normalize(cell)]
	what := "AD object"
	if side == Cloud {
		what = "live cloud object"
	}
	switch {
	case h == nil || h.count == 0:
		return 0, "The line hits no " + what + "."
	case h.count > 1:
		return 0, "The line hits several of the " + what + "s."
	case !(h.may && canTake(h.object)) && side == AD:
		return 0, "The AD object takes no part: it is no user, is out of scope, or is linked or matched already."
	case !(h.may && canTake(h.object)):
		return 0, "The cloud object takes no part: it is no member, is bound or taken already, or has no primary address."
	}
	return h.object, ""
}

func (m *Map) finding(line MapLine, problem string) Finding {
	return Finding{
		File: m.File, Row: line.Row, Severity: SeverityWarn, Code: "MapLine",
		Value: fmt.Sprintf("%s, %s", line.AD, line.Cloud), Text: problem + " It is left out.",
	}
}
