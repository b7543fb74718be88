package export

import (
	"fmt"
	"strings"

	"smtpmatch/reconcile"
)

const mapCure = "Give it two columns: ObjectGUID, SamAccountName, UserPrincipalName or Mail for the AD side, Id, UserPrincipalName or Mail for the cloud side; AD or Cloud before or after a name says whose it is."

// mapColumn is a column of the map whose header names a key.
type mapColumn struct {
	place int
	sides [2]bool // by Side: whose key it can be
	key   reconcile.MapKey
}

// ReadMap reads pairs of an AD user and a cloud user, as CSV or XLSX. The headers say by which key each
// side is named; columns with other headers are notes of people. The error is a [*Refusal] or what
// reading failed with.
func ReadMap(path string) (*reconcile.Map, error) {
	t, err := readSide(path)
	if err != nil {
		return nil, err
	}
	ad, cloud, err := mapColumns(t.header)
	if err != nil {
		return nil, refuse(t.name, "", err.Error()+".", mapCure)
	}
	m := &reconcile.Map{File: t.name, AD: ad.key, Cloud: cloud.key}
	for _, row := range t.rows {
		m.Lines = append(m.Lines, reconcile.MapLine{
			Row: row.number, AD: mapCell(ad.key, row.cells[ad.place]), Cloud: mapCell(cloud.key, row.cells[cloud.place]),
		})
	}
	if reasons := namedTwice(m); len(reasons) > 0 {
		return nil, &Refusal{File: t.name, Reasons: asReasons(reasons), Cure: "Name each object once."}
	}
	return m, nil
}

// mapCell brings a GUID in any form to its text.
func mapCell(key reconcile.MapKey, cell string) string {
	if key != reconcile.MapByID {
		return cell
	}
	text := strings.TrimPrefix(reconcile.TrimBlank(cell), "'")
	if g, ok := readGUID(text); ok {
		return g.String()
	}
	if reconcile.IsPlaceholder(text) {
		return ""
	}
	return text
}

// mapColumns finds the one column of each side.
func mapColumns(header []string) (ad, cloud mapColumn, err error) {
	var known []mapColumn
	for i, h := range header {
		if c, ok := mapColumnOf(h); ok {
			c.place = i
			known = append(known, c)
		}
	}
	if len(known) != 2 {
		return ad, cloud, fmt.Errorf("%d columns name a key, not two; the header is: %s", len(known), headerText(header))
	}
	first, second := known[0], known[1]
	inOrder := first.sides[reconcile.AD] && second.sides[reconcile.Cloud]
	turned := second.sides[reconcile.AD] && first.sides[reconcile.Cloud]
	switch {
	case inOrder && turned:
		return ad, cloud, fmt.Errorf("it cannot be told whose key %s is, and whose %s", header[first.place], header[second.place])
	case inOrder:
		return first, second, nil
	case turned:
		return second, first, nil
	}
	return ad, cloud, fmt.Errorf("%s and %s name keys of the same side", header[first.place], header[second.place])
}

// mapKeys are the keys by header, and whose they can be.
var mapKeys = map[string]mapColumn{
	"objectguid":        {key: reconcile.MapByID, sides: [2]bool{reconcile.AD: true}},
	"samaccountname":    {key: reconcile.MapBySamAccountName, sides: [2]bool{reconcile.AD: true}},
	"id":                {key: reconcile.MapByID, sides: [2]bool{reconcile.Cloud: true}},
	"userprincipalname": {key: reconcile.MapByUserPrincipalName, sides: [2]bool{true, true}},
	"mail":              {key: reconcile.MapByMail, sides: [2]bool{true, true}},
}

// mapColumnOf reads a header: a key, with the side before or after it.
func mapColumnOf(header string) (c mapColumn, ok bool) {
	key := headerKey(header)
	if c, ok = mapKeys[key]; ok {
		return c, true
	}
	for side, word := range []string{reconcile.AD: "ad", reconcile.Cloud: "cloud"} {
		for _, name := range []string{strings.TrimPrefix(key, word), strings.TrimSuffix(key, word)} {
			if c, ok = mapKeys[name]; ok && c.sides[side] {
				c.sides = [2]bool{}
				c.sides[side] = true
				return c, true
			}
		}
	}
	return c, false
}

// namedTwice says which objects the lines name more than once.
func namedTwice(m *reconcile.Map) (reasons []string) {
	for _, side := range []struct {
		name string
		key  reconcile.MapKey
		cell func(reconcile.MapLine) string
	}{
		{"AD", m.AD, func(l reconcile.MapLine) string { return l.AD }},
		{"cloud", m.Cloud, func(l reconcile.MapLine) string { return l.Cloud }},
	} {
		rows := make(map[string]int)
		for _, line := range m.Lines {
			value := side.key.Normalize(side.cell(line))
			if first, named := rows[value]; named && value != "" {
				reasons = append(reasons, fmt.Sprintf("rows %d and %d name the same %s object, %s.", first, line.Row, side.name, shortened(side.cell(line))))
				continue
			}
			rows[value] = line.Row
		}
	}
	if len(reasons) > mostReasons {
		more := len(reasons) - mostReasons
		reasons = append(reasons[:mostReasons], fmt.Sprintf("and %d more.", more))
	}
	return reasons
}

// mostReasons is how many mistakes of one kind a refusal names.
const mostReasons = 5
