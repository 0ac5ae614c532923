package transcript

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"recado/internal/flow"
)

// Options of Run. The zero value reads and writes files.
type Options struct {
	Update   bool          // write the bot's messages into the transcripts in place of the expected ones
	Registry flow.Registry // resolves references of flows; Supports defaults to the engine's features
	Read     func(path string) ([]byte, error)
	Write    func(path string, data []byte) error
}

// Report is the result of a run over transcripts.
type Report struct {
	Files    []FileReport
	Coverage []Coverage // of every flow that a transcript named, sorted
}

// FileReport is the result of one transcript.
type FileReport struct {
	Path     string
	Failures []Failure
	Err      error // the transcript could not be read or run
	Updated  bool
}

// Failed reports whether any transcript failed.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Files, func(f FileReport) bool { return f.Err != nil || len(f.Failures) > 0 })
}

// ErrNone is the error of a run without transcripts: a test that tests nothing must
// not pass.
var ErrNone = errors.New("no *.chat files")

// Run runs the transcripts at paths: files, or directories searched for *.chat.
// The error is about the paths; mistakes and failures of transcripts are in the
// Report.
func Run(ctx context.Context, paths []string, o Options) (Report, error) {
	if o.Read == nil {
		o.Read = os.ReadFile
	}
	if o.Write == nil {
		o.Write = func(path string, data []byte) error { return os.WriteFile(path, data, 0o644) }
	}
	files, err := find(paths)
	if err != nil {
		return Report{}, err
	}
	var r Report
	c := coverage{}
	for _, path := range files {
		if err := ctx.Err(); err != nil {
			return r, fmt.Errorf("run transcripts: %w", err)
		}
		r.Files = append(r.Files, runFile(path, o, c))
	}
	r.Coverage = c.sum()
	return r, nil
}

// find lists the transcripts at paths, sorted within a directory.
func find(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (path == p || strings.HasSuffix(path, ".chat")) {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find transcripts: %w", err)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNone, strings.Join(paths, ", "))
	}
	return out, nil
}

func runFile(path string, o Options, c coverage) FileReport {
	r := FileReport{Path: path}
	src, err := o.Read(path)
	if err != nil {
		r.Err = fmt.Errorf("read transcript: %w", err)
		return r
	}
	f, err := Parse(path, src)
	if err != nil {
		r.Err = err
		return r
	}
	outs, err := playAll(f, o, c)
	if err != nil {
		r.Err = err
		return r
	}
	if o.Update {
		if text := update(f, outs[0].said); text != string(src) {
			if err := o.Write(path, []byte(text)); err != nil {
				r.Err = fmt.Errorf("update transcript: %w", err)
				return r
			}
			r.Updated = true
			o.Update = false
			again := runFile(path, o, coverage{})
			again.Updated = true
			return again
		}
	}
	r.Failures = outs[0].failures
	for i, out := range outs[1:] {
		if len(outs[0].failures) > 0 {
			break // the same failures again
		}
		for _, f := range out.failures {
			f.Mode = modes[i+1].name
			r.Failures = append(r.Failures, f)
		}
		if !slices.EqualFunc(outs[0].said, out.said, slices.Equal) && len(out.failures) == 0 {
			r.Failures = append(r.Failures, Failure{Line: 1, Want: "the same conversation in every mode", Got: "another one", Mode: modes[i+1].name})
		}
	}
	return r
}

// playAll runs a transcript in every mode.
func playAll(f *File, o Options, c coverage) ([]outcome, error) {
	var outs []outcome
	for _, m := range modes {
		defs := newFlowVersions()
		for _, name := range f.Head.Flows {
			doc, err := o.Read(filepath.Join(filepath.Dir(f.Name), name))
			if err != nil {
				return nil, fmt.Errorf("read flow: %w", err)
			}
			if err := defs.publish(name, doc, o.Registry); err != nil {
				return nil, err
			}
		}
		out, err := play(f, defs, m, o.Read, o.Registry)
		if err != nil {
			return nil, err
		}
		c.add(defs, out.events)
		outs = append(outs, out)
	}
	return outs, nil
}
