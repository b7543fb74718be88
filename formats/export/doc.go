// Package export turns the files that administrators export (CSV or XLSX of Get-ADUser, Get-MgUser and
// their relatives) into records of package reconcile.
//
// Everything moves one way:
//
//	bytes ──charset──▶ text ──csvscan, xlsx──▶ rows ──binding──▶ columns of the schema ──▶ records
//
// The schema (schema.go) is the one list of column names: structs whose csv tags name each attribute
// and its aliases. A file is opened by [Open], which reads it once from end to end: it finds the table
// in it, binds its columns, and refuses the file, with the reason and the command that gives a good
// one, if it cannot carry a verdict ([Refusal]). After that the file is a [reconcile.Source] that can
// be read again and again. A row that cannot be used is data: a rejected record with a finding.
package export
