package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// caller speaks JSON to one server.
type caller struct {
	base  string
	token string
}

// reply is a response with its body read.
type reply struct {
	Code int
	Body json.RawMessage
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("decode %s: %v", r.Body, err)
	}
}

// field returns one value of the body, by dotted path, as text.
func (r reply) field(path string) string {
	var v any
	if json.Unmarshal(r.Body, &v) != nil {
		return ""
	}
	for p := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[p]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (c caller) do(t testing.TB, method, path string, body any, header ...string) reply {
	t.Helper()
	r, err := c.try(method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

var httpClient = &http.Client{Timeout: 60 * time.Second}

func (c caller) try(method, path string, body any, header ...string) (reply, error) {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.base+path, payload)
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := httpClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, b}, err
}

// must fails the test unless the call answers with code.
func (c caller) must(t testing.TB, code int, method, path string, body any, header ...string) reply {
	t.Helper()
	r := c.do(t, method, path, body, header...)
	if r.Code != code {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, r.Code, code, r.Body)
	}
	return r
}
