// Package powershell writes the folder scripts/ of a package: what an operator runs to carry a plan out,
// to take it back, and to run the sync, with the run book and the checksums.
//
// A script is a constant engine, reviewed once and embedded as it is, with a few constants: no name, no
// address, nothing of the directory is ever in its source. All values stand in a CSV beside it, pinned by
// SHA-256 and row count, which PowerShell reads as data (facts/powershell.md 0 and 1.4). Apply and undo are
// one engine with the sides of that CSV swapped.
//
// The scripts are for Windows PowerShell 5.1: pure ASCII, CRLF, no BOM, no double quote, no backtick, no tab
// (facts/powershell.md 2). This package does not sign them, and runs nothing.
package powershell
