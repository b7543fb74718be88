package reconcile

import (
	"context"
	"errors"

	"smtpmatch/reconcile/internal/spill"
)

// Verdicts name objects of the other side by their ids. What the stages keep of an object is its number,
// so before the first verdict is given, ids are sent to those who will name them: AD objects ask the cloud
// objects that they will name, which answer in input order; and each AD object tells the one cloud object
// that its outcome names who it is.

// knownID is the id of a cloud object, and the cells of the AD object's verdict that it goes into.
type knownID struct {
	id    GUID
	slots uint32
}

// The cells of a verdict, see [ADVerdict.know].
const (
	slotPartner = iota
	slotSMTP
	slotUPN
	slotAnchor
	slotCandidate
	slots
)

type idRequest struct {
	from  uint32 // the AD object
	slots uint32
}

var errNoVerdicts = errors.New("the judgement was made without verdicts")

// introduce sends the ids, once.
func (j *judgement) introduce(ctx context.Context) error {
	if j.options.NoVerdicts {
		return errNoVerdicts
	}
	if j.known != nil {
		return nil
	}
	requests := spill.NewNotes[idRequest](j.space)
	defer requests.Free()
	settled := spill.NewNotes[settlement](j.space)
	if err := j.askForIDs(ctx, requests, settled); err != nil {
		return err
	}
	if err := requests.Seal(); err != nil {
		return err
	}
	known := spill.NewNotes[knownID](j.space)
	if err := j.answerWithIDs(ctx, requests, known); err != nil {
		return err
	}
	j.known, j.settled = known, settled
	return nil
}

func (j *judgement) askForIDs(ctx context.Context, requests *spill.Notes[idRequest], settled *spill.Notes[settlement]) error {
	k := j.openDesk(j.now)
	defer k.close()
	identities, candidates, ids := j.identity.Cursor(), j.candidates.Cursor(), j.ledger.ids[AD].Reader()
	defer identities.Close()
	defer candidates.Close()
	for object := range uint32(len(j.objects.ad)) {
		if object%progressEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rule := j.objects.rules[object]
		if rule == 0 {
			continue // not judged
		}
		d, err := k.open(object)
		if err != nil {
			return err
		}
		notes, err := identities.Take(object)
		if err != nil {
			return err
		}
		d.hearIdentity(notes)
		found, err := candidates.Take(object)
		if err != nil {
			return err
		}
		names := [slots]uint32{nobody, numberOf(&d.primary.holder), numberOf(&d.upn.target), numberOf(&d.anchor.first), nobody}
		names[slotPartner] = j.objects.partners[object]
		if len(found) > 0 {
			names[slotCandidate] = found[0].cloud
		}
		if err := ask(requests, object, &names); err != nil {
			return err
		}
		decision := k.answered(d).outcome(&j.now.tenant)
		if named := decision.named(); named.found {
			id, err := ids.One(int(object))
			if err != nil {
				return err
			}
			if err := settled.Add(named.object, settlement{object, rule, id}); err != nil {
				return err
			}
		}
	}
	return settled.Seal()
}

func numberOf(p *peer) uint32 {
	if !p.found {
		return nobody
	}
	return p.object
}

// ask asks each cloud object once for all the cells that it goes into.
func ask(requests *spill.Notes[idRequest], object uint32, names *[slots]uint32) error {
	for i, cloud := range names {
		if cloud == nobody {
			continue
		}
		r := idRequest{from: object}
		for k := i; k < slots; k++ {
			if names[k] == cloud {
				r.slots |= 1 << k
				names[k] = nobody
			}
		}
		if err := requests.Add(cloud, r); err != nil {
			return err
		}
	}
	return nil
}

func (j *judgement) answerWithIDs(ctx context.Context, requests *spill.Notes[idRequest], known *spill.Notes[knownID]) error {
	cursor, ids := requests.Cursor(), j.ledger.ids[Cloud].Reader()
	defer cursor.Close()
	for object := range uint32(len(j.objects.cloud)) {
		if object%progressEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		list, err := cursor.Take(object)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		id, err := ids.One(int(object))
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := known.Add(r.from, knownID{id, r.slots}); err != nil {
				return err
			}
		}
	}
	return known.Seal()
}

// judgeAfter decides about all objects with the changes in force, once, for what becomes of cloud objects.
func (j *judgement) judgeAfter(ctx context.Context) error {
	if j.afterDone || j.after == j.now {
		return nil
	}
	j.afterDone = true
	if err := j.claim(ctx, j.after); err != nil {
		return err
	}
	return eachNew(ctx, j, j.after, adNew, func(k *desk, d *dossier) (decision, bool) {
		return k.answered(d).matched(&j.after.tenant), true
	}, func(_ uint32, found decision) {
		j.rulesAfter[found.rule]++
		j.objects.settle(j.after, &found)
	})
}
