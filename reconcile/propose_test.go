package reconcile

import "testing"

// TestRemarksOfAKeptAlias: an alias of the cloud user that another AD object holds is not copied; one that
// is the object's own primary of now stays, and nothing is to be said about it.
func TestRemarksOfAKeptAlias(t *testing.T) {
	for _, c := range []struct {
		reason, mail string
		want         bool
	}{
		{"its own primary came from mail and stays as an alias", "a@contoso.com", false},
		{"it does not have the alias", "b@contoso.com", true},
	} {
		p := proposal{
			record:    &Record{Side: AD, Class: ClassUser, Mail: c.mail},
			candidate: "upn",
			wish:      &wish{primary: "p@contoso.com", notCopied: []string{"A@contoso.com"}},
		}
		p.change()
		got := false
		for _, r := range p.remarks() {
			got = got || r.Code == "AliasNotCopied"
		}
		if got != c.want {
			t.Errorf("%s: AliasNotCopied %v", c.reason, got)
		}
	}
}
