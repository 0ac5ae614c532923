package transcript_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/transcript"
)

var guideFence = regexp.MustCompile("(?ms)^```(\\w+) ?(\\w*)\n(.*?)^```$")

// TestGuide runs every conversation of the guide for authors with the example above
// it, and checks that the conversations visit every node type.
func TestGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var example []byte
	visited := map[flow.NodeType]bool{}
	chats := 0
	for _, m := range guideFence.FindAllStringSubmatch(string(guide), -1) {
		lang, kind, block := m[1], m[2], m[3]
		switch {
		case lang == "json" && kind == "flow":
			example = []byte(block)
			var head struct{ ID string }
			if err := json.Unmarshal(example, &head); err != nil {
				t.Fatal(err)
			}
			write(head.ID+".json", block)
		case lang == "json" && kind == "node":
			example = aroundNodes(t, block)
		case lang == "chat":
			chats++
			write("guia.json", string(example))
			path := write("guia.chat", withHead(block))
			r := run(t, path, transcript.Options{})
			if r.Err != nil {
				t.Errorf("%v\n%s", r.Err, block)
			}
			for _, f := range r.Failures {
				t.Errorf("%s\n%s", f, block)
			}
			def, issues := flow.Compile(example, flow.Registry{})
			if def == nil {
				t.Fatal(issues)
			}
			for _, n := range def.Nodes {
				visited[n.Type()] = true
			}
		}
	}
	for _, n := range flow.NodeTypes() {
		if !engine.Supported(flow.NodeFeature(n)) {
			continue
		}
		if !visited[n] {
			t.Errorf("the guide has no conversation with a node of type %s", n)
		}
	}
	if chats < 16 {
		t.Errorf("only %d conversations", chats)
	}
}

// withHead puts a head before a conversation; flows that the example calls come first.
func withHead(block string) string {
	head := ""
	for {
		line, rest, ok := strings.Cut(block, "\n")
		if !ok || !strings.HasPrefix(line, "flow ") {
			return head + "flow guia.json   tz America/Mexico_City   at 2026-11-23 10:00   currency MXN\n" + block
		}
		head, block = head+line+"\n", rest
	}
}

// aroundNodes makes a flow of a fragment; its first node starts.
func aroundNodes(t *testing.T, block string) []byte {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(block))
	var first json.Token
	for range 2 {
		tok, err := dec.Token()
		if err != nil {
			t.Fatalf("%v\n%s", err, block)
		}
		first = tok
	}
	return fmt.Appendf(nil, `{"format":"recado-flow/1","id":"guia","name":"Guía","locale":"es-MX","start":%q,"triggers":[{"on":"any_message"}],
		"vars":{"cantidad":{"type":"number"}},"nodes":%s}`, first, block)
}
