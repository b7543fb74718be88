package reconcile

import (
	"fmt"
	"strings"

	"smtpmatch/reconcile/internal/spill"
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

// lineBit marks the lines of the map among the engine's objects: they come after both sides.
const lineBit = cloudBit | 1<<62

// mapEntry is an object's, or a line's, share in a value that the map names.
type mapEntry struct {
	isLine  bool
	object  uint64 // of the line: its place in the list
	id      GUID
	canTake bool // it takes part in the search
	value   string
}

func (e *mapEntry) pack() []byte {
	var p packer
	p.flags(e.isLine, e.canTake)
	p.uint(e.object)
	p.guid(e.id)
	p.text(e.value)
	return p
}

func unpackMapEntry(b []byte) (e mapEntry, err error) {
	u := unpacker{bytes: b}
	u.flags(&e.isLine, &e.canTake)
	e.object = u.uint()
	e.id = u.guid()
	e.value = u.text()
	return e, u.err
}

// mapping finds what the lines of the map hit.
type mapping struct {
	lines  *Map           // nil for none
	tables [2]spill.Table // by Side
	hits   [2]spill.Notes // by Side: what a line hits, by its place
}

// add puts an object into the side's table.
func (m *mapping) add(side Side, object uint64, r *Record, canTake bool) error {
	if m.lines == nil {
		return nil
	}
	key, kind, number := m.lines.AD, keyMapAD, adObject(object)
	if side == Cloud {
		key, kind, number = m.lines.Cloud, keyMapCloud, cloudObject(object)
	}
	e := mapEntry{object: object, id: r.ID, canTake: canTake, value: key.value(r)}
	if e.value == "" {
		return nil
	}
	return m.tables[side].Add(keyOf(kind, e.value), number, e.pack())
}

// addLines puts the lines into both tables.
func (m *mapping) addLines() error {
	for i, line := range m.lines.Lines {
		e := mapEntry{isLine: true, object: uint64(i)}
		if e.value = m.lines.AD.Normalize(line.AD); e.value != "" {
			if err := m.tables[AD].Add(keyOf(keyMapAD, e.value), lineBit|e.object, e.pack()); err != nil {
				return err
			}
		}
		if e.value = m.lines.Cloud.Normalize(line.Cloud); e.value != "" {
			if err := m.tables[Cloud].Add(keyOf(keyMapCloud, e.value), lineBit|e.object, e.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

// join tells each line what it hits.
func (m *mapping) join() error {
	for side := range m.tables {
		for group, err := range m.tables[side].Groups() {
			if err != nil {
				return err
			}
			if err := meetLine(group, &m.hits[side]); err != nil {
				return err
			}
		}
	}
	return nil
}

// meetLine tells the lines of a group, which come last, of the first two objects in it.
func meetLine(group *spill.Group, hits *spill.Notes) error {
	var check confirmation
	var met []mapEntry
	for e, err := range unpacked(group, unpackMapEntry) {
		if err == nil {
			err = check.confirm(e.value)
		}
		if err != nil {
			return err
		}
		if !e.isLine {
			if len(met) < 2 {
				met = append(met, e)
			}
			continue
		}
		for _, hit := range met {
			if err := hits.Add(e.object, hit.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

// run is the first pass: it settles the pairs that the lines name, and gives a finding for each line
// that names none.
func (m *mapping) run(s *search) (findings []Finding, err error) {
	if m.lines == nil {
		return nil, nil
	}
	if err := m.addLines(); err != nil {
		return nil, err
	}
	if err := m.join(); err != nil {
		return nil, err
	}
	var cursors [2]*spill.Cursor
	for side := range cursors {
		if cursors[side], err = m.hits[side].Cursor(); err != nil {
			return nil, err
		}
		defer cursors[side].Close()
	}
	for i, line := range m.lines.Lines {
		ad, problem, err := hitOf(cursors[AD], uint64(i), AD)
		if err != nil {
			return nil, err
		}
		cloud, cloudProblem, err := hitOf(cursors[Cloud], uint64(i), Cloud)
		if err != nil {
			return nil, err
		}
		if problem = strings.TrimSpace(problem + " " + cloudProblem); problem != "" {
			findings = append(findings, m.finding(line, problem))
			continue
		}
		if err := s.settle(passMap, ad.object, candidate{cloud: cloud.object, id: cloud.id}); err != nil {
			return nil, err
		}
	}
	return findings, nil
}

// hitOf gives the one object that a line hits, or what is wrong.
func hitOf(cursor *spill.Cursor, line uint64, side Side) (hit mapEntry, problem string, err error) {
	count := 0
	for e, err := range unpackedNotes(cursor.Take(line), unpackMapEntry) {
		if err != nil {
			return hit, "", err
		}
		if count++; count == 1 {
			hit = e
		}
	}
	what := "AD object"
	if side == Cloud {
		what = "live cloud object"
	}
	switch {
	case count == 0:
		return hit, "The line hits no " + what + ".", nil
	case count > 1:
		return hit, "The line hits several of the " + what + "s.", nil
	case !hit.canTake && side == AD:
		return hit, "The AD object takes no part: it is no user, is out of scope, or is linked or matched already.", nil
	case !hit.canTake:
		return hit, "The cloud object takes no part: it is no member, is bound or taken already, or has no primary address.", nil
	}
	return hit, "", nil
}

func (m *mapping) finding(line MapLine, problem string) Finding {
	return Finding{
		File: m.lines.File, Row: line.Row, Severity: SeverityWarn, Code: "MapLine",
		Value: fmt.Sprintf("%s, %s", line.AD, line.Cloud), Text: problem + " It is left out.",
	}
}
