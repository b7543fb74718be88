package main

import (
	"fmt"
	"testing"
)

// BenchmarkPartitions puts rows into partitions and sorts them.
func BenchmarkPartitions(b *testing.B) {
	const rows = 200_000
	temp := b.TempDir()
	read := func(p *partitions) error {
		for i := range rows {
			key := fmt.Sprintf("%08x-0000-4000-8000-000000000000", uint32(i)*0x9E3779B1)
			if err := p.add(key, joined(key, "c1000001-0000-4000-8000-000000000001", "")); err != nil {
				return err
			}
		}
		return nil
	}
	for b.Loop() {
		both, err := partitioned(temp, read, read)
		if err == nil {
			err = both.each(func(ours, theirs []string) {
				merge(ours, theirs, func(row string) { b.Error(row) }, func(row string) { b.Error(row) })
			})
			both.close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2*rows*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
