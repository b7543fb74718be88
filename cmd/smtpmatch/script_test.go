package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smtpmatch": main})
}

// TestScripts runs testdata/script/*.txtar: the program as its users run it. Refresh what it is expected
// to print with UPDATE_SCRIPTS=1.
func TestScripts(t *testing.T) {
	samples := func(env *testscript.Env) error {
		dir, err := os.Getwd()
		env.Setenv("SAMPLES", dir+"/../../samples/contoso")
		return err
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: samples, UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"checkexit": checkExit},
	})
}

// checkExit runs a program and wants a certain exit code: checkexit CODE PROGRAM ARG…
func checkExit(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: checkexit CODE PROGRAM ARG…")
	}
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
