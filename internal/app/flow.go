package app

import (
	"context"
	"fmt"
	"os"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/transcript"
)

type flowCmd struct {
	Validate flowValidateCmd `cmd:"" help:"Check flow files; exit code 1 when one cannot be published."`
	Test     flowTestCmd     `cmd:"" help:"Run *.chat transcripts; exit code 1 when one fails."`
}

type flowValidateCmd struct {
	Files []string `arg:"" type:"existingfile" help:"Flow definitions (JSON)."`
	Lang  string   `help:"Language of the issues: es, en or pt. Empty: the flow's own."`
}

// Run prints every issue of every file. Files that are given together may call
// each other; a flow that is not among them is not held against the caller.
func (c *flowValidateCmd) Run(p *program) error {
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
		def, issues := flow.Compile(docs[file], among(defs, docs[file]))
		failed = failed || def == nil
		for _, i := range issues {
			if c.Lang != "" {
				i = i.In(c.Lang)
			}
			fmt.Fprintf(p.stdout, "%s: %s: %s: %s [%s]\n", file, i.Severity, orDocument(i.Path), i.Message, i.Code)
			if i.Fix != "" {
				fmt.Fprintf(p.stdout, "    → %s\n", i.Fix)
			}
		}
		if def != nil {
			fmt.Fprintf(p.stdout, "%s: ok, flow %s with %d nodes\n", file, def.ID, len(def.Nodes))
		}
	}
	if failed {
		return errSilent
	}
	return nil
}

// among is what a file may lean on: this server's abilities, and the flows given
// with it when they are all that it calls.
func among(defs map[flow.ID]*flow.Def, doc []byte) flow.Registry {
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

type flowTestCmd struct {
	Paths  []string `arg:"" help:"Transcripts, or folders with *.chat files."`
	Update bool     `short:"u" help:"Write what the flow says into the transcripts."`
	Cover  bool     `help:"Say which nodes and branches the transcripts reached."`
}

// Run prints a line for each transcript, and every difference.
func (c *flowTestCmd) Run(ctx context.Context, p *program) error {
	report, err := transcript.Run(ctx, c.Paths, transcript.Options{Update: c.Update, Registry: flow.Registry{Supports: engine.Supported}})
	if err != nil {
		return err
	}
	for _, f := range report.Files {
		p.transcript(f)
	}
	if c.Cover {
		for _, v := range report.Coverage {
			fmt.Fprintf(p.stdout, "%s: %d%% of %d nodes and %d branches", v.Flow, v.Percent(), v.Nodes, v.Branches)
			if len(v.Missed) > 0 {
				fmt.Fprintf(p.stdout, "; not reached: %s", strings.Join(v.Missed, ", "))
			}
			fmt.Fprintln(p.stdout)
		}
	}
	if report.Failed() {
		return errSilent
	}
	return nil
}

func (p *program) transcript(f transcript.FileReport) {
	switch {
	case f.Err != nil:
		fmt.Fprintf(p.stdout, "%s: %v\n", f.Path, f.Err)
	case f.Updated:
		fmt.Fprintf(p.stdout, "%s: updated\n", f.Path)
	case len(f.Failures) == 0:
		fmt.Fprintf(p.stdout, "%s: ok\n", f.Path)
	}
	for _, failure := range f.Failures {
		fmt.Fprintf(p.stdout, "%s:%v\n", f.Path, failure)
	}
}
