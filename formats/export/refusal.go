package export

import "strings"

// Refusal says why a file cannot be used, and what to do instead.
type Refusal struct {
	File    string   // the file's name without its folder
	Reasons []string // each a sentence
	Cure    string   // the command that gives a good file, or another way out; empty if there is none
}

func (r *Refusal) Error() string {
	var b strings.Builder
	for i, reason := range r.Reasons {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(r.File + ": " + reason)
	}
	if r.Cure != "" {
		b.WriteString("\n" + r.Cure)
	}
	return b.String()
}

// refuse makes a refusal of one reason.
func refuse(file, reason, cure string) *Refusal {
	return &Refusal{File: file, Reasons: []string{reason}, Cure: cure}
}
