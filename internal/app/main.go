// Package app is the composition root: it turns settings into stores,
// services and servers, runs them, and stops them in reverse. It holds the
// commands too. Nothing imports it but cmd/recado and the end-to-end tests.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"recado/internal/app/logsample"
	"recado/internal/config"
	"recado/internal/flow/flowcmd"
)

// Version is set at build time.
var Version = "dev"

// cli is the command line. Its settings are config.Config; the rest are commands.
type cli struct {
	Serve    serveCmd        `cmd:"" help:"Run the server: REST, Socket.IO and back office."`
	Demo     demoCmd         `cmd:"" help:"The same with a simulated WhatsApp, a demo shop and a virtual phone."`
	Wasim    wasimCmd        `cmd:"" help:"Run the WhatsApp simulator alone."`
	Flow     flowcmd.Command `cmd:"" help:"Check flow files and run their transcripts."`
	Secrets  secretsCmd      `cmd:"" help:"Change the key that protects what is stored."`
	Migrate  migrateCmd      `cmd:"" help:"Move between the data folder and MongoDB with Redis."`
	Restored restoredCmd     `cmd:"" help:"Run once after restoring a backup, before the server starts: customers can then read what the restored sessions send."`
	Version  versionCmd      `cmd:"" help:"Print the version."`
	Config   configCmd       `cmd:"" help:"Print every setting with its value, default, source and meaning."`
	Help     helpCmd         `cmd:"" help:"Print this help."`
}

// program is what every command gets.
type program struct {
	stdout, stderr io.Writer
	sources        *config.Sources
	parser         *kong.Kong
}

// Main runs the command line args (without the program's name) and returns the
// exit code: 0, 1 for a failure, 2 for a wrong command line or settings.
func Main(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	sources, err := config.Open(environ)
	if err != nil {
		fmt.Fprintf(stderr, "recado: the settings are wrong:\n%v\n", err)
		return 2
	}
	code := -1
	p := &program{stdout: stdout, stderr: stderr, sources: sources}
	p.parser, err = kong.New(&cli{},
		kong.Name("recado"), kong.Description("Self-hosted WhatsApp for many shops."),
		kong.Writers(stdout, stderr), kong.Exit(func(c int) { code = c }),
		kong.Resolvers(sources.Resolver()), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintf(stderr, "recado: %v\n", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"help"}
	}
	parsed, err := p.parser.Parse(args)
	if code >= 0 { // --help has been printed
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "recado: %v\n", err)
		return 2
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.BindTo(stdout, (*io.Writer)(nil))
	return exitCode(parsed.Run(p), stderr)
}

// usageError is a wrong command line or setting: exit code 2.
type usageError struct{ error }

func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flowcmd.ErrFailed):
		return 1
	}
	fmt.Fprintf(stderr, "recado: %v\n", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}

type versionCmd struct{}

func (versionCmd) Run(p *program) error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " (" + s.Value + ")"
			}
		}
	}
	_, err := fmt.Fprintf(p.stdout, "recado %s%s\n", Version, revision)
	return err
}

type configCmd struct {
	config.Config `embed:""`
}

func (c *configCmd) Run(p *program) error {
	if err := c.Print(p.stdout, p.sources); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("these settings would not start:\n%w", err)}
	}
	return nil
}

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"Command to explain."`
}

func (h helpCmd) Run(p *program) error {
	traced, err := kong.Trace(p.parser, h.Command)
	if err != nil {
		return err
	}
	if traced.Error != nil && len(h.Command) > 0 {
		return usageError{traced.Error}
	}
	return traced.PrintUsage(false)
}

// logger returns the program's log.
func logger(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(logsample.New(slog.NewJSONHandler(w, o)))
	}
	return slog.New(logsample.New(slog.NewTextHandler(w, o)))
}
