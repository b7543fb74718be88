package reconcile

import "strconv"

// Rule is a row of the decision table; 0 is none.
type Rule uint8

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
