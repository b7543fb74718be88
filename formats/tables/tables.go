package tables

import (
	"io"
	"iter"
	"strconv"

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

// ruleNames are what [reconcile.Rule.String] gives, without making it anew for each row.
var ruleNames = func() (names [256]string) {
	for r := range names {
		names[r] = reconcile.Rule(r).String()
	}
	return names
}()

// WriteAD writes ad.csv: one row for each judged AD object, in the order of the verdicts. rows is how many,
// here and in the others.
func WriteAD(w io.Writer, verdicts iter.Seq2[*reconcile.ADVerdict, error]) (rows int, err error) {
	return write(w, headerAD, verdicts, func(t *writer, v *reconcile.ADVerdict) {
		r := v.Record
		t.guid(r.ID)
		t.text(r.Class)
		t.text(r.SamAccountName)
		t.text(r.UserPrincipalName)
		t.text(r.DistinguishedName)
		t.text(r.DisplayName)
		t.text(v.Primary)
		t.text(v.PrimaryFrom)
		t.text(v.Anchor)
		t.text(string(v.Outcome))
		t.text(ruleNames[v.Rule])
		t.list(v.Quarantined)
		t.guid(v.CloudID)
		t.guid(v.SMTPCloudID)
		t.guid(v.UPNCloudID)
		t.guid(v.AnchorCloudID)
		t.guid(v.CandidateID)
		t.text(v.CandidateBy)
		t.proposal(v.Change)
		t.text(string(v.BlockedBy))
		t.text(string(v.OutcomeAfter))
		t.text(v.Reason)
		t.text(r.Source)
		t.number(r.Row)
	})
}

// proposal appends the kind and the decision of a change, both empty where none is proposed.
func (t *writer) proposal(c *reconcile.Change) {
	if c == nil {
		c = &reconcile.Change{}
	}
	t.text(string(c.Kind))
	t.text(string(c.Decision))
}

// WriteCloud writes cloud.csv: one row for each judged cloud object, in the order of the verdicts.
func WriteCloud(w io.Writer, verdicts iter.Seq2[*reconcile.CloudVerdict, error]) (rows int, err error) {
	return write(w, headerCloud, verdicts, func(t *writer, v *reconcile.CloudVerdict) {
		r := v.Record
		t.guid(r.ID)
		t.text(r.Class)
		t.text(r.UserType)
		t.text(r.UserPrincipalName)
		t.text(r.DisplayName)
		t.text(v.Primary)
		t.text(r.ImmutableID)
		t.text(strconv.FormatBool(r.SyncEnabled))
		t.text(string(v.Outcome))
		t.text(ruleNames[v.Rule])
		t.guid(v.ObjectGUID)
		t.text(v.Reason)
		t.text(r.Source)
		t.number(r.Row)
	})
}

// WriteAddresses writes addresses.csv: one row for each holder of an address in conflict.
func WriteAddresses(w io.Writer, holders iter.Seq2[*reconcile.Holder, error]) (rows int, err error) {
	return write(w, headerAddresses, holders, func(t *writer, h *reconcile.Holder) {
		severity := "harmless"
		if h.Blocks {
			severity = "blocks"
		}
		t.text(h.Address)
		t.number(h.Cluster)
		t.text(h.Side.String())
		t.guid(h.ObjectID)
		t.text(h.Class)
		t.text(h.UserPrincipalName)
		t.text(h.Attribute.String())
		t.text(severity)
		t.text(h.Reason)
	})
}

// WriteChanges writes changes.csv: one row for each object to change.
func WriteChanges(w io.Writer, changes iter.Seq2[*reconcile.Change, error]) (rows int, err error) {
	return write(w, headerChanges, changes, func(t *writer, c *reconcile.Change) {
		t.guid(c.ID)
		t.text(c.UserPrincipalName)
		t.text(string(c.Kind))
		t.text(c.Candidate)
		t.text(string(c.Decision))
		t.text(c.Batch)
		t.text(c.MailBefore)
		t.text(c.MailAfter)
		t.list(c.ProxyBefore)
		t.list(c.ProxyAfter)
		t.text(c.Reason)
		t.text(c.Class)
		t.guid(c.CloudID)
		t.text(string(c.BlockedBy))
	})
}

// WriteFindings writes findings.csv: damage, rejected rows and what the values show.
func WriteFindings(w io.Writer, findings iter.Seq2[reconcile.Finding, error]) (rows int, err error) {
	return write(w, headerFindings, findings, func(t *writer, f reconcile.Finding) {
		t.text(f.File)
		if f.Row > 0 {
			t.number(f.Row)
		} else {
			t.text("")
		}
		t.text(f.Column)
		t.text(string(f.Severity))
		t.text(f.Code)
		t.text(f.Value)
		t.text(f.Text)
		t.text(f.Source)
	})
}

// write drives a table; row appends the cells of one item.
func write[T any](w io.Writer, header string, items iter.Seq2[T, error], row func(*writer, T)) (rows int, err error) {
	t := newWriter(w, header)
	for item, err := range items {
		if err != nil {
			return 0, err
		}
		row(t, item)
		if t.end(); t.err != nil {
			return 0, t.err
		}
	}
	return t.close()
}
