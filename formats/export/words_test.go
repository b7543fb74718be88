package export

import (
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// The words are those of facts/exports.md section 4, and of signature 27.
func TestReadBool(t *testing.T) {
	for _, c := range []struct {
		reason, yes, no string
	}{
		{"PowerShell", "True", "False"},
		{"Excel and csvde", "TRUE", "FALSE"},
		{"JSON", "true", "false"},
		{"a sheet's boolean as a number", "1", "0"},
		{"English words", "Yes", "No"},
		{"English letters", "Y", "N"},
		{"German words", "Ja", "Nein"},
		{"German", "WAHR", "FALSCH"},
		{"French", "VRAI", "FAUX"},
		{"Spanish", "VERDADERO", "FALSO"},
		{"Italian", "VERO", "FALSO"},
		{"Portuguese", "VERDADEIRO", "FALSO"},
		{"Dutch", "WAAR", "ONWAAR"},
		{"Swedish", "SANT", "FALSKT"},
		{"Danish", "SAND", "FALSK"},
		{"Norwegian", "SANN", "USANN"},
		{"Finnish", "TOSI", "EPÄTOSI"},
		{"Polish", "PRAWDA", "FAŁSZ"},
		{"Czech", "PRAVDA", "NEPRAVDA"},
		{"Hungarian", "IGAZ", "HAMIS"},
		{"Russian", "ИСТИНА", "ЛОЖЬ"},
		{"Turkish", "DOĞRU", "YANLIŞ"},
		{"Turkish in small letters", "doğru", "yanlış"},
		{"blanks around do not count", " True\u00a0", "\tFalse "},
	} {
		if f, ok := readBool(c.yes); f != reconcile.Yes || !ok {
			t.Errorf("%s: readBool(%q) = %v, %v", c.reason, c.yes, f, ok)
		}
		if f, ok := readBool(c.no); f != reconcile.No || !ok {
			t.Errorf("%s: readBool(%q) = %v, %v", c.reason, c.no, f, ok)
		}
	}
}

func TestReadBoolUnknown(t *testing.T) {
	for _, c := range []struct {
		cell, reason string
		ok           bool
	}{
		{"", "blank", true},
		{" \u00a0", "blanks", true},
		{"NULL", "a placeholder for nothing", true},
		{`\N`, "a placeholder for nothing", true},
		{"-", "a placeholder for nothing", true},
		{"maybe", "no word for yes or no", false},
		{"2", "a number", false},
		{"True False", "two words", false},
		{"9/14/2025 3:12:44 AM", "a date", false},
	} {
		if f, ok := readBool(c.cell); f != reconcile.Unknown || ok != c.ok {
			t.Errorf("%s: readBool(%q) = %v, %v, want unknown, %v", c.reason, c.cell, f, ok, c.ok)
		}
	}
}

// No word means both, and none is written in a way in which it would never be found.
func TestBooleansInLowerCase(t *testing.T) {
	for word := range booleans {
		if strings.ToLower(word) != word {
			t.Errorf("%q is not in lower case", word)
		}
	}
}

func TestNot(t *testing.T) {
	for in, want := range map[reconcile.Flag]reconcile.Flag{
		reconcile.Yes: reconcile.No, reconcile.No: reconcile.Yes, reconcile.Unknown: reconcile.Unknown,
	} {
		if got := not(in); got != want {
			t.Errorf("not(%v) = %v", in, got)
		}
	}
}

func TestEnabledByBits(t *testing.T) {
	for cell, want := range map[string]reconcile.Flag{
		"512": reconcile.Yes, "514": reconcile.No, "66048": reconcile.Yes, "66050": reconcile.No,
		" 512 ": reconcile.Yes, "": reconcile.Unknown, "0x200": reconcile.Unknown, "x": reconcile.Unknown,
	} {
		if got := enabledByBits(cell); got != want {
			t.Errorf("userAccountControl %q: enabled %v, want %v", cell, got, want)
		}
	}
}

// A date of deletion deletes, in whatever form it is written; a word for no and nothing do not.
func TestIsDeleted(t *testing.T) {
	for cell, want := range map[string]bool{
		"": false, "False": false, "NULL": false, "-": false,
		"True": true, "9/14/2025 3:12:44 AM": true, "2022-03-18 19:49:35Z": true, "14.09.2025 03:12:44": true,
	} {
		if got := isDeleted(cell); got != want {
			t.Errorf("%q: deleted %v, want %v", cell, got, want)
		}
	}
}

func TestClass(t *testing.T) {
	for _, c := range []struct{ cell, want, reason string }{
		{"user", "user", "Get-ADUser"},
		{"inetOrgPerson", "user", "the contract: inetOrgPerson too"},
		{"User", "user", "Get-AzureADUser's ObjectType"},
		{"#microsoft.graph.user", "user", "OdataType"},
		{"top;person;organizationalPerson;user", "user", "csvde with all values"},
		{"top;person;organizationalPerson;contact", "contact", "csvde, the last value counts"},
		{"group", "group", "Get-ADGroup"},
		{"MailUniversalDistributionGroup", "group", "Exchange's RecipientTypeDetails"},
		{"contact", "contact", "Get-ADObject"},
		{"MailContact", "contact", "Exchange"},
		{"SharedMailbox", "user", "Exchange"},
		{"computer", "computer", "the literal of anything else"},
		{"top;person;organizationalPerson;user;computer", "computer", "csvde of a computer"},
		{"", "of the table", "a blank cell is like a missing column"},
		{" \u00a0", "of the table", "blanks are blank"},
	} {
		p := &recorder{record: &reconcile.Record{}, whole: wholeTable{class: "of the table"}}
		if got := p.class(c.cell); got != c.want {
			t.Errorf("%s: class(%q) = %q, want %q", c.reason, c.cell, got, c.want)
		}
	}
}

func TestClassByColumns(t *testing.T) {
	for _, c := range []struct {
		reason string
		side   reconcile.Side
		header string
		want   string
	}{
		{"a UPN makes a user", reconcile.AD, "ObjectGUID,UserPrincipalName", "user"},
		{"neither makes a contact", reconcile.AD, "ObjectGUID,mail", "contact"},
		{"GroupCategory makes a group", reconcile.AD, "ObjectGUID,GroupCategory,UserPrincipalName", "group"},
		{"GroupScope makes a group", reconcile.AD, "ObjectGUID,GroupScope", "group"},
		{"MailEnabled makes a group", reconcile.Cloud, "Id,MailEnabled", "group"},
		{"GroupTypes makes a group", reconcile.Cloud, "Id,GroupTypes", "group"},
		{"SecurityEnabled makes a group", reconcile.Cloud, "Id,SecurityEnabled", "group"},
		{"a UPN makes a user in the cloud too", reconcile.Cloud, "Id,User principal name", "user"},
		{"neither makes a contact in the cloud too", reconcile.Cloud, "Id,Mail", "contact"},
	} {
		if got := classByColumns(bind(schemas[c.side], strings.Split(c.header, ","))); got != c.want {
			t.Errorf("%s: %s is of %s, want %s", c.reason, c.header, got, c.want)
		}
	}
}
