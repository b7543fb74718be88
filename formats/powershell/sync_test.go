package powershell

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// server is the stub's sync server; see engine/selftest/ADSync/ADSync.psm1.
type server struct {
	Scheduler struct {
		StagingModeEnabled, SchedulerSuspended, SyncCycleEnabled, SyncCycleInProgress bool
	} `json:"scheduler"`
	Polls   int      `json:"polls"`
	Busy    int      `json:"busy"`
	Cycle   []run    `json:"cycle"`
	Runs    []run    `json:"runs"`
	Started []string `json:"started"`
}

type run struct {
	RunHistoryID   string `json:"RunHistoryId"`
	ConnectorName  string
	RunProfileName string
	IsRunComplete  bool
	Result         string
	RunStepResults []step
}

type step struct {
	StepResult                                           string
	ExportAdd, ExportUpdate, ExportDelete, ExportFailure int
	SyncErrors                                           string `json:",omitempty"`
}

func newServer() *server {
	s := &server{Started: []string{}}
	s.Scheduler.SyncCycleEnabled = true
	s.Runs = []run{{RunHistoryID: "old", ConnectorName: "corp", RunProfileName: "Export", IsRunComplete: true, Result: "completed-export-errors"}}
	s.Cycle = []run{
		{RunHistoryID: "2", ConnectorName: "contoso.onmicrosoft.com - AAD", RunProfileName: "Export", IsRunComplete: true, Result: "success",
			RunStepResults: []step{{StepResult: "success", ExportUpdate: 5}}},
		{RunHistoryID: "1", ConnectorName: "=cmd'; exit 99; '\x1b[31m", RunProfileName: "Delta Import", IsRunComplete: true, Result: "success"},
	}
	return s
}

func newSyncLab(t *testing.T, edit func(s *server)) *lab {
	t.Helper()
	l := newLab(t, nil)
	s := newServer()
	if edit != nil {
		edit(s)
	}
	l.save(l.server, s)
	return l
}

func (l *lab) syncServer() *server {
	l.t.Helper()
	s := &server{}
	l.load(l.server, s)
	return s
}

var fast = []string{"-PollSeconds", "0", "-Confirm:$false"}

func TestPowerShellStartSync(t *testing.T) {
	tests := []struct {
		name    string
		edit    func(s *server)
		args    []string
		code    int
		says    string
		started string
		rows    int
	}{
		{name: "a cycle", code: 0, says: "Every run ended with success", started: "Delta", rows: 2},
		{name: "initial on request", args: []string{"-PolicyType", "Initial"}, code: 0, started: "Initial", rows: 2},
		{name: "what if", args: []string{"-WhatIf"}, code: 0},
		{name: "waits for a cycle that runs", edit: func(s *server) { s.Polls = 4 }, code: 0, started: "Delta", rows: 2},
		{name: "tries again when busy", edit: func(s *server) { s.Busy = 2 }, code: 0, says: "busy: try 2 of 6", started: "Delta", rows: 2},
		{name: "stays busy", edit: func(s *server) { s.Busy = 9 }, args: []string{"-MaxRetries", "1"}, code: 4, says: "stayed busy"},
		{name: "staging mode", edit: func(s *server) { s.Scheduler.StagingModeEnabled = true }, code: 3, says: "staging mode"},
		{name: "suspended", edit: func(s *server) { s.Scheduler.SchedulerSuspended = true }, code: 3, says: "suspended"},
		{name: "turned off", edit: func(s *server) { s.Scheduler.SyncCycleEnabled = false }, code: 0, says: "The scheduler is off; this cycle runs", started: "Delta", rows: 2},
		{name: "export errors", edit: func(s *server) {
			s.Cycle[0].Result = "completed-export-errors"
			s.Cycle[0].RunStepResults = []step{{StepResult: "completed-export-errors", ExportFailure: 1, SyncErrors: "AttributeValueMustBeUnique"}}
		}, code: 2, says: "1 exports failed. AttributeValueMustBeUnique", started: "Delta", rows: 2},
		{name: "a step failed in a run with success", edit: func(s *server) {
			s.Cycle[0].RunStepResults = append(s.Cycle[0].RunStepResults, step{StepResult: "stopped-deletion-threshold-exceeded"})
		}, code: 2, says: "stopped-deletion-threshold-exceeded", started: "Delta", rows: 3},
	}
	labs, calls := make([]*lab, len(tests)), make([]*call, len(tests))
	for i, test := range tests {
		labs[i] = newSyncLab(t, test.edit)
		calls[i] = labs[i].calls("Start-Sync.ps1", append(slices.Clone(fast), test.args...)...)
	}
	labs[0].runAll(calls)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := labs[i]
			l.t = t
			if out := calls[i].Output; calls[i].Code != test.code || !strings.Contains(out, test.says) || strings.Contains(out, "\x1b[31m") {
				t.Errorf("ended with %d and\n%s\nwant %d, %q", calls[i].Code, out, test.code, test.says)
			}
			if got := strings.Join(l.syncServer().Started, " "); got != test.started {
				t.Errorf("started %q", got)
			}
			if test.rows == 0 {
				return
			}
			if rows := l.rows("Start-Sync.results.csv"); len(rows) != test.rows || rows[0]["RunHistoryId"] != "1" || rows[1]["RunHistoryId"] != "2" {
				t.Errorf("the results are %v", rows)
			}
		})
	}
}

// schedulerNote is the file that Suspend leaves for Resume.
const schedulerNote = "scheduler.before.csv"

// suspended says whether the scheduler is off, and whether there is a note.
func (l *lab) suspended() (off, noted bool) {
	l.t.Helper()
	_, err := os.Stat(filepath.Join(l.dir, schedulerNote))
	return !l.syncServer().Scheduler.SyncCycleEnabled, err == nil
}

// The scheduler ends as it was, on or off, and the note keeps a second suspend from forgetting it.
func TestPowerShellSchedulerSuspendAndResume(t *testing.T) {
	const suspend, resume = "Suspend-SyncScheduler.ps1", "Resume-SyncScheduler.ps1"
	l := newSyncLab(t, func(s *server) { s.Polls = 2 })
	wasOff := newSyncLab(t, func(s *server) { s.Scheduler.SyncCycleEnabled = false })
	runs := func(want string, list ...*call) {
		t.Helper()
		l.runAll(list)
		var codes []string
		for _, c := range list {
			codes = append(codes, strconv.Itoa(c.Code))
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("ended with %s, want %s", got, want)
		}
	}
	ask := []string{"-Confirm:$false"}
	runs("0 3", l.calls(suspend, "-WhatIf"), l.calls(resume, ask...))
	if off, noted := l.suspended(); off || noted {
		t.Error("-WhatIf did something")
	}
	runs("0 0 0", l.calls(suspend, fast...), l.calls(suspend, fast...), l.calls(resume, "-WhatIf"))
	if off, noted := l.suspended(); !off || !noted || l.syncServer().Polls != 0 {
		t.Error("the scheduler is on, or a cycle runs")
	}
	runs("0 0 0", l.calls(resume, ask...), wasOff.calls(suspend, fast...), wasOff.calls(resume, ask...))
	if off, noted := l.suspended(); off || noted {
		t.Error("the scheduler is off, or the note is left")
	}
	if off, noted := wasOff.suspended(); !off || noted {
		t.Error("the scheduler was off before, and is on now, or the note is left")
	}
}

// Neither script does anything on the wrong server, or with a note that does not fit.
func TestPowerShellSchedulerRefuses(t *testing.T) {
	const good = "\ufeff\"PlanId\",\"Computer\",\"SyncCycleEnabled\",\"TimeUtc\"\r\n\"0123456789ab\",\"SYNC01\",\"True\",\"2026-01-01T00:00:00Z\"\r\n"
	tests := []struct{ name, script, note, says string }{
		{"staging mode", "Suspend-SyncScheduler.ps1", "", "staging mode"},
		{"turned on meanwhile", "Suspend-SyncScheduler.ps1", good, "somebody turned it on"},
		{"another server", "Resume-SyncScheduler.ps1", strings.Replace(good, "SYNC01", "SYNC02", 1), "another server"},
		{"another plan", "Resume-SyncScheduler.ps1", strings.Replace(good, "0123456789ab", "ba9876543210", 1), "another plan"},
		{"no setting", "Resume-SyncScheduler.ps1", strings.Replace(good, "True", "Perhaps", 1), "damaged"},
	}
	labs, calls := make([]*lab, len(tests)), make([]*call, len(tests))
	for i, test := range tests {
		labs[i] = newSyncLab(t, func(s *server) { s.Scheduler.StagingModeEnabled = test.note == "" })
		if test.note != "" {
			must(t, os.WriteFile(filepath.Join(labs[i].dir, schedulerNote), []byte(test.note), 0o600))
		}
		calls[i] = labs[i].calls(test.script, "-Confirm:$false")
	}
	labs[0].runAll(calls)
	for i, test := range tests {
		if off, noted := labs[i].suspended(); off || noted != (test.note != "") || calls[i].Code != 3 || !strings.Contains(calls[i].Output, test.says) {
			t.Errorf("%s: ended with %d: %s", test.name, calls[i].Code, calls[i].Output)
		}
	}
}
