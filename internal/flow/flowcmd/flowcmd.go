// Package flowcmd is `recado flow`: it checks flow files and runs transcripts,
// without a server.
package flowcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/transcript"
)

// ErrFailed says that a file failed; the output has told which.
var ErrFailed = errors.New("failed")

// Command is the command line of `recado flow`.
type Command struct {
	Validate validateCmd `cmd:"" help:"Check flow files; exit code 1 when one cannot be published."`
	Test     testCmd     `cmd:"" help:"Run *.chat transcripts; exit code 1 when one fails."`
}

type validateCmd struct {
	Files []string `arg:"" type:"existingfile" help:"Flow definitions (JSON)."`
	Lang  string   `help:"Language of the issues: es, en or pt. Empty: the flow's own."`
}

// Run prints every issue of every file. Files that are given together may call
// each other; a call of a flow that is not given is no issue.
func (c *validateCmd) Run(out io.Writer) error {
	docs := make(map[string][]byte, len(c.Files))
	defs := make(map[flow.ID]*flow.Def, len(c.Files))
	for _, file := range c.Files {
		doc, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read flow: %w", err)
		}
		if now, err := flow.Upgrade(doc); err == nil {
			doc = now
		}
		docs[file] = doc
		if def, _ := flow.Compile(doc, flow.Registry{Supports: engine.Supported}); def != nil {
			defs[def.ID] = def
		}
	}
	failed := false
	for _, file := range c.Files {
		def, issues := flow.Compile(docs[file], registryOf(defs, docs[file]))
		failed = failed || def == nil
		for _, i := range issues {
			if c.Lang != "" {
				i = i.In(c.Lang)
			}
			fmt.Fprintf(out, "%s: %s: %s: %s [%s]\n", file, i.Severity, orDocument(i.Path), i.Message, i.Code)
			if i.Fix != "" {
				fmt.Fprintf(out, "    → %s\n", i.Fix)
			}
		}
		if def != nil {
			fmt.Fprintf(out, "%s: ok, flow %s with %d nodes\n", file, def.ID, len(def.Nodes))
		}
	}
	if failed {
		return ErrFailed
	}
	return nil
}

// registryOf resolves a file's references: the engine's features, and the flows
// given with it when it calls no others.
func registryOf(defs map[flow.ID]*flow.Def, doc []byte) flow.Registry {
	all := true
	reg := flow.Registry{Supports: engine.Supported, Flow: func(id flow.ID) (*flow.Def, bool) {
		def, ok := defs[id]
		all = all && ok
		return def, ok
	}}
	if flow.Compile(doc, reg); !all {
		reg.Flow = nil
	}
	return reg
}

func orDocument(path string) string {
	if path == "" {
		return "(document)"
	}
	return path
}

type testCmd struct {
	Paths  []string `arg:"" help:"Transcripts, or folders with *.chat files."`
	Update bool     `short:"u" help:"Write what the flow says into the transcripts."`
	Cover  bool     `help:"Say which nodes and branches the transcripts reached."`
}

// Run prints a line for each transcript, and every difference.
func (c *testCmd) Run(ctx context.Context, out io.Writer) error {
	report, err := transcript.Run(ctx, c.Paths, transcript.Options{Update: c.Update, Registry: flow.Registry{Supports: engine.Supported}})
	if err != nil {
		return err
	}
	for _, f := range report.Files {
		printReport(out, f)
	}
	if c.Cover {
		for _, v := range report.Coverage {
			fmt.Fprintf(out, "%s: %d%% of %d nodes and %d branches", v.Flow, v.Percent(), v.Nodes, v.Branches)
			if len(v.Missed) > 0 {
				fmt.Fprintf(out, "; not reached: %s", strings.Join(v.Missed, ", "))
			}
			fmt.Fprintln(out)
		}
	}
	if report.Failed() {
		return ErrFailed
	}
	return nil
}

func printReport(out io.Writer, f transcript.FileReport) {
	switch {
	case f.Err != nil:
		fmt.Fprintf(out, "%s: %v\n", f.Path, f.Err)
	case f.Updated:
		fmt.Fprintf(out, "%s: updated\n", f.Path)
	case len(f.Failures) == 0:
		fmt.Fprintf(out, "%s: ok\n", f.Path)
	}
	for _, failure := range f.Failures {
		fmt.Fprintf(out, "%s:%v\n", f.Path, failure)
	}
}
