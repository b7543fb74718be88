package workbook

import (
	"cmp"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// conflictsSheet has every holder of an address in conflict, cluster by cluster.
var conflictsSheet = sheet{
	name: "Conflicts", freeze: 3, guide: 2, tab: "C55A11", informs: true, tables: []string{"addresses"},
	columns: []column{
		{title: "Cluster", width: 9}, {title: "Severity", width: 11}, {title: "Address", width: 36},
		{title: "Directory", width: 10}, {title: "UserPrincipalName", width: 36}, {title: "Class", width: 9},
		{title: "Attribute", width: 11}, {title: "Who holds it", width: 38}, {title: "What to do", width: 56},
		{title: "Object", width: 38},
	},
}

// addConflicts fills Conflicts. Holders come in input order and are shown by cluster, so they are kept in
// memory, as many as the sheet may have.
func (r *review) addConflicts(c *Content) error {
	k := keptHolders{most: r.conflicts.book.limits.listed}
	for h, err := range items(c.Holders) {
		if err != nil {
			return err
		}
		k.add(h)
	}
	k.trim()
	r.conflicts.left = k.dropped
	for cluster := range clusters(k.list) {
		r.addCluster(cluster)
	}
	return r.conflicts.book.err
}

// keptHolders are the holders of the first clusters.
type keptHolders struct {
	most    int
	list    []*reconcile.Holder
	dropped int
}

func (k *keptHolders) add(h *reconcile.Holder) {
	kept := *h
	for _, text := range []*string{&kept.Address, &kept.Class, &kept.UserPrincipalName, &kept.Reason} {
		*text = strings.Clone(*text)
	}
	k.list = append(k.list, &kept)
	if len(k.list) >= 2*k.most {
		k.trim()
	}
}

// trim sorts the holders and leaves out those of the last clusters.
func (k *keptHolders) trim() {
	slices.SortStableFunc(k.list, func(a, b *reconcile.Holder) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), strings.Compare(a.Address, b.Address))
	})
	if over := len(k.list) - k.most; over > 0 {
		k.dropped += over
		k.list = k.list[:k.most]
	}
}

// clusters yields the holders of one cluster after the other.
func clusters(list []*reconcile.Holder) func(func([]*reconcile.Holder) bool) {
	return chunks(list, func(h *reconcile.Holder) int { return h.Cluster })
}

// chunks cuts a list where the key changes.
func chunks[T any, K comparable](list []T, key func(T) K) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && key(list[n]) == key(list[0]) {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

func (r *review) addCluster(holders []*reconcile.Holder) {
	for same := range chunks(holders, func(h *reconcile.Holder) string { return h.Address }) {
		advice := conflictAdvice(same)
		for _, h := range same {
			r.addHolder(h, advice)
		}
	}
}

func (r *review) addHolder(h *reconcile.Holder, advice string) {
	l := &r.conflicts.book.looks
	text, number, severity := l.text, l.number, any("harmless")
	if h.Cluster%2 == 0 {
		text, number = l.band, l.bandNumber
	}
	if h.Blocks {
		severity = styled{l.blocks, "blocks"}
	}
	r.conflicts.rowIn(text, number, h.Cluster, severity, h.Address, directory(h.Side), h.UserPrincipalName, h.Class,
		h.Attribute.String(), h.Reason, advice, h.ObjectID.String())
}

func directory(side reconcile.Side) string {
	if side == reconcile.AD {
		return "AD"
	}
	return "Cloud"
}

// conflictAdvice says what to do about an address with these holders.
func conflictAdvice(holders []*reconcile.Holder) string {
	ad, cloud := map[reconcile.GUID]bool{}, map[reconcile.GUID]bool{}
	blocks := false
	for _, h := range holders {
		blocks = blocks || h.Blocks
		if h.Attribute == reconcile.AttrTarget {
			continue // it names the address and holds nothing
		}
		if h.Side == reconcile.AD {
			ad[h.ObjectID] = true
		} else {
			cloud[h.ObjectID] = true
		}
	}
	switch {
	case !blocks:
		return "Nothing fails because of it. Tidy up when there is time."
	case len(ad) > 1:
		return "Decide which AD object keeps the address; take it off the others."
	case len(cloud) > 1:
		return "Decide which cloud object keeps the address; take it off the others."
	}
	return "One person? See Changes and Blocked, or give the pair with --map. Two? Take the address off one of them."
}
