package csvscan

import "bytes"

// delimiters are those that exports use, the least likely in a column's name first.
const delimiters = "\t|;,"

// Delimiter finds the delimiter of a text by its header, which header begins with; what follows
// the header's line does not count. It is the one of TAB | ; and comma that stands most often
// outside quotes. At equal numbers it is the first in that order: names such as "Name, first" hold
// commas, hardly any hold a TAB. A header with none of them has a single column: ok is false.
//
// Where the quotes do not pair up, they are ignored and the first line counts.
func Delimiter(header []byte) (delimiter byte, ok bool) {
	counts, paired := countDelimiters(header, true)
	if !paired {
		counts, _ = countDelimiters(header, false)
	}
	best := 0
	for i := range counts {
		if counts[i] > counts[best] {
			best = i
		}
	}
	return delimiters[best], counts[best] > 0
}

// countDelimiters counts each of delimiters to the end of the line, which quotes can protect.
// paired is false when a quote is open at the end of header.
func countDelimiters(header []byte, quotes bool) (counts [len(delimiters)]int, paired bool) {
	inside := false
	for _, b := range header {
		switch {
		case b == '"' && quotes:
			inside = !inside
		case inside:
		case b == '\n':
			return counts, true
		default:
			if i := bytes.IndexByte([]byte(delimiters), b); i >= 0 {
				counts[i]++
			}
		}
	}
	return counts, !inside
}
