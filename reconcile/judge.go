package reconcile

import (
	"context"
	"fmt"
	"hash/maphash"

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

	Memory int64  // about how much the process may take, in bytes; 0 means [DefaultMemory]
	Temp   string // the folder for working files; empty means the system's

	// NoVerdicts says that [Result.ADVerdicts] and [Result.CloudVerdicts] will not be asked for, so that what
	// only they need is not kept. Tallies are told all the same.
	NoVerdicts bool

	// Progress, if set, is told the phase, how many records it has seen, and how many there will be, 0
	// where that is not known. It is called now and then, by one goroutine at a time.
	Progress func(phase string, done, total int)
}

// DefaultMemory is what a judgement may take unless the options say otherwise.
const DefaultMemory = 512 << 20

// spillShare is the part of the memory that blocks of the engine may take before they are written to
// files. The rest is for what is being worked on, for the objects' states, for readers and writers.
const spillShare = 16

// Judge predicts what the next sync does to every object of the sources. It reads them once, in the order
// given, and once more if any object has a change or may have to be shown in addresses.csv. It returns an
// error that is a [*DuplicateError] if an object stands in them twice, [ErrChanged] if a source changes
// meanwhile, ctx's error when it is cancelled, else whatever a source failed with. The caller closes the
// result.
func Judge(ctx context.Context, ad, cloud []Source, o Options) (*Result, error) {
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	j := &judgement{
		ad: sourceList{AD, ad}, cloud: sourceList{Cloud, cloud}, options: o, seed: maphash.MakeSeed(),
		space: spill.Open(o.Temp, o.Memory/spillShare), now: roundNow(o.Tenant), after: roundAfter(o.Tenant, nil), unproved: make(map[uint32]bool), blocked: make(map[BlockedBy]int),
	}
	for _, stage := range []func(context.Context) error{
		j.makeRoom, j.read, j.identify, j.match, j.judge, j.narrow, j.search, j.propose, j.prove, j.conflict,
	} {
		if err := stage(ctx); err != nil {
			j.space.Close()
			return nil, err
		}
	}
	return &Result{judgement: j}, nil
}

// judgement is what the stages have found so far.
type judgement struct {
	ad, cloud sourceList
	options   Options
	seed      maphash.Seed
	space     *spill.Space
	counts    [2][]Counts // by Side, of each source
	ends      [2][]uint32 // by Side, of each source: the number after its last object

	ledger      *ledger
	objects     *objects
	anchor      AnchorMode
	anchorCount anchorCount

	identity *spill.Notes[identityNote] // about AD objects
	matching *spill.Notes[matchingNote] // about AD objects
	circles  *circles
	held     *spill.Notes[holdingNote] // about cloud objects
	now      *round                    // the directory as exported
	after    *round                    // with the changes in force; the same as now if there are none

	candidates  *spill.Notes[candidate] // about AD objects
	mapFindings []Finding
	changes     *spill.Journal    // of AD objects
	remarks     *spill.Journal    // what changes and take-overs give rise to, of AD objects
	shown       [2]*spill.Journal // by Side
	applying    int               // changes that are to be applied
	unproved    map[uint32]bool   // AD objects whose changes failed the proof

	conflicts [2]*spill.Notes[conflictNote] // by Side
	clusters  *cluster.Clusters

	// For verdicts, see introduce.go.
	known     *spill.Notes[knownID]    // about AD objects: the ids of cloud objects that they name
	settled   *spill.Notes[settlement] // about cloud objects: what AD objects make of them
	afterDone bool

	// For tallies.
	blocked    map[BlockedBy]int
	rulesAfter [maxRule + 1]int // of objects that reached matching
}

// bytesPerRow is about what the working files of a row take.
const bytesPerRow = 150

// makeRoom refuses before the work begins if the working files will not fit.
func (j *judgement) makeRoom(context.Context) error {
	rows := j.ad.rows() + j.cloud.rows()
	return j.space.Need(int64(rows) * bytesPerRow)
}

// read is the first stage: it reads all sources and keeps facts and hashes.
func (j *judgement) read(ctx context.Context) error {
	j.ledger = newLedger(j.space, j.options.Map, j.ad.rows()+j.cloud.rows())
	for _, list := range []*sourceList{&j.ad, &j.cloud} {
		if err := j.readAll(ctx, list, j.ledger); err != nil {
			return err
		}
	}
	l := j.ledger
	for _, seal := range []func() error{l.ad.Seal, l.cloud.Seal, l.ids[AD].Seal, l.ids[Cloud].Seal, l.findings[AD].Seal, l.findings[Cloud].Seal} {
		if err := seal(); err != nil {
			return err
		}
	}
	if err := checkMemory(l.ad.Len(), l.cloud.Len(), j.options.Memory); err != nil {
		return err
	}
	j.objects = newObjects(l.ad.Len(), l.cloud.Len())
	return nil
}

// checkMemory refuses a memory that the objects' states alone would nearly fill. What is small anyway is
// not looked at.
func checkMemory(ad, cloud int, memory int64) error {
	const small = 32 << 20
	states := int64(ad)*bytesPerAD + int64(cloud)*bytesPerCloud
	if states <= max(small, memory/4*3) {
		return nil
	}
	return fmt.Errorf("%d AD objects and %d cloud objects need more memory than %d MiB: give --memory %dMiB", ad, cloud, memory>>20, (2*states)>>20)
}

// identify tells every AD object who carries its anchors and its SID, and judges those that an identity
// decides about. It also finds objects that stand in the files twice.
func (j *judgement) identify(ctx context.Context) error {
	j.identity = spill.NewNotes[identityNote](j.space)
	join := &identityJoin{notes: j.identity}
	j.watch("matching identities", j.ledger.identities)
	if err := join.run(ctx, j.ledger.identities); err != nil {
		return err
	}
	if err := j.nameDuplicates(ctx, &join.twice); err != nil {
		return err
	}
	if err := j.identity.Seal(); err != nil {
		return err
	}
	j.anchorCount = join.count
	j.anchor = j.options.Anchor
	if j.anchor == "" || j.anchor == AnchorAuto {
		j.anchor = join.count.mode()
	}
	if err := j.judgeByIdentity(ctx); err != nil {
		return err
	}
	if j.options.NoVerdicts {
		j.identity.Free()
	}
	return nil
}

func (j *judgement) judgeByIdentity(ctx context.Context) error {
	reader, cursor := j.ledger.ad.Reader(), j.identity.Cursor()
	defer cursor.Close()
	for object := range uint32(len(j.objects.ad)) {
		if object%progressEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f, err := reader.One(int(object))
		if err != nil {
			return err
		}
		if !f.has(adJudged) {
			continue
		}
		if f.has(adMailbox) {
			j.objects.ad[object] |= adHasBox
		}
		d := &dossier{self: f.self(object, j.anchor)}
		notes, err := cursor.Take(object)
		if err != nil {
			return err
		}
		d.hearIdentity(notes)
		found, decided := d.byIdentity(&j.now.tenant)
		if !decided {
			j.objects.ad[object] |= adNew
			continue
		}
		j.decide(object, &found)
		j.objects.settle(j.after, &found) // no change makes a difference to it
	}
	return nil
}

// decide keeps the decision about an AD object with the directory as exported.
func (j *judgement) decide(object uint32, found *decision) {
	o := j.objects
	o.rules[object] = found.rule
	o.settle(j.now, found)
	state := &o.ad[object]
	switch found.blame {
	case blamePrimary:
		*state |= adBlamesP
	case blameUPN:
		*state |= adBlamesU
	}
	if *state&adNew != 0 && asks(found.rule) {
		*state |= adAsks
	}
	if !found.partner.found {
		return
	}
	o.partners[object] = found.partner.object
	if *state&adHasBox != 0 && found.partner.primaried && found.rule.role() == roleTakenOver {
		*state |= adTwoBoxes | adDrafts
	}
	if found.rule.role() == roleTakenOver && found.rule.Outcome() != SoftMatchUPN {
		o.cloud[found.partner.object] |= cloudTaken
	}
	if o.matches(object) {
		o.owners[found.partner.object] = object
	}
}

// match tells every AD object whom it meets by its primary address and its UPN.
func (j *judgement) match(ctx context.Context) error {
	j.matching = spill.NewNotes[matchingNote](j.space)
	j.changes, j.remarks = spill.NewJournal(j.space), spill.NewJournal(j.space)
	j.shown = [2]*spill.Journal{spill.NewJournal(j.space), spill.NewJournal(j.space)}
	j.circles = newCircles(j.space)
	j.watch("matching addresses", j.ledger.addresses)
	join := &matchingJoin{objects: j.objects, notes: j.matching, circles: j.circles, newOnly: j.options.NoVerdicts}
	if err := join.run(ctx, j.ledger.addresses); err != nil {
		return err
	}
	if err := j.matching.Seal(); err != nil {
		return err
	}
	return j.circles.log.Seal()
}

// judge decides about the objects that reached matching, with the directory as exported.
func (j *judgement) judge(ctx context.Context) error {
	j.progress("judging", 0)(0)
	if err := j.claim(ctx, j.now); err != nil {
		return err
	}
	return eachNew(ctx, j, j.now, adNew, func(k *desk, d *dossier) (decision, bool) {
		return k.answered(d).matched(&j.now.tenant), true
	}, func(object uint32, found decision) { j.decide(object, &found) })
}

// narrow leaves out the circles that nobody asks about any more.
func (j *judgement) narrow(ctx context.Context) error {
	j.held = spill.NewNotes[holdingNote](j.space)
	n := &narrower{objects: j.objects, held: j.held, rest: newCircles(j.space)}
	if err := n.run(ctx, j.circles); err != nil {
		return err
	}
	j.circles.log.Free()
	j.circles = n.rest
	return j.circles.log.Seal()
}

// search looks for candidates.
func (j *judgement) search(ctx context.Context) (err error) {
	j.progress("looking for candidates", 0)(0)
	j.candidates = spill.NewNotes[candidate](j.space)
	s := &search{objects: j.objects, found: j.candidates}
	for _, state := range j.objects.ad {
		if state&adAsks != 0 {
			s.asked++
		}
	}
	if j.mapFindings, err = s.settleMap(j.options.Map, j.ledger.hits); err != nil {
		return err
	}
	if err := s.run(ctx, j.space, j.circles); err != nil {
		return err
	}
	count(j.blocked, Ambiguous, s.ambiguous)
	return j.candidates.Seal()
}

// conflict is the last stage: with changes and partners known, it tells everybody which of its addresses
// are in conflict.
func (j *judgement) conflict(ctx context.Context) error {
	j.progress("looking for conflicts", 0)(0)
	join := &conflictJoin{objects: j.objects, clusters: cluster.NewBuilder(j.space)}
	for side := range join.notes {
		join.notes[side] = spill.NewNotes[conflictNote](j.space)
	}
	j.conflicts = join.notes
	if err := join.run(ctx, j.circles); err != nil {
		return err
	}
	j.circles.log.Free() // the last stage that asks
	var err error
	j.clusters, err = join.clusters.Clusters()
	return err
}

// again walks over sources that were read before, and fails if they are not the same.
func (j *judgement) again(ctx context.Context, list *sourceList, phase string, visit func(*object) error) error {
	counts, err := list.walk(ctx, j.progress(phase, j.rows(list.side)), visit)
	if err != nil {
		return err
	}
	return j.unchanged(list, counts)
}

// workAgain does work on the objects of sources that were read before, see [sourceList.work].
func (j *judgement) workAgain(ctx context.Context, list *sourceList, phase string, pick func(*object) (job, error)) error {
	counts, err := list.work(ctx, j.progress(phase, j.rows(list.side)), pick)
	if err != nil {
		return err
	}
	return j.unchanged(list, counts)
}

func (j *judgement) unchanged(list *sourceList, counts []Counts) error {
	for i, before := range j.counts[list.side] {
		if counts[i] != before {
			return fmt.Errorf("%s: %d rows, then %d: %w", list.sources[i].Name(), before.Read, counts[i].Read, ErrChanged)
		}
	}
	return nil
}

// rows is how many rows the sources of a side had when they were first read.
func (j *judgement) rows(side Side) (n int) {
	for _, c := range j.counts[side] {
		n += c.Read
	}
	return n
}

// watch tells how far a table is, in records.
func (j *judgement) watch(phase string, table *spill.Table) {
	total := j.rows(AD) + j.rows(Cloud)
	progress := j.progress(phase, total)
	table.Watch = func(done, of int) { progress(int(int64(total) * int64(done) / int64(of))) }
}

func (j *judgement) progress(phase string, total int) func(done int) {
	return func(done int) {
		if j.options.Progress != nil {
			j.options.Progress(phase, done, total)
		}
	}
}
