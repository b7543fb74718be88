package main

import (
	"path/filepath"
	"strings"
)

// matches compares which cloud object has an AD object's primary, and which one its UPN.
func (c *comparison) matches() (equal bool, err error) {
	both, err := partitioned(c.temp, c.ourMatches, c.theirMatches)
	if err != nil {
		return false, err
	}
	defer both.close()
	v := verdict{what: "matches", ours: both.ours.rows, theirs: both.theirs.rows}
	err = both.each(func(ours, theirs []string) {
		merge(ours, theirs,
			func(row string) { v.add("smtpmatch", row) },
			func(row string) { v.add("DuckDB", row) })
	})
	if err != nil {
		return false, err
	}
	return v.print(c.out, ""), nil
}

func (c *comparison) ourMatches(p *partitions) error {
	return eachRow(c.table("ad.csv"), []string{"object_guid", "smtp_cloud_id", "upn_cloud_id"}, func(cells []string) error {
		return p.add(cells[0], joined(cells...))
	})
}

// theirMatches lowers the ids, which DuckDB gives as the files have them.
func (c *comparison) theirMatches(p *partitions) error {
	path := filepath.Join(c.duckdb, "matches.csv")
	return eachRow(path, []string{"ObjectGUID", "SmtpCloudId", "UpnCloudId"}, func(cells []string) error {
		row := strings.ToLower(joined(cells...))
		key, _, _ := strings.Cut(row, separator)
		return p.add(key, row)
	})
}
