package powershell

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// Batch is what is known of a batch before and after its files are written.
type Batch struct {
	ID      string // B00001; X00001 for objects that Exchange manages, N00001 for new users
	Domain  string // the AD domain of its objects, empty if not known
	Objects int
	Rows    int    // of its values file
	SHA256  string // of its values file, upper case as Get-FileHash gives it; empty if it has no script
}

// HasScript says whether there are scripts for the batch: those of the series X and N get none yet.
func (b *Batch) HasScript() bool { return strings.HasPrefix(b.ID, "B") }

// batchID is what a batch may be called: files are named after it.
var batchID = regexp.MustCompile(`^[BXN][0-9]{5,9}$`)

// listBatches counts the objects of every batch, in the order of the batches' numbers.
func listBatches(changes iter.Seq2[*reconcile.Change, error]) ([]*Batch, error) {
	byID := make(map[string]*Batch)
	for c, err := range changes {
		if err != nil {
			return nil, err
		}
		if c.Decision != reconcile.Apply {
			continue
		}
		if err := count(byID, c); err != nil {
			return nil, err
		}
	}
	list := make([]*Batch, 0, len(byID))
	for _, b := range byID {
		list = append(list, b)
	}
	slices.SortFunc(list, compareBatches)
	return list, nil
}

func count(byID map[string]*Batch, c *reconcile.Change) error {
	b := byID[c.Batch]
	switch {
	case b == nil && !batchID.MatchString(c.Batch):
		return fmt.Errorf("%s: %q is no name of a batch", c.ID, c.Batch)
	case b == nil:
		b = &Batch{ID: c.Batch, Domain: c.Domain}
		byID[c.Batch] = b
	case b.Domain != c.Domain:
		return fmt.Errorf("batch %s mixes the domains %+q and %+q", b.ID, b.Domain, c.Domain)
	}
	if b.HasScript() && c.Exchange {
		return fmt.Errorf("%s: batch %s is not for objects that Exchange manages", c.ID, b.ID)
	}
	b.Objects++
	return nil
}

// compareBatches orders by series, then by number, which may have more digits than five.
func compareBatches(a, b *Batch) int {
	if a.ID[0] != b.ID[0] {
		return strings.Compare(a.ID[:1], b.ID[:1])
	}
	if len(a.ID) != len(b.ID) {
		return len(a.ID) - len(b.ID)
	}
	return strings.Compare(a.ID, b.ID)
}

// openBatch is a batch whose objects are still coming.
type openBatch struct {
	*Batch
	values  []value
	objects int
}

// eachBatch yields every batch that gets a script as soon as its last object has come, so that no more values
// are held than those of the open batches: one a domain, and one of the pilot's.
func eachBatch(list []*Batch, changes iter.Seq2[*reconcile.Change, error]) iter.Seq2[*openBatch, error] {
	return func(yield func(*openBatch, error) bool) {
		byID := make(map[string]*Batch, len(list))
		for _, b := range list {
			byID[b.ID] = b
		}
		open := make(map[string]*openBatch)
		for c, err := range changes {
			if err == nil && (c.Decision != reconcile.Apply || !strings.HasPrefix(c.Batch, "B")) {
				continue
			}
			var full *openBatch
			if err == nil {
				full, err = place(open, byID, c)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if full != nil && !yield(full, nil) {
				return
			}
		}
		if len(open) > 0 {
			yield(nil, errChanged)
		}
	}
}

// errChanged says that the second reading of the changes differs from the first.
var errChanged = fmt.Errorf("the plan's changes differ when they are read again")

// place puts a change into its batch, and gives the batch if that was its last object.
func place(open map[string]*openBatch, byID map[string]*Batch, c *reconcile.Change) (full *openBatch, err error) {
	if err := checkValues(c); err != nil {
		return nil, err
	}
	b := open[c.Batch]
	if b == nil {
		known := byID[c.Batch]
		if known == nil || known.SHA256 != "" || known.Domain != c.Domain {
			return nil, errChanged
		}
		b = &openBatch{Batch: known, values: domainValues(c.Domain)}
		open[c.Batch] = b
	}
	b.values = append(b.values, valuesOf(c)...)
	if b.objects++; b.objects < b.Objects {
		return nil, nil
	}
	delete(open, c.Batch)
	return b, nil
}
