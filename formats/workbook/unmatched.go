package workbook

import (
	"strings"

	"smtpmatch/reconcile"
)

// unmatchedADSheet has the AD objects in the scope of the sync that will not be linked to a cloud object,
// but for those on Changes and Blocked.
var unmatchedADSheet = sheet{
	name: "Unmatched AD", freeze: 2, guide: 1, tab: "7F6000", informs: true, tables: []string{"ad"},
	columns: []column{
		{title: "Outcome", width: 29}, {title: "Name", width: 22}, {title: "UserPrincipalName", width: 32},
		{title: "Primary address", width: 32}, {title: "Class", width: 9}, {title: "What happens", width: 42},
		{title: "What to do", width: 46}, {title: "Quarantined", width: 30}, {title: "Rule", width: 7},
		{title: "Microsoft's page", width: 34}, {title: "Distinguished name", width: 46}, {title: "Object", width: 38},
		{title: "File", width: 20}, {title: "Row", width: 9},
	},
}

// unmatchedCloudSheet has the cloud objects that no AD object is linked to or takes over.
var unmatchedCloudSheet = sheet{
	name: "Unmatched cloud", freeze: 2, guide: 1, tab: "7F6000", informs: true, tables: []string{"cloud"},
	columns: []column{
		{title: "Outcome", width: 14}, {title: "Name", width: 24}, {title: "UserPrincipalName", width: 38},
		{title: "Primary address", width: 34}, {title: "Class", width: 9}, {title: "User type", width: 11},
		{title: "What happens", width: 44}, {title: "What to do", width: 52}, {title: "Object", width: 38},
		{title: "File", width: 20}, {title: "Row", width: 9},
	},
}

// addAD fills what AD verdicts show: objects without a counterpart, those with too many, those that match.
func (r *review) addAD(c *Content) error {
	for v, err := range items(c.AD) {
		if err != nil {
			return err
		}
		switch {
		case v.BlockedBy == reconcile.Ambiguous:
			r.addAmbiguous(v)
		case takesOver(v.OutcomeAfter):
			r.addTakeOver(v)
		case v.Change == nil && isUnmatched(v.OutcomeAfter):
			r.addUnmatchedAD(v)
		}
		if r.changes.book.err != nil {
			return r.changes.book.err
		}
	}
	return nil
}

// isUnmatched leaves out what is linked already and what is not the sync's affair.
func isUnmatched(o reconcile.Outcome) bool {
	switch o {
	case reconcile.Synced, reconcile.CloudManaged, reconcile.NotSynced:
		return false
	}
	return !takesOver(o)
}

func (r *review) addUnmatchedAD(v *reconcile.ADVerdict) {
	t, o := r.unmatchedAD, v.Record
	if t.leavesOut() {
		return
	}
	outcome := any(string(v.Outcome))
	if v.Outcome != reconcile.NewObject {
		outcome = styled{t.book.looks.blocks, string(v.Outcome)}
	}
	t.row(outcome, o.DisplayName, o.UserPrincipalName, v.Primary, o.Class, v.Reason, adviceForAD(v),
		strings.Join(v.Quarantined, "\n"), v.Rule.String(), v.Rule.Source(), o.DistinguishedName, o.ID.String(), o.Source, o.Row)
}

// adviceForAD says what to do about an object that will not be linked.
func adviceForAD(v *reconcile.ADVerdict) string {
	if text := ruleAdvice[v.Rule]; text != "" {
		return text
	}
	if v.Outcome == reconcile.NewObject && len(v.Quarantined) > 0 {
		return "A cloud object holds some of its addresses: the new user will not get them. Is it the same person? " +
			"Give the pair with --map. Else take the address off one of the two: see Conflicts."
	}
	return adviceTexts[v.Outcome]
}

// ruleAdvice is for the rules whose outcome alone does not tell what to do.
var ruleAdvice = map[reconcile.Rule]string{
	27: "Two AD objects have the same sign-in name. Give one of them another UserPrincipalName.",
	31: "Correct the UserPrincipalName in AD.",
	32: "Verify the domain in the tenant, or give it a UserPrincipalName in a verified one.",
	34: "If the deleted cloud user is the same person: restore it before the sync, export again, run the plan again.",
}

var adviceTexts = map[reconcile.Outcome]string{
	reconcile.NewObject: "Nothing, if the person has no cloud account yet: one is made. " +
		"If there is one (see Unmatched cloud), give the pair with --map.",
	reconcile.NoAnchor: "Nothing: its account is synced, not the linked mailbox.",
	reconcile.SourceAnchorChanged: "Do not sync before it is clear which attribute is the source anchor; see Assumptions on Summary " +
		"and run the plan again with --anchor.",
	reconcile.InvalidHardMatch: "Clear the cloud user's immutable id, or allow hard match for the time of the sync, if they are the same person.",
	reconcile.AttributeUpdateNotAllowed: "The cloud user belongs to another AD object. If that one is gone, allow the update of " +
		"OnPremisesObjectIdentifier for the time of the sync.",
	reconcile.AttributeMustBeUnique: "The cloud user is bound to another AD object. Find out which of the two is right; " +
		"take the address off the other.",
	reconcile.ObjectTypeMismatch: "A cloud object of another type (group, contact) has the address. Take it off one of the two.",
	reconcile.AdminRoleConflict:  "Take the role off the cloud user for the time of the sync, or leave the two accounts apart.",
	reconcile.SoftMatchBlocked:   "Switch BlockSoftMatch off for the time of the sync.",
	reconcile.LargeObject:        "Take addresses that nobody needs off the object, until 300 are left.",
	reconcile.Contested:          "Two or more AD objects want the same cloud user. Decide which one is right, take the address off the others: see Conflicts.",
	reconcile.Undocumented:       "A guest has the address. Decide by hand: remove the guest, or keep the person out of the sync.",
}

// addCloud fills the cloud objects without a counterpart, and keeps those that are taken over for Take-over.
func (r *review) addCloud(c *Content) error {
	r.partners = make(map[reconcile.GUID]*partner)
	for v, err := range items(c.Cloud) {
		if err != nil {
			return err
		}
		switch v.OutcomeAfter {
		case reconcile.TakenOver:
			r.keepPartner(v.Record)
		case reconcile.Untouched, reconcile.Orphan:
			r.addUnmatchedCloud(v)
		}
		if r.changes.book.err != nil {
			return r.changes.book.err
		}
	}
	return nil
}

func (r *review) addUnmatchedCloud(v *reconcile.CloudVerdict) {
	t, o := r.unmatchedCloud, v.Record
	if t.leavesOut() {
		return
	}
	outcome, advice := any(string(v.OutcomeAfter)), "Nothing, if it is to stay a cloud account. Else find its AD object (see Unmatched AD) "+
		"and give the pair with --map."
	switch {
	case v.OutcomeAfter == reconcile.Orphan:
		outcome = styled{t.book.looks.blocks, string(v.OutcomeAfter)}
		advice = "Its AD object is gone, out of the sync's scope, or in no file. Add the file that has it, or decide what becomes of the account."
	case strings.EqualFold(o.UserType, "guest"):
		advice = "Nothing: a guest is managed by its own organisation."
	}
	t.row(outcome, o.DisplayName, o.UserPrincipalName, v.Primary, o.Class, o.UserType, reasonForCloud(v), advice,
		o.ID.String(), o.Source, o.Row)
}

// reasonForCloud is the verdict's sentence, unless the changes give the object another outcome.
func reasonForCloud(v *reconcile.CloudVerdict) string {
	if v.Outcome == v.OutcomeAfter {
		return v.Reason
	}
	return "As exported: " + string(v.Outcome) + ". With the changes: " + string(v.OutcomeAfter) + "."
}
