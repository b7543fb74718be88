package export

import (
	"strings"

	"smtpmatch/reconcile"
)

// booleans are the words for yes and no that exports and spreadsheets in many languages write, in
// lower case.
var booleans = func() map[string]reconcile.Flag {
	words := make(map[string]reconcile.Flag)
	for _, w := range strings.Fields("true 1 yes y ja j oui si sí sim wahr vrai verdadero vero verdadeiro waar sant sand sann tosi prawda pravda igaz истина doğru") {
		words[w] = reconcile.Yes
	}
	for _, w := range strings.Fields("false 0 no n nein non não falsch faux falso onwaar falskt falsk usann epätosi fałsz nepravda hamis ложь yanliş yanlış") {
		words[w] = reconcile.No
	}
	return words
}()

// readBool reads a boolean cell. A blank one is Unknown and in order; ok is false for a word that is
// none of the list.
func readBool(cell string) (f reconcile.Flag, ok bool) {
	switch cell { // what nearly all cells hold
	case "":
		return reconcile.Unknown, true
	case "True", "TRUE", "true":
		return reconcile.Yes, true
	case "False", "FALSE", "false":
		return reconcile.No, true
	}
	word := strings.ToLower(reconcile.TrimBlank(cell))
	if word == "" || reconcile.IsPlaceholder(word) {
		return reconcile.Unknown, true
	}
	f, ok = booleans[word]
	return f, ok
}

// not turns a flag round: for columns that say the opposite of enabled.
func not(f reconcile.Flag) reconcile.Flag {
	switch f {
	case reconcile.Yes:
		return reconcile.No
	case reconcile.No:
		return reconcile.Yes
	}
	return reconcile.Unknown
}
