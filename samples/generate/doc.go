// Command generate writes the exports of a fictitious tenant of any size, for benchmarks: ad.csv and
// cloud.csv as Windows PowerShell's Export-Csv -Encoding UTF8 writes them, or with -xlsx ad.xlsx and
// cloud.xlsx with shared strings.
//
//	go run ./samples/generate -rows 1000000 -seed 1 -dir out/d1m
//
// The same rows and seed give the same bytes. Both sides have the same people, in another order: see
// kinds for how many of them differ, and how. What DuckDB makes of the files is compared with what
// smtpmatch makes of them by the command in compare; the command in measure takes the times of both.
package main
