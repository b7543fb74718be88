package reconcile_test

import (
	"context"
	"fmt"
	"strings"

	"smtpmatch/reconcile"
)

// A judgement as lines of text, one for each object, with every field that both sides of the comparison
// must agree in. Addresses in conflict depend on the changes: productHolders gives them, and
// TestPlanAgainstSlow compares them.

func slowLines(t *slowTenant) []string {
	w := newSlowWorld(t.ad, t.cloud, t.options)
	r := w.result()
	lines := []string{"anchor " + string(w.anchorIn)}
	for _, v := range r.ad {
		lines = append(lines, adLine(v.object.rec.ID, v.anchor, v.object.primary, v.object.primaryFrom, v.outcome,
			slowRule(v.rule), v.quarantined, slowID(v.partner), slowID(v.smtpHolder), slowID(v.upnHolder), slowID(v.anchoring)))
	}
	for _, v := range r.cloud {
		lines = append(lines, cloudLine(v.object.rec.ID, v.object.primary, v.outcome, slowRule(v.rule), slowID(v.by)))
	}
	return lines
}

// productLines asks the product. It fails if the counts do not close.
func productLines(t *slowTenant) (lines []string, err error) {
	ctx := context.Background()
	result, err := reconcile.Judge(ctx, sourcesOf(t.ad, t.adSources), sourcesOf(t.cloud, t.cloudSources), t.options)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := result.Close(); err == nil {
			err = failed
		}
	}()
	lines = append(lines, "anchor "+string(result.Anchor()))
	for v, err := range result.ADVerdicts(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, adLine(v.Record.ID, v.Anchor, v.Primary, v.PrimaryFrom, v.Outcome, v.Rule.String(),
			v.Quarantined, v.CloudID, v.SMTPCloudID, v.UPNCloudID, v.AnchorCloudID))
	}
	for v, err := range result.CloudVerdicts(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, cloudLine(v.Record.ID, v.Primary, v.Outcome, v.Rule.String(), v.ObjectGUID))
	}
	return lines, countsClose(t, result)
}

// productHolders asks the product for the addresses in conflict.
func productHolders(t *slowTenant) (lines []string, err error) {
	ctx := context.Background()
	result, err := reconcile.Judge(ctx, sourcesOf(t.ad, t.adSources), sourcesOf(t.cloud, t.cloudSources), t.options)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := result.Close(); err == nil {
			err = failed
		}
	}()
	for h, err := range result.Holders(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, holderLine(h.Address, h.Cluster, h.Side, h.ObjectID, h.Class, h.UserPrincipalName,
			h.Attribute.String(), h.Blocks))
	}
	return lines, nil
}

// productAll are the product's lines about objects and about addresses in conflict.
func productAll(t *slowTenant) ([]string, error) {
	lines, err := productLines(t)
	if err != nil {
		return nil, err
	}
	holders, err := productHolders(t)
	return append(lines, holders...), err
}

func countsClose(t *slowTenant, result *reconcile.Result) error {
	for side, records := range map[reconcile.Side][]*reconcile.Record{reconcile.AD: t.ad, reconcile.Cloud: t.cloud} {
		names := t.adSources
		if side == reconcile.Cloud {
			names = t.cloudSources
		}
		got := result.Counts(side)
		if len(got) != len(names) {
			return fmt.Errorf("%d counts for %d sources", len(got), len(names))
		}
		for i, name := range names {
			if want := slowCounts(records, name); got[i] != want {
				return fmt.Errorf("counts of %s: %+v, want %+v", name, got[i], want)
			}
		}
	}
	return nil
}

func slowCounts(records []*reconcile.Record, source string) reconcile.Counts {
	var n reconcile.Counts
	for _, rec := range records {
		switch {
		case rec.Source != source:
			continue
		case rec.Rejected, !slowRead(rec, 0).judged():
			n.Rejected++
		default:
			n.Judged++
		}
		n.Read++
	}
	return n
}

func adLine(id reconcile.GUID, anchor, primary, from string, outcome reconcile.Outcome, rule string, quarantined []string,
	cloud, smtp, upn, anchoring reconcile.GUID) string {
	return fmt.Sprintf("ad %s %s %s anchor=%s primary=%q from=%s quarantined=%q cloud=%s smtp=%s upn=%s anchor=%s",
		short(id), outcome, rule, anchor, primary, from, quarantined, short(cloud), short(smtp), short(upn), short(anchoring))
}

func cloudLine(id reconcile.GUID, primary string, outcome reconcile.Outcome, rule string, by reconcile.GUID) string {
	return fmt.Sprintf("cloud %s %s %s primary=%q by=%s", short(id), outcome, rule, primary, short(by))
}

func holderLine(address string, cluster int, side reconcile.Side, id reconcile.GUID, class, upn, attribute string, blocks bool) string {
	return fmt.Sprintf("holder %s %s address=%q %s cluster=%d blocks=%t class=%s upn=%q",
		side, short(id), address, attribute, cluster, blocks, class, upn)
}

func slowRule(rule int) string { return reconcile.Rule(rule).String() }

func slowID(o *slowObject) reconcile.GUID {
	if o == nil {
		return reconcile.GUID{}
	}
	return o.rec.ID
}

// short tells an id of the random tenants: A1 or C1; - is none.
func short(id reconcile.GUID) string {
	if id.IsZero() {
		return "-"
	}
	text := id.String()
	return strings.ToUpper(text[:1]) + strings.TrimLeft(text[1:8], "0")
}

// firstDifference shows the first lines in which two judgements differ, empty if they do not.
func firstDifference(product, slow []string) string {
	for i := range max(len(product), len(slow)) {
		p, s := lineAt(product, i), lineAt(slow, i)
		if p != s {
			return fmt.Sprintf("product: %s\n   slow: %s", p, s)
		}
	}
	return ""
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
