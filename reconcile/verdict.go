package reconcile

// ADVerdict is what the sync will do to one AD object. It is valid until the next is asked for.
type ADVerdict struct {
	Record      *Record
	Anchor      string // base64; empty where the object has none
	Primary     string // as in the input, without prefix
	PrimaryFrom string // "proxyAddresses", "mail" or empty
	Outcome     Outcome
	Rule        Rule
	Quarantined []string // normalized addresses that a cloud object other than the partner holds
	Reason      string   // one short sentence

	CloudID       GUID // the partner
	SMTPCloudID   GUID // the live cloud object that has the primary among its proxies
	UPNCloudID    GUID // the live cloud user with the UPN
	AnchorCloudID GUID // the cloud user with the anchor, soft-deleted ones too

	CandidateID  GUID   // the cloud user that the object most probably is
	CandidateBy  string // the pass that found it, or found several
	Change       *Change
	BlockedBy    BlockedBy // the change's, or Ambiguous
	OutcomeAfter Outcome   // with every change made that is to be applied
}

// CloudVerdict is what the sync will do to one cloud object. It is valid until the next is asked for.
type CloudVerdict struct {
	Record     *Record
	Primary    string // as in the input, without prefix
	Outcome    Outcome
	Rule       Rule
	ObjectGUID GUID // the AD object that it is linked to, taken over by or in conflict with
	// OutcomeAfter is the outcome with every change made that is to be applied.
	OutcomeAfter Outcome
	Reason       string
}

// Holder is one attribute of one object that holds an address in conflict.
type Holder struct {
	Address           string // normalized
	Cluster           int    // numbered from 1 in input order
	Side              Side
	ObjectID          GUID
	Class             string
	UserPrincipalName string
	Attribute         Attribute
	Blocks            bool // some holder's outcome suffers from this address
	Reason            string
}
