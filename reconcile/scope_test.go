package reconcile

import (
	"strings"
	"testing"
)

func TestScope(t *testing.T) {
	for _, c := range []struct {
		reason string
		change func(*Record)
		want   bool
	}{
		{"an ordinary user", func(*Record) {}, true},
		{"critical system object", func(r *Record) { r.IsCriticalSystemObject = true }, false},
		{"replication conflict", func(r *Record) { r.DistinguishedName = `CN=a\0acnf:1,DC=x` }, false},
		{"no sAMAccountName", func(r *Record) { r.SamAccountName = " " }, false},
		{"AAD_", func(r *Record) { r.SamAccountName = "aad_1" }, false},
		{"MSOL_", func(r *Record) { r.SamAccountName = "MSOL_1" }, false},
		{"SUPPORT_388945a0", func(r *Record) { r.SamAccountName = "SUPPORT_388945a0" }, false},
		{"another support account", func(r *Record) { r.SamAccountName = "SUPPORT_1" }, true},
		{"CAS_{…}", func(r *Record) { r.SamAccountName = "CAS_{1}" }, false},
		{"CAS_ alone", func(r *Record) { r.SamAccountName = "CAS_1" }, true},
		{"system mailbox", func(r *Record) { r.MailNickname = "SystemMailbox{1}" }, false},
		{"nickname CAS_{…}", func(r *Record) { r.MailNickname = "CAS_{1}" }, false},
		{"arbitration mailbox", func(r *Record) { r.MsExchRecipientType = "8388608" }, false},
		{"remote mailbox", func(r *Record) { r.MsExchRecipientType = "2147483648" }, true},
		{"a name that only begins like one that IdFix skips", func(r *Record) { r.DistinguishedName = "CN=Guest House" }, true},
		{"a computer", func(r *Record) { r.Class = "computer" }, false},
	} {
		r := Record{Class: ClassUser, SamAccountName: "anna", DistinguishedName: "CN=Anna,DC=x"}
		c.change(&r)
		if got := inScope(&r); got != c.want {
			t.Errorf("%s: in scope %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestWellFormedUPN(t *testing.T) {
	for _, c := range []struct {
		upn, reason string
		want        bool
	}{
		{"o'brien.a-b_c!#^~+1@contoso.com", "all that is allowed", true},
		{"anna", "no @", false},
		{"@contoso.com", "no local part", false},
		{"anna@", "no domain", false},
		{"anna@b@contoso.com", "two @", false},
		{".anna@contoso.com", "dot at the start", false},
		{"anna.@contoso.com", "dot before the @", false},
		{"anna@contoso.com.", "dot at the end", false},
		{"an na@contoso.com", "blank", false},
		{"an&na@contoso.com", "ampersand", false},
		{"josé@contoso.com", "letters are A to Z", false},
		{strings.Repeat("a", 64) + "@contoso.com", "64 before the @", true},
		{strings.Repeat("a", 65) + "@contoso.com", "65 before the @", false},
		{"a@" + strings.Repeat("b", 48), "48 after the @", true},
		{"a@" + strings.Repeat("b", 49), "49 after the @", false},
	} {
		if got := wellFormedUPN(c.upn); got != c.want {
			t.Errorf("%s: %v, want %v: %s", c.upn, got, c.want, c.reason)
		}
	}
}
