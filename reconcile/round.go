package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// round is one judgement of all objects: of the directory as exported, or once more with the changes in
// force. The rules and the joins are the same.
type round struct {
	tenant  Tenant
	changed bool // the changes that are to be applied are in force

	matching, answers spill.Notes // about AD objects
	settled           spill.Notes // about cloud objects: what AD objects make of them
}

// run tells everybody whom it meets, and the cloud objects what becomes of them. visit, if not nil, gets
// every AD object with its decision, the zero one for an object that is not judged.
func (j *judgement) run(ctx context.Context, r *round, visit func(*object, *dossier, decision) error) error {
	if err := j.match(ctx, r); err != nil {
		return err
	}
	return j.eachAD(ctx, r, "judging ad", func(o *object, d *dossier) error {
		var found decision
		if d != nil {
			found = d.outcome(&r.tenant)
			if err := settle(&r.settled, &d.self, &found); err != nil {
				return err
			}
		}
		return visit(o, d, found)
	})
}

// prove judges again with the changes in force. A change that does not end in a soft match with its own
// cloud object is taken back, and the rest is judged again.
func (j *judgement) prove(ctx context.Context) error {
	if j.applying == 0 && !j.now.tenant.BlockSoftMatch {
		j.after = &j.now
		return nil
	}
	for {
		before := j.unproved.Len()
		after := &round{tenant: j.now.tenant, changed: true}
		after.tenant.BlockSoftMatch = false // a precondition of the changes
		if err := j.tryChanges(ctx, after); err != nil {
			return err
		}
		if j.unproved.Len() == before {
			j.after = after
			return nil
		}
	}
}

// tryChanges judges once with the changes in force, and notes which of them failed.
func (j *judgement) tryChanges(ctx context.Context, after *round) error {
	changes, err := j.changes.Cursor()
	if err != nil {
		return err
	}
	defer changes.Close()
	var failed []uint64
	err = j.run(ctx, after, func(o *object, _ *dossier, found decision) error {
		c, err := j.changeOf(changes, o.number)
		if err == nil && c != nil && c.Decision == Apply && !(found.rule.Outcome() == SoftMatchSMTP && found.partner.id == c.CloudID) {
			failed = append(failed, o.number)
		}
		return err
	})
	for _, object := range failed {
		j.unproved.Add(object)
	}
	return err
}

// changeOf reads the change of an object, nil if it has none. Objects come in ascending order.
func (j *judgement) changeOf(changes *spill.Cursor, object uint64) (found *Change, err error) {
	for c, err := range unpackedNotes(changes.Take(object), unpackChange) {
		if err != nil {
			return nil, err
		}
		found = j.proved(object, &c)
	}
	return found, nil
}

// proved takes a change back that failed the proof.
func (j *judgement) proved(object uint64, c *Change) *Change {
	if c.Decision == Apply && j.unproved.Has(object) {
		c.Decision, c.BlockedBy = Blocked, NotProved
		c.Reason = c.reason()
	}
	return c
}

// with gives the record with its change made, if there is one that is to be applied.
func (r *Record) with(c *Change) *Record {
	if c == nil || c.Decision != Apply {
		return r
	}
	changed := *r
	changed.Mail, changed.ProxyAddresses, changed.PrefixesStripped = c.MailAfter, c.ProxyAfter, false
	return &changed
}
