package reconcile

import (
	"errors"
	"hash/maphash"

	"github.com/zeebo/xxh3"

	"smtpmatch/reconcile/internal/spill"
)

// keyKind keeps values of different meaning apart.
type keyKind byte

const (
	keyAnchor      keyKind = iota // a source anchor; that of its objectGUID stands for an AD object's id
	keySID                        // a security identifier
	keyAddress                    // an address or a UPN: one namespace, as in Entra
	keyCloudObject                // a cloud object's id: the same twice is a mistake in the files
	keyNoGUID                     // the id of AD objects that have none
)

// hasher makes keys of normalized values. XXH3 is no cryptographic hash, so that a prepared input could
// have two values with one key; the check beside it has a seed that nobody knows before, see
// [spill.Entry].
type hasher struct {
	seed    maphash.Seed
	scratch []byte
}

// begin starts a value of the kind; the caller appends it and passes all to entry.
func (h *hasher) begin(kind keyKind) []byte { return append(h.scratch[:0], byte(kind)) }

// entry gives the entry of a value with its kind before it, without the object.
func (h *hasher) entry(value []byte) spill.Entry {
	h.scratch = value
	key := xxh3.Hash128(value)
	return spill.Entry{Hi: key.Hi, Lo: uint32(key.Lo), Check: uint32(maphash.Bytes(h.seed, value))}
}

// tag is by what an object's own address is told from its others when its text is needed.
type tag uint64

// tagOf gives the tag of a normalized address.
func tagOf(address string) tag {
	b := make([]byte, 0, 64)
	b = append(append(b, byte(keyAddress)), address...)
	return tag(xxh3.Hash128(b).Hi)
}

// errTooMany says that a side has more objects than have numbers.
var errTooMany = errors.New("more than 2,147,483,647 objects on one side")

// The engine numbers objects over both sides, AD first; each side numbers its own from 0.
const (
	cloudBit = 1 << 31
	nobody   = 1<<32 - 1 // no object
)

func isCloud(object uint32) bool       { return object&cloudBit != 0 }
func cloudNumber(object uint32) uint32 { return object &^ cloudBit }
