package reconcile

import "testing"

func TestAnchorVectors(t *testing.T) {
	for _, c := range []struct{ guid, anchor, reason string }{
		{"a1b2c3d4-e5f6-4789-abcd-1234567890ab", "1MOyofbliUerzRI0VniQqw==", "the vector of the facts: .NET byte order"},
		{"f7cc07d7-7c15-447d-876d-c01b0e5a9e38", "1wfM9xV8fUSHbcAbDlqeOA==", "a published conversion, computed again"},
		{"{F7CC07D7-7C15-447D-876D-C01B0E5A9E38}", "1wfM9xV8fUSHbcAbDlqeOA==", "braces and capitals say the same"},
	} {
		g, err := ParseGUID(c.guid)
		if err != nil || g.Anchor() != c.anchor {
			t.Errorf("%s: anchor %q, %v; want %q: %s", c.guid, g.Anchor(), err, c.anchor, c.reason)
		}
		if got := CanonicalAnchor(c.guid); got != c.anchor {
			t.Errorf("CanonicalAnchor(%s) = %q", c.guid, got)
		}
	}
}

func TestGUIDText(t *testing.T) {
	const text = "a1b2c3d4-e5f6-4789-abcd-1234567890ab"
	g, _ := ParseGUID("A1B2C3D4-E5F6-4789-ABCD-1234567890AB")
	if g.String() != text {
		t.Errorf("String() = %s, want %s", g, text)
	}
	if (GUID{}).String() != "" || (GUID{}).Anchor() != "" {
		t.Error("the zero GUID must show as nothing")
	}
	for _, bad := range []string{"", "a1b2c3d4e5f64789abcd1234567890ab", "a1b2c3d4-e5f6-4789-abcd-1234567890ax", "{" + text, text + "0"} {
		if _, err := ParseGUID(bad); err == nil {
			t.Errorf("ParseGUID(%q) gave no error", bad)
		}
	}
	if got := CanonicalAnchor("Employee-4711"); got != "Employee-4711" {
		t.Errorf("an anchor of the customer's own became %q", got)
	}
}
