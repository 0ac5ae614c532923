package transcript_test

import (
	"context"
	"flag"
	"testing"

	"recado/internal/flow/transcript"
)

var doUpdate = flag.Bool("update", false, "write the bot's messages into the transcripts")

// TestCorpus runs the conformance corpus: how people really write, and how the
// engine answers. Each transcript is one subtest.
func TestCorpus(t *testing.T) {
	t.Parallel()
	r, err := transcript.Run(context.Background(), []string{"testdata/corpus"}, transcript.Options{Update: *doUpdate})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files) < 100 {
		t.Errorf("only %d transcripts", len(r.Files))
	}
	for _, f := range r.Files {
		t.Run(f.Path, func(t *testing.T) {
			t.Parallel()
			if f.Err != nil {
				t.Error(f.Err)
			}
			for _, x := range f.Failures {
				t.Errorf("%s: %s\n\ttrace: %v", f.Path, x, x.Why)
			}
			if f.Updated {
				t.Log("updated")
			}
		})
	}
	for _, c := range r.Coverage {
		t.Logf("%s: %d%% of nodes and branches, missed %v", c.Flow, c.Percent(), c.Missed)
	}
}
