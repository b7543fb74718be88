package powershell

import (
	"embed"
	"io"
	"io/fs"
)

// collectors are the scripts that export both sides, as they are reviewed: real .ps1 files like the engines.
//
//go:embed collect/*.ps1
var collectors embed.FS

// The scripts of [WriteCollectors].
const (
	ADCollector    = "Export-AD.ps1"
	EntraCollector = "Export-Entra.ps1"
)

// WriteCollectors makes the two scripts that export Active Directory and Microsoft Entra. They hold nothing but
// the version. It fails with what create fails with, and if the version cannot stand in a script.
func WriteCollectors(create Create, version string) error {
	for _, name := range []string{ADCollector, EntraCollector} {
		text, err := collector(name, version)
		if err != nil {
			return err
		}
		err = create(name, func(w io.Writer) (int, error) {
			_, err := io.WriteString(w, text)
			return 0, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// collector gives the text of a script with the version in the place of its marks.
func collector(name, version string) (string, error) {
	raw, err := fs.ReadFile(collectors, "collect/"+name)
	if err != nil {
		return "", err
	}
	known := constants{"Version": version}
	text := mark.ReplaceAllStringFunc(string(raw), func(mark string) string {
		value, wrong := known.instead(mark)
		if err == nil {
			err = wrong
		}
		return value
	})
	return text, err
}
