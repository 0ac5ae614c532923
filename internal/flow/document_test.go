package flow

import (
	"encoding/json"
	"reflect"
	"testing"
)

// readDoc agrees with encoding/json about documents that both accept, and refuses
// those that encoding/json refuses.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { "a" : [ 1 , -2.5e3 , "x\"\u00f1\\" , null , true , false , { } , [ ] ] } `, `{"a":1,"a":2}`, `{"a":1e999}`, `[`, `{"":{"":""}}`,
		`{"nodes":{"b":{},"a":{}}}`, "{\"a\":\"\\ud800\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, issue := readDoc(doc)
		var want map[string]any
		err := json.Unmarshal(doc, &want)
		if issue != nil {
			switch issue.Code {
			case codeDuplicateKey, codeTooDeep, codeTooLarge, codeNotObject:
			default:
				if err == nil && want != nil && json.Valid(doc) && issue.args[0] != "UTF-8" {
					t.Fatalf("%q: %s %v", doc, issue.Code, issue.args)
				}
			}
			return
		}
		if err != nil || !reflect.DeepEqual(got.root, want) {
			t.Fatalf("%q: %v, want %v (%v)", doc, got.root, want, err)
		}
	})
}

func TestNodesKeepTheAuthorsOrder(t *testing.T) {
	t.Parallel()
	src, issue := readDoc([]byte(`{"nodes":{"c":{"nodes":{"x":1}},"a":1,"b":2},"more":{"z":1}}`))
	if issue != nil || !reflect.DeepEqual(src.nodes, []NodeID{"c", "a", "b"}) {
		t.Error(src.nodes, issue)
	}
}
