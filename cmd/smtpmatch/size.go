package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a number of bytes on the command line: 512MiB, 1GiB, 2GB.
type size int64

// units are the letters before the B of a size, with what they stand for.
var units = []struct {
	name  string
	bytes float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1},
}

// UnmarshalText reads a size, with or without a blank before the unit, in any case.
func (s *size) UnmarshalText(text []byte) error {
	number, factor := strings.ToLower(strings.TrimSpace(string(text))), 1.0
	for _, u := range units {
		if before, found := strings.CutSuffix(number, u.name); found {
			number, factor = strings.TrimSpace(before), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0) || n*factor >= math.MaxInt64 {
		return fmt.Errorf("%q is no size; write it as 512MiB or 1GiB", text)
	}
	*s = size(n * factor)
	return nil
}
