package reconcile_test

import (
	"smtpmatch/reconcile"
)

// slowResult is what becomes of both sides.
type slowResult struct {
	ad      []*slowVerdict // of judged AD objects, in input order
	cloud   []*slowCloudVerdict
	holders []slowHolder
}

// slowCloudVerdict is what becomes of one cloud user.
type slowCloudVerdict struct {
	object  *slowObject
	outcome reconcile.Outcome
	rule    int
	by      *slowObject // the AD object
}

func (w *slowWorld) result() *slowResult {
	r := &slowResult{}
	for _, a := range w.ad {
		if a.judged() {
			r.ad = append(r.ad, w.judge(a))
		}
	}
	for _, c := range w.cloud {
		if c.judged() {
			r.cloud = append(r.cloud, r.cloudVerdict(c))
		}
	}
	r.holders = w.holders(r, nil)
	return r
}

// cloudVerdict: the first that fits, and of each the first AD object in input order.
func (r *slowResult) cloudVerdict(c *slowObject) *slowCloudVerdict {
	for _, outcome := range []reconcile.Outcome{reconcile.Linked, reconcile.TakenOver, reconcile.Conflict} {
		for _, v := range r.ad {
			if v.makesOf(c) == outcome {
				return &slowCloudVerdict{c, outcome, v.rule, v.object}
			}
		}
	}
	switch {
	case !c.live():
		return &slowCloudVerdict{c, reconcile.SoftDeleted, 0, nil}
	case c.bound():
		return &slowCloudVerdict{c, reconcile.Orphan, 39, nil}
	}
	return &slowCloudVerdict{c, reconcile.Untouched, 36, nil}
}

// makesOf is what the AD object's verdict makes of the cloud object, empty for nothing.
func (v *slowVerdict) makesOf(c *slowObject) reconcile.Outcome {
	switch {
	case v.culprit == c:
		return reconcile.Conflict
	case v.partner != c:
		return ""
	case v.outcome == reconcile.Synced || v.outcome == reconcile.CloudManaged:
		return reconcile.Linked
	}
	return reconcile.TakenOver
}

func (r *slowResult) of(a *slowObject) *slowVerdict {
	for _, v := range r.ad {
		if v.object == a {
			return v
		}
	}
	return nil
}
