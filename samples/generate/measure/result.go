package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// result is what one run took.
type result struct {
	wall, cpu time.Duration
	peak      int64 // of resident memory, in bytes; 0 if the system does not tell
}

// measured runs a program to its end.
func measured(cmd *exec.Cmd) (r result, err error) {
	var said bytes.Buffer
	cmd.Stderr = &said
	start := time.Now()
	err = cmd.Run()
	r.wall = time.Since(start)
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, lastLines(said.String()))
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.peak = peak(cmd.ProcessState)
	return r, nil
}

// median gives the medians of the results, each for itself.
func median(results []result) (m result) {
	return result{
		wall: middle(results, func(r result) time.Duration { return r.wall }),
		cpu:  middle(results, func(r result) time.Duration { return r.cpu }),
		peak: middle(results, func(r result) int64 { return r.peak }),
	}
}

// middle gives the value in the middle; of an even number the smaller of the two.
func middle[T time.Duration | int64](results []result, of func(result) T) T {
	values := make([]T, len(results))
	for i, r := range results {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

func mebibytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// table gives the medians in Markdown, with their ratios to those of the first contestant.
func table(list []*contestant) string {
	var b strings.Builder
	b.WriteString("| | wall s | CPU s | peak | wall, times the first | peak, times the first |\n|---|---|---|---|---|---|\n")
	first := median(list[0].results)
	for _, c := range list {
		m := median(c.results)
		peakRatio := "-"
		if first.peak > 0 && m.peak > 0 {
			peakRatio = fmt.Sprintf("%.1f", float64(m.peak)/float64(first.peak))
		}
		fmt.Fprintf(&b, "| %s | %.2f | %.2f | %s | %.2f | %s |\n",
			c.name, m.wall.Seconds(), m.cpu.Seconds(), mebibytes(m.peak), m.wall.Seconds()/first.wall.Seconds(), peakRatio)
	}
	return b.String()
}
