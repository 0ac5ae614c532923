package transcript_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/internal/flow/transcript"
)

const tiny = `{"format":"recado-flow/1","id":"t","name":"T","locale":"es-MX","start":"a","triggers":[{"on":"any_message"}],
"nodes":{"a":{"type":"menu","say":"¿Qué?","options":[{"id":"x","label":"Uno","next":"b"},{"id":"y","label":"Dos","next":"c"}]},
"b":{"type":"end","say":"Uno."},"c":{"type":"end","say":"Dos."}}}`

// write puts a transcript and its flow into a directory and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{"t.json": tiny, "t.chat": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "t.chat")
}

func run(t *testing.T, path string, o transcript.Options) transcript.FileReport {
	t.Helper()
	r, err := transcript.Run(context.Background(), []string{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r.Files[0]
}

// A failure names the line of the expectation.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		line int
		want string
	}{
		"other text":     {"flow t.json\n> hola\n< ¿Cuál?\n", 3, "«¿Cuál?», got «¿Qué?|1. Uno|2. Dos»"},
		"missing":        {"flow t.json\n> hola\n< ¿Qué?|1. Uno|2. Dos\n< más\n", 4, "«más», got nothing"},
		"unexpected":     {"flow t.json\n> hola\n", 2, "nothing more, got «¿Qué?|1. Uno|2. Dos»"},
		"not silent":     {"flow t.json\n> hola\n<!\n", 3, "nothing, got «¿Qué?|1. Uno|2. Dos»"},
		"pattern":        {"flow t.json\n> hola\n<~ ¿Qu*Tres\n", 3, "«¿Qu*Tres», got"},
		"node":           {"flow t.json\n> hola\n<~ *\n? node=b\n", 4, "node=b, got node=a"},
		"variable":       {"flow t.json\n> hola\n<~ *\n? vars x=1\n", 4, "x=1, got x=null"},
		"event":          {"flow t.json\n> hola\n<~ *\n? event invalid\n", 4, "event invalid, got started t1 any_message"},
		"effect":         {"flow t.json\n> hola\n<~ *\n* handoff\n", 4, "an effect handoff, got none"},
		"fixture unused": {"flow t.json\n~ http GET https://x/* -> 200 {}\n> hola\n<~ *\n", 2, "a call of this service, got none"},
	} {
		r := run(t, write(t, c.text), transcript.Options{})
		if r.Err != nil || len(r.Failures) == 0 {
			t.Errorf("%s: %v, no failure", name, r.Err)
			continue
		}
		f := r.Failures[0]
		if f.Line != c.line || !strings.Contains(f.String(), c.want) {
			t.Errorf("%s: %s, want line %d: %s", name, f, c.line, c.want)
		}
	}
}

// All mistakes in a transcript are reported at once, with their lines.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"> hola\n":                                         "t.chat:1: the first line names the flow",
		"flow t.json tz Nowhere/Land\n":                    "t.chat:1: tz:",
		"flow t.json at yesterday\n":                       "t.chat:1: at:",
		"flow t.json channel smoke\n":                      "t.chat:1: channel:",
		"flow t.json colour red\n":                         `t.chat:1: "colour": unknown`,
		"flow t.json lang\n":                               `t.chat:1: "lang": a value is missing`,
		"flow t.json \"x\n":                                "t.chat:1: a quotation mark",
		"flow t.json\n< hola\n":                            "t.chat:2: nothing has happened yet",
		"flow t.json\n> hola\nhola\n":                      "t.chat:3: a line begins with",
		"flow t.json\n>+ hola\n":                           "t.chat:2: >+ goes right after >",
		"flow t.json\ncontact \"Ana\" size=3\n":            "t.chat:2: size=",
		"flow t.json\n> hola\n<~ *\n! dance\n":             "t.chat:4: ! dance: unknown",
		"flow t.json\n> hola\n<~ *\n+ soon\n":              `t.chat:4: "soon" is no duration`,
		"flow t.json\n> [hologram x]\n":                    "t.chat:2: [hologram]",
		"flow t.json\n> [location here]\n":                 "t.chat:2: location",
		"flow t.json\n> [sticker] and text\n":              "t.chat:2: \"and text\" stands behind",
		"flow t.json\n~ smtp x\n":                          "t.chat:2: ~ http",
		"flow t.json\n> hola\n<~ *\n! event x {\n":         "t.chat:4: ! event",
		"flow t.json\ncalendar kitchen\n":                  `t.chat:2: calendar: kitchen`,
		"flow t.json\nhours someday 9:00-17:00\n":          "hours:",
		"flow missing.json\n":                              "read flow",
		"flow t.json\n> hola\n<~ *\n! republish no.json\n": "t.chat:4:",
	} {
		r := run(t, write(t, text), transcript.Options{})
		if r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, r.Err, want)
		}
	}
	_, err := transcript.Parse("x.chat", []byte("flow t.json tz A/B\n< x\nfoo\n"))
	var first *transcript.ParseError
	if !errors.As(err, &first) || first.Line != 1 || strings.Count(err.Error(), "x.chat:") < 2 {
		t.Errorf("%v", err)
	}
}

// Update replaces the bot's messages and nothing else.
func TestUpdate(t *testing.T) {
	t.Parallel()
	path := write(t, `# a comment
flow t.json

> hola          # how they begin
< ¿Cuál?
<~ nada*
# between
> 1
? status=ended
> otra vez
<!
> 2
<~ D*s.
`)
	r := run(t, path, transcript.Options{Update: true})
	if r.Err != nil || len(r.Failures) > 0 || !r.Updated {
		t.Fatalf("%+v", r)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `# a comment
flow t.json

> hola          # how they begin
< ¿Qué?|1. Uno|2. Dos
# between
> 1
< Uno.
? status=ended
> otra vez
< ¿Qué?|1. Uno|2. Dos
> 2
<~ D*s.
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if r := run(t, path, transcript.Options{Update: true}); r.Updated || len(r.Failures) > 0 {
		t.Errorf("a second update: %+v", r)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	path := write(t, "flow t.json\n> hola\n<~ *\n> 1\n< Uno.\n")
	r, err := transcript.Run(context.Background(), []string{filepath.Dir(path)}, transcript.Options{})
	if err != nil || len(r.Coverage) != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	c := r.Coverage[0]
	if c.Flow != "t" || c.Nodes != 3 || fmt.Sprint(c.Missed) != "[a.on_invalid a.options.y c]" || c.Percent() != 50 {
		t.Errorf("%+v %d%%", c, c.Percent())
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	if _, err := transcript.Run(context.Background(), []string{"nowhere"}, transcript.Options{}); err == nil {
		t.Error("a path that is not there must be an error")
	}
	if _, err := transcript.Run(context.Background(), []string{t.TempDir()}, transcript.Options{}); !errors.Is(err, transcript.ErrNone) {
		t.Errorf("a folder without transcripts: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := transcript.Run(ctx, []string{"testdata/corpus"}, transcript.Options{}); err == nil {
		t.Error("a cancelled run must say so")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("flow t.json at 2026-11-23 10:00\n> [offline 3h] hola\n< x\n+ 20m\n? node=a\n~ http GET x -> 200 {}\n! tag +x\n")
	f.Fuzz(func(t *testing.T, s string) {
		file, err := transcript.Parse("x.chat", []byte(s))
		if (file == nil) == (err == nil) && file == nil {
			t.Fatal("neither a file nor an error")
		}
	})
}
