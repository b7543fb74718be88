// Command smtpmatch tells from exported files what the next Microsoft Entra Connect sync will do.
//
// This package parses the command line, opens and names files, shows progress and exits; everything
// else is in the packages formats (files) and reconcile (the rules). Summaries go to standard output,
// progress and errors to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"smtpmatch/formats/export"
	"smtpmatch/reconcile"
)

// version is "dev" unless the build sets it: -ldflags "-X main.version=1.2.3".
var version = "dev"

// The exit codes, besides kong's own for a wrong command line.
const (
	exitDone    = 0
	exitFailed  = 1
	exitChanges = 2 // with --detailed-exit-code: changes are planned
	exitBlocked = 3 // with --detailed-exit-code: some objects are blocked
	exitRefused = 4 // an input cannot be used
)

type cli struct {
	Plan planCmd `cmd:"" help:"Predict what the next sync does to every object, and write the package."`

	Quiet   bool             `help:"Show no progress."`
	Version kong.VersionFlag `help:"Show the version and exit."`
}

const description = "smtpmatch tells from two exported files what the next Microsoft Entra Connect sync will do.\n\n" +
	"Exit codes: 0 done, 1 failed, 4 an input was refused, 80 a wrong command line."

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run runs one command and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	parser := kong.Must(&c, kong.Name("smtpmatch"), kong.Description(description),
		kong.Vars{"version": "smtpmatch " + version}, kong.Writers(stdout, stderr))
	command, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(&console{stdout: stdout, stderr: stderr, quiet: c.Quiet})
	return exitCode(ctx, err, stderr)
}

// exitStatus is the exit code of a run that was done and has something to tell.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCode reports err and maps it to a code. An interrupt is a failure.
func exitCode(ctx context.Context, err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, new(exitStatus)):
		status, _ := errors.AsType[exitStatus](err)
		return int(status)
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "smtpmatch: interrupted; nothing was written")
		return exitFailed
	}
	fmt.Fprintln(stderr, "smtpmatch:", printable(err.Error()))
	if isRefusal(err) {
		return exitRefused
	}
	return exitFailed
}

func isRefusal(err error) bool {
	if _, ok := errors.AsType[*export.Refusal](err); ok {
		return true
	}
	_, ok := errors.AsType[*reconcile.DuplicateError](err)
	return ok
}
