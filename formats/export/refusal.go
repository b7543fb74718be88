package export

import "strings"

// Refusal says why a file cannot be used, and what to do instead.
type Refusal struct {
	File    string   // the file's name without its folder
	Reasons []Damage // each with a text that is a sentence
	Cure    string   // the command that gives a good file, or another way out; empty if there is none
}

func (r *Refusal) Error() string {
	var b strings.Builder
	for i, reason := range r.Reasons {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(r.File + ": " + reason.Text)
	}
	if r.Cure != "" {
		b.WriteString("\n" + r.Cure)
	}
	return b.String()
}

// refuse makes a refusal of one reason. The code may be empty for what is no damage of an export.
func refuse(file, code, text, cure string) *Refusal {
	return &Refusal{File: file, Reasons: []Damage{reason(code, text)}, Cure: cure}
}

// reason is damage for which a whole file is refused. rows name where it shows, if it shows in rows.
func reason(code, text string, rows ...int) Damage {
	return Damage{Code: code, Signature: signatures[code], Severity: refusing, Count: max(1, len(rows)), Rows: rows, Text: text}
}

// asReasons makes reasons of sentences about what is no export.
func asReasons(texts []string) (list []Damage) {
	for _, text := range texts {
		list = append(list, reason("", text))
	}
	return list
}

// RefuseFlag makes the refusal of a flag that no file can satisfy.
func RefuseFlag(flag, text string) *Refusal { return refuse(flag, "", text, "") }
