package powershell

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// engines are the scripts as they are reviewed: real .ps1 files, with marks like '%BatchId%' where a constant
// is filled in. Their bytes are what people run, so .gitattributes keeps them.
//
//go:embed engine
var engines embed.FS

// batchEngine is the engine of Set-PrimarySmtp and Undo-PrimarySmtp.
const batchEngine = "PrimarySmtp.ps1"

// selfTestFolder holds what is for the self-test alone.
const selfTestFolder = "selftest"

// constants are the few values that a script is given, by the name of their mark.
type constants map[string]string

// mark is what stands in an engine for a constant: in code in single quotes, in the help without.
var mark = regexp.MustCompile(`'%[A-Z][A-Za-z0-9]*%'|%[A-Z][A-Za-z0-9]*%`)

// readEngine gives the text of an engine, with its marks.
func readEngine(name string) (string, error) {
	text, err := fs.ReadFile(engines, "engine/"+name)
	return string(text), err
}

// engine is an engine cut at its marks: texts[0], marks[0], texts[1], … A value that is filled in is never
// looked at again.
type engine struct {
	name  string
	texts []string
	marks []string
}

func parseEngine(name string) (*engine, error) {
	text, err := readEngine(name)
	if err != nil {
		return nil, err
	}
	e := &engine{name: name}
	from := 0
	for _, at := range mark.FindAllStringIndex(text, -1) {
		e.texts = append(e.texts, text[from:at[0]])
		e.marks = append(e.marks, text[at[0]:at[1]])
		from = at[1]
	}
	e.texts = append(e.texts, text[from:])
	return e, nil
}

// fill puts the constants into the engine. It fails if there is a mark without a constant, or a constant
// that [Quote] refuses, also where it would only be a label.
func (e *engine) fill(c constants) (string, error) {
	var out strings.Builder
	for i, mark := range e.marks {
		value, err := c.instead(mark)
		if err != nil {
			return "", fmt.Errorf("%s: %w", e.name, err)
		}
		out.WriteString(e.texts[i])
		out.WriteString(value)
	}
	out.WriteString(e.texts[len(e.marks)])
	return out.String(), nil
}

// instead is what takes a mark's place: in code the constant through [Quote], in the help as a label.
func (c constants) instead(mark string) (string, error) {
	value, ok := c[strings.Trim(mark, "'%")]
	if !ok {
		return "", fmt.Errorf("there is no constant for %s", mark)
	}
	quoted, err := Quote(value)
	if err == nil && !strings.HasPrefix(mark, "'") {
		return label(value), nil
	}
	return quoted, err
}
