package workbook

import (
	"smtpmatch/formats/workbook/internal/sheetdata"
	"smtpmatch/reconcile"
)

// decidableRows writes the rows of Changes and _plan. They are by far the most, so they are laid out in
// sections, several at a time, and taken into the sheets in order. What is written does not depend on which
// section is ready first: a section has its rows' numbers before it is laid out.
type decidableRows struct {
	changes, plan *table
	planID        string

	open   *section   // gathers changes
	queue  []*section // are laid out
	coming int        // rows in queue
	spare  []*section
}

// section has some rows of Changes, and as many of _plan.
type section struct {
	changes []*reconcile.Change
	bytes   int // in them
	most    int // changes that it can have

	change, plan         layout
	changeRows, planRows *sheetdata.Rows
	first, last          string // what a reader finds its ends by
	sum                  *summer
	done                 chan bool
}

// Limits of a section, and of how many there are at a time. They are constants because they decide where a
// table turns to a further sheet: the same content gives the same bytes on any machine.
const (
	sectionRows  = 256
	sectionBytes = 256 << 10
	sectionsMost = 4
)

// add appends the row of a change, which the caller must leave alone from then on.
func (d *decidableRows) add(c *reconcile.Change) {
	if d.open == nil {
		d.open = d.begin()
	}
	s := d.open
	s.changes = append(s.changes, c)
	s.bytes += bytesIn(c)
	if len(s.changes) >= s.most || s.bytes >= sectionBytes {
		d.start()
	}
}

func bytesIn(c *reconcile.Change) int {
	n := len(c.DisplayName) + len(c.UserPrincipalName) + len(c.MailBefore) + len(c.MailAfter) + len(c.CloudUPN) + len(c.Reason)
	for _, values := range [][]string{c.ProxyBefore, c.ProxyAfter} {
		for _, value := range values {
			n += len(value)
		}
	}
	return n
}

// begin gives an empty section, on a further sheet where one of the two is full.
func (d *decidableRows) begin() *section {
	room := sectionRows
	for _, t := range []*table{d.changes, d.plan} {
		if t.isFull(d.coming) {
			d.takeAll()
			t.turn()
		}
		room = min(room, t.book.limits.sheetRows-t.lastPage().rows-d.coming)
	}
	if n := len(d.spare); n > 0 {
		s := d.spare[n-1]
		d.spare = d.spare[:n-1]
		s.changes, s.bytes, s.most = s.changes[:0], 0, room
		return s
	}
	return &section{
		change: layout{sheet: d.changes.sheet, book: d.changes.book}, plan: layout{sheet: d.plan.sheet, book: d.plan.book},
		changeRows: sheetdata.NewSection(), planRows: sheetdata.NewSection(), sum: newSummer(d.planID), done: make(chan bool, 1), most: room,
	}
}

// start lets the open section be laid out.
func (d *decidableRows) start() {
	if len(d.queue) == sectionsMost {
		d.take()
	}
	s := d.open
	s.changeRows.Restart(d.changes.lastPage().rows + d.coming)
	s.planRows.Restart(d.plan.lastPage().rows + d.coming)
	d.open, d.queue, d.coming = nil, append(d.queue, s), d.coming+len(s.changes)
	go s.layOut()
}

// layOut lays out the section's rows. Their End has no store that could fail.
func (s *section) layOut() {
	for i, c := range s.changes {
		key := keyOf(c)
		row := s.change.decidable(c, key)
		s.change.write(s.changeRows, row, s.change.height(row))
		s.changeRows.End()
		if s.last = s.change.guideOf(row); i == 0 {
			s.first = s.last
		}
		looks := &s.plan.book.looks
		row = s.plan.layOut(looks.text, looks.number, []any{key, s.sum.of(row[1:])})
		s.plan.write(s.planRows, row, s.plan.height(row))
		s.planRows.End()
	}
	s.done <- true
}

// take puts the first section of the queue into the sheets.
func (d *decidableRows) take() {
	s := d.queue[0]
	<-s.done
	d.queue, d.coming = d.queue[1:], d.coming-len(s.changes)
	d.changes.append(s.changeRows, len(s.changes), s.first, s.last)
	d.plan.append(s.planRows, len(s.changes), "", "")
	d.changes.cut += s.change.cut
	s.change.cut = 0
	d.spare = append(d.spare, s)
}

// append puts rows that are written already behind those of the last page.
func (t *table) append(rows *sheetdata.Rows, n int, first, last string) {
	p := t.lastPage()
	t.rows += n
	p.rows += n
	t.try(func() error { return p.data.Append(rows) })
	p.note(first, last)
}

func (d *decidableRows) takeAll() {
	for len(d.queue) > 0 {
		d.take()
	}
}

// finish puts all rows into the sheets.
func (d *decidableRows) finish() {
	if d.open != nil {
		d.start()
	}
	d.takeAll()
}

// wait waits for what is laid out and no longer wanted.
func (d *decidableRows) wait() {
	for _, s := range d.queue {
		<-s.done
	}
}
