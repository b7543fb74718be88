package powershell

import (
	"io/fs"
	"path"
	"strings"

	"smtpmatch/reconcile"
)

// The self-test is for the customer: it runs the engines under the real PowerShell 5.1 and 7, against
// stand-ins of the modules and a fictitious batch, which no machine of ours can show (facts/powershell.md 6.3).
// The stand-ins are those of this package's own tests.

// selfTestBatch is a fictitious batch that shows what values can be: other quotes and dashes, another case
// alone, an empty side.
func selfTestBatch() *openBatch {
	list := []*reconcile.Change{
		selfTestChange(1, "ann.old@example.org", []string{"SMTP:ann.old@example.org", "smtp:ann@example.org"},
			"ann@example.org", "SMTP:ann@example.org", "smtp:ann.old@example.org"),
		selfTestChange(2, "", nil, "o'brien@example.org", "SMTP:o'brien@example.org"),
		selfTestChange(3, "m@example.org", []string{"SMTP:m@example.org", "X500:/o=\u2018a\u2019; $(b)\u2013\u00fc"},
			"max@example.org", "SMTP:max@example.org", "smtp:m@example.org", "X500:/o=\u2018a\u2019; $(b)\u2013\u00fc"),
	}
	b := &openBatch{Batch: &Batch{ID: "B00000", Domain: "example.org", Objects: len(list)}, values: domainValues("example.org")}
	for _, c := range list {
		b.values = append(b.values, valuesOf(c)...)
	}
	return b
}

func selfTestChange(n byte, mailBefore string, before []string, mailAfter string, after ...string) *reconcile.Change {
	return &reconcile.Change{
		ID: reconcile.GUID{0: n, 15: n}, MailBefore: mailBefore, ProxyBefore: before, MailAfter: mailAfter, ProxyAfter: after,
	}
}

// selfTest makes the folder of the self-test.
func (s *scripts) selfTest() error {
	if err := s.batchIn(selfTestFolder+"/", selfTestBatch()); err != nil {
		return err
	}
	if err := s.script(selfTestFolder+"/Invoke-SelfTest.ps1", selfTestFolder+"/Invoke-SelfTest.ps1"); err != nil {
		return err
	}
	root := "engine/" + selfTestFolder
	return fs.WalkDir(engines, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".ps1" {
			return err
		}
		text, err := fs.ReadFile(engines, name)
		if err != nil {
			return err
		}
		return s.text(strings.TrimPrefix(name, "engine/"), string(text))
	})
}
