// Command measure takes the time, the CPU time and the peak memory of whole runs of smtpmatch, and of what
// it is compared with, in turns, and prints the ratios:
//
//	go run ./samples/generate/measure -smtpmatch out/smtpmatch -data out/d10m -duckdb out/bench/duckdb
//	go run ./samples/generate/measure -smtpmatch out/smtpmatch -data out/x1m -xlsx
//
// Absolute times hold on one machine on one day; the ratios of one run are the point. In each round everything
// runs once, so that what else the machine does hits all alike, and the median of the rounds counts. The peak
// is that of resident memory as Linux keeps it for a process and the children it waited for (VmHWM); elsewhere
// it is not told.
package main
