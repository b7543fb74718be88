package tables

import (
	"io"
	"iter"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// The headers of the tables, in the order of the columns.
const (
	headerAD = "object_guid,object_class,sam_account_name,user_principal_name,distinguished_name,display_name," +
		"primary_smtp,primary_from,anchor,outcome,rule,quarantined,cloud_id,smtp_cloud_id,upn_cloud_id," +
		"anchor_cloud_id,candidate_cloud_id,candidate_by,change,decision,blocked_by,outcome_after,reason,source,row"
	headerCloud = "id,object_class,user_type,user_principal_name,display_name,primary_smtp,immutable_id,synced," +
		"outcome,rule,object_guid,reason,source,row"
	headerAddresses = "address,cluster,side,object_id,object_class,user_principal_name,attribute,severity,reason"
	headerChanges   = "object_guid,user_principal_name,kind,candidate_by,decision,batch,mail_before,mail_after," +
		"proxy_before,proxy_after,reason,object_class,cloud_id,blocked_by"
	headerFindings = "file,row,column,severity,code,value,text,source"
)

// Tally is what a table holds: its rows and how many of each outcome, severity, decision or code.
type Tally struct {
	Rows      int
	Of        map[string]int
	After     map[string]int // outcomes after the changes
	BlockedBy map[string]int // of ad.csv
}

func newTally() *Tally {
	return &Tally{Of: make(map[string]int), After: make(map[string]int), BlockedBy: make(map[string]int)}
}

// WriteAD writes ad.csv: one row for each judged AD object, in the order of the verdicts.
func WriteAD(w io.Writer, verdicts iter.Seq2[*reconcile.ADVerdict, error]) (*Tally, error) {
	return write(w, headerAD, verdicts, func(t *writer, tally *Tally, v *reconcile.ADVerdict) {
		r := v.Record
		kind, decision := "", ""
		if v.Change != nil {
			kind, decision = string(v.Change.Kind), string(v.Change.Decision)
		}
		t.row(r.ID.String(), r.Class, r.SamAccountName, r.UserPrincipalName, r.DistinguishedName, r.DisplayName,
			v.Primary, v.PrimaryFrom, v.Anchor, string(v.Outcome), v.Rule.String(), strings.Join(v.Quarantined, "\n"),
			v.CloudID.String(), v.SMTPCloudID.String(), v.UPNCloudID.String(), v.AnchorCloudID.String(),
			v.CandidateID.String(), v.CandidateBy, kind, decision, string(v.BlockedBy), string(v.OutcomeAfter),
			v.Reason, r.Source, strconv.Itoa(r.Row))
		tally.Of[string(v.Outcome)]++
		tally.After[string(v.OutcomeAfter)]++
		if v.BlockedBy != "" {
			tally.BlockedBy[string(v.BlockedBy)]++
		}
	})
}

// WriteCloud writes cloud.csv: one row for each judged cloud object, in the order of the verdicts.
func WriteCloud(w io.Writer, verdicts iter.Seq2[*reconcile.CloudVerdict, error]) (*Tally, error) {
	return write(w, headerCloud, verdicts, func(t *writer, tally *Tally, v *reconcile.CloudVerdict) {
		r := v.Record
		t.row(r.ID.String(), r.Class, r.UserType, r.UserPrincipalName, r.DisplayName, v.Primary, r.ImmutableID,
			strconv.FormatBool(r.SyncEnabled), string(v.Outcome), v.Rule.String(), v.ObjectGUID.String(),
			v.Reason, r.Source, strconv.Itoa(r.Row))
		tally.Of[string(v.Outcome)]++
		tally.After[string(v.OutcomeAfter)]++
	})
}

// WriteAddresses writes addresses.csv: one row for each holder of an address in conflict.
func WriteAddresses(w io.Writer, holders iter.Seq2[*reconcile.Holder, error]) (*Tally, error) {
	return write(w, headerAddresses, holders, func(t *writer, tally *Tally, h *reconcile.Holder) {
		severity := "harmless"
		if h.Blocks {
			severity = "blocks"
		}
		t.row(h.Address, strconv.Itoa(h.Cluster), h.Side.String(), h.ObjectID.String(), h.Class,
			h.UserPrincipalName, h.Attribute.String(), severity, h.Reason)
		tally.Of[severity]++
	})
}

// WriteChanges writes changes.csv: one row for each object to change.
func WriteChanges(w io.Writer, changes iter.Seq2[*reconcile.Change, error]) (*Tally, error) {
	return write(w, headerChanges, changes, func(t *writer, tally *Tally, c *reconcile.Change) {
		t.row(c.ID.String(), c.UserPrincipalName, string(c.Kind), c.Candidate, string(c.Decision), c.Batch,
			c.MailBefore, c.MailAfter, strings.Join(c.ProxyBefore, "\n"), strings.Join(c.ProxyAfter, "\n"),
			c.Reason, c.Class, c.CloudID.String(), string(c.BlockedBy))
		tally.Of[string(c.Decision)]++
	})
}

// WriteFindings writes findings.csv: damage, rejected rows and what the values show.
func WriteFindings(w io.Writer, findings iter.Seq2[reconcile.Finding, error]) (*Tally, error) {
	return write(w, headerFindings, findings, func(t *writer, tally *Tally, f reconcile.Finding) {
		row := ""
		if f.Row > 0 {
			row = strconv.Itoa(f.Row)
		}
		t.row(f.File, row, f.Column, string(f.Severity), f.Code, f.Value, f.Text, f.Source)
		tally.Of[f.Code]++
	})
}

// write drives a table; row writes one item and counts it.
func write[T any](w io.Writer, header string, items iter.Seq2[T, error], row func(*writer, *Tally, T)) (*Tally, error) {
	t := newWriter(w, header)
	tally := newTally()
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		if row(t, tally, item); t.err != nil {
			return nil, t.err
		}
	}
	var err error
	tally.Rows, err = t.close()
	return tally, err
}
