package reconcile

import (
	"errors"
	"fmt"
	"iter"

	"github.com/zeebo/xxh3"

	"smtpmatch/reconcile/internal/spill"
)

// keyKind keeps values of different meaning apart.
type keyKind byte

const (
	keyObject   keyKind = iota // the object's own id: the same twice is a mistake in the files
	keyAnchor                  // a source anchor
	keySID                     // a security identifier
	keyAddress                 // an address or a UPN: one namespace, as in Entra
	keyMapAD                   // what a line of the map names an AD user by
	keyMapCloud                // and a cloud user
	keyPassUPN                 // what the passes compare
	keyPassAddress
)

// keyOf hashes a normalized value. XXH3 is no cryptographic hash, so what a key brings together is
// always confirmed on the values, see [errCollision].
func keyOf(kind keyKind, value string) spill.Key {
	b := make([]byte, 0, 64)
	b = append(append(b, byte(kind)), value...)
	return xxh3.Hash128(b).Bytes()
}

// errCollision says that two different values gave one key. It does not happen by chance, so it ends
// the run rather than giving a wrong answer.
var errCollision = errors.New("two different values have the same 128-bit hash")

// confirmation holds the values of a group against its first one.
type confirmation struct {
	value string
	begun bool
}

func (c *confirmation) confirm(value string) error {
	if !c.begun {
		c.value, c.begun = value, true
	}
	if c.value != value {
		return fmt.Errorf("%q and %q: %w", c.value, value, errCollision)
	}
	return nil
}

// The engine numbers objects over both sides, AD first; each side numbers its own from 0.
const cloudBit = 1 << 63

func adObject(number uint64) uint64    { return number }
func cloudObject(number uint64) uint64 { return number | cloudBit }

// unpacked yields the entries of a group, unpacked.
func unpacked[E any](group *spill.Group, unpack func([]byte) (E, error)) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		for entry, err := range group.Entries() {
			var e E
			if err == nil {
				e, err = unpack(entry.Data)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// unpackedNotes yields the notes of a pile, unpacked.
func unpackedNotes[N any](notes iter.Seq2[[]byte, error], unpack func([]byte) (N, error)) iter.Seq2[N, error] {
	return func(yield func(N, error) bool) {
		for data, err := range notes {
			var n N
			if err == nil {
				n, err = unpack(data)
			}
			if !yield(n, err) || err != nil {
				return
			}
		}
	}
}
