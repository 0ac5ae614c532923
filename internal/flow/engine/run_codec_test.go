package engine_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"recado/internal/flow/engine"
)

// compareCodecs holds the run's codec against encoding/json and its reading of the
// field tags; random walks call it at every step.
func compareCodecs(t *testing.T, r engine.Run) {
	t.Helper()
	own, err := engine.EncodeRun(&r)
	if err != nil {
		t.Fatal(err)
	}
	byTags, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var escaped bytes.Buffer // encoding/json escapes <, > and &
	json.HTMLEscape(&escaped, own)
	if !bytes.Equal(escaped.Bytes(), byTags) {
		t.Fatalf("written\n%s\nby the tags\n%s", own, byTags)
	}
	a, err := engine.DecodeRun(own)
	if err != nil {
		t.Fatalf("%v: %s", err, own)
	}
	var b engine.Run
	if err := json.Unmarshal(own, &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("read\n%+v\nby the tags\n%+v", a, b)
	}
}

func TestRunCodecRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{`{`, `{"seq":}`, `{"seq":"x"}`, `{"stack":[{]}`, `{"wait":5}`, `{"meter":"1 2"}`, `[]`, `"x"`, `{"seq":1,}`, `{"id":"\ud800x`, `{"stack":[{"vars":{"a":[[[[[`, `{"id":"a` + "\n" + `"}`, ``, strings.Repeat(`{"event":{"data":`, 1<<16)} {
		if _, err := engine.DecodeRun([]byte(s)); err == nil {
			t.Errorf("%.50s was read", s)
		}
	}
	r, err := engine.DecodeRun([]byte(` { "seq" : 3 , "new" : {"a":[1,true,null,"x"]} , "stack" : [ ] , "inputs":2 } `))
	if err != nil || r.Seq != 3 || r.Inputs != 2 {
		t.Errorf("%+v %v", r, err)
	}
}

// FuzzRunJSON: whatever is stored, reading it neither panics nor disagrees with encoding/json.
func FuzzRunJSON(f *testing.F) {
	f.Add([]byte(`{"seq":1,"stack":[{"flow":"a","ver":1,"node":"n","vars":{"x":[1.5e300,"é\u00e9",null]},"trail":["a"]}],"wait":{"kind":"reply","since":1,"confirm":{"a":true}},"meter":"0 0 0 0 0 1 2 3 4 5 6 7 8 9"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		own, err := engine.DecodeRun(b)
		if err != nil {
			return
		}
		var tags engine.Run
		if json.Valid(b) && json.Unmarshal(b, &tags) == nil {
			x, errX := json.Marshal(own)
			y, errY := json.Marshal(tags)
			if errX != nil || errY != nil {
				return
			}
			if !bytes.Equal(x, y) && !bytes.Contains(bytes.ToLower(b), []byte("null")) && !duplicateKeys(b) {
				t.Fatalf("%s\nread as\n%s\nby the tags as\n%s", b, x, y)
			}
		}
	})
}

// duplicateKeys reports whether b might hold a key twice, or in another case:
// encoding/json then merges, which nothing written here needs.
func duplicateKeys(b []byte) bool {
	seen := map[string]bool{}
	for part := range bytes.SplitSeq(bytes.ToLower(b), []byte(`"`)) {
		if seen[string(part)] && len(part) > 1 {
			return true
		}
		seen[string(part)] = true
	}
	return !bytes.Equal(b, bytes.ToLower(b)) || bytes.ContainsAny(b, `\`)
}
