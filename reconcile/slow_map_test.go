package reconcile_test

import (
	"fmt"

	"smtpmatch/reconcile"
)

// slowMapLine is a line of --map: the values, and which keys its headers say they are.
type slowMapLine struct {
	adColumn, adValue       string // ObjectGUID, SamAccountName, UserPrincipalName, Mail
	cloudColumn, cloudValue string // Id, UserPrincipalName, Mail
}

// slowKey is the value of the object in a column of --map.
func (o *slowObject) slowKey(column string) string {
	switch column {
	case "ObjectGUID", "Id":
		return o.rec.ID.String()
	case "SamAccountName":
		return slowNormal(o.rec.SamAccountName)
	case "UserPrincipalName":
		return o.u
	case "Mail":
		return o.mail
	}
	panic("no column " + column)
}

func slowMapValue(column, value string) string {
	if column == "ObjectGUID" || column == "Id" {
		id, err := reconcile.ParseGUID(slowTrim(value))
		if err != nil {
			return ""
		}
		return id.String()
	}
	return slowNormal(value)
}

// slowHit is the one live object that has the value in the column, nil if there is none or several.
func slowHit(objects []*slowObject, column, value string) *slowObject {
	value = slowMapValue(column, value)
	var hit *slowObject
	for _, o := range objects {
		if value == "" || !o.live() || o.slowKey(column) != value {
			continue
		}
		if hit != nil {
			return nil
		}
		hit = o
	}
	return hit
}

// resolveMap gives the pairs and the numbers (from 0) of the lines that are findings MapLine. An object
// named twice is refused.
func (s *slowSearch) resolveMap(w *slowWorld, lines []slowMapLine) (slowPairs, []int, error) {
	pairs, named := slowPairs{}, map[*slowObject]bool{}
	var bad []int
	for i, line := range lines {
		a := slowHit(w.ad, line.adColumn, line.adValue)
		c := slowHit(w.cloud, line.cloudColumn, line.cloudValue)
		for _, o := range []*slowObject{a, c} {
			if o != nil && named[o] {
				return nil, nil, fmt.Errorf("line %d names an object a second time", i)
			}
			named[o] = true
		}
		if a == nil || c == nil || !contains(s.asked, a) || !contains(s.partners, c) {
			bad = append(bad, i)
			continue
		}
		pairs[a] = c
	}
	return pairs, bad, nil
}

func contains(list []*slowObject, o *slowObject) bool {
	for _, other := range list {
		if other == o {
			return true
		}
	}
	return false
}
