package reconcile

import (
	"context"
	"errors"
	"iter"
)

// Side says which directory a record comes from.
type Side uint8

// The two sides. AD comes first wherever objects of both are put in order.
const (
	AD Side = iota
	Cloud
)

func (s Side) String() string {
	if s == AD {
		return "ad"
	}
	return "cloud"
}

// The classes that a sync matches. A record of any other class carries the class's own name.
const (
	ClassUser    = "user" // inetOrgPerson too
	ClassGroup   = "group"
	ClassContact = "contact"
)

// Record is one object as its export gives it. Text is as in the file, byte for byte: what an export may
// put around an address is taken off where the address is read, see [CleanAddress]. Only ids, anchors
// and the values of ProxyAddresses come without the leading apostrophe that guards a cell against being
// run as a formula. Empty means no value.
type Record struct {
	Side   Side
	Source string // the file's name without its folder
	Row    int    // the record's number with the header as 1 (CSV), the sheet's row (XLSX)

	// Rejected says that the row cannot be used; one of Findings has the cause. Such a record has no
	// other meaning: it is counted and not judged.
	Rejected bool
	Findings []Finding // what the reader found in this row

	Class string // one of the Class constants, or the literal
	ID    GUID   // AD: objectGUID; cloud: Id

	UserPrincipalName string
	Mail              string
	ProxyAddresses    []string // values in the file's order, prefixes included
	// PrefixesStripped says that no value of the file's whole proxyAddresses column has a prefix: the
	// export took them off, and every value is a secondary address.
	PrefixesStripped bool
	MailNickname     string
	DisplayName      string
	GivenName        string
	Surname          string
	EmployeeID       string
	Department       string
	Title            string
	Enabled          Flag
	SID              string // AD: objectSid; cloud: OnPremisesSecurityIdentifier
	SamAccountName   string // cloud: OnPremisesSamAccountName
	// SamAccountNameUnknown says that the export does not tell sAMAccountNames at all, so that a blank one
	// is no reason to take an AD object as filtered.
	SamAccountNameUnknown bool

	// Of AD objects.
	DistinguishedName         string
	TargetAddress             string
	ConsistencyGUID           string // canonical anchor text, see [CanonicalAnchor]
	IsCriticalSystemObject    bool
	AdminCount                string
	MsExchRecipientType       string // msExchRecipientTypeDetails, decimal
	MsExchMailboxGUID         string
	MsExchRemoteRecipientType string

	// Of cloud objects.
	UserType         string
	SyncEnabled      bool   // OnPremisesSyncEnabled; blank is false
	ImmutableID      string // canonical anchor text, see [CanonicalAnchor]
	ObjectIdentifier string // OnPremisesObjectIdentifier
	CloudManaged     bool   // IsCloudManaged
	Deleted          bool   // soft-deleted
}

// Flag is a boolean that an export may leave open.
type Flag uint8

// The values of a Flag.
const (
	Unknown Flag = iota
	No
	Yes
)

// Source is one export of one side. It can be read again, and gives the same records in the same
// order each time or fails with [ErrChanged].
type Source interface {
	// Name is the file's name without its folder.
	Name() string
	// Findings are those about the file as a whole.
	Findings() []Finding
	// Records yields every row in input order, the rejected ones too. A record is valid until the
	// next one is asked for. An error is the last thing yielded.
	Records(ctx context.Context) iter.Seq2[*Record, error]
}

// ErrChanged says that a source gave other records than the first time.
var ErrChanged = errors.New("the file changed while it was being read")
