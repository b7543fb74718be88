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
	Plan    planCmd    `cmd:"" help:"Predict what the next sync does to every object, and write the package."`
	Check   checkCmd   `cmd:"" help:"Say what files are, what is damaged in them and what they can be used for."`
	Collect collectCmd `cmd:"" help:"Write the scripts that export both sides."`

	Quiet   bool             `help:"Show no progress."`
	Version kong.VersionFlag `help:"Show the version and exit."`
}

const description = "smtpmatch tells from two exported files what the next Microsoft Entra Connect sync will do.\n\n" +
	"Exit codes: 0 done, 1 failed, 4 an input was refused, 80 a wrong command line."

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), interrupts()...)
	context.AfterFunc(ctx, stop)   // a second interrupt ends the program at once
	signal.Ignore(syscall.SIGPIPE) // a reader of the progress that goes away must not end the run
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// interrupts are the signals that end a run in good order. nohup ignores the hangup, and so it stays.
func interrupts() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// run runs one command and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	parser := kong.Must(&c, kong.Name("smtpmatch"), kong.Description(description),
		kong.Vars{"version": "smtpmatch " + version}, kong.Writers(stdout, stderr))
	command, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	command.BindTo(ctx, (*context.Context)(nil))
	console := newConsole(stdout, stderr, c.Quiet)
	err = command.Run(console)
	console.clear()
	return exitCode(err, stderr)
}

// exitStatus is the exit code of a run that was done and has something to tell.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCode reports err and maps it to a code. An interrupt is a failure.
func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, new(exitStatus)):
		status, _ := errors.AsType[exitStatus](err)
		return int(status)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "smtpmatch: interrupted; nothing was written")
		return exitFailed
	}
	for i, part := range parts(err) {
		if i > 0 {
			fmt.Fprintln(stderr)
		}
		fmt.Fprintln(stderr, "smtpmatch:", printable(part.Error()))
	}
	if isRefusal(err) {
		return exitRefused
	}
	return exitFailed
}

// parts are the errors that were joined to err. One that only wraps several stays whole.
func parts(err error) (list []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(joined.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	for _, part := range joined.Unwrap() {
		list = append(list, parts(part)...)
	}
	return list
}

func isRefusal(err error) bool {
	if _, ok := errors.AsType[*export.Refusal](err); ok {
		return true
	}
	_, ok := errors.AsType[*reconcile.DuplicateError](err)
	return ok
}
