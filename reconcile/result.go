package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"smtpmatch/reconcile/internal/spill"
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

// LeftOut is how many lines of the map name no pair that takes part.
func (r *Result) LeftOut() int { return len(r.judgement.mapFindings) }

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
			"Every domain outside onmicrosoft.com taken as verified: no --domains were given. UPNs with an unverified suffix (R32) are not told, and a primary or alias in an unverified domain would be discarded by Entra."})
	}
	if j.now.tenant.BlockSoftMatch {
		list = append(list, Assumption{"BlockSoftMatchOff",
			"The tenant blocks soft match. Outcomes after the changes are judged with the block off: switch it off for the time of the change."})
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
		bench, err := j.openBench()
		if err != nil {
			return err
		}
		defer bench.close()
		return j.eachAD(ctx, &j.now, "verdicts ad", func(o *object, d *dossier) error {
			if d == nil {
				return nil
			}
			v, err := bench.verdict(o, d)
			if err != nil {
				return err
			}
			return emit(v)
		})
	})
}

// bench brings together what the verdict of an AD object is made of.
type bench struct {
	judgement *judgement
	conflicts *spill.Cursor
	decided   *decided
	after     *desk // nil if the changes make no difference
}

func (j *judgement) openBench() (b *bench, err error) {
	b = &bench{judgement: j}
	if b.conflicts, err = j.adConflicts.Cursor(); err != nil {
		return nil, err
	}
	if b.decided, err = j.openDecided(); err == nil && j.after != &j.now {
		b.after, err = j.openDossiers(j.after)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() {
	b.conflicts.Close()
	if b.decided != nil {
		b.decided.close()
	}
	if b.after != nil {
		b.after.close()
	}
}

func (b *bench) verdict(o *object, d *dossier) (*ADVerdict, error) {
	v := newADVerdict(o.record, d, &b.judgement.now.tenant)
	if err := v.quarantine(unpackedNotes(b.conflicts.Take(o.number), unpackConflictNote)); err != nil {
		return nil, err
	}
	c, change, err := b.decided.of(o.number)
	if err != nil {
		return nil, err
	}
	v.propose(&c, change)
	v.OutcomeAfter = v.Outcome
	if b.after != nil {
		_, then, err := b.after.open(o)
		if err != nil {
			return nil, err
		}
		v.OutcomeAfter = then.outcome(&b.judgement.after.tenant).rule.Outcome()
	}
	return v, nil
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

// propose puts in the candidate and the change.
func (v *ADVerdict) propose(c *candidate, change *Change) {
	v.CandidateID, v.CandidateBy, v.Change = c.id, c.pass, change
	if c.ambiguous {
		v.BlockedBy = Ambiguous
	}
	if change != nil {
		v.BlockedBy = change.BlockedBy
	}
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
		after, err := j.after.settled.Cursor()
		if err != nil {
			return err
		}
		defer after.Close()
		return j.eachSettled(ctx, &j.now, "verdicts cloud", func(o *object, best *settlement) error {
			then, err := takeSettlement(after, o.number)
			if err != nil || !isJudged(o.record) {
				return err
			}
			v := newCloudVerdict(o.record, best)
			v.OutcomeAfter, _ = then.verdict(o.record)
			return emit(v)
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

// Findings yields the findings of the map's lines, then those of every source in input order, AD first:
// about the file, then row by row what the reader found, what the addresses show and what changes give
// rise to.
func (r *Result) Findings(ctx context.Context) iter.Seq2[Finding, error] {
	j := r.judgement
	return yielding(func(emit func(Finding) error) error {
		if err := emitAll(j.mapFindings, emit); err != nil {
			return err
		}
		remarks, err := j.remarks.Cursor()
		if err != nil {
			return err
		}
		defer remarks.Close()
		number := uint64(0)
		for _, source := range j.ad.sources {
			if err := findingsOf(ctx, AD, source, &number, remarks, emit); err != nil {
				return err
			}
		}
		for _, source := range j.cloud.sources {
			if err := findingsOf(ctx, Cloud, source, nil, nil, emit); err != nil {
				return err
			}
		}
		return nil
	})
}

// findingsOf yields the findings of one source. number is that of its first object; remarks are nil for
// cloud objects.
func findingsOf(ctx context.Context, side Side, source Source, number *uint64, remarks *spill.Cursor, emit func(Finding) error) error {
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
		if err := emitAll(r.Inspect(), emit); err != nil {
			return err
		}
		if remarks == nil {
			continue
		}
		for remark, err := range unpackedNotes(remarks.Take(*number), unpackRemark) {
			if err != nil {
				return err
			}
			if err := emit(remark.finding(r)); err != nil {
				return err
			}
		}
		*number++
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
