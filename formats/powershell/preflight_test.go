package powershell

import (
	"os"
	"path/filepath"
	"testing"
)

const preflightLog = "Preflight.results.csv"

func TestPowerShellPreflight(t *testing.T) {
	tests := []struct {
		name   string
		damage func(l *lab)
		args   []string
		code   int
		says   string
		logs   string
	}{
		{name: "all is ready", logs: "Ready Ready Ready Ready Ready"},
		{name: "one batch", args: []string{"-Batch", "B00001"}, logs: "Ready Ready Ready Ready Ready"},
		{name: "a batch of another domain", args: []string{"-Batch", "B00002"}, code: 3, says: "another domain"},
		{name: "no such batch", args: []string{"-Batch", "B00009"}, code: 3, says: "no such batch"},
		{name: "drift, done, Exchange, missing", damage: func(l *lab) {
			l.change(func(d *directory) {
				d.Schema = []string{"msExchMailboxGuid"}
				d.object(1).Mail = one{"x@y.z"}
				d.object(2).MsExchMailboxGUID = one{"abc"}
				d.object(3).ProxyAddresses = []string{"smtp:crew@contoso.com", "SMTP:team@contoso.com"}
				d.object(4).ObjectGUID = "gone"
			})
		}, code: 2, says: "Exchange manages it", logs: "Drift Drift AlreadyDone Failed Ready"},
		{name: "somebody else holds a new address", damage: func(l *lab) {
			l.change(func(d *directory) {
				d.Objects = append(d.Objects, object{ObjectGUID: testGUID(77).String(), ObjectClass: "contact", Mail: one{"o'brien@contoso.com"},
					ProxyAddresses: []string{"SMTP:Crew@contoso.com"}, MsExchMailboxGUID: one{}})
			})
		}, code: 2, says: "held by " + testGUID(77).String(), logs: "Ready Conflict Conflict Ready Ready"},
		{name: "the same, not asked", damage: func(l *lab) {
			l.change(func(d *directory) { d.object(4).Mail = one{"O'Brien@contoso.com"} })
		}, args: []string{"-SkipForestSearch"}, code: 2, logs: "Ready Ready Ready Drift Ready"},
		{name: "a script was changed", damage: func(l *lab) { l.edit(setB1, "$MaxErrors = 3", "$MaxErrors = 9") },
			code: 3, says: setB1 + " was changed (SHA-256)."},
		{name: "the values were changed, and scripts may be signed", damage: func(l *lab) { l.edit("B00001.values.csv", "team@", "evil@") },
			args: []string{"-Signed"}, code: 3, says: "B00001.values.csv was changed (SHA-256)."},
		{name: "a script was changed and is not signed", damage: func(l *lab) { l.edit(setB1, "$MaxErrors = 3", "$MaxErrors = 9") },
			args: []string{"-Signed"}, code: 3},
		{name: "a file is missing", damage: func(l *lab) { must(l.t, os.Remove(filepath.Join(l.dir, "RUNBOOK.txt"))) },
			code: 3, says: "RUNBOOK.txt is missing."},
		{name: "a path in the checksums", damage: func(l *lab) { l.edit("SHA256SUMS", "  RUNBOOK.txt", "  C:\\x") },
			code: 3, says: "no checksum"},
		{name: "the domain controller is read-only", damage: func(l *lab) { l.change(func(d *directory) { d.DC.IsReadOnly = true }) },
			code: 3, says: "read-only"},
	}
	labs, calls := make([]*lab, len(tests)), make([]*call, len(tests))
	for i, test := range tests {
		labs[i] = newLab(t, testChanges())
		if test.damage != nil {
			test.damage(labs[i])
		}
		calls[i] = labs[i].calls("Test-Preflight.ps1", append([]string{"-Server", testServer}, test.args...)...)
	}
	labs[0].runAll(calls)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := labs[i]
			l.t = t
			l.ended(calls[i], test.code, test.says, preflightLog, test.logs)
			if l.directory().Writes > 0 {
				t.Error("it wrote")
			}
		})
	}
}
