package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// The matching join tells every AD object whom it meets by its primary address and by its UPN. The groups
// of the address table that later stages ask about are kept in circles.go's form.

// meeting is what one value brings together.
type meeting struct {
	primary primaryMeeting
	upn     upnMeeting

	aliasHolder peer // the first live cloud object with it among its proxies, not as primary
	newByP      int  // new AD objects whose P it is
	newByU      bool // a new AD object has it as U: upn.firstNew is set
}

// addAD adds an AD object; isNew says that it reached matching.
func (m *meeting) addAD(object uint32, f facts, isNew bool) {
	if !isNew {
		return
	}
	if f.has(isP) {
		m.newByP++
	}
	if f.has(atUPN) && !m.newByU {
		m.upn.firstNew, m.newByU = object, true
	}
}

func (m *meeting) addCloud(object uint32, f facts) {
	switch {
	case !f.has(holding): // names the address and holds nothing
	case f.has(isLive):
		m.addLive(object, f)
	case f.has(isUser):
		m.primary.deleted, m.upn.deleted = true, true
	}
}

func (m *meeting) addLive(object uint32, f facts) {
	m.primary.held = true
	if f.has(atPrimary) && !m.primary.target.found {
		m.primary.target = f.peer(object)
	}
	if (f.has(atAlias) || f.all(atMail|soleMail)) && !m.aliasHolder.found {
		m.aliasHolder = f.peer(object)
	}
	if !f.all(atUPN | isUser) {
		return
	}
	switch {
	case !m.upn.target.found:
		m.upn.target = f.peer(object)
	case !m.upn.second.found && m.upn.target.object != object:
		m.upn.second = f.peer(object)
	}
}

// finish fills in what only the whole group shows.
func (m *meeting) finish() {
	m.primary.rival = m.newByP > 1
	if m.primary.holder = m.primary.target; !m.primary.holder.found {
		m.primary.holder = m.aliasHolder
	}
}

// says whether there is anything that an AD object would not take for granted.
func (m *meeting) tells(object uint32, f facts) bool {
	return m.primary.held || m.primary.rival || m.primary.deleted || f.has(atUPN) && m.upn.firstNew != object
}

// matchingNote tells an AD object whom it meets by a value that is its P, its U, or both.
type matchingNote struct {
	about  noteBits
	target facts // of the cloud objects with these numbers, see [facts.peer]
	user   facts
	who    [4]uint32 // P's target and holder, U's target and second
	first  uint32    // the first new object by U
}

// noteBits are the yes and no of a matching note.
type noteBits uint32

const (
	noteP noteBits = 1 << iota
	noteU
	noteRival
	noteHeld
	noteDeleted
)

func (m *meeting) note(f facts) (n matchingNote) {
	n.who = [4]uint32{nobody, nobody, nobody, nobody}
	for i, p := range []*peer{&m.primary.target, &m.primary.holder, &m.upn.target, &m.upn.second} {
		if p.found {
			n.who[i] = p.object
		}
	}
	n.target, n.user, n.first = m.primary.target.facts(), m.upn.target.facts(), m.upn.firstNew
	for _, c := range []struct {
		set bool
		bit noteBits
	}{
		{f.has(isP), noteP}, {f.has(atUPN), noteU}, {m.primary.rival, noteRival}, {m.primary.held, noteHeld}, {m.primary.deleted, noteDeleted},
	} {
		if c.set {
			n.about |= c.bit
		}
	}
	return n
}

// hearMatching puts notes of the matching join into the dossier.
func (d *dossier) hearMatching(notes []matchingNote) {
	for i := range notes {
		n := &notes[i]
		if n.about&noteP != 0 {
			d.primary = primaryMeeting{
				target: peerAt(n.who[0], n.target), holder: peerAt(n.who[1], 0),
				rival: n.about&noteRival != 0, held: n.about&noteHeld != 0, deleted: n.about&noteDeleted != 0,
			}
		}
		if n.about&noteU != 0 {
			d.upn = upnMeeting{
				target: peerAt(n.who[2], n.user), second: peerAt(n.who[3], 0),
				firstNew: n.first, deleted: n.about&noteDeleted != 0,
			}
		}
	}
}

func peerAt(object uint32, f facts) peer {
	if object == nobody {
		return peer{}
	}
	return f.peer(object)
}

// matchingJoin is where the groups of the address table go.
type matchingJoin struct {
	objects *objects
	notes   *spill.Notes[matchingNote] // about AD objects
	circles *circles
	newOnly bool // only objects that reached matching are told
}

// matchingFound is what some of the groups give.
type matchingFound struct {
	told    []told[matchingNote]
	circles []uint64 // in the form of the log
	isHot   bool     // they are a part of one group
	meeting meeting  // of the group that is looked at
}

func (j *matchingJoin) run(ctx context.Context, table *spill.Table) error {
	if err := spill.Groups(ctx, table, j.look, j.keep); err != nil {
		return err
	}
	j.circles.endPart()
	return nil
}

func (j *matchingJoin) keep(f *matchingFound) error {
	for _, t := range f.told {
		if err := j.notes.Add(t.object, t.note); err != nil {
			return err
		}
	}
	err := j.circles.add(f.circles)
	if f.told, f.circles = f.told[:0], f.circles[:0]; !f.isHot {
		j.circles.endPart()
	}
	return err
}

func (j *matchingJoin) look(g *spill.Group, f *matchingFound, flush func() error) error {
	if g.Len == 1 {
		j.alone(g, f)
		return nil
	}
	f.meeting = meeting{}
	if entries := g.Entries(); entries != nil {
		j.meet(entries, f)
		f.meeting.finish()
		if j.tell(entries, f); !j.linked(entries) {
			f.keepHead(g)
			f.keepMembers(entries)
		}
		return nil
	}
	err := g.Each(func(entries []spill.Entry) error { j.meet(entries, f); return nil })
	if err != nil {
		return err
	}
	f.meeting.finish()
	f.isHot = true
	defer func() { f.isHot = false }()
	f.keepHead(g)
	return g.Each(func(entries []spill.Entry) error {
		j.tell(entries, f)
		f.keepMembers(entries)
		return flush()
	})
}

// alone keeps a group of one only if it is the primary of somebody who can be a candidate: an AD object
// may get it.
func (j *matchingJoin) alone(g *spill.Group, f *matchingFound) {
	if e := facts(g.First.Fact); isCloud(g.First.Object) && e.has(atPrimary) && e.canPartner() {
		f.keepHead(g)
		f.circles = append(f.circles, uint64(newMember(&g.First)))
	}
}

func (f *matchingFound) keepHead(g *spill.Group) {
	f.circles = append(f.circles, g.First.Hi, uint64(g.Len))
}

func (f *matchingFound) keepMembers(entries []spill.Entry) {
	for i := range entries {
		f.circles = append(f.circles, uint64(newMember(&entries[i])))
	}
}

// linked says whether a group is an AD object and the cloud object that its identity links it to: nobody
// else is concerned, now or later.
func (j *matchingJoin) linked(group []spill.Entry) bool {
	return len(group) == 2 && !isCloud(group[0].Object) && isCloud(group[1].Object) &&
		j.objects.partners[group[0].Object] == cloudNumber(group[1].Object)
}

func (j *matchingJoin) meet(entries []spill.Entry, f *matchingFound) {
	for i := range entries {
		object, e := entries[i].Object, facts(entries[i].Fact)
		if isCloud(object) {
			f.meeting.addCloud(cloudNumber(object), e)
		} else {
			f.meeting.addAD(object, e, j.objects.adHas(object, adNew))
		}
	}
}

func (j *matchingJoin) tell(entries []spill.Entry, f *matchingFound) {
	m := &f.meeting
	for i := range entries {
		object, e := entries[i].Object, facts(entries[i].Fact)
		if isCloud(object) {
			return // AD entries come first
		}
		if !e.has(isP|atUPN) || !m.tells(object, e) || j.newOnly && !j.objects.adHas(object, adNew) {
			continue
		}
		f.told = append(f.told, told[matchingNote]{object, m.note(e)})
	}
}
