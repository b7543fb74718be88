package reconcile_test

import (
	"slices"
	"sort"
)

// slowHolder is a row of addresses.csv.
type slowHolder struct {
	object    *slowObject
	address   string
	attribute string
	cluster   int
	blocks    bool
}

// slowAttributes in the order of the rows.
var slowAttributes = []string{"primary", "alias", "mail", "upn", "target"}

// at are the addresses that the object has in the attribute.
func (o *slowObject) at(attribute string) []string {
	var all []string
	switch attribute {
	case "primary":
		for _, a := range o.smtp {
			if a.primary {
				all = append(all, a.normal)
			}
		}
	case "alias":
		all = o.secondaries()
	case "mail":
		all = append(all, o.mail)
	case "upn":
		all = append(all, o.u)
	case "target":
		all = append(all, o.target)
	}
	return all
}

// slowPairs are pairs of an AD and a cloud object.
type slowPairs map[*slowObject]*slowObject

// holders lists every holder of every address in conflict: AD first, objects in input order, the rows
// of one by address and attribute. What will be linked and what blocks follows from the changes too.
func (w *slowWorld) holders(r *slowResult, changes []*slowChange) []slowHolder {
	conflicts := w.conflicts(r, changes)
	clusters := w.clusters(conflicts)
	var rows []slowHolder
	for _, o := range w.all() {
		if !o.live() {
			continue
		}
		for _, address := range slowSorted(conflicts) {
			for _, attribute := range slowAttributes {
				if slices.Contains(o.at(attribute), address) {
					rows = append(rows, slowHolder{o, address, attribute, clusters[address], r.blocks(address, changes)})
				}
			}
		}
	}
	return rows
}

// conflicts are the addresses that two objects of one side hold, or an AD and a cloud object that are
// not linked and will not be.
func (w *slowWorld) conflicts(r *slowResult, changes []*slowChange) map[string]bool {
	changed := slowPairs{}
	for _, change := range changes {
		if change.decision == "apply" {
			changed[change.object] = change.cloud
		}
	}
	conflicts := map[string]bool{}
	for _, a := range w.all() {
		for _, b := range w.all() {
			if a == b || r.linked(a, b, changed) || r.linked(b, a, changed) {
				continue
			}
			for address := range a.held {
				if b.holds(address) {
					conflicts[address] = true
				}
			}
		}
	}
	return conflicts
}

// linked says that a is an AD object and c the cloud object that it is or will be linked to.
func (r *slowResult) linked(a, c *slowObject, changed slowPairs) bool {
	if partner, ok := changed[a]; ok {
		return partner == c
	}
	v := r.of(a)
	return v != nil && v.partner == c
}

// clusters gives every address in conflict the number of its cluster: objects that hold a common one
// are in one cluster, and clusters are numbered by their first objects.
func (w *slowWorld) clusters(conflicts map[string]bool) map[string]int {
	of := map[string]int{}
	next := 0
	for _, o := range w.all() {
		for _, address := range slowSorted(o.held) {
			if conflicts[address] && of[address] == 0 {
				next++
				w.spread(address, next, conflicts, of)
			}
		}
	}
	return of
}

// spread numbers the address, and all others that any of its holders holds.
func (w *slowWorld) spread(address string, number int, conflicts map[string]bool, of map[string]int) {
	if of[address] != 0 || !conflicts[address] {
		return
	}
	of[address] = number
	for _, o := range w.all() {
		if o.holds(address) {
			for next := range o.held {
				w.spread(next, number, conflicts, of)
			}
		}
	}
}

// blocks is the severity: some object's outcome suffers because of the address, or a change does.
func (r *slowResult) blocks(address string, changes []*slowChange) bool {
	for _, change := range changes {
		if change.blockedByAddress() == address {
			return true
		}
	}
	for _, v := range r.ad {
		if v.because == address || slices.Contains(v.quarantined, address) {
			return true
		}
	}
	return false
}

func (w *slowWorld) all() []*slowObject { return slices.Concat(w.ad, w.cloud) }

func slowSorted(set map[string]bool) []string {
	var all []string
	for key := range set {
		all = append(all, key)
	}
	sort.Strings(all)
	return all
}
