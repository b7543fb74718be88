package reconcile

// Tenant holds the switches of the tenant that decide about matching, as in Graph's
// onPremisesSynchronization.features (how-to-connect-syncservice-features).
type Tenant struct {
	SoftMatchOnUPN        bool // SoftMatchOnUpnEnabled
	BlockSoftMatch        bool // BlockSoftMatchEnabled
	BlockHardMatch        bool // BlockCloudObjectTakeoverThroughHardMatchEnabled
	AllowIdentifierUpdate bool // AllowOnPremUpdateOfOnPremisesObjectIdentifierEnabled
	QuarantineUPN         bool // QuarantineUponUpnConflictEnabled
	QuarantineProxies     bool // QuarantineUponProxyAddressesConflictEnabled
}

// DefaultTenant is a tenant that syncs since 2016-03-30 or later and blocks nothing.
func DefaultTenant() Tenant {
	return Tenant{SoftMatchOnUPN: true, QuarantineUPN: true, QuarantineProxies: true}
}

// Domains are the domains of the tenant, by name as [Normalize] gives it; true for a verified one. A
// domain that is not listed is not verified. Nil means that no list was given.
type Domains map[string]bool

// AnchorMode says which attribute the sync uses as the source anchor of users
// (plan-connect-design-concepts). Groups and contacts always use objectGUID.
type AnchorMode string

// The modes of --anchor.
const (
	AnchorAuto            AnchorMode = "auto"            // decided once for the tenant by what synced users carry
	AnchorConsistencyGUID AnchorMode = "consistencyGuid" // objectGUID where it is blank
	AnchorObjectGUID      AnchorMode = "objectGUID"
)
