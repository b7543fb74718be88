package main

import (
	"math/bits"
	"math/rand/v2"
)

// tenant is a number of people, each with an object on either side. Everything about them follows from the
// seed and their number, so that nobody is kept in memory.
type tenant struct {
	rows, seed uint64
	stride     uint64 // from a row of the AD export to the person of the next, see adPerson
}

func newTenant(rows, seed uint64) *tenant {
	t := &tenant{rows: rows, seed: seed}
	t.stride = rows/2 + rows/9 | 1
	for !coprime(t.stride, rows) {
		t.stride += 2
	}
	return t
}

func coprime(a, b uint64) bool {
	for b != 0 {
		a, b = b, a%b
	}
	return a == 1
}

// adPerson gives the person in a row of the AD export. Steps of a length that shares no factor with the
// number of people pass each of them once, far from where it stands in the cloud's export.
func (t *tenant) adPerson(row uint64) (number uint64) {
	high, low := bits.Mul64(row, t.stride)
	_, number = bits.Div64(high%t.rows, low, t.rows)
	return number
}

// kind is how the two objects of a person differ.
type kind uint8

const (
	alike      kind = iota // the same primary and the same UPN
	noAddress              // nothing on-premises but the UPN
	strangers              // two people: neither is on the other side
	otherUPN               // the UPN on-premises has an internal suffix
	mailOnly               // on-premises the primary stands in mail alone
	oldPrimary             // the primary on-premises is another
)

// kinds are the kinds and how many of 100 people are of each.
var kinds = []struct {
	kind  kind
	share uint64
}{
	{alike, 73}, {noAddress, 10}, {strangers, 5}, {otherUPN, 5}, {mailOnly, 4}, {oldPrimary, 3},
}

// Further shares: one in that many.
const (
	disabledIn   = 10
	commaIn      = 10 // display names as "Last, First"
	quoteIn      = 1_000
	lineBreakIn  = 10_000
	takenAliasIn = 200 // objects of either side with an alias that is somebody else's primary
	sipIn        = 4
	x500In       = 6
	ownAnchorIn  = 8 // of the synced: the anchor is not the object's own GUID
)

// syncedOf100 is how many of 100 people whose objects belong together are synced already.
const syncedOf100 = 30

// person is what both sides tell of one person.
type person struct {
	number      uint64
	first, last name
	domain      string
	kind        kind
	synced      bool
	aliases     [4]bool // which of the aliases, see appendAlias, the person has
	anchor      [2]uint64
	guid        [2]uint64 // of the object on-premises
}

// person gives a person; numbers from rows on are those who are on-premises only.
func (t *tenant) person(number uint64) person {
	d := newDice(t.seed, number)
	p := person{
		number: number, first: pick(d, firstNames), last: pick(d, lastNames), domain: pick(d, domains), kind: kindOf(d.below(100)),
	}
	p.synced = p.kind != strangers && d.below(100) < syncedOf100
	for i, count := 0, int(d.below(5)); i < count; i++ {
		p.aliases[i] = i != 1 || !d.one(4)
	}
	p.guid = [2]uint64{d.roll(), d.roll()}
	if p.anchor = p.guid; d.one(ownAnchorIn) {
		p.anchor = [2]uint64{d.roll(), d.roll()}
	}
	return p
}

func kindOf(of100 uint64) kind {
	for _, k := range kinds {
		if of100 < k.share {
			return k.kind
		}
		of100 -= k.share
	}
	panic("the shares are not 100")
}

// someoneElse gives a person whose address another one has taken.
func (t *tenant) someoneElse(d *dice) person { return t.person(d.below(t.rows)) }

// dice are random numbers that follow from a seed and a person.
type dice struct{ rand.PCG }

func newDice(seed, number uint64) *dice {
	d := new(dice)
	d.Seed(seed, number)
	return d
}

func (d *dice) roll() uint64 { return d.Uint64() }

// below gives a number from 0 to n-1.
func (d *dice) below(n uint64) uint64 {
	high, _ := bits.Mul64(d.roll(), n)
	return high
}

// one says yes once in n.
func (d *dice) one(n uint64) bool { return d.below(n) == 0 }

func pick[T any](d *dice, list []T) T { return list[d.below(uint64(len(list)))] }
