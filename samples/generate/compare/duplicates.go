package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
)

// duplicates compares who holds addresses that more than one object holds.
func (c *comparison) duplicates() (equal bool, err error) {
	links, err := readLinks(c.table("changes.csv"))
	if err != nil {
		return false, err
	}
	both, err := partitioned(c.temp, c.ourHolders, c.theirHolders)
	if err != nil {
		return false, err
	}
	defer both.close()
	d := duplicates{verdict: verdict{what: "duplicates"}, links: links}
	if err := both.each(d.compare); err != nil {
		return false, err
	}
	return d.print(c.out, d.remark()), nil
}

// ourHolders reads the holders of addresses. One that holds an address by several attributes is one
// holder; a UPN or target address is none of DuckDB's.
func (c *comparison) ourHolders(p *partitions) error {
	columns := []string{"address", "side", "object_id", "attribute"}
	return eachRow(c.table("addresses.csv"), columns, func(cells []string) error {
		if !slices.Contains([]string{"primary", "alias", "mail"}, cells[3]) {
			return nil
		}
		address := unguarded(cells[0])
		return p.add(address, joined(address, cells[1], cells[2]))
	})
}

func (c *comparison) theirHolders(p *partitions) error {
	path := filepath.Join(c.duckdb, "dups.csv")
	return eachRow(path, []string{"Address", "Side", "ObjectId"}, func(cells []string) error {
		return p.add(cells[0], joined(cells[0], cells[1], strings.ToLower(cells[2])))
	})
}

// duplicates is what the comparison of the holders finds.
type duplicates struct {
	verdict
	links     links
	explained int // addresses of dups.csv that a change resolves
}

func (d *duplicates) compare(ours, theirs []string) {
	ours, theirs = slices.Compact(ours), slices.Compact(theirs)
	d.ours, d.theirs = d.ours+len(ours), d.theirs+len(theirs)
	merge(ours, d.withoutResolved(theirs),
		func(row string) { d.add("smtpmatch", row) },
		func(row string) { d.add("DuckDB", row) })
}

// withoutResolved leaves out the addresses that smtpmatch must not list, as a change resolves them.
func (d *duplicates) withoutResolved(rows []string) (kept []string) {
	for len(rows) > 0 {
		n := sameAddress(rows)
		if d.resolved(rows[:n]) {
			d.explained++
		} else {
			kept = append(kept, rows[:n]...)
		}
		rows = rows[n:]
	}
	return kept
}

// sameAddress counts the rows at the beginning that have the same address.
func sameAddress(rows []string) (n int) {
	address, _, _ := strings.Cut(rows[0], separator)
	for n < len(rows) && strings.HasPrefix(rows[n], address+separator) {
		n++
	}
	return n
}

// resolved says whether an address is held by one AD and one cloud object that a change will link. The AD
// object comes first, as the rows are sorted.
func (d *duplicates) resolved(holders []string) bool {
	if len(holders) != 2 {
		return false
	}
	ad, cloud := strings.Split(holders[0], separator), strings.Split(holders[1], separator)
	return ad[1] == "ad" && cloud[1] == "cloud" && d.links.has(ad[2], cloud[2])
}

func (d *duplicates) remark() string {
	if d.explained == 0 {
		return ""
	}
	return fmt.Sprintf(", but for %d addresses that one AD and one cloud object hold which a change with decision apply will link (contract.md section 3)", d.explained)
}

// links are the hashes of the pairs of objects that changes will link, sorted: 16 MB for 2 million changes.
// Two pairs out of 2^64 have the same hash.
type links []uint64

func readLinks(path string) (l links, err error) {
	err = eachRow(path, []string{"object_guid", "cloud_id", "decision"}, func(cells []string) error {
		if cells[2] == "apply" && cells[1] != "" {
			l = append(l, linkOf(cells[0], cells[1]))
		}
		return nil
	})
	slices.Sort(l)
	return l, err
}

func linkOf(ad, cloud string) uint64 { return xxh3.HashString(joined(ad, cloud)) }

func (l links) has(ad, cloud string) bool {
	_, found := slices.BinarySearch(l, linkOf(ad, cloud))
	return found
}
