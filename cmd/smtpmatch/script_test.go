package main

import (
	"os"
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
	})
}
