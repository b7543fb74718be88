package reconcile

import "strconv"

// Rule is a row of the decision table; 0 is none.
type Rule uint8

// maxRule is the last row.
const maxRule = 39

// String gives "R1" to "R39", empty for none.
func (r Rule) String() string {
	if r == 0 {
		return ""
	}
	return "R" + strconv.Itoa(int(r))
}

// Outcome is what the next sync does to an object.
type Outcome string

// Outcomes of AD objects.
const (
	NotSynced                 Outcome = "NotSynced"
	NoAnchor                  Outcome = "NoAnchor"
	CloudManaged              Outcome = "CloudManaged"
	Synced                    Outcome = "Synced"
	SourceAnchorChanged       Outcome = "SourceAnchorChanged"
	HardMatch                 Outcome = "HardMatch"
	SoftMatchSMTP             Outcome = "SoftMatchSMTP"
	SoftMatchUPN              Outcome = "SoftMatchUPN"
	NewObject                 Outcome = "NewObject"
	InvalidHardMatch          Outcome = "InvalidHardMatch"
	AttributeUpdateNotAllowed Outcome = "AttributeUpdateNotAllowed"
	AttributeMustBeUnique     Outcome = "AttributeValueMustBeUnique"
	ObjectTypeMismatch        Outcome = "ObjectTypeMismatch"
	AdminRoleConflict         Outcome = "AdminRoleConflict"
	SoftMatchBlocked          Outcome = "SoftMatchBlocked"
	LargeObject               Outcome = "LargeObject"
	Contested                 Outcome = "Contested"
	Undocumented              Outcome = "Undocumented"
)

// Outcomes of cloud objects.
const (
	Linked      Outcome = "Linked"
	TakenOver   Outcome = "TakenOver"
	Conflict    Outcome = "Conflict"
	SoftDeleted Outcome = "SoftDeleted"
	Orphan      Outcome = "Orphan"
	Untouched   Outcome = "Untouched"
)

// ruleText is what a row of the decision table says.
type ruleText struct {
	outcome Outcome
	reason  string // one short sentence; it says so where no document settles the case
	source  string // Microsoft's page
}

const (
	pageExisting  = "how-to-connect-install-existing-tenant"
	pageErrors    = "tshoot-connect-sync-errors"
	pageFeatures  = "how-to-connect-syncservice-features"
	pageDefaults  = "concept-azure-ad-connect-sync-default-configuration"
	pageConcepts  = "plan-connect-design-concepts"
	pageResilient = "how-to-connect-syncservice-duplicate-attribute-resiliency"
	pageUPN       = "plan-connect-userprincipalname"
	pageRecycle   = "how-to-connect-sync-recycle-bin"
	pageAuthority = "how-to-user-source-of-authority-configure"
	pageUPNMatch  = "use-upn-matching-identity-sync (KB 3164442)"
	pageFiltering = "how-to-connect-sync-configure-filtering"
)

// ruleTexts are the rows of the decision table that this version answers with.
var ruleTexts = map[Rule]ruleText{
	1:  {NotSynced, "Outside the scope of the default sync rules.", pageDefaults},
	2:  {NoAnchor, "A linked mailbox has no source anchor of its own; the sync waits for its account.", pageDefaults},
	3:  {CloudManaged, "Managed in the cloud (IsCloudManaged): changes on-premises are ignored.", pageAuthority},
	4:  {Synced, "Synced already; nothing is matched again.", pageExisting},
	5:  {Synced, "Synced already; what other cloud objects hold of its addresses is quarantined.", pageResilient},
	6:  {SourceAnchorChanged, "A synced cloud user carries its other anchor: the source anchor has changed.", pageConcepts},
	7:  {InvalidHardMatch, "A cloud user carries its anchor, and the tenant blocks hard match.", pageErrors},
	9:  {AttributeUpdateNotAllowed, "Hard match would change OnPremisesObjectIdentifier (documents differ on when).", pageExisting},
	10: {HardMatch, "Hard match; the tenant lets the sync change OnPremisesObjectIdentifier.", pageFeatures},
	11: {HardMatch, "Hard match: restores the soft-deleted cloud user that carries its anchor.", pageRecycle},
	12: {HardMatch, "Hard match: a cloud user that is not synced carries its anchor.", pageExisting},
	13: {AttributeMustBeUnique, "A synced cloud user with another anchor has the same SID.", pageExisting},
	14: {ObjectTypeMismatch, "Its primary address is that of a cloud object of another type.", pageErrors},
	15: {AttributeMustBeUnique, "Its primary address is that of a cloud user bound already (documents differ on the error).", pageExisting},
	16: {SoftMatchBlocked, "A cloud user would match, but the tenant blocks soft match (what follows is not documented).", pageFeatures},
	18: {Undocumented, "The cloud user with its address or UPN is a guest: not documented, decide by hand.", pageExisting},
	19: {SoftMatchSMTP, "Soft match: its primary address is that of a cloud user not bound yet.", pageExisting},
	20: {SoftMatchSMTP, "Soft match by primary address; another cloud user keeps its UPN (not documented).", pageUPNMatch},
	21: {SoftMatchUPN, "Soft match: its UPN is that of a cloud user not bound yet.", pageUPNMatch},
	22: {NewObject, "New cloud user: its UPN is taken, and the tenant does not match by UPN.", pageFeatures},
	23: {NewObject, "New cloud user: the cloud user with its UPN is bound already or goes to another AD object.", pageResilient},
	24: {NewObject, "New cloud user: its primary address is no cloud object's primary (documents differ on aliases).", pageExisting},
	26: {Contested, "Another new AD object has the same primary address or UPN; which of them wins is undefined.", pageErrors},
	27: {NewObject, "New cloud user with a placeholder UPN: an AD object before it has the same UPN.", pageResilient},
	31: {NewObject, "New cloud user, or IdentityDataValidationFailed: its UPN is malformed (documents differ).", pageErrors},
	32: {NewObject, "New cloud user with a UPN in the initial domain: its UPN suffix is not verified.", pageUPN},
	33: {LargeObject, "More than 300 addresses: the object may be too large for Entra.", pageErrors},
	34: {NewObject, "New cloud user: a soft-deleted user has its address or UPN and is not restored.", pageRecycle},
	35: {NewObject, "New cloud user: nothing in the cloud matches its anchor, address or UPN.", pageExisting},
	36: {Untouched, "No AD object is linked to it or takes it over.", pageFiltering},
	39: {Orphan, "Bound to an AD object that is not among those that are synced.", pageExisting},
}

// Outcome is what the rule says of the object: an AD object's outcome for R1 to R35, a cloud object's
// for R36 and R39.
func (r Rule) Outcome() Outcome { return outcomes[r] }

// outcomes are those of ruleTexts by rule: every object asks, some of them more than once.
var outcomes = func() (list [256]Outcome) {
	for rule, text := range ruleTexts {
		list[rule] = text.outcome
	}
	return list
}()

// Reason is the rule as one short sentence.
func (r Rule) Reason() string { return ruleTexts[r].reason }

// Source names Microsoft's page that the rule comes from.
func (r Rule) Source() string { return ruleTexts[r].source }

// cloudRole is what an AD object's rule makes of the cloud object that it names; the least one counts.
type cloudRole uint8

const (
	roleLinked cloudRole = iota
	roleTakenOver
	roleConflict
)

// role is meaningful for the rules that name a partner or a culprit.
func (r Rule) role() cloudRole {
	switch r.Outcome() {
	case Synced, CloudManaged:
		return roleLinked
	case HardMatch, SoftMatchSMTP, SoftMatchUPN:
		return roleTakenOver
	}
	return roleConflict
}

// quarantines says whether the outcome lets the object through with the conflicting values taken off
// (duplicate attribute resiliency); errors have no quarantine.
func (o Outcome) quarantines() bool {
	switch o {
	case Synced, HardMatch, SoftMatchSMTP, SoftMatchUPN, NewObject:
		return true
	}
	return false
}
