// Package export turns the files that administrators export (CSV or XLSX of Get-ADUser, Get-MgUser and
// their relatives) into records of package reconcile, and tells what files are and what is damaged in them.
//
// Everything moves one way:
//
//	bytes ──charset──▶ text ──csvscan, xlsx──▶ rows ──binding──▶ columns of the schema ──▶ records
//
// The schema (schema.go) is the one list of column names: structs whose csv tags name each attribute
// and its aliases; producer.go is the one list of who writes what. A file is opened by [Open], which reads
// it once from end to end: it finds the table in it, binds its columns, surveys every row (survey.go),
// and refuses the file, with the reason and the command that gives a good one, if it cannot carry a verdict
// (verdict.go, [Refusal]). [Inspect] does the same for a file of which nothing is known, and reports it.
// After that the file is a [reconcile.Source] that can be read again and again. A row that cannot be used
// is data: a rejected record with a finding.
//
// Large files: a text is read in chunks on every core, in the survey (surveyed.go) and for batches of
// records (batches.go); only rows in which the survey saw damage are searched for it again (dubious.go); the
// rows of a workbook go to a working file, from which later readings come (spilled.go).
package export
