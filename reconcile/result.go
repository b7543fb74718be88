package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"smtpmatch/reconcile/internal/spill"
)

// Result holds what [Judge] found. Its iterators may be used in any order and more than once, one at a
// time; an error is the last thing they yield. Those of verdicts read the sources once more, because a
// verdict comes with its whole record.
type Result struct {
	judgement *judgement
}

// Close gives back what the engine holds.
func (r *Result) Close() error { return r.judgement.space.Close() }

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
		if err := j.introduce(ctx); err != nil {
			return err
		}
		if err := j.judgeAfter(ctx); err != nil {
			return err
		}
		b := j.openBench()
		defer b.close()
		return j.again(ctx, &j.ad, "verdicts ad", func(o *object) error {
			v, err := b.verdict(o)
			if err != nil || v == nil {
				return err
			}
			return emit(v)
		})
	})
}

// bench brings together what the verdict of an AD object is made of.
type bench struct {
	judgement  *judgement
	ids        *spill.Cursor[knownID]
	conflicts  *spill.Cursor[conflictNote]
	candidates *spill.Cursor[candidate]
	changes    *spill.JournalCursor
	after      *desk
}

func (j *judgement) openBench() *bench {
	return &bench{
		judgement: j, ids: j.known.Cursor(), conflicts: j.conflicts[AD].Cursor(), candidates: j.candidates.Cursor(),
		changes: j.changes.Cursor(), after: j.openDesk(j.after),
	}
}

func (b *bench) close() {
	b.ids.Close()
	b.conflicts.Close()
	b.candidates.Close()
	b.after.close()
}

// verdict gives the verdict of an object, nil for one that is not judged.
func (b *bench) verdict(o *object) (*ADVerdict, error) {
	j := b.judgement
	if !isJudged(o.record) {
		return nil, nil
	}
	v := newADVerdict(o.record, j.objects.rules[o.number], j.anchor)
	ids, err := b.ids.Take(o.number)
	if err != nil {
		return nil, err
	}
	v.know(ids)
	notes, err := b.conflicts.Take(o.number)
	if err != nil {
		return nil, err
	}
	v.quarantine(notes)
	found, err := b.candidates.Take(o.number)
	if err != nil {
		return nil, err
	}
	change, err := j.changeOf(b.changes, o.number)
	if err != nil {
		return nil, err
	}
	v.propose(found, change)
	if v.OutcomeAfter = v.Outcome; j.after != j.now && j.objects.adHas(o.number, adNew) {
		d, err := b.after.open(o.number)
		if err != nil {
			return nil, err
		}
		v.OutcomeAfter = b.after.answered(d).matched(&j.after.tenant).rule.Outcome()
	}
	return v, nil
}

// changeOf reads the change of an object, nil if it has none. Objects come in ascending order.
func (j *judgement) changeOf(changes *spill.JournalCursor, object uint32) (change *Change, err error) {
	err = changes.Take(object, func(text []byte) error {
		c, err := unpackChange(text)
		change = j.proved(object, &c)
		return err
	})
	return change, err
}

// proved takes a change back that failed the proof.
func (j *judgement) proved(object uint32, c *Change) *Change {
	if c.Decision == Apply && j.unproved[object] {
		c.Decision, c.BlockedBy = Blocked, NotProved
		c.Reason = c.reason()
	}
	return c
}

func newADVerdict(r *Record, rule Rule, mode AnchorMode) *ADVerdict {
	v := &ADVerdict{Record: r, Anchor: r.anchor(mode), Rule: rule, Outcome: rule.Outcome(), Reason: rule.Reason()}
	if address, from, ok := r.Primary(); ok {
		v.Primary, v.PrimaryFrom = address, "proxyAddresses"
		if from == AttrMail {
			v.PrimaryFrom = "mail"
		}
	}
	return v
}

// know puts in the ids of cloud objects.
func (v *ADVerdict) know(ids []knownID) {
	for i := range ids {
		for slot, id := range []*GUID{&v.CloudID, &v.SMTPCloudID, &v.UPNCloudID, &v.AnchorCloudID, &v.CandidateID} {
			if ids[i].slots&(1<<slot) != 0 {
				*id = ids[i].id
			}
		}
	}
}

// propose puts in the candidate and the change.
func (v *ADVerdict) propose(found []candidate, change *Change) {
	v.Change = change
	if len(found) > 0 {
		v.CandidateBy = found[0].name()
		if found[0].ambiguous() {
			v.BlockedBy = Ambiguous
		}
	}
	if change != nil {
		v.BlockedBy = change.BlockedBy
	}
}

// quarantine puts in what the sync takes off: P, the secondaries in their order, U.
func (v *ADVerdict) quarantine(notes []conflictNote) {
	taken := make(map[tag]bool)
	for i := range notes {
		if notes[i].is(conflictQuarantined) {
			taken[notes[i].tag()] = true
		}
	}
	if len(taken) == 0 {
		return
	}
	addresses := v.Record.Addresses()
	for wanted := AttrPrimary; wanted < AttrTarget; wanted++ {
		for _, a := range addresses {
			if a.Attribute != wanted {
				continue
			}
			if t := tagOf(a.Normal); taken[t] {
				delete(taken, t)
				v.Quarantined = append(v.Quarantined, a.Normal)
			}
		}
	}
}

// CloudVerdicts yields a verdict for every judged cloud object, in input order.
func (r *Result) CloudVerdicts(ctx context.Context) iter.Seq2[*CloudVerdict, error] {
	j := r.judgement
	return yielding(func(emit func(*CloudVerdict) error) error {
		if err := j.introduce(ctx); err != nil {
			return err
		}
		if err := j.judgeAfter(ctx); err != nil {
			return err
		}
		settled := j.settled.Cursor()
		defer settled.Close()
		return j.again(ctx, &j.cloud, "verdicts cloud", func(o *object) error {
			list, err := settled.Take(o.number)
			if err != nil || !isJudged(o.record) {
				return err
			}
			f := cloudFactsOf(o.record)
			v := newCloudVerdict(o.record, j.objects.cloudOutcome(j.now, o.number, f), best(list))
			v.OutcomeAfter = j.objects.cloudOutcome(j.after, o.number, f)
			return emit(v)
		})
	})
}

func newCloudVerdict(r *Record, outcome Outcome, best *settlement) *CloudVerdict {
	v := &CloudVerdict{Record: r, Outcome: outcome, Rule: ruleOf(outcome, best)}
	v.Primary, _, _ = r.Primary()
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
	cursor, texts := j.conflicts[list.side].Cursor(), j.shown[list.side].Cursor()
	defer cursor.Close()
	bit := uint32(0)
	if list.side == Cloud {
		bit = cloudBit
	}
	for {
		object, text, ok, err := texts.Next()
		if err != nil || !ok {
			return err
		}
		if object%64 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		notes, err := cursor.Take(object)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(notes, func(n conflictNote) bool { return n.is(conflictListed) }) {
			continue
		}
		s, err := unpackShown(text)
		if err != nil {
			return err
		}
		for _, row := range conflictRows(notes, s) {
			if err := emit(s.holder(list.side, &row, row.cluster(j, object|bit))); err != nil {
				return err
			}
		}
	}
}

func (s *shown) holder(side Side, row *conflictRow, cluster int) *Holder {
	return &Holder{
		Address: row.address, Cluster: cluster, Side: side, ObjectID: s.id, Class: s.class,
		UserPrincipalName: s.upn, Attribute: row.attribute, Blocks: row.note.is(conflictBlocks), Reason: row.note.reason(),
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
		for _, list := range []*sourceList{&j.ad, &j.cloud} {
			f := &findingsWalk{list: list, read: j.ledger.findings[list.side].Cursor(), emit: emit}
			if list.side == AD {
				f.remarks = j.remarks.Cursor()
			}
			if err := f.run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// findingsWalk brings together what the sources of one side give rise to.
type findingsWalk struct {
	list    *sourceList
	read    *spill.JournalCursor
	remarks *spill.JournalCursor // nil for cloud objects
	emit    func(Finding) error

	source int // of which all findings about the file were given
	next   pending
	remark pending
}

// pending is the next text of a journal.
type pending struct {
	object uint32
	text   []byte
	there  bool
}

func (p *pending) advance(c *spill.JournalCursor) (err error) {
	if c != nil {
		p.object, p.text, p.there, err = c.Next()
	}
	return err
}

func (w *findingsWalk) run(ctx context.Context) error {
	w.source = -1
	if err := w.next.advance(w.read); err != nil {
		return err
	}
	if err := w.remark.advance(w.remarks); err != nil {
		return err
	}
	for n := 0; w.next.there || w.remark.there; n++ {
		if n%64 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		if w.next.there && (!w.remark.there || w.next.object <= w.remark.object) {
			err = w.give(&w.next, w.read)
		} else {
			err = w.give(&w.remark, w.remarks)
		}
		if err != nil {
			return err
		}
	}
	return w.begin(len(w.list.sources) - 1)
}

// begin gives the findings about the files up to this one.
func (w *findingsWalk) begin(source int) error {
	for w.source < source {
		w.source++
		if err := emitAll(w.list.sources[w.source].Findings(), w.emit); err != nil {
			return err
		}
	}
	return nil
}

// give gives the finding that is pending, after those about its file.
func (w *findingsWalk) give(p *pending, c *spill.JournalCursor) error {
	f, source, err := unpackFinding(p.text)
	if err == nil {
		err = w.begin(source)
	}
	if err == nil {
		err = w.emit(f)
	}
	if err != nil {
		return err
	}
	return p.advance(c)
}

func emitAll(list []Finding, emit func(Finding) error) error {
	for _, f := range list {
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}
