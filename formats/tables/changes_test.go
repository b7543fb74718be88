package tables

import (
	"bytes"
	"encoding/csv"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

func guid(t *testing.T, text string) reconcile.GUID {
	t.Helper()
	g, err := reconcile.ParseGUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	adGUID    = "A1B2C3D4-e5f6-4789-abcd-1234567890ab"
	cloudGUID = "f7cc07d7-7c15-447d-876d-c01b0e5a9e38"
)

func someChange(t *testing.T) *reconcile.Change {
	return &reconcile.Change{
		ID: guid(t, adGUID), Class: "user", UserPrincipalName: "Ann@contoso.com", Kind: reconcile.PromoteAlias, Candidate: "upn",
		Decision: reconcile.Apply, CloudID: guid(t, cloudGUID), CloudUPN: "not in the table", Reason: "Because.",
		MailBefore: "=old@contoso.com", MailAfter: "ann@contoso.com", ProxyBefore: []string{"SMTP:old@contoso.com", "smtp:ann@contoso.com"},
		ProxyAfter: []string{"SMTP:ann@contoso.com", "smtp:old@contoso.com"}, Domain: "contoso.com", Batch: "B00001", Exchange: true, Risk: 2,
	}
}

// TestChanges holds changes.csv to the contract, byte for byte.
func TestChanges(t *testing.T) {
	blocked := &reconcile.Change{ID: guid(t, cloudGUID), Class: "contact", Kind: reconcile.SetPrimary, Decision: reconcile.Blocked,
		BlockedBy: reconcile.TooLarge, MailAfter: "a@x", ProxyBefore: []string{"X500:/o=a\r\nb"}, ProxyAfter: []string{"SMTP:a@x", "X500:/o=a\r\nb"}}
	review := someChange(t)
	review.Decision, review.Batch = reconcile.Review, ""
	var out bytes.Buffer
	tally := NewTally()
	rows, err := WriteChanges(&out, tally.Changes(many(someChange(t), blocked, review, someChange(t))))
	if err != nil {
		t.Fatal(err)
	}
	const anns = "a1b2c3d4-e5f6-4789-abcd-1234567890ab,Ann@contoso.com,PromoteAlias,upn,%,\"'=old@contoso.com\",ann@contoso.com," +
		"\"SMTP:old@contoso.com\nsmtp:ann@contoso.com\",\"SMTP:ann@contoso.com\nsmtp:old@contoso.com\",Because.,user,f7cc07d7-7c15-447d-876d-c01b0e5a9e38,\r\n"
	apply := strings.Replace(anns, "%", "apply,B00001", 1)
	want := "\ufeffobject_guid,user_principal_name,kind,candidate_by,decision,batch,mail_before,mail_after,proxy_before,proxy_after,reason,object_class,cloud_id,blocked_by\r\n" +
		apply + "f7cc07d7-7c15-447d-876d-c01b0e5a9e38,,SetPrimary,,blocked,,,a@x,\"X500:/o=a\r\nb\",\"SMTP:a@x\nX500:/o=a\r\nb\",,contact,,TooLarge\r\n" +
		strings.Replace(anns, "%", "review,", 1) + apply
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
	if rows != 4 || !maps.Equal(tally.Of, map[string]int{"apply": 2, "review": 1, "blocked": 1}) {
		t.Errorf("the tally is %+v", tally)
	}
}

func many[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// TestADChangeColumns: ad.csv says of each object its candidate and what becomes of it.
func TestADChangeColumns(t *testing.T) {
	record := &reconcile.Record{ID: guid(t, adGUID), Class: "user", Source: "ad.csv", Row: 2}
	blocked := someChange(t)
	blocked.Kind, blocked.Decision, blocked.BlockedBy = reconcile.SetPrimary, reconcile.Blocked, reconcile.AddressHeldInAD
	columns := []string{"outcome", "candidate_cloud_id", "candidate_by", "change", "decision", "blocked_by", "outcome_after"}
	var out bytes.Buffer
	cases := []struct {
		verdict reconcile.ADVerdict
		want    []string
		reason  string
	}{
		{reconcile.ADVerdict{Outcome: reconcile.Synced, OutcomeAfter: reconcile.Synced},
			[]string{"Synced", "", "", "", "", "", "Synced"}, "nothing is proposed"},
		{reconcile.ADVerdict{Outcome: reconcile.NewObject, CandidateID: guid(t, cloudGUID), CandidateBy: "upn", Change: someChange(t), OutcomeAfter: reconcile.SoftMatchSMTP},
			[]string{"NewObject", cloudGUID, "upn", "PromoteAlias", "apply", "", "SoftMatchSMTP"}, "a change"},
		{reconcile.ADVerdict{Outcome: reconcile.NewObject, CandidateBy: "address", BlockedBy: reconcile.Ambiguous, OutcomeAfter: reconcile.NewObject},
			[]string{"NewObject", "", "address", "", "", "Ambiguous", "NewObject"}, "Ambiguous alone stands without a proposal"},
		{reconcile.ADVerdict{Outcome: reconcile.NewObject, CandidateID: guid(t, cloudGUID), CandidateBy: "map", Change: blocked, BlockedBy: blocked.BlockedBy, OutcomeAfter: reconcile.NewObject},
			[]string{"NewObject", cloudGUID, "map", "SetPrimary", "blocked", "AddressHeldInAD", "NewObject"}, "a blocked change"},
	}
	var verdicts []*reconcile.ADVerdict
	for i := range cases {
		cases[i].verdict.Record = record
		verdicts = append(verdicts, &cases[i].verdict)
	}
	tally := NewTally()
	_, err := WriteAD(&out, tally.AD(many(verdicts...)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		for k, name := range columns {
			if got := rows[i+1][slices.Index(rows[0], name)]; got != c.want[k] {
				t.Errorf("%s: %s is %q, want %q", c.reason, name, got, c.want[k])
			}
		}
	}
	if !maps.Equal(tally.Of, map[string]int{"Synced": 1, "NewObject": 3}) || !maps.Equal(tally.After, map[string]int{"Synced": 1, "SoftMatchSMTP": 1, "NewObject": 2}) ||
		!maps.Equal(tally.BlockedBy, map[string]int{"Ambiguous": 1, "AddressHeldInAD": 1}) {
		t.Errorf("the tally is %+v", tally)
	}
}
