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

	// Progress, if set, is told the phase and how many records it has seen, now and then.
	Progress func(phase string, records int)
}

// Judge predicts what the next sync does to every object of the sources, which are read several times,
// each in the order given. It returns an error that is a [*DuplicateError] if an object stands in them
// twice, [ErrChanged] if a source changes meanwhile, ctx's error when it is cancelled, else whatever a
// source failed with. The caller closes the result.
func Judge(ctx context.Context, ad, cloud []Source, o Options) (*Result, error) {
	j := &judgement{ad: sourceList{AD, ad}, cloud: sourceList{Cloud, cloud}, options: o}
	for _, stage := range []func(context.Context) error{j.identify, j.match, j.decide} {
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

	// What was said about AD objects, in the order of the stages.
	identity, matching, answers, adConflicts spill.Notes
	// What was said about cloud objects.
	settled, cloudConflicts spill.Notes

	clusters *cluster.Clusters
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

// match is the second stage: it tells every AD object whom it meets by its primary address and its UPN.
func (j *judgement) match(ctx context.Context) error {
	var table spill.Table
	err := j.eachAD(ctx, "matching ad", func(o *object, d *dossier) error {
		if d == nil {
			return nil
		}
		_, decided := d.byIdentity(&j.options.Tenant)
		return addADMatching(&table, &d.self, !decided)
	})
	if err != nil {
		return err
	}
	err = j.eachCloud(ctx, "matching cloud", func(o *object) error {
		return addCloudMatching(&table, o.number, o.record)
	})
	if err != nil {
		return err
	}
	if err := joinMatching(&table, &j.matching); err != nil {
		return err
	}
	return settleClaims(&j.matching, &j.answers, &j.options.Tenant)
}

// decide is the third stage: with all dossiers complete, it tells the cloud objects what becomes of
// them, and everybody which of its addresses are in conflict.
func (j *judgement) decide(ctx context.Context) error {
	var table spill.Table
	err := j.eachAD(ctx, "addresses ad", func(o *object, d *dossier) error {
		var found decision
		if d != nil {
			found = d.outcome(&j.options.Tenant)
			if err := settle(&j.settled, &d.self, &found); err != nil {
				return err
			}
		}
		return addADConflict(&table, o.number, o.record, found)
	})
	if err != nil {
		return err
	}
	err = j.eachCloud(ctx, "addresses cloud", func(o *object) error {
		if o.record.Deleted {
			return nil // soft-deleted objects hold nothing
		}
		return addCloudConflict(&table, o.number, o.record)
	})
	if err != nil {
		return err
	}
	join := conflictJoin{ad: &j.adConflicts, cloud: &j.cloudConflicts, settled: &j.settled}
	if err := join.run(&table); err != nil {
		return err
	}
	j.clusters = join.clusters.Clusters()
	return nil
}

// eachCloud walks over the cloud objects again.
func (j *judgement) eachCloud(ctx context.Context, phase string, visit func(*object) error) error {
	return j.again(ctx, &j.cloud, phase, visit)
}

// eachAD walks over the AD objects again, each with its dossier as far as the stages have filled it,
// nil for an object that is not judged.
func (j *judgement) eachAD(ctx context.Context, phase string, visit func(*object, *dossier) error) error {
	desk, err := j.openDossiers()
	if err != nil {
		return err
	}
	defer desk.close()
	return j.again(ctx, &j.ad, phase, func(o *object) error {
		if !isJudged(o.record) {
			return visit(o, nil)
		}
		d, err := desk.dossier(o)
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
	cursors   [3]*spill.Cursor // identity, matching, answers
}

func (j *judgement) openDossiers() (*desk, error) {
	k := &desk{judgement: j}
	for i, notes := range []*spill.Notes{&j.identity, &j.matching, &j.answers} {
		cursor, err := notes.Cursor()
		if err != nil {
			k.close()
			return nil, err
		}
		k.cursors[i] = cursor
	}
	return k, nil
}

func (k *desk) close() {
	for _, cursor := range k.cursors {
		if cursor != nil {
			cursor.Close()
		}
	}
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
