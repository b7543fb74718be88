// Command compare says whether a package of smtpmatch and the output files of DuckDB's job
// (matches.csv and dups.csv) hold the same result sets:
//
//		go run ./samples/generate/compare -package out/p10m -duckdb out/duck10m
//
//	  - matches: object_guid, smtp_cloud_id and upn_cloud_id of tables/ad.csv against ObjectGUID,
//	    SmtpCloudId and UpnCloudId of matches.csv, one row for each AD object.
//	  - duplicates: address, side and object_id of tables/addresses.csv, for the attributes primary, alias
//	    and mail, against Address, Side and ObjectId of dups.csv.
//
// Neither is in an order that both share. Each row is put into one of many partitions by the hash of
// its key; these are files, which are then sorted and compared one by one, so that memory does not grow with
// the rows.
//
// One rule of smtpmatch's is not DuckDB's: an AD and a cloud object that a change with decision apply
// will link are not in conflict (contract.md section 3). An address that these two alone hold is in dups.csv
// only. Such rows are counted, told, and no difference; they are one if the change is not in
// tables/changes.csv, or if smtpmatch lists the address as well.
//
// Further rules differ only on data that package generate does not make: DuckDB's job takes mail as the primary
// where proxyAddresses hold no SMTP: (smtpmatch: masked), finds a primary among primaries only (smtpmatch: else
// among aliases), counts soft-deleted users and rows without an id, does not count UPNs as held addresses,
// and takes an AD and a cloud object with the same primary or UPN for one person even where the sync would fail
// to link them.
//
// The exit code is 1 if anything differs.
package main
