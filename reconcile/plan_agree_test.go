package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// TestPlanAgainstSlow holds candidates, changes, the second judgement, conflicts and batches against the
// slow implementation, on random messy tenants.
func TestPlanAgainstSlow(t *testing.T) {
	failures := 0
	for seed := range slowTenants() {
		tenant, options := newDice(seed).planTenant()
		options.further = false // later passes are not asked yet
		if planDisagreement(tenant, options) == "" {
			continue
		}
		small := shrink(tenant, func(s *slowTenant) bool { return planDisagreement(s, options) != "" })
		t.Errorf("seed %d: %s\nlines %q, batches of %d, pilot %d\n%s", seed, planDisagreement(small, options),
			options.lines, options.batchSize, options.pilot, small.dump())
		if failures++; failures == 3 {
			t.Fatal("stopped here")
		}
	}
}

// planDisagreement is the first difference, empty for none.
func planDisagreement(t *slowTenant, o slowPlanOptions) string {
	slow, err := t.plan(o)
	if err != nil {
		return "" // an object named twice: the reader of the map refuses it
	}
	product, err := productPlan(t, o)
	if err != nil {
		return err.Error()
	}
	return firstDifference(product, slowPlanLines(slow))
}

func slowPlanLines(p *slowPlan) (lines []string) {
	for _, row := range p.adRows() {
		lines = append(lines, fmt.Sprintf("ad %+v", row))
	}
	for _, v := range p.after.cloud {
		lines = append(lines, fmt.Sprintf("cloud %s after %s", short(v.object.rec.ID), v.outcome))
	}
	for _, row := range p.changeRows() {
		lines = append(lines, fmt.Sprintf("change %q", fmt.Sprintf("%+v", row)))
	}
	for _, h := range p.holders {
		lines = append(lines, holderLine(h.address, h.cluster, h.object.rec.Side, h.object.rec.ID, h.object.rec.Class,
			h.object.rec.UserPrincipalName, h.attribute, h.blocks))
	}
	for _, f := range p.findings {
		if f.object == nil {
			lines = append(lines, fmt.Sprintf("%s line %d", f.code, f.line))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s:%d %s", f.code, f.object.rec.Source, f.object.rec.Row, reconcile.Normalize(f.value)))
	}
	return lines
}

func productPlan(t *slowTenant, o slowPlanOptions) (lines []string, err error) {
	ctx := context.Background()
	options := t.options
	options.BatchSize, options.Pilot, options.Map = o.batchSize, o.pilot, productMap(o.lines)
	result, err := reconcile.Judge(ctx, sourcesOf(t.ad, t.adSources), sourcesOf(t.cloud, t.cloudSources), options)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for v, err := range result.ADVerdicts(ctx) {
		if err != nil {
			return nil, err
		}
		row := slowADRow{objectGUID: v.Record.ID.String(), candidateCloudID: v.CandidateID.String(), candidateBy: v.CandidateBy,
			blockedBy: string(v.BlockedBy), outcomeAfter: string(v.OutcomeAfter)}
		if v.Change != nil {
			row.change, row.decision = string(v.Change.Kind), string(v.Change.Decision)
		}
		lines = append(lines, fmt.Sprintf("ad %+v", row))
	}
	for v, err := range result.CloudVerdicts(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("cloud %s after %s", short(v.Record.ID), v.OutcomeAfter))
	}
	for c, err := range result.Changes() {
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("change %q", fmt.Sprintf("%+v", slowChangeRow{
			objectGUID: c.ID.String(), userPrincipalName: c.UserPrincipalName, kind: string(c.Kind), candidateBy: c.Candidate,
			decision: string(c.Decision), batch: c.Batch, mailBefore: c.MailBefore, mailAfter: c.MailAfter,
			proxyBefore: c.ProxyBefore, proxyAfter: c.ProxyAfter,
			objectClass: c.Class, cloudID: c.CloudID.String(), blockedBy: string(c.BlockedBy),
		})))
	}
	for h, err := range result.Holders(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, holderLine(h.Address, h.Cluster, h.Side, h.ObjectID, h.Class, h.UserPrincipalName, h.Attribute.String(), h.Blocks))
	}
	for f, err := range result.Findings(ctx) {
		if err != nil {
			return nil, err
		}
		switch f.Code {
		case "MapLine":
			lines = append(lines, fmt.Sprintf("%s line %d", f.Code, f.Row-2))
		case "TwoMailboxes":
			lines = append(lines, fmt.Sprintf("%s %s:%d ", f.Code, f.File, f.Row))
		case "MailReplaced", "OldPrimaryShared", "AliasNotCopied":
			lines = append(lines, fmt.Sprintf("%s %s:%d %s", f.Code, f.File, f.Row, reconcile.Normalize(f.Value)))
		}
	}
	return lines, nil
}

// productMap gives the lines as the product takes them: all with the keys of the first one.
func productMap(lines []slowMapLine) *reconcile.Map {
	if len(lines) == 0 {
		return nil
	}
	keys := map[string]reconcile.MapKey{
		"ObjectGUID": reconcile.MapByID, "Id": reconcile.MapByID, "SamAccountName": reconcile.MapBySamAccountName,
		"UserPrincipalName": reconcile.MapByUserPrincipalName, "Mail": reconcile.MapByMail,
	}
	m := &reconcile.Map{File: "map.csv", AD: keys[lines[0].adColumn], Cloud: keys[lines[0].cloudColumn]}
	for i, line := range lines {
		if !strings.EqualFold(line.adColumn, lines[0].adColumn) || !strings.EqualFold(line.cloudColumn, lines[0].cloudColumn) {
			panic("lines of several keys")
		}
		m.Lines = append(m.Lines, reconcile.MapLine{Row: i + 2, AD: line.adValue, Cloud: line.cloudValue})
	}
	return m
}
