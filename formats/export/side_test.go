package export

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

func TestReadDomains(t *testing.T) {
	contoso := reconcile.Domains{"contoso.com": true, "old.contoso.com": false, "contoso.onmicrosoft.com": true}
	plain := grid{
		{"Id", "IsVerified", "AuthenticationType", "IsInitial"},
		{"contoso.com", "True", "Managed", "False"},
		{"old.contoso.com", "False", "Managed", "False"},
		{"contoso.onmicrosoft.com", "True", "Managed", "True"},
	}
	for _, c := range []struct {
		reason, text string
		want         reconcile.Domains
	}{
		{"Get-MgDomain as collect asks for it", plain.csv(), contoso},
		{"Windows PowerShell: BOM and #TYPE", "\ufeff#TYPE Selected.Foo\r\n" + plain.csv(), contoso},
		{"UTF-16", utf16Text("\ufeff"+plain.csv(), binary.LittleEndian), contoso},
		{"semicolon and sep=", "sep=;\n" + plain.text(";", "\n", false), contoso},
		{"tab", plain.text("\t", "\r\n", false), contoso},
		{"extra columns, other order", reversed(grid{{"Id", "IsVerified", "Manager"}, {"contoso.com", "True", "x"}}).csv(), reconcile.Domains{"contoso.com": true}},
		{"names as they are compared", "Id,IsVerified\n Contoso.COM ,ja\n", reconcile.Domains{"contoso.com": true}},
		{"IsVerified missing: every listed domain is verified", "Id\ncontoso.com\nx.de\n", reconcile.Domains{"contoso.com": true, "x.de": true}},
		{"IsVerified blank is not verified", "Id,IsVerified\ncontoso.com,True\nx.de,\n", reconcile.Domains{"contoso.com": true, "x.de": false}},
		{"blank rows", "Id,IsVerified\nx.de,True\n,\n\n", reconcile.Domains{"x.de": true}},
	} {
		got, _, err := ReadDomains(save(t, "domains.csv", c.text))
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.reason, got, err, c.want)
		}
	}
	for _, path := range []string{workbook(t, sheetGrid{"Domains", plain, 1}), streamed(t, plain)} {
		if got, _, err := ReadDomains(path); err != nil || !maps.Equal(got, contoso) {
			t.Errorf("a workbook: %v, %v", got, err)
		}
	}
}

func TestRefuseDomains(t *testing.T) {
	const command = "Get-MgDomain -All"
	for _, c := range []struct{ reason, text, want string }{
		{"empty", "", "holds nothing"},
		{"header only", "Id,IsVerified\n", "no domain is in the file|" + command},
		{"no Id", "Name,IsVerified\nx.de,True\n", "there is no column Id|Name, IsVerified|" + command},
		{"a row without a domain", "Id,IsVerified\nx.de,True\n,True\n", "row 3: Id|" + command},
		{"neither true nor false", "Id,IsVerified\nx.de,perhaps\n", `row 2: IsVerified: "perhaps" is neither true nor false|` + command},
		{"a row that is too short", "Id,IsVerified\nx.de\n", "wrong number of fields"},
		{"a row that is too long", "Id,IsVerified\nx.de,True,x\n", "wrong number of fields"},
		{"a quote that never ends", "Id,IsVerified\n\"x.de,True\n", `"`},
		{"UTF-16 that is cut", utf16Text("\ufeffId,IsVerified\nx.de,True\n", binary.LittleEndian)[:21], "cut off"},
		{"JSON", `[{"Id":"x.de"}]`, "domains.csv: "},
		{"a zip that is no workbook", zipped(t, map[string]string{"a": "b"}), "no Excel workbook"},
		{"old Excel", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), ".xls"},
	} {
		_, _, err := ReadDomains(save(t, "domains.csv", c.text))
		checkSideRefusal(t, c.reason, err, "domains.csv: |"+c.want)
	}
	long := grid{{"Id", "IsVerified"}, {"x.de", "True", "x"}}
	_, _, err := ReadDomains(workbook(t, sheetGrid{"Domains", long, 1}))
	checkSideRefusal(t, "a sheet's row that is too long", err, "row 2 has 3 cells, the header has 2")
	if _, _, err := ReadDomains(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func checkSideRefusal(t *testing.T, reason string, err error, want string) {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Errorf("%s: %v, want a refusal", reason, err)
		return
	}
	for _, part := range strings.Split(want, "|") {
		if !strings.Contains(refusal.Error(), part) {
			t.Errorf("%s: %q is not in the message:\n%s", reason, part, refusal)
		}
	}
}

func TestReadTenant(t *testing.T) {
	with := func(change func(*reconcile.Tenant)) reconcile.Tenant {
		tenant := reconcile.DefaultTenant()
		change(&tenant)
		return tenant
	}
	blocked := with(func(t *reconcile.Tenant) { t.BlockSoftMatch = true })
	// The shape of Get-MgDirectoryOnPremiseSynchronization | ConvertTo-Json -Depth 5.
	const whole = `{"Configuration":{"AccidentalDeletionPrevention":{"AlertThreshold":500}},"Features":{
		"BlockCloudObjectTakeoverThroughHardMatchEnabled":false,"BlockSoftMatchEnabled":true,"BypassDirSyncOverridesEnabled":false,
		"QuarantineUponProxyAddressesConflictEnabled":true,"QuarantineUponUpnConflictEnabled":true,"SoftMatchOnUpnEnabled":true,
		"AdditionalProperties":{}},"Id":"x","AdditionalProperties":{"@odata.context":"y"}}`
	for _, c := range []struct {
		reason, text string
		want         reconcile.Tenant
	}{
		{"the whole object", whole, blocked},
		{"an array of one", "[" + whole + "]", blocked},
		{"the features alone", `{"BlockSoftMatchEnabled":true}`, blocked},
		{"keys without case: Graph's own", `{"features":{"blockSoftMatchEnabled":true}}`, blocked},
		{"keys under AdditionalProperties", `{"Features":{"AdditionalProperties":{"blockSoftMatchEnabled":true}}}`, blocked},
		{"the answer of Graph", `{"value":[{"features":{"blockSoftMatchEnabled":true}}]}`, blocked},
		{"Windows PowerShell's UTF-8", "\ufeff" + whole, blocked},
		{"redirected with > in Windows PowerShell", utf16Text("\ufeff"+whole, binary.LittleEndian), blocked},
		{"UTF-16 without BOM", utf16Text(whole, binary.LittleEndian), blocked},
		{"a missing switch has its default", `{"SoftMatchOnUpnEnabled":true}`, reconcile.DefaultTenant()},
		{"a null switch has its default", `{"SoftMatchOnUpnEnabled":null,"BlockSoftMatchEnabled":true}`, blocked},
		{"soft match on UPN off", `{"SoftMatchOnUpnEnabled":false}`, with(func(t *reconcile.Tenant) { t.SoftMatchOnUPN = false })},
		{"hard match blocked", `{"BlockCloudObjectTakeoverThroughHardMatchEnabled":true}`, with(func(t *reconcile.Tenant) { t.BlockHardMatch = true })},
		{"the identifier may change", `{"AllowOnPremUpdateOfOnPremisesObjectIdentifierEnabled":true}`, with(func(t *reconcile.Tenant) { t.AllowIdentifierUpdate = true })},
		{"words of people", `{"BlockSoftMatchEnabled":"True"}`, blocked},
	} {
		got, findings, err := ReadTenant(save(t, "tenant.json", c.text))
		if err != nil || got != c.want || len(findings) != 0 {
			t.Errorf("%s: %+v, %v, %v\nwant %+v", c.reason, got, findings, err, c.want)
		}
	}
}

func TestResiliencyOff(t *testing.T) {
	for _, text := range []string{
		`{"QuarantineUponUpnConflictEnabled":false}`,
		`{"QuarantineUponProxyAddressesConflictEnabled":false}`,
		`{"QuarantineUponUpnConflictEnabled":false,"QuarantineUponProxyAddressesConflictEnabled":false}`,
	} {
		_, findings, err := ReadTenant(save(t, "tenant.json", text))
		check(t, err)
		if got := codes(findings); !slices.Equal(got, []string{"warn ResiliencyOff"}) || findings[0].File != "tenant.json" || !strings.Contains(findings[0].Text, "AttributeValueMustBeUnique") {
			t.Errorf("%s: one finding says what would fail instead: %+v", text, findings)
		}
	}
}

func TestRefuseTenant(t *testing.T) {
	const command = "Get-MgDirectoryOnPremiseSynchronization"
	for _, c := range []struct{ reason, text, want string }{
		{"empty", "", "no valid JSON|" + command},
		{"no JSON", "SoftMatchOnUpnEnabled : True", "no valid JSON|" + command},
		{"cut", `{"BlockSoftMatchEnabled":true`, "no valid JSON"},
		{"two values", `{"BlockSoftMatchEnabled":true}{}`, "no valid JSON"},
		{"UTF-16 that is cut", utf16Text("\ufeff{}", binary.LittleEndian)[:5], "cut off"},
		{"something else", `{"a":true}`, "none of the tenant's switches|" + command},
		{"ConvertTo-Json without -Depth: the features are a text", `{"Features":"Microsoft.Graph.PowerShell.Models.MicrosoftGraphOnPremisesDirectorySynchronizationFeature"}`, "none of the tenant's switches|-Depth 5"},
		{"a number", `{"BlockSoftMatchEnabled":1}`, "BlockSoftMatchEnabled: 1 is neither true nor false|" + command},
		{"a word", `{"BlockSoftMatchEnabled":"perhaps"}`, "neither true nor false"},
		{"an empty word", `{"BlockSoftMatchEnabled":""}`, "neither true nor false"},
		{"an object", `{"BlockSoftMatchEnabled":{}}`, "neither true nor false"},
	} {
		_, _, err := ReadTenant(save(t, "tenant.json", c.text))
		checkSideRefusal(t, c.reason, err, "tenant.json: |"+c.want)
	}
	if _, _, err := ReadTenant(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzSideFiles(f *testing.F) {
	f.Add([]byte("Id,IsVerified\nx.de,True\n"))
	f.Add([]byte(`{"Features":{"BlockSoftMatchEnabled":true}}`))
	f.Add([]byte("sep=;\n\"Id\";\"Id\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := save(t, "side", string(content))
		if domains, _, err := ReadDomains(path); err == nil && len(domains) == 0 {
			t.Error("no domains and no error")
		}
		ReadTenant(path)
	})
}
