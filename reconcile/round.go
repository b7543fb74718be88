package reconcile

import (
	"context"
	"sync"

	"smtpmatch/reconcile/internal/inorder"
	"smtpmatch/reconcile/internal/spill"
)

// round is one judgement of all objects: of the directory as exported, or once more with the changes in
// force. The rules and the joins are the same.
type round struct {
	tenant Tenant
	after  *spill.Notes[matchingNote] // what is different with the changes in force; nil as exported

	claims, roles uint // where a cloud object's claims and state have the round's
}

func roundNow(t Tenant) *round { return &round{tenant: t, roles: roleShift} }

func roundAfter(t Tenant, notes *spill.Notes[matchingNote]) *round {
	t.BlockSoftMatch = false // a precondition of the changes
	return &round{tenant: t, after: notes, claims: claimBits, roles: roleShift + roleBits}
}

// desk opens the dossiers of new AD objects one after the other: their own facts, and whom they meet.
type desk struct {
	judgement *judgement
	round     *round
	facts     *spill.Reader[adFacts]
	matching  *spill.Cursor[matchingNote]
	after     *spill.Cursor[matchingNote] // nil as exported
	dossier   dossier
}

func (j *judgement) openDesk(r *round) *desk {
	k := &desk{judgement: j, round: r, facts: j.ledger.ad.Reader(), matching: j.matching.Cursor()}
	if r.after != nil {
		k.after = r.after.Cursor()
	}
	return k
}

func (k *desk) close() {
	k.matching.Close()
	if k.after != nil {
		k.after.Close()
	}
}

// open gives the dossier of a new AD object in the round. It is valid until the next one is opened.
func (k *desk) open(object uint32) (*dossier, error) {
	j, d := k.judgement, &k.dossier
	f, err := k.facts.One(int(object))
	if err != nil {
		return nil, err
	}
	*d = dossier{self: f.self(object, j.anchor)}
	d.upn.firstNew = object
	notes, err := k.matching.Take(object)
	if err != nil {
		return nil, err
	}
	d.hearMatching(notes)
	if k.after != nil {
		if j.objects.adHas(object, adMoves) {
			d.primary = primaryMeeting{}
		}
		if notes, err = k.after.Take(object); err != nil {
			return nil, err
		}
		d.hearMatching(notes)
	}
	return d, nil
}

// answered puts in what depends on the other objects' claims.
func (k *desk) answered(d *dossier) *dossier {
	d.answer = k.judgement.objects.answer(k.round, &d.upn.target)
	return d
}

// deskPool keeps desks that several goroutines use in turn.
type deskPool struct {
	open func() *desk
	mu   sync.Mutex
	idle []*desk
}

func (p *deskPool) get() *desk {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		k := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return k
	}
	return p.open()
}

func (p *deskPool) put(k *desk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, k)
}

// close closes all desks, which have been put back.
func (p *deskPool) close() {
	for _, k := range p.idle {
		k.close()
	}
}

// chunk is how many objects are asked at a time.
const chunk = 1 << 16

// answers are what the AD objects of a chunk say.
type answers[T any] struct {
	objects []uint32
	said    []T
	err     error
}

// eachNew asks the dossiers of AD objects that reached matching and have the mark, many at a time, and keeps
// what they say in input order.
func eachNew[T any](ctx context.Context, j *judgement, r *round, mark adState, ask func(*desk, *dossier) (T, bool), keep func(object uint32, said T)) error {
	desks := &deskPool{open: func() *desk { return j.openDesk(r) }}
	defer desks.close()
	empty := sync.Pool{New: func() any { return &answers[T]{} }}
	return inorder.Run(ctx, func(l *inorder.Line[*answers[T]]) error {
		for begin := 0; begin < len(j.objects.ad); begin += chunk {
			end := min(begin+chunk, len(j.objects.ad))
			more := l.Send(func() *answers[T] {
				k, a := desks.get(), empty.Get().(*answers[T])
				defer desks.put(k)
				a.objects, a.said, a.err = a.objects[:0], a.said[:0], nil
				for object := begin; object < end && a.err == nil; object++ {
					if j.objects.ad[object]&mark == 0 {
						continue
					}
					var d *dossier
					if d, a.err = k.open(uint32(object)); a.err != nil {
						break
					}
					if said, says := ask(k, d); says {
						a.objects, a.said = append(a.objects, uint32(object)), append(a.said, said)
					}
				}
				return a
			})
			if !more {
				return nil
			}
		}
		return nil
	}, func(a *answers[T]) error {
		defer empty.Put(a)
		for i, object := range a.objects {
			keep(object, a.said[i])
		}
		return a.err
	})
}

// claim lets all new AD objects lay their claims in a round.
func (j *judgement) claim(ctx context.Context, r *round) error {
	type claim struct {
		target uint32
		by     blamed
	}
	return eachNew(ctx, j, r, adNew, func(_ *desk, d *dossier) (claim, bool) {
		target, by := d.claims(&r.tenant)
		return claim{target.object, by}, target.found
	}, func(_ uint32, c claim) { j.objects.lay(r, c.target, c.by) })
}

// prove judges the objects with a change again, with the changes in force. A change that does not end in
// a soft match with its own cloud object is taken back, and the rest is judged again.
func (j *judgement) prove(ctx context.Context) error {
	j.after = j.now
	for j.applying > 0 || j.now.tenant.BlockSoftMatch {
		notes := spill.NewNotes[matchingNote](j.space)
		j.after = roundAfter(j.now.tenant, notes)
		j.progress("judging again with the changes", 0)(0)
		if err := j.meetAgain(ctx, notes); err != nil {
			return err
		}
		failed, err := j.failures(ctx)
		if err != nil || len(failed) == 0 {
			return err
		}
		notes.Free()
		for _, object := range failed {
			j.objects.ad[object] &^= adApplies | adMoves
			j.unproved[object] = true
			j.applying--
		}
		j.after = j.now
	}
	return nil
}

// failures gives the objects whose changes do not do what they should.
func (j *judgement) failures(ctx context.Context) (failed []uint32, err error) {
	err = eachNew(ctx, j, j.after, adApplies, func(_ *desk, d *dossier) (struct{}, bool) {
		// Its P is a cloud object's: what others claim by UPN makes no difference.
		found := d.matched(&j.after.tenant)
		proved := found.rule.Outcome() == SoftMatchSMTP && j.objects.owners[found.partner.object] == d.self.object
		return struct{}{}, !proved
	}, func(object uint32, _ struct{}) { failed = append(failed, object) })
	return failed, err
}

// meetAgain looks at the circles that changes touch: those of a P that was, and those of a P that will be.
func (j *judgement) meetAgain(ctx context.Context, notes *spill.Notes[matchingNote]) error {
	err := j.circles.walk(ctx, func(c *circle) error {
		touched := false
		err := c.each(func(members []uint64) error {
			for _, word := range members {
				touched = touched || j.touches(member(word))
			}
			return nil
		})
		if err != nil || !touched {
			return err
		}
		return j.tellAgain(c, notes)
	})
	if err != nil {
		return err
	}
	return notes.Seal()
}

// touches says whether a change takes a P away from the member or gives it to another.
func (j *judgement) touches(m member) bool {
	if !m.isCloud() {
		return m.facts().has(isP) && j.objects.adHas(m.object(), adMoves)
	}
	_, comes := j.newcomer(m)
	return comes
}

// newcomer gives the AD object whose change makes the member's primary its own.
func (j *judgement) newcomer(m member) (object uint32, comes bool) {
	if !m.isCloud() || !m.facts().has(atPrimary) {
		return 0, false
	}
	owner := j.objects.owners[m.number()]
	return owner, owner != nobody && j.objects.adHas(owner, adMoves)
}

// tellAgain tells those in a circle that have its address as P with the changes in force whom they meet.
func (j *judgement) tellAgain(c *circle, notes *spill.Notes[matchingNote]) error {
	var m meeting
	eachP := func(visit func(object uint32) error) error {
		return c.each(func(members []uint64) error {
			for _, word := range members {
				w := member(word)
				object, has := j.newcomer(w)
				if !w.isCloud() && w.facts().has(isP) && !j.objects.adHas(w.object(), adMoves) {
					object, has = w.object(), true
				}
				if !has {
					continue
				}
				if err := visit(object); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := c.each(func(members []uint64) error {
		for _, word := range members {
			if w := member(word); w.isCloud() {
				m.addCloud(w.number(), w.facts())
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = eachP(func(object uint32) error {
		m.addAD(object, isP, j.objects.adHas(object, adNew))
		return nil
	})
	if err != nil {
		return err
	}
	m.finish()
	return eachP(func(object uint32) error { return notes.Add(object, m.note(isP)) })
}
