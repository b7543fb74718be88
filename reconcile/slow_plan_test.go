package reconcile_test

import (
	"slices"

	"smtpmatch/reconcile"
)

// slowPlan is all that is decided about a tenant.
type slowPlan struct {
	world         *slowWorld
	before, after *slowResult // judged as exported, and with the changes in force

	search   *slowSearch
	changes  []*slowChange // in input order
	findings []slowFinding
	holders  []slowHolder
}

// slowFinding is a finding about an object (or a line of --map).
type slowFinding struct {
	code   string
	object *slowObject // nil for MapLine
	value  string
	line   int // of --map, from 0
}

// slowPlanOptions are what plan asks beside the judgement.
type slowPlanOptions struct {
	lines     []slowMapLine
	further   bool // ask the passes of the later issue too
	batchSize int
	pilot     int
}

// plan decides everything. It fails if --map is refused.
func (w *slowWorld) plan(o slowPlanOptions) (*slowPlan, error) {
	p := &slowPlan{world: w, before: w.result()}
	p.search = newSlowSearch(w, p.before)
	pairs, bad, err := p.search.resolveMap(w, o.lines)
	if err != nil {
		return nil, err
	}
	passes := slowPasses(pairs)
	if o.further {
		passes = append(passes, slowFurtherPasses()...)
	}
	p.search.run(passes)
	for _, v := range p.before.ad {
		if change := w.propose(v, p.search.found[v.object]); change != nil {
			p.changes = append(p.changes, change)
		}
	}
	p.prove()
	p.holders = w.holders(p.before, p.changes)
	slowBatches(p.changes, o.batchSize, o.pilot)
	for _, line := range bad {
		p.findings = append(p.findings, slowFinding{code: "MapLine", line: line})
	}
	for _, v := range p.before.ad {
		p.findings = append(p.findings, p.findingsOf(v)...)
	}
	return p, nil
}

func (p *slowPlan) changeOf(a *slowObject) *slowChange {
	for _, change := range p.changes {
		if change.object == a {
			return change
		}
	}
	return nil
}

// prove judges again with the changes in force until every one that is applied ends in SoftMatchSMTP
// on its own candidate; those that do not are blocked together.
func (p *slowPlan) prove() {
	for {
		p.after = p.judgeAgain()
		failed := false
		for _, change := range p.changes {
			if change.decision == "apply" && !p.proved(change) {
				change.decision, change.blockedBy, failed = "blocked", "NotProved", true
			}
		}
		if !failed {
			return
		}
	}
}

func (p *slowPlan) proved(change *slowChange) bool {
	for _, v := range p.after.ad {
		if v.object.order == change.object.order {
			return v.outcome == reconcile.SoftMatchSMTP && v.partner != nil && v.partner.order == change.cloud.order
		}
	}
	return false
}

// judgeAgain judges with every change that is applied in force and BlockSoftMatch off.
func (p *slowPlan) judgeAgain() *slowResult {
	options := p.world.options
	options.Tenant.BlockSoftMatch = false
	return newSlowWorld(p.appliedAD(), slowRecords(p.world.cloud), options).result()
}

// appliedAD are the AD records after the changes that are to be applied.
func (p *slowPlan) appliedAD() []*reconcile.Record {
	var records []*reconcile.Record
	for _, a := range p.world.ad {
		rec := *a.rec
		if change := p.changeOf(a); change != nil && change.decision == "apply" {
			rec.Mail, rec.ProxyAddresses, rec.PrefixesStripped = change.mailAfter, change.proxyAfter, false
		}
		records = append(records, &rec)
	}
	return records
}

func slowRecords(objects []*slowObject) []*reconcile.Record {
	var records []*reconcile.Record
	for _, o := range objects {
		records = append(records, o.rec)
	}
	return records
}

// findingsOf are the findings about one AD object.
func (p *slowPlan) findingsOf(v *slowVerdict) []slowFinding {
	var all []slowFinding
	add := func(code, value string) {
		all = append(all, slowFinding{code: code, object: v.object, value: value})
	}
	if c := p.becomes(v); c != nil && twoMailboxes(v.object, c) {
		add("TwoMailboxes", "")
	}
	change := p.changeOf(v.object)
	if change == nil || change.decision == "blocked" {
		return all
	}
	if mail := v.object.mail; mail != "" && len(v.object.values) > 0 && mail != change.cloud.p {
		add("MailReplaced", change.mailBefore)
	}
	if old := v.object.p; old != change.cloud.p && p.heldByOthers(old, change) {
		add("OldPrimaryShared", v.object.primary)
	}
	for _, alias := range change.notCopied {
		add("AliasNotCopied", alias)
	}
	return all
}

// becomes is the cloud user whose account the AD user's becomes: its change's, its candidate or the one
// that it matches as it is.
func (p *slowPlan) becomes(v *slowVerdict) *slowObject {
	switch found := p.search.found[v.object]; {
	case found.cloud != nil:
		return found.cloud
	case v.partner != nil && v.outcome != reconcile.Synced && v.outcome != reconcile.CloudManaged:
		return v.partner
	}
	return nil
}

func (p *slowPlan) heldByOthers(address string, change *slowChange) bool {
	return p.world.heldInAD(address, change.object) || p.world.heldInCloud(address, change.cloud)
}

// slowADRow are the columns of ad.csv that a plan adds.
type slowADRow struct {
	objectGUID, candidateCloudID, candidateBy, change, decision, blockedBy, outcomeAfter string
}

func (p *slowPlan) adRows() []slowADRow {
	var rows []slowADRow
	for i, v := range p.before.ad {
		found := p.search.found[v.object]
		row := slowADRow{objectGUID: v.object.rec.ID.String(), outcomeAfter: string(p.after.ad[i].outcome)}
		row.candidateCloudID, row.candidateBy = slowID(found.cloud).String(), found.by
		if found.ambiguous {
			row.blockedBy = "Ambiguous"
		}
		if change := p.changeOf(v.object); change != nil {
			row.change, row.decision, row.blockedBy = change.kind, change.decision, change.blockedBy
		}
		rows = append(rows, row)
	}
	return rows
}

// slowChangeRow are the columns of changes.csv; reason is no matter of the oracle's.
type slowChangeRow struct {
	objectGUID, userPrincipalName, kind, candidateBy, decision, batch string
	mailBefore, mailAfter                                             string
	proxyBefore, proxyAfter                                           []string
	objectClass, cloudID, blockedBy                                   string
}

func (p *slowPlan) changeRows() []slowChangeRow {
	var rows []slowChangeRow
	for _, c := range p.changes {
		rows = append(rows, slowChangeRow{
			objectGUID: c.object.rec.ID.String(), userPrincipalName: c.object.rec.UserPrincipalName,
			kind: c.kind, candidateBy: c.by, decision: c.decision, batch: c.batch,
			mailBefore: c.mailBefore, mailAfter: c.mailAfter,
			proxyBefore: slices.Clone(c.proxyBefore), proxyAfter: slices.Clone(c.proxyAfter),
			objectClass: c.object.rec.Class, cloudID: c.cloud.rec.ID.String(), blockedBy: c.blockedBy,
		})
	}
	return rows
}
