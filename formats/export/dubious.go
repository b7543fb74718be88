package export

import "hash/maphash"

// dubious tells the rows of a table in which the survey saw damage, so that the others need not be
// searched for it whenever the table is read again. A row is known by its id's cell; one that is taken for
// dubious by mistake is only read more slowly.
type dubious struct {
	seed maphash.Seed
	ids  map[uint64]struct{}
	many bool // too many to tell them apart
}

// mostDubious is how many rows are told apart; they take some 40 bytes each.
const mostDubious = 1 << 18

// newDubious is empty. All parts of a table have the same seed, which the caller sets.
func newDubious() *dubious {
	return &dubious{ids: make(map[uint64]struct{})}
}

// add notes a row with damage.
func (d *dubious) add(id string) {
	if !d.many {
		d.ids[maphash.String(d.seed, id)] = struct{}{}
		d.many = len(d.ids) > mostDubious
	}
}

// join adds the rows of another part.
func (d *dubious) join(part *dubious) {
	if d.many = d.many || part.many; d.many {
		d.ids = nil
		return
	}
	for id := range part.ids {
		d.ids[id] = struct{}{}
	}
	d.many = len(d.ids) > mostDubious
}

// clears says that the row has no damage. Before the survey no row is cleared.
func (d *dubious) clears(id string) bool {
	if d == nil || d.many {
		return false
	}
	if len(d.ids) == 0 {
		return true
	}
	_, found := d.ids[maphash.String(d.seed, id)]
	return !found
}
