package transcript

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow/engine"
)

// fixture is the answer of a web service to one call.
type fixture struct {
	line   int
	method string
	url    *regexp.Regexp
	after  time.Duration
	result engine.Result
	used   bool
}

// fixtures reads the "~" lines; each answers one call, in order.
func fixtures(f *File) ([]*fixture, error) {
	var out []*fixture
	for _, b := range f.Blocks {
		if b.Do.Mark != "~" {
			continue
		}
		x, err := readFixture(b.Do.Text)
		if err != nil {
			return nil, &ParseError{f.Name, b.Do.No, err.Error()}
		}
		x.line = b.Do.No
		out = append(out, x)
	}
	return out, nil
}

// readFixture reads `http POST https://pos.example/* -> 201 {"folio":"A-17"}`.
func readFixture(s string) (*fixture, error) {
	head, tail, ok := strings.Cut(s, "->")
	words := strings.Fields(head)
	if !ok || len(words) != 3 || words[0] != "http" {
		return nil, fmt.Errorf(`~ http METHOD url -> 201 {"json": 1}`)
	}
	x := &fixture{method: words[1], url: glob(words[2])}
	tail = strings.TrimSpace(tail)
	if rest, ok := strings.CutPrefix(tail, "after "); ok {
		d, after, _ := strings.Cut(rest, " ")
		var err error
		if x.after, err = duration(d); err != nil {
			return nil, err
		}
		tail = strings.TrimSpace(after)
	}
	code, body, _ := strings.Cut(tail, " ")
	n, err := strconv.Atoi(code)
	if err != nil { // timeout, refused, too_large, …
		x.result = engine.Result{Error: code}
		return x, nil
	}
	x.result = engine.Result{OK: true, Code: n, Headers: map[string]string{"content-type": "application/json"}}
	if body = strings.TrimSpace(body); body != "" {
		x.result.Body = json.RawMessage(body)
	}
	return x, nil
}

// glob compiles a pattern in which * stands for anything.
func glob(pattern string) *regexp.Regexp {
	parts := strings.Split(pattern, "*")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`)
}

// call answers a call of the engine with the first fixture that fits. A call that
// none fits shows up as a message of the bot, which fails the transcript.
func (w *world) call(key string, h *engine.HTTP) {
	for _, x := range w.fixtures {
		if !x.used && x.method == h.Method && x.url.MatchString(h.URL) {
			x.used = true
			r := x.result
			r.Effect = key
			w.results = append(w.results, result{engine.At(w.now.Add(x.after)), &r})
			return
		}
	}
	w.said = append(w.said, "[no fixture for http "+h.Method+" "+h.URL+"]")
}
