package reconcile

import (
	"context"
	"fmt"

	"smtpmatch/reconcile/internal/cluster"
	"smtpmatch/reconcile/internal/spill"
)

// Options are the settings of a judgement.
type Options struct {
	Tenant  Tenant     // the zero value blocks nothing and matches by address only; see [DefaultTenant]
	Domains Domains    // nil if no list of verified domains was given
	Anchor  AnchorMode // empty means [AnchorAuto]
	Map     *Map       // pairs that people decided; nil for none

	BatchSize int // objects in a batch; 0 means [DefaultBatchSize]
	Pilot     int // how many changes go first, in batches of their own

	// Progress, if set, is told the phase and how many records it has seen, now and then.
	Progress func(phase string, records int)
}

// Judge predicts what the next sync does to every object of the sources, which are read several times,
// each in the order given. It returns an error that is a [*DuplicateError] if an object stands in them
// twice, [ErrChanged] if a source changes meanwhile, ctx's error when it is cancelled, else whatever a
// source failed with. The caller closes the result.
func Judge(ctx context.Context, ad, cloud []Source, o Options) (*Result, error) {
	j := &judgement{ad: sourceList{AD, ad}, cloud: sourceList{Cloud, cloud}, options: o}
	j.now.tenant = o.Tenant
	for _, stage := range []func(context.Context) error{j.identify, j.search, j.propose, j.prove, j.conflict} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	return &Result{judgement: j}, nil
}

// judgement is what the stages have found so far.
type judgement struct {
	ad, cloud sourceList
	options   Options
	counts    [2][]Counts // by Side, of each source

	anchor      AnchorMode
	anchorCount anchorCount

	identity spill.Notes // about AD objects
	now      round       // the directory as exported
	after    *round      // with the changes in force; the same as now if there are none

	candidates  spill.Notes // of AD objects
	owners      spill.Notes // AD objects, by the cloud object that is their candidate
	changes     spill.Notes // of AD objects
	remarks     spill.Notes // what changes and take-overs give rise to, of AD objects
	mapFindings []Finding
	applying    int       // changes that are to be applied
	unproved    spill.Set // AD objects whose changes failed the proof

	adConflicts, cloudConflicts spill.Notes // about the objects of each side
	clusters                    *cluster.Clusters
}

// identify is the first stage: it counts the records, finds objects that stand in the files twice, and
// tells every AD object who carries its anchors and its SID.
func (j *judgement) identify(ctx context.Context) error {
	var objects, identities spill.Table
	add := func(o *object) error {
		if err := addPlace(&objects, o); err != nil || !isJudged(o.record) {
			return err
		}
		if o.record.Side == AD {
			return addADIdentity(&identities, o.number, o.record)
		}
		return addCloudIdentity(&identities, o.number, o.record)
	}
	for _, list := range []*sourceList{&j.ad, &j.cloud} {
		counts, err := list.walk(ctx, j.progress("reading "+list.side.String()), add)
		if err != nil {
			return err
		}
		j.counts[list.side] = counts
	}
	if err := findDuplicates(&objects); err != nil {
		return err
	}
	count, err := joinIdentity(&identities, &j.identity)
	j.anchorCount = count
	j.anchor = j.options.Anchor
	if j.anchor == "" || j.anchor == AnchorAuto {
		j.anchor = count.mode()
	}
	return err
}

// match tells every AD object whom it meets by its primary address and its UPN.
func (j *judgement) match(ctx context.Context, r *round) error {
	var table spill.Table
	err := j.eachAD(ctx, r, "matching ad", func(o *object, d *dossier) error {
		if d == nil {
			return nil
		}
		_, decided := d.byIdentity(&r.tenant)
		return addADMatching(&table, &d.self, !decided)
	})
	if err != nil {
		return err
	}
	err = j.again(ctx, &j.cloud, "matching cloud", func(o *object) error {
		return addCloudMatching(&table, o.number, o.record)
	})
	if err != nil {
		return err
	}
	if err := joinMatching(&table, &r.matching); err != nil {
		return err
	}
	return settleClaims(&r.matching, &r.answers, &r.tenant)
}

// search is the second stage: it judges the directory as exported and looks for candidates.
func (j *judgement) search(ctx context.Context) error {
	s := &search{tables: make([]spill.Table, len(passes)), found: &j.candidates, owners: &j.owners}
	m := &mapping{lines: j.options.Map}
	err := j.run(ctx, &j.now, func(o *object, d *dossier, found decision) error {
		asks := d != nil && asks(o.record.Class, found.rule)
		if err := m.add(AD, o.number, o.record, asks); err != nil || !asks {
			return err
		}
		return s.addAD(o.number, o.record)
	})
	if err != nil {
		return err
	}
	err = j.eachSettled(ctx, &j.now, "judging cloud", func(o *object, best *settlement) error {
		if o.record.Deleted {
			return nil // the map does not hit soft-deleted objects
		}
		may := mayPartner(o.record, best)
		if err := m.add(Cloud, o.number, o.record, may); err != nil || !may {
			return err
		}
		return s.addCloud(o.number, o.record)
	})
	if err != nil {
		return err
	}
	if j.mapFindings, err = m.run(s); err != nil {
		return err
	}
	return s.run(ctx)
}

// conflict is the last stage: with changes and partners known, it tells everybody which of its addresses
// are in conflict.
func (j *judgement) conflict(ctx context.Context) error {
	var table spill.Table
	if err := j.collectADConflicts(ctx, &table); err != nil {
		return err
	}
	err := j.again(ctx, &j.cloud, "addresses cloud", func(o *object) error {
		if o.record.Deleted {
			return nil // soft-deleted objects hold nothing
		}
		return addCloudConflict(&table, o.number, o.record)
	})
	if err != nil {
		return err
	}
	join := conflictJoin{ad: &j.adConflicts, cloud: &j.cloudConflicts, settled: &j.now.settled}
	if err := join.run(&table); err != nil {
		return err
	}
	j.clusters = join.clusters.Clusters()
	return nil
}

func (j *judgement) collectADConflicts(ctx context.Context, table *spill.Table) error {
	decided, err := j.openDecided()
	if err != nil {
		return err
	}
	defer decided.close()
	return j.eachAD(ctx, &j.now, "addresses ad", func(o *object, d *dossier) error {
		var p planned
		if d != nil {
			p.found = d.outcome(&j.now.tenant)
		}
		if p.candidate, p.change, err = decided.of(o.number); err != nil {
			return err
		}
		return addADConflict(table, o.number, o.record, &p)
	})
}

// decided brings candidates and changes together, object by object.
type decided struct {
	judgement           *judgement
	candidates, changes *spill.Cursor
}

func (j *judgement) openDecided() (*decided, error) {
	candidates, err := j.candidates.Cursor()
	if err != nil {
		return nil, err
	}
	changes, err := j.changes.Cursor()
	if err != nil {
		candidates.Close()
		return nil, err
	}
	return &decided{j, candidates, changes}, nil
}

func (d *decided) close() {
	d.candidates.Close()
	d.changes.Close()
}

func (d *decided) of(object uint64) (c candidate, change *Change, err error) {
	if c, err = takeCandidate(d.candidates.Take(object)); err != nil {
		return c, nil, err
	}
	change, err = d.judgement.changeOf(d.changes, object)
	return c, change, err
}

// eachSettled walks over the cloud objects again, each with what AD objects make of it in the round, nil
// for nothing.
func (j *judgement) eachSettled(ctx context.Context, r *round, phase string, visit func(*object, *settlement) error) error {
	settled, err := r.settled.Cursor()
	if err != nil {
		return err
	}
	defer settled.Close()
	return j.again(ctx, &j.cloud, phase, func(o *object) error {
		best, err := takeSettlement(settled, o.number)
		if err != nil {
			return err
		}
		return visit(o, best)
	})
}

// eachAD walks over the AD objects again, each with its dossier in the round as far as the stages have
// filled it, nil for an object that is not judged. In a round with changes the records have them.
func (j *judgement) eachAD(ctx context.Context, r *round, phase string, visit func(*object, *dossier) error) error {
	desk, err := j.openDossiers(r)
	if err != nil {
		return err
	}
	defer desk.close()
	return j.again(ctx, &j.ad, phase, func(o *object) error {
		o, d, err := desk.open(o)
		if err != nil {
			return err
		}
		return visit(o, d)
	})
}

// again walks over sources that were read before, and fails if they are not the same.
func (j *judgement) again(ctx context.Context, list *sourceList, phase string, visit func(*object) error) error {
	counts, err := list.walk(ctx, j.progress(phase), visit)
	if err != nil {
		return err
	}
	for i, before := range j.counts[list.side] {
		if counts[i] != before {
			return fmt.Errorf("%s: %d rows, then %d: %w", list.sources[i].Name(), before.Read, counts[i].Read, ErrChanged)
		}
	}
	return nil
}

func (j *judgement) progress(phase string) func(records int) {
	return func(records int) {
		if j.options.Progress != nil {
			j.options.Progress(phase, records)
		}
	}
}

// desk brings the notes about AD objects together, object by object.
type desk struct {
	judgement *judgement
	round     *round
	cursors   []*spill.Cursor // identity, matching, answers
	changes   *spill.Cursor   // nil in a round without changes
}

func (j *judgement) openDossiers(r *round) (*desk, error) {
	k := &desk{judgement: j, round: r}
	for _, notes := range []*spill.Notes{&j.identity, &r.matching, &r.answers, &j.changes} {
		if notes == &j.changes && !r.changed {
			return k, nil
		}
		cursor, err := notes.Cursor()
		if err != nil {
			k.close()
			return nil, err
		}
		k.cursors = append(k.cursors, cursor)
	}
	k.changes = k.cursors[3]
	return k, nil
}

func (k *desk) close() {
	for _, cursor := range k.cursors {
		cursor.Close()
	}
}

// open gives the object as it is in the round, and its dossier, nil if it is not judged.
func (k *desk) open(o *object) (*object, *dossier, error) {
	if !isJudged(o.record) {
		return o, nil, nil
	}
	if k.changes != nil {
		c, err := k.judgement.changeOf(k.changes, o.number)
		if err != nil {
			return nil, nil, err
		}
		o = &object{number: o.number, record: o.record.with(c)}
	}
	d, err := k.dossier(o)
	return o, d, err
}

func (k *desk) dossier(o *object) (*dossier, error) {
	j := k.judgement
	d := newDossier(o.number, o.record, j.anchor, j.options.Domains)
	for i, hear := range []func([]byte) error{d.hearIdentity, d.hearMatching, d.hearAnswer} {
		for note, err := range k.cursors[i].Take(o.number) {
			if err == nil {
				err = hear(note)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}
