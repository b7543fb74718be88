package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Result holds what [Judge] found. Its iterators read the sources once more and may be used in any
// order and more than once; an error is the last thing they yield.
type Result struct {
	judgement *judgement
}

// Close gives back what the engine holds.
func (r *Result) Close() error { return nil }

// Counts tells what became of the rows of each source of a side, in the order given.
func (r *Result) Counts(side Side) []Counts { return r.judgement.counts[side] }

// Anchor is the attribute in use as the source anchor of users: never [AnchorAuto].
func (r *Result) Anchor() AnchorMode { return r.judgement.anchor }

// Assumptions are those that the judgement itself rests on.
func (r *Result) Assumptions() []Assumption {
	j := r.judgement
	var list []Assumption
	if j.options.Anchor == "" || j.options.Anchor == AnchorAuto {
		list = append(list, Assumption{"Anchor", fmt.Sprintf(
			"Source anchor of users taken as %s: where an AD user's mS-DS-ConsistencyGuid and objectGUID differ, %d synced cloud users carry the first and %d the second. If the sync uses the other one, run again with --anchor.",
			j.anchor, j.anchorCount.consistencyGUID, j.anchorCount.objectGUID)})
	}
	if j.options.Domains == nil {
		list = append(list, Assumption{"Domains",
			"Every domain outside onmicrosoft.com taken as verified: no --domains were given. UPNs with an unverified suffix (R32) are not told."})
	}
	return list
}

// stop ends an iteration early: the caller wants no more.
var errStop = errors.New("no more wanted")

// yielding turns a walk with a callback into an iterator.
func yielding[T any](walk func(emit func(T) error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := walk(func(v T) error {
			if !yield(v, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			var none T
			yield(none, err)
		}
	}
}

// ADVerdicts yields a verdict for every judged AD object, in input order.
func (r *Result) ADVerdicts(ctx context.Context) iter.Seq2[*ADVerdict, error] {
	j := r.judgement
	return yielding(func(emit func(*ADVerdict) error) error {
		conflicts, err := j.adConflicts.Cursor()
		if err != nil {
			return err
		}
		defer conflicts.Close()
		return j.eachAD(ctx, "verdicts ad", func(o *object, d *dossier) error {
			if d == nil {
				return nil
			}
			v := newADVerdict(o.record, d, &j.options.Tenant)
			if err := v.quarantine(unpackedNotes(conflicts.Take(o.number), unpackConflictNote)); err != nil {
				return err
			}
			return emit(v)
		})
	})
}

func newADVerdict(r *Record, d *dossier, t *Tenant) *ADVerdict {
	found := d.outcome(t)
	v := &ADVerdict{
		Record: r, Anchor: d.self.anchor, Rule: found.rule, Outcome: found.rule.Outcome(),
		SMTPCloudID: d.primary.holder.id, UPNCloudID: d.upn.target.id, AnchorCloudID: d.anchor.first.id,
		CloudID: found.partner.id,
	}
	if address, from, ok := r.Primary(); ok {
		v.Primary, v.PrimaryFrom = address, "proxyAddresses"
		if from == AttrMail {
			v.PrimaryFrom = "mail"
		}
	}
	v.Reason = v.Rule.Reason()
	return v
}

// quarantine puts in what the sync takes off: P, the secondaries in their order, U. It makes R4 an R5.
func (v *ADVerdict) quarantine(notes iter.Seq2[conflictNote, error]) error {
	var taken map[string]bool
	for n, err := range notes {
		if err != nil {
			return err
		}
		if n.quarantined {
			if taken == nil {
				taken = make(map[string]bool)
			}
			taken[n.value] = true
		}
	}
	if taken == nil {
		return nil
	}
	take := func(wanted Attribute) {
		for _, address := range v.Record.Addresses() {
			if address.Attribute == wanted && taken[address.Normal] {
				delete(taken, address.Normal)
				v.Quarantined = append(v.Quarantined, address.Normal)
			}
		}
	}
	for _, attribute := range []Attribute{AttrPrimary, AttrAlias, AttrMail, AttrUPN} {
		take(attribute)
	}
	if v.Rule == 4 {
		v.Rule = 5
		v.Reason = v.Rule.Reason()
	}
	return nil
}

// CloudVerdicts yields a verdict for every judged cloud object, in input order.
func (r *Result) CloudVerdicts(ctx context.Context) iter.Seq2[*CloudVerdict, error] {
	j := r.judgement
	return yielding(func(emit func(*CloudVerdict) error) error {
		settled, err := j.settled.Cursor()
		if err != nil {
			return err
		}
		defer settled.Close()
		return j.eachCloud(ctx, "verdicts cloud", func(o *object) error {
			var best *settlement
			for s, err := range unpackedNotes(settled.Take(o.number), unpackSettlement) {
				if err != nil {
					return err
				}
				best = s.fold(best)
			}
			if !isJudged(o.record) {
				return nil
			}
			return emit(newCloudVerdict(o.record, best))
		})
	})
}

func newCloudVerdict(r *Record, best *settlement) *CloudVerdict {
	v := &CloudVerdict{Record: r}
	v.Primary, _, _ = r.Primary()
	v.Outcome, v.Rule = best.verdict(r)
	if best != nil {
		v.ObjectGUID = best.id
	}
	v.Reason = v.reason()
	return v
}

func (v *CloudVerdict) reason() string {
	switch v.Outcome {
	case Linked:
		if v.Rule == 3 {
			return "Managed in the cloud; the AD object with its anchor is ignored."
		}
		return "Linked to the AD object already."
	case TakenOver:
		return "The AD object takes it over: " + string(v.Rule.Outcome()) + "."
	case Conflict:
		return "The AD object fails because of it: " + string(v.Rule.Outcome()) + "."
	case SoftDeleted:
		return "In the recycle bin; no AD object restores it."
	}
	return v.Rule.Reason()
}

// Holders yields every attribute of every object that holds an address in conflict: objects in input
// order, AD first, the rows of one object by address and attribute.
func (r *Result) Holders(ctx context.Context) iter.Seq2[*Holder, error] {
	j := r.judgement
	return yielding(func(emit func(*Holder) error) error {
		for _, list := range []*sourceList{&j.ad, &j.cloud} {
			if err := j.holdersOf(ctx, list, emit); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *judgement) holdersOf(ctx context.Context, list *sourceList, emit func(*Holder) error) error {
	notes, number := &j.adConflicts, adObject
	if list.side == Cloud {
		notes, number = &j.cloudConflicts, cloudObject
	}
	cursor, err := notes.Cursor()
	if err != nil {
		return err
	}
	defer cursor.Close()
	return j.again(ctx, list, "conflicts "+list.side.String(), func(o *object) error {
		var rows []conflictNote
		for n, err := range unpackedNotes(cursor.Take(o.number), unpackConflictNote) {
			if err != nil {
				return err
			}
			rows = append(rows, n)
		}
		for _, row := range conflictRows(rows) {
			if err := emit(newHolder(o.record, &row, row.cluster(j, number(o.number)))); err != nil {
				return err
			}
		}
		return nil
	})
}

func newHolder(r *Record, n *conflictNote, cluster int) *Holder {
	return &Holder{
		Address: n.value, Cluster: cluster, Side: r.Side, ObjectID: r.ID, Class: r.Class,
		UserPrincipalName: r.UserPrincipalName, Attribute: n.attribute, Blocks: n.blocks, Reason: n.reason(),
	}
}

// Findings yields the findings of every source in input order, AD first: those about the file, then row
// by row what the reader found and what the addresses show.
func (r *Result) Findings(ctx context.Context) iter.Seq2[Finding, error] {
	j := r.judgement
	return yielding(func(emit func(Finding) error) error {
		for _, list := range []*sourceList{&j.ad, &j.cloud} {
			for _, source := range list.sources {
				if err := findingsOf(ctx, list.side, source, emit); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func findingsOf(ctx context.Context, side Side, source Source, emit func(Finding) error) error {
	if err := emitAll(source.Findings(), emit); err != nil {
		return err
	}
	for r, err := range source.Records(ctx) {
		if err != nil {
			return err
		}
		if err := emitAll(r.Findings, emit); err != nil {
			return err
		}
		if r.Rejected {
			continue
		}
		r.Side = side
		if err := emitAll(r.inspect(), emit); err != nil {
			return err
		}
	}
	return nil
}

func emitAll(list []Finding, emit func(Finding) error) error {
	for _, f := range list {
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}
