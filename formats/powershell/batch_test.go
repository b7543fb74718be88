package powershell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

const (
	setB1  = "Set-PrimarySmtp.B00001.ps1"
	undoB1 = "Undo-PrimarySmtp.B00001.ps1"
	toB1   = "B00001.toAfter.results.csv"
	backB1 = "B00001.toBefore.results.csv"
)

const allChanged = "Changed Changed Changed Changed Changed"

var yes = []string{"-Server", testServer, "-Confirm:$false"}

// The whole way of one batch: the directory ends as the plan says, and as it was after undo.
func TestPowerShellBatchGoesThereAndBack(t *testing.T) {
	changes := testChanges()
	l := newLab(t, changes)

	out := l.want(0, setB1, "-Server", testServer, "-WhatIf")
	if strings.Count(out, "What if:") != 5 {
		t.Errorf("-WhatIf says:\n%s", out)
	}
	if got := l.statuses(toB1, 9); got != "NotConfirmed NotConfirmed NotConfirmed NotConfirmed NotConfirmed" {
		t.Errorf("-WhatIf logs %s", got)
	}
	if l.directory().Writes != 0 {
		t.Error("-WhatIf wrote")
	}
	l.isLike(changes)

	l.want(0, setB1, yes...)
	if got := l.statuses(toB1, 5); got != allChanged {
		t.Errorf("apply logs %s", got)
	}
	l.isLike(changes, 1, 2, 3, 4, 5)
	if writes := l.directory().Writes; writes != 5 {
		t.Errorf("%d writes for 5 objects", writes)
	}

	l.want(0, setB1, yes...)
	if got := l.statuses(toB1, 5); got != "AlreadyDone AlreadyDone AlreadyDone AlreadyDone AlreadyDone" {
		t.Errorf("apply again logs %s", got)
	}
	if writes := l.directory().Writes; writes != 5 {
		t.Errorf("apply again writes: %d", writes)
	}
	first := l.rows(toB1)[0]
	if first["Seq"] != "1" || first["ObjectGuid"] != testGUID(1).String() || !strings.HasSuffix(first["TimeUtc"], "Z") {
		t.Errorf("the first row is %v", first)
	}

	l.want(0, undoB1, yes...)
	if got := l.statuses(backB1, 5); got != allChanged {
		t.Errorf("undo logs %s", got)
	}
	l.isLike(changes)
}

// What can be wrong with a run, and how it ends: no object is touched that is not as expected.
func TestPowerShellBatchFaults(t *testing.T) {
	tests := []struct {
		name   string
		damage func(l *lab)
		args   []string
		code   int
		says   string // in the output, or in a message of the results
		logs   string // the statuses, empty if there is no results file
		after  []int  // objects that end as the plan says; others as they were
		loose  bool   // the damage changed an object: do not compare
	}{
		{name: "the address was changed meanwhile", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(3).ProxyAddresses = []string{"SMTP:new@contoso.com"} })
		}, code: 2, says: "Neither as before nor as after: proxyAddresses", logs: "Changed Changed Drift Changed Changed", after: []int{1, 2, 4, 5}, loose: true},
		{name: "only the case was changed", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(3).ProxyAddresses = []string{"SMTP:Team@contoso.com"} })
		}, code: 2, says: "Neither as before", logs: "Changed Changed Drift Changed Changed", loose: true},
		{name: "an invisible character was added", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(3).Mail = one{"team\u00ad@contoso.com"} })
		}, code: 2, says: "after: mail", logs: "Changed Changed Drift Changed Changed", loose: true},
		{name: "Exchange manages it now", damage: func(l *lab) {
			l.change(func(d *directory) {
				d.Schema = []string{"msExchMailboxGuid"}
				d.object(2).MsExchMailboxGUID = one{"abc"}
			})
		}, code: 2, says: "Exchange manages it on-premises now: msExchMailboxGuid", logs: "Changed Drift Changed Changed Changed", after: []int{1, 3, 4, 5}},
		{name: "it is another class", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(2).ObjectClass = "computer" })
		}, code: 2, says: "no user, group or contact", logs: "Changed Drift Changed Changed Changed", after: []int{1, 3, 4, 5}},
		{name: "the object is missing", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(1).ObjectGUID = "gone" })
		}, code: 2, says: "ADIdentityNotFoundException: Cannot find", logs: "Failed Changed Changed Changed Changed", loose: true},
		{name: "access is denied", damage: func(l *lab) {
			l.change(func(d *directory) { d.Denied = []string{testGUID(4).String()} })
		}, code: 2, says: "ADException: Insufficient access rights", logs: "Changed Changed Changed Failed Changed", after: []int{1, 2, 3, 5}},
		{name: "the directory keeps the old case", damage: func(l *lab) {
			l.change(func(d *directory) { d.SameCase = true })
		}, code: 2, says: "not those that were written", logs: "VerifyFailed Changed Changed Changed Changed", loose: true},
		{name: "too many errors", damage: func(l *lab) {
			l.change(func(d *directory) { d.Denied = []string{testGUID(2).String(), testGUID(3).String()} })
		}, args: []string{"-MaxErrors", "2"}, code: 4, says: "Stopped after 2 errors. Run again to resume.", logs: "Changed Failed Failed", after: []int{1}},
		{name: "drift counts for the limit", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(1).Mail = one{"x@y.z"} })
		}, args: []string{"-MaxErrors", "1"}, code: 4, says: "Stopped after 1 errors", logs: "Drift", loose: true},
		{name: "the values were edited", damage: func(l *lab) {
			l.edit("B00001.values.csv", "team@contoso.com", "evil@contoso.com")
		}, code: 3, says: "(SHA-256). Nothing was changed."},
		{name: "the values are missing", damage: func(l *lab) {
			must(l.t, os.Remove(filepath.Join(l.dir, "B00001.values.csv")))
		}, code: 3, says: "Nothing was changed."},
		{name: "the row count differs", damage: func(l *lab) {
			l.edit(setB1, "$ExpectedRows = [int]'", "$ExpectedRows = [int]'1")
		}, code: 3, says: "rows, not 1"},
		{name: "the domain controller is read-only", damage: func(l *lab) {
			l.change(func(d *directory) { d.DC.IsReadOnly = true })
		}, code: 3, says: "read-only. Nothing was changed."},
		{name: "the domain controller is of another domain", damage: func(l *lab) {
			l.change(func(d *directory) { d.DC.Domain = "sub.contoso.com" })
		}, code: 3, says: "another domain than that of the batch. Nothing was changed."},
		{name: "the server is a domain", args: []string{"-Server", "corp.contoso.com", "-Confirm:$false"}, code: 3, says: "ADIdentityNotFoundException"},
		{name: "the server does not answer", args: []string{"-Server", "dc99.contoso.com", "-Confirm:$false"}, code: 3, says: "ADServerDownException"},
		{name: "nobody can be asked", args: []string{"-Server", testServer, "-MaxErrors", "2"}, code: 4, says: "Stopped after 2 errors", logs: "Failed Failed"},
		{name: "the domain's name has another case", damage: func(l *lab) {
			l.change(func(d *directory) { d.DC.Domain = "CORP.Contoso.com" })
		}, code: 0, logs: allChanged, after: []int{1, 2, 3, 4, 5}},
	}
	changes := testChanges()
	labs, calls := make([]*lab, len(tests)), make([]*call, len(tests))
	for i, test := range tests {
		labs[i] = newLab(t, changes)
		if test.damage != nil {
			test.damage(labs[i])
		}
		args := test.args
		if len(args) == 0 || args[0] != "-Server" {
			args = append(slices.Clone(yes), args...)
		}
		calls[i] = labs[i].calls(setB1, args...)
	}
	labs[0].runAll(calls)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := labs[i]
			l.t = t
			l.ended(calls[i], test.code, test.says, toB1, test.logs)
			if test.logs == "" && l.directory().Writes > 0 {
				t.Error("something was done")
			}
			if !test.loose {
				l.isLike(changes, test.after...)
			}
		})
	}
}

// ended fails the test unless the call ended with the code, said the text on the screen or in the results,
// and logged these statuses; without any there may be no results file.
func (l *lab) ended(c *call, code int, says, log, statuses string) {
	l.t.Helper()
	said := c.Output
	if c.Code != code || strings.Contains(said, "PWNED") {
		l.t.Errorf("it ended with %d, want %d:\n%s", c.Code, code, said)
	}
	if _, err := os.Stat(filepath.Join(l.dir, log)); err == nil || statuses != "" {
		for _, row := range l.rows(log) {
			said += row["Message"] + "\n"
		}
		if got := l.statuses(log, 9); got != statuses {
			l.t.Errorf("logs %s, want %s", got, statuses)
		}
	}
	if !strings.Contains(said, says) {
		l.t.Errorf("does not say %q:\n%s", says, said)
	}
}

// edit changes the text of a file of the package.
func (l *lab) edit(name, old, new string) {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	text, err := os.ReadFile(path)
	must(l.t, err)
	edited := strings.Replace(string(text), old, new, 1)
	if edited == string(text) {
		l.t.Fatalf("%s has no %q", name, old)
	}
	must(l.t, os.WriteFile(path, []byte(edited), 0o600))
}

// A process that ends in the middle leaves every object on one side or the other; the next run finishes.
func TestPowerShellBatchResumes(t *testing.T) {
	changes := testChanges()
	l := newLab(t, changes)
	l.change(func(d *directory) { d.DieAfter = 2 })
	l.want(9, setB1, yes...)
	l.isLike(changes, 1, 2)
	if got := l.statuses(toB1, 9); got != "Changed" {
		t.Errorf("the killed run logged %s", got)
	}

	l.change(func(d *directory) { d.DieAfter = 0 })
	l.want(0, setB1, yes...)
	if got := l.statuses(toB1, 5); got != "AlreadyDone AlreadyDone Changed Changed Changed" {
		t.Errorf("the next run logged %s", got)
	}
	l.isLike(changes, 1, 2, 3, 4, 5)

	l.change(func(d *directory) { d.DieAfter = d.Writes + 1 })
	l.want(9, undoB1, yes...)
	l.change(func(d *directory) { d.DieAfter = 0; d.object(5).Mail = one{"taken@contoso.com"} })
	l.want(2, undoB1, yes...)
	if got := l.statuses(backB1, 5); got != "AlreadyDone Changed Changed Changed Drift" {
		t.Errorf("undo logged %s", got)
	}
}

// Values with blanks and line breaks of any kind, which a directory may hold before, are compared as they are.
func TestPowerShellBatchWithOddValuesAndUnknownDomain(t *testing.T) {
	changes := testChanges()
	changes[7].MailBefore = " \t spaced\r\nout\nand\rmore, \"quoted\" \u00a0"
	changes[7].ProxyBefore = append(changes[7].ProxyBefore, "smtp:#first,;'\u201b\n")
	l := newLab(t, changes)
	unknown := testChanges() // a batch whose domain is not known: each object has to be found all the same
	for _, c := range unknown {
		c.Domain = ""
	}
	u := newLab(t, unknown)
	calls := []*call{l.calls(setB1, yes...), l.calls(undoB1, yes...), u.calls(setB1, yes...)}
	l.runAll(calls)
	l.ended(calls[0], 0, "", toB1, allChanged)
	l.ended(calls[1], 0, "", backB1, allChanged)
	l.isLike(changes)
	u.ended(calls[2], 0, "", toB1, allChanged)
	u.isLike(unknown, 1, 2, 3, 4, 5)
}

// An object that is Exchange's cannot slip into a batch of scripts, nor a batch mix domains.
func TestScriptBatchesAreRefused(t *testing.T) {
	for name, damage := range map[string]func(list []*reconcile.Change){
		"is not for objects that Exchange manages": func(list []*reconcile.Change) { list[0].Exchange = true },
		"mixes the domains":                        func(list []*reconcile.Change) { list[0].Domain = "else.example" },
		"is no name of a batch":                    func(list []*reconcile.Change) { list[0].Batch = "../B00001" },
		"without objectGUID":                       func(list []*reconcile.Change) { list[0].ID = reconcile.GUID{} },
		"no values at all":                         func(list []*reconcile.Change) { list[0].MailAfter, list[0].ProxyAfter = "", nil },
	} {
		changes := testChanges()
		damage(changes)
		_, err := Write(files{}.create, "0123456789ab", "dev", stream(changes))
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}
