package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"smtpmatch/formats/evidence"
	"smtpmatch/formats/powershell"
)

type collectCmd struct {
	Out   string `short:"o" required:"" placeholder:"DIR" help:"The folder to write; it must not exist unless --force is given."`
	Force bool   `help:"Replace the scripts in DIR."`
}

// Run writes the scripts that export both sides.
func (p *collectCmd) Run(c *console) error {
	out, err := newPackage(p.Out, p.Force)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := checkHoldsScriptsOnly(out.final); err != nil {
		return err
	}
	if err := out.begin(); err != nil {
		return err
	}
	if err := powershell.WriteCollectors(out.file, version); err != nil {
		return err
	}
	if err := out.file(manifestName, writeCollectManifest(out.outputs)); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, collectSummary, p.Out)
	return err
}

// checkHoldsScriptsOnly keeps --force from removing exports, or a plan: a folder is replaced with everything in it.
func checkHoldsScriptsOnly(dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	for _, entry := range entries {
		if !slices.Contains([]string{powershell.ADCollector, powershell.EntraCollector, manifestName}, entry.Name()) {
			return fmt.Errorf("%s holds %s, which would be lost; move it away, or choose another -o", dir, entry.Name())
		}
	}
	return err
}

// writeCollectManifest gives a writer of manifest.json, by which the scripts can be compared on the machine where
// they run, and by which the next --force knows the folder.
func writeCollectManifest(outputs []evidence.Output) func(io.Writer) (int, error) {
	return func(w io.Writer) (int, error) {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return 0, e.Encode(struct {
			Schema  int               `json:"schema"`
			Version string            `json:"version"`
			Outputs []evidence.Output `json:"outputs"`
		}{1, version, outputs})
	}
}

const collectSummary = `Export-AD.ps1     exports the users, groups and contacts of every domain of the forest.
                  Run it on a machine with the ActiveDirectory module (RSAT), as somebody who may read all
                  attributes of the objects; elevation is not needed.
Export-Entra.ps1  exports users, deleted users, groups, contacts, role holders, domains and tenant switches.
                  Run it where Microsoft Graph PowerShell is, as Global Reader; the tenant switches take a
                  Global Administrator, or -SkipTenantSwitches. It asks for permissions to read only.
Both run in Windows PowerShell 5.1 and PowerShell 7, change nothing, and say more with Get-Help -Full. Then:
  smtpmatch plan --ad ad-users.csv --ad ad-groups.csv --ad ad-contacts.csv --cloud cloud-users.csv --cloud cloud-groups.csv --cloud cloud-contacts.csv --cloud cloud-deleted-users.csv --domains domains.csv --tenant tenant.json -o plan
Keep each NAME.export.json beside its export.
Written to %s
`
