package engine

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/expr"
)

// enterHTTP asks for a web service to be called and waits for its result.
func (m *sender) enterHTTP(n *flow.HTTPNode) flow.Ref {
	url, ws := n.URL.Render(m.scope(), expr.URL)
	m.warn(ws)
	e := &HTTP{Method: n.Method, URL: url, Secret: n.Secret, Timeout: n.Timeout, Retry: n.Retry, MaxBytes: n.MaxBytes}
	for _, h := range n.Headers {
		v, ws := h.Value.Render(m.scope(), expr.Raw)
		m.warn(ws)
		if e.Headers == nil {
			e.Headers = make(map[string]string, len(n.Headers))
		}
		e.Headers[h.Name] = oneLine(v)
	}
	if n.JSON != nil {
		body, err := json.Marshal(m.value(n.JSON))
		if err != nil {
			m.event(Event{Kind: Warned, Name: "body", Text: err.Error()})
		}
		e.Body = body
	}
	if n.Body != nil {
		e.Text, ws = n.Body.Render(m.scope(), expr.Raw)
		m.warn(ws)
	}
	m.say(n.WaitSay)
	key := m.effect(e)
	m.waitFor(Wait{Kind: ForResult, Since: m.now, Until: m.now.Add(resultTimeout(n)), Effect: key})
	return ""
}

// oneLine keeps a value from becoming a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// resultTimeout is how long a result may take, all attempts together, before the
// flow goes on without it.
func resultTimeout(n *flow.HTTPNode) time.Duration {
	return time.Duration(n.Retry+1)*(n.Timeout+5*time.Second) + time.Minute
}

// httpResult continues the node that waits for it; any other result is too late.
func (m *machine) httpResult(in *Result) {
	w := m.r.Wait
	if w == nil || w.Kind != ForResult || w.Effect != in.Effect || m.r.Paused != nil {
		m.event(Event{Kind: Ignored, Name: "stale_result"})
		return
	}
	if m.migration().toPublished(); m.restarted {
		return
	}
	n, ok := m.node().(*flow.HTTPNode)
	if !ok {
		m.limits.exceed("dangling")
		m.traverse("")
		return
	}
	m.traverse(m.httpDone(n, in))
}

func (m *sender) httpDone(n *flow.HTTPNode, in *Result) flow.Ref {
	body, valid := decodeBody(in.Body)
	ok := in.OK && in.Code >= 200 && in.Code < 300 && valid
	why := in.Error
	if in.OK {
		why = strconv.Itoa(in.Code)
	}
	if !valid {
		why = "bad_json"
	}
	headers := make(map[string]any, len(in.Headers))
	for k, v := range in.Headers {
		headers[strings.ToLower(k)] = v
	}
	if in.OK && valid {
		m.withNames(map[string]any{"status": float64(in.Code), "headers": headers, "body": body}, func() {
			for i := range n.Save {
				m.set(n.Save[i].Path, m.value(n.Save[i].Value))
			}
		})
	}
	m.r.Wait = nil
	if ok {
		m.event(Event{Kind: Answered, Name: "ok", Rule: why})
		return n.OnOK
	}
	m.event(Event{Kind: Answered, Name: "fail", Rule: why})
	return n.OnFail
}

// decodeBody reads a body; jsonValue bounds its depth.
func decodeBody(b json.RawMessage) (v any, valid bool) {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, true
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, false
	}
	return jsonValue(v, nil, 0), true
}
