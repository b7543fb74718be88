package export

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

const realFiles = "../../../shared/exports"

// Real files from public repositories, and some written after real ones, which are not part of this
// repository. Two kinds can be used; every other lacks what verdicts rest on, and says so.
func TestRealFiles(t *testing.T) {
	if _, err := os.Stat(realFiles); err != nil {
		t.Skipf("SKIPPED: the real exports are not here: %v", err)
	}
	usable := map[string]reconcile.Side{
		"mguser_joined_semicolon.csv": reconcile.Cloud, "mguser_joined_utf16le.csv": reconcile.Cloud,
		"csvde_export.csv": reconcile.AD,
	}
	// What must stand in the refusal; for the others that a needed column is missing, or no header known.
	said := map[string]map[reconcile.Side]string{
		"aduser_default_TYPE-line_header-only.csv":    {reconcile.AD: "a header but no rows", reconcile.Cloud: "a header but no rows"},
		"aduser_properties-star_unexpanded.csv":       {reconcile.AD: "no column proxyAddresses|only the columns of the first object"},
		"azaduser_default_unexpanded_REDACTED.csv":    {reconcile.AD: "Get-AzADUser", reconcile.Cloud: "Get-AzADUser|Get-MgUser -All"},
		"entra_bulk-create_template_version-line.csv": {reconcile.AD: "template for creating users in bulk", reconcile.Cloud: "template for creating users in bulk"},
		"no-header_mockaroo_users.csv":                {reconcile.AD: "no header row. The first row is: 1, Huntlee", reconcile.Cloud: "no header row"},
		"out-file_table_utf16le.txt":                  {reconcile.AD: "PowerShell shows on a screen", reconcile.Cloud: "PowerShell shows on a screen"},
		"graph-explorer_users_default.json":           {reconcile.AD: "JSON", reconcile.Cloud: "JSON"},
		"mguser_default_properties.csv":               {reconcile.AD: "--cloud", reconcile.Cloud: "blank in every row|ProxyAddresses|OnPremisesSyncEnabled|OnPremisesImmutableId|-Property"},
		"mguser_all_properties_unexpanded.csv":        {reconcile.Cloud: "ProxyAddresses holds the text 'System.String[]'"},
		"mguser_joined_semicolon.csv":                 {reconcile.AD: "--cloud"},
		"mguser_joined_utf16le.csv":                   {reconcile.AD: "--cloud"},
		"csvde_export.csv":                            {reconcile.Cloud: "--ad"},
		"m365_export-users_2025.csv":                  {reconcile.Cloud: "no column OnPremisesImmutableId"},
		"entra_download-users_2021_formula-cells.csv": {reconcile.AD: "user download of the Entra admin center", reconcile.Cloud: "no proxyAddresses and no immutableId"},
		"entra_download-users_documented-header.csv":  {reconcile.AD: "user download of the Entra admin center", reconcile.Cloud: "no proxyAddresses and no immutableId"},
		"similar_ad_users_saved-by-excel.csv":         {reconcile.AD: "holds passwords", reconcile.Cloud: "holds passwords"},
		"adgroup_select_badblood.csv":                 {reconcile.AD: "no column ObjectGUID, SID, mail and proxyAddresses|Get-ADGroup"},
		"ad_users_lazyadmin.xlsx":                     {reconcile.AD: "no column ObjectGUID"},
		"wrong-file_ad_export_german.csv":             {reconcile.AD: "no column ObjectGUID"},
	}
	seen := 0
	check(t, filepath.WalkDir(realFiles, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "MANIFEST.tsv" {
			return err
		}
		for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
			seen++
			f, err := Open(context.Background(), path, side, Options{})
			if wanted, ok := usable[entry.Name()]; ok && wanted == side {
				if err != nil {
					t.Errorf("%s as %s: %v", entry.Name(), side, err)
					continue
				}
				t.Logf("%s as %s: %s, %d of %d rows used, findings %v", entry.Name(), side, f.Kind(), f.used, f.rows, codes(f.Findings()))
				checkRealFile(t, entry.Name(), f)
				continue
			}
			checkRealRefusal(t, entry.Name(), side, err, said[entry.Name()][side])
		}
		return nil
	}))
	if seen < 2*len(said) {
		t.Errorf("only %d readings: files are missing", seen)
	}
}

func checkRealRefusal(t *testing.T, name string, side reconcile.Side, err error, want string) {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Errorf("%s as %s: %v, want a refusal", name, side, err)
		return
	}
	reasons := refusal.Error()
	t.Logf("%s as %s: %s", name, side, reasons)
	for _, part := range strings.Split(want, "|") {
		if !strings.Contains(refusal.Error(), part) {
			t.Errorf("%s as %s: %q is not in the refusal:\n%s", name, side, part, refusal)
		}
	}
	if want == "" && !strings.Contains(reasons, "no column") {
		t.Errorf("%s as %s: refused, but not for its columns: %s", name, side, reasons)
	}
	if strings.Contains(reasons, "damaged") || strings.Contains(refusal.Cure, "damaged") {
		t.Errorf("%s as %s: no real file is damaged:\n%s", name, side, refusal)
	}
}

// checkRealFile knows what stands in the files that can be used.
func checkRealFile(t *testing.T, name string, f *File) {
	t.Helper()
	list := records(t, f)
	if len(list) != 2 || list[0].Rejected || list[1].Rejected {
		t.Errorf("%s: %+v", name, list)
		return
	}
	first := list[0]
	got := strings.Join(append([]string{first.ID.String(), first.ConsistencyGUID + first.ImmutableID, first.SID, first.DisplayName}, first.ProxyAddresses...), "\n")
	want := "7d7b0f4c-0b1a-4c53-9a5a-6f2c6a0d4a11\n1wfM9xV8fUSHbcAbDlqeOA==\n\nÅsa Öberg\n" +
		"SMTP:asa.oberg@contoso.com\nsmtp:aoberg@contoso.com\nsmtp:asa.oberg@contoso.onmicrosoft.com"
	if f.Side() == reconcile.AD {
		want = "e4987593-d78f-bd46-a1e1-db1797aca201\nk3WY5I/XRr2h4dsXl6yiAQ==\nS-1-5-21-1767303650-1696908375-35229093-20056787\nAndre_Brown\n" +
			"SMTP:Andre_Brown@acmebank.com\nsmtp:abrown@acmebank.com\nX400:c=US;a= ;p=Acme;o=Exchange;s=Brown;"
	}
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
	if f.Side() == reconcile.AD && (first.Enabled != reconcile.No || list[1].Enabled != reconcile.No || first.Class != reconcile.ClassUser) {
		t.Errorf("%s: userAccountControl 66050 and 514 are disabled: %v, %v", name, first.Enabled, list[1].Enabled)
	}
	if f.Side() == reconcile.Cloud && (!first.SyncEnabled || list[1].SyncEnabled || first.Enabled != reconcile.Yes) {
		t.Errorf("%s: synced %v, %v", name, first.SyncEnabled, list[1].SyncEnabled)
	}
}

// What check says of each real file: the verdicts of facts/exports.md, and how the file is written.
func TestRealReports(t *testing.T) {
	if _, err := os.Stat(realFiles); err != nil {
		t.Skipf("SKIPPED: the real exports are not here: %v", err)
	}
	wanted := map[string]struct{ what, damage string }{
		"ad_accounts_embedded-newlines.csv":           {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 13`, "refuse MissingColumn 1 []|fix UnexpandedElsewhere 1 [14]"},
		"ad_users_lazyadmin.xlsx":                     {`refuse other by : xlsx "users" header 1 rows 2`, "refuse MissingColumn 1 []"},
		"adgroup_select_badblood.csv":                 {`refuse ad-groups by "Get-ADGroup": csv utf-8 "," lf header 1 rows 556`, "refuse MissingColumn 1 []"},
		"aduser_default_TYPE-line_header-only.csv":    {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 0`, "refuse NoRows 1 []|refuse DefaultColumns 1 []|fix TypeLine 1 []"},
		"aduser_properties-star_unexpanded.csv":       {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 13`, "refuse FirstObjectColumns 1 []|refuse BlankColumn 1 []|fix UnexpandedElsewhere 208 [2 3 4]"},
		"aduser_select_badblood_2590.csv":             {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 2590`, "refuse MissingColumn 1 []"},
		"aduser_select_en-US-dates.csv":               {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 4`, "refuse MissingColumn 1 []"},
		"azaduser_default_unexpanded_REDACTED.csv":    {`refuse cloud-users by "Get-AzADUser": csv utf-8 "," lf header 1 rows 21`, "refuse WrongFile 1 []"},
		"entra_bulk-create_template_version-line.csv": {`refuse other by "Entra bulk-create template": csv utf-8 with BOM "," lf header 1 rows 4`, "refuse CreateTemplate 1 []"},
		"no-header_mockaroo_users.csv":                {`refuse other by : csv utf-8 "," lf header 0 rows 250`, "refuse NoHeader 1 []"},
		"csvde_export.csv":                            {`use ad-users by "csvde": csv utf-8 "," crlf header 1 rows 2`, ""},
		"entra_download-users_2021_formula-cells.csv": {`refuse cloud-users by "Entra admin center": csv utf-8 "," crlf header 1 rows 2`, "refuse PortalDownload 1 []"},
		"entra_download-users_documented-header.csv":  {`refuse cloud-users by "Entra admin center": csv utf-8 "," crlf header 1 rows 1`, "refuse PortalDownload 1 []"},
		"graph-explorer_users_default.json":           {`refuse other by : json utf-8 header 0 rows 0`, "refuse JSON 1 []"},
		"m365_export-users_2025.csv":                  {`refuse cloud-users by "Microsoft 365 admin center": csv utf-8 "," crlf header 1 rows 2`, "refuse MissingColumn 1 []|fix AdminCenter 1 []"},
		"mguser_all_properties_unexpanded.csv":        {`refuse cloud-users by "Get-MgUser": csv utf-8 "," crlf header 1 rows 1`, "refuse Unexpanded 1 [2]|fix UnexpandedElsewhere 7 [2]"},
		"mguser_default_properties.csv":               {`refuse cloud-users by "Get-MgUser": csv utf-8 "," crlf header 1 rows 1`, "refuse BlankByDefault 1 []|fix UnexpandedElsewhere 5 [2]"},
		"mguser_joined_semicolon.csv":                 {`use cloud-users by "Get-MgUser": csv utf-8 "," crlf header 1 rows 2`, ""},
		"mguser_joined_utf16le.csv":                   {`use cloud-users by "Get-MgUser": csv utf-16le with BOM "," crlf header 1 rows 2`, "fix WideEncoding 1 []"},
		"out-file_table_utf16le.txt":                  {`refuse other by : screen utf-16le with BOM header 0 rows 0`, "refuse ScreenTable 1 []"},
		"similar_ad_migration_user.csv":               {`refuse ad-users by "Get-ADUser": csv utf-8 "," lf header 1 rows 1`, "refuse MissingColumn 1 []"},
		"similar_ad_users_saved-by-excel.csv":         {`refuse other by "password list": csv utf-8 "," crlf header 1 rows 1108`, "refuse Passwords 1 []"},
		"wrong-file_ad_export_german.csv":             {`refuse other by : csv utf-8 "," lf header 1 rows 372`, "refuse MissingColumn 1 []"},
	}
	check(t, filepath.WalkDir(realFiles, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "MANIFEST.tsv" {
			return err
		}
		want, ok := wanted[entry.Name()]
		delete(wanted, entry.Name())
		r := inspect(t, path, Options{})
		if got := squeezed(what(r)); !ok || got != want.what {
			t.Errorf("%s:\n got %s\nwant %s", entry.Name(), got, want.what)
		}
		if got := damageTexts(r.Damage); got != want.damage {
			t.Errorf("%s:\n got %s\nwant %s", entry.Name(), got, want.damage)
		}
		if (r.Verdict == Refuse) != (r.Command != "") && len(r.Missing) == 0 {
			t.Errorf("%s: %s, and the command is %q", entry.Name(), r.Verdict, r.Command)
		}
		return nil
	}))
	if len(wanted) > 0 {
		t.Errorf("files are missing: %v", wanted)
	}
}
