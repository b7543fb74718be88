package reconcile

// What every stage may ask about any object at any time is kept in memory, in arrays by object number. All
// else lies in the engine.
const (
	bytesPerAD    = 2 + 1 + 4
	bytesPerCloud = 1 + 1 + 4
)

// adState are marks of an AD object.
type adState uint16

const (
	adNew       adState = 1 << iota // it reached matching
	adAsks                          // a candidate is looked for, and none was found yet
	adCandidate                     // a candidate was found: the cloud object whose owner it is
	adBlamesP                       // its outcome comes from P
	adBlamesU                       // its outcome comes from U
	adHasBox                        // its mailbox is here
	adTwoBoxes                      // it is taken over with a mailbox here and one in the cloud
	adOldShared                     // somebody else holds the primary that its change would replace
	adDrafts                        // its record is needed for a change or a remark
	adShown                         // its record is needed for addresses.csv
	adApplies                       // it has a change that is to be applied
	adMoves                         // and the change gives it another primary
	adHeld                          // it has a change that is blocked because somebody else holds the address
)

// cloudState are marks of a cloud object.
type cloudState uint8

const (
	cloudTaken  cloudState = 1 << iota // an AD object's match by SMTP or anchor takes it
	cloudGone                          // it is some AD object's candidate
	cloudDrafts                        // its record is needed for its owner's change
	cloudShown                         // its record is needed for addresses.csv
)

// Above these marks is, for each of the two rounds, the strongest role that an AD object gives it, see
// settle.go.
const (
	roleBits  = 2
	roleShift = 4
)

// objects is what is known about every object.
type objects struct {
	ad       []adState
	rules    []Rule   // of AD objects, with the directory as exported
	partners []uint32 // of AD objects: the cloud object that they are linked to or take over, or nobody

	cloud  []cloudState
	claims []uint8  // on cloud objects, for each of the two rounds, see claims.go
	owners []uint32 // of cloud objects: the AD object that matches it by SMTP or whose candidate it is
}

func newObjects(ad, cloud int) *objects {
	o := &objects{
		ad: make([]adState, ad), rules: make([]Rule, ad), partners: make([]uint32, ad),
		cloud: make([]cloudState, cloud), claims: make([]uint8, cloud), owners: make([]uint32, cloud),
	}
	for i := range o.partners {
		o.partners[i] = nobody
	}
	for i := range o.owners {
		o.owners[i] = nobody
	}
	return o
}

func (o *objects) adHas(object uint32, bits adState) bool       { return o.ad[object]&bits != 0 }
func (o *objects) cloudHas(object uint32, bits cloudState) bool { return o.cloud[object]&bits != 0 }

// matches says whether the AD object matches a cloud object by SMTP as it is.
func (o *objects) matches(object uint32) bool { return o.rules[object].Outcome() == SoftMatchSMTP }
