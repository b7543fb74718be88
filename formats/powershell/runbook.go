package powershell

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// runBookText is the run book with marks for the lists and for what the plan is called.
//
//go:embed runbook.txt
var runBookText string

// runBook is the text that an operator follows: ASCII with CRLF, so that every editor shows it and nothing in
// it moves a terminal.
func runBook(plan constants, s *Summary) string {
	return strings.NewReplacer(
		"%PlanId%", label(plan["PlanId"]),
		"%Version%", label(plan["Version"]),
		"%Scripted%", strconv.Itoa(s.Scripted),
		"%Batches%\n", listed(s.Batches, true),
		"%NoScript%\n", listed(s.Batches, false),
		"\n", "\r\n",
	).Replace(strings.ReplaceAll(runBookText, "\r", ""))
}

// listed lists the batches that have scripts, or those that have none.
func listed(batches []*Batch, withScript bool) string {
	var out strings.Builder
	for _, b := range batches {
		if b.HasScript() != withScript {
			continue
		}
		fmt.Fprintf(&out, "  %-8s %6d objects  domain %s\r\n", b.ID, b.Objects, shown(b.Domain))
		if withScript {
			fmt.Fprintf(&out, "           %s.values.csv %s\r\n", b.ID, b.SHA256)
		}
	}
	if out.Len() == 0 {
		return "  none\r\n"
	}
	return out.String()
}

// shown gives a domain as it can be shown anywhere: what is not ASCII, or moves a terminal, is escaped.
func shown(domain string) string {
	if domain == "" {
		return "(not known: the file has no DistinguishedName)"
	}
	quoted := strconv.QuoteToASCII(domain)
	return quoted[1 : len(quoted)-1]
}
