package export

import (
	"testing"

	"smtpmatch/reconcile"
)

// The first GUID and its anchor are the vector of facts/matching.md 1.2, the second those of
// facts/exports.md 1.1; the third is the example of csvde in 2.3.
const (
	guidText   = "a1b2c3d4-e5f6-4789-abcd-1234567890ab"
	guidAnchor = "1MOyofbliUerzRI0VniQqw=="
)

func TestReadGUID(t *testing.T) {
	for _, c := range []struct {
		cell, want, reason string
	}{
		{guidText, guidText, "text with dashes"},
		{"A1B2C3D4-E5F6-4789-ABCD-1234567890AB", guidText, "in capitals"},
		{"{a1b2c3d4-e5f6-4789-abcd-1234567890ab}", guidText, "in braces"},
		{"X'd4c3b2a1f6e58947abcd1234567890ab'", guidText, "csvde: little-endian bytes"},
		{"x'D4C3B2A1F6E58947ABCD1234567890AB'", guidText, "csvde in the other case"},
		{"d4 c3 b2 a1 f6 e5 89 47 ab cd 12 34 56 78 90 ab", guidText, "hex with blanks"},
		{"D4 C3 B2 A1 F6 E5 89 47 AB CD 12 34 56 78 90 AB", guidText, "hex with blanks in capitals"},
		{`\d4\c3\b2\a1\f6\e5\89\47\ab\cd\12\34\56\78\90\ab`, guidText, "an LDAP filter's bytes"},
		{"212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 171", guidText, "16 decimals"},
		{"X'0b818fd05ca3a849a4cdc6923dfc031e'", "d08f810b-a35c-49a8-a4cd-c6923dfc031e", "the example of csvde"},

		{"", "", "nothing"},
		{"anna", "", "a name: Exchange's Id"},
		{"a1b2c3d4e5f64789abcd1234567890ab", "", "without dashes it could be anything"},
		{"{a1b2c3d4-e5f6-4789-abcd-1234567890ab", "", "half a pair of braces"},
		{"a1b2c3d4-e5f6-4789-abcd-1234567890ag", "", "no hex digit"},
		{"a1b2c3d4-e5f6-4789-abcd-1234567890a", "", "cut"},
		{"X'd4c3b2a1f6e58947abcd1234567890'", "", "15 bytes"},
		{"X'd4c3b2a1f6e58947abcd1234567890zz'", "", "no hex digits between the quotes"},
		{"212 195 178 161 246 229 137 71 171 205 18 52 86 120 144", "", "15 decimals"},
		{"212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 256", "", "a decimal that is no byte"},
		{"212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 -1", "", "a sign"},
		{`\d4\c3\b2\a1\f6\e5\89\47\ab\cd\12\34\56\78\90`, "", "15 escaped bytes"},
		{"System.Byte[]", "", "not expanded"},
	} {
		g, ok := readGUID(c.cell)
		if ok != (c.want != "") || ok && g.String() != c.want {
			t.Errorf("%s: readGUID(%q) = %s, %v, want %q", c.reason, c.cell, g, ok, c.want)
		}
	}
}

func TestReadAnchor(t *testing.T) {
	for _, c := range []struct{ cell, want, reason string }{
		{guidAnchor, guidAnchor, "base64 stays as it is"},
		{"1wfM9xV8fUSHbcAbDlqeOA==", "1wfM9xV8fUSHbcAbDlqeOA==", "the other vector"},
		{guidText, guidAnchor, "GUID"},
		{"{A1B2C3D4-E5F6-4789-ABCD-1234567890AB}", guidAnchor, "GUID in braces and capitals"},
		{"f7cc07d7-7c15-447d-876d-c01b0e5a9e38", "1wfM9xV8fUSHbcAbDlqeOA==", "the other vector as a GUID"},
		{"X'd4c3b2a1f6e58947abcd1234567890ab'", guidAnchor, "csvde"},
		{"d4 c3 b2 a1 f6 e5 89 47 ab cd 12 34 56 78 90 ab", guidAnchor, "spaced hex"},
		{`\d4\c3\b2\a1\f6\e5\89\47\ab\cd\12\34\56\78\90\ab`, guidAnchor, "escaped hex"},
		{"212 195 178 161 246 229 137 71 171 205 18 52 86 120 144 171", guidAnchor, "decimals"},
		{"1mOyofbliUerzRI0VniQqw==", "1mOyofbliUerzRI0VniQqw==", "case counts"},
		{"employee-4711", "employee-4711", "any string that the tenant chose"},
		{"00042", "00042", "digits that the tenant chose"},
	} {
		if got := readAnchor(c.cell); got != c.want {
			t.Errorf("%s: readAnchor(%q) = %q, want %q", c.reason, c.cell, got, c.want)
		}
	}
	if g, _ := readGUID(guidText); g.Anchor() != guidAnchor {
		t.Errorf("the anchor of %s is %s", guidText, g.Anchor())
	}
}

func TestReadSID(t *testing.T) {
	const text = "S-1-5-21-1767303650-1696908375-35229093-20056787"
	for _, c := range []struct{ cell, want, reason string }{
		{"S-1-5-21-1-2-3-501", "S-1-5-21-1-2-3-501", "text"},
		{"X'010500000000000515000000e2e9566957c42465a58d1902d30a32 1'", "X'010500000000000515000000e2e9566957c42465a58d1902d30a32 1'", "no hex: as it is"},
		{"X'010500000000000515000000e2e9566957c42465a58d1902d30a3201'", text, "csvde: little-endian parts"},
		{"x'01020000000000052000000020020000'", "S-1-5-32-544", "csvde: Administrators"},
		{"X'01020000000000052000000020020000", "X'01020000000000052000000020020000", "no closing quote: as it is"},
		{"X'0103000000000005200000002002000'", "X'0103000000000005200000002002000'", "odd digits: as it is"},
		{"X'01030000000000052000000020020000'", "X'01030000000000052000000020020000'", "fewer parts than it says: as it is"},
		{"X'01010000000000010000000'", "X'01010000000000010000000'", "cut: as it is"},
		{"X''", "X''", "no bytes"},
		{"X'", "X'", "a quote alone"},
		{"", "", "nothing"},
	} {
		if got := readSID(c.cell); got != c.want {
			t.Errorf("%s: readSID(%q) = %q, want %q", c.reason, c.cell, got, c.want)
		}
	}
}

func FuzzIdentifiers(f *testing.F) {
	for _, seed := range []string{guidText, guidAnchor, "X'0102", "X'01020000000000052000000020020000'", `\d4\c3`, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		readSID(cell)
		g, ok := readGUID(cell)
		if !ok {
			return
		}
		if back, err := reconcile.ParseGUID(g.String()); !g.IsZero() && (err != nil || back != g) {
			t.Errorf("%q is %s, which is read as %s, %v", cell, g, back, err)
		}
		if !g.IsZero() && readAnchor(cell) != g.Anchor() {
			t.Errorf("%q: anchor %s, of the GUID %s", cell, readAnchor(cell), g.Anchor())
		}
	})
}
