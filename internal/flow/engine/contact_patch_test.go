package engine_test

import (
	"fmt"
	"reflect"
	"testing"

	"recado/internal/flow/engine"
)

func TestApplyPatch(t *testing.T) {
	t.Parallel()
	var full []string
	for i := range engine.MaxTags {
		full = append(full, fmt.Sprintf("t%03d", i))
	}
	for name, c := range map[string]struct {
		before engine.Contact
		patch  engine.ContactPatch
		want   engine.Contact
	}{
		"nothing":            {engine.Contact{Tags: []string{"b", "a"}}, engine.ContactPatch{}, engine.Contact{Tags: []string{"b", "a"}}},
		"tags are sorted":    {engine.Contact{Tags: []string{"vip"}}, engine.ContactPatch{AddTags: []string{"ana", "vip"}}, engine.Contact{Tags: []string{"ana", "vip"}}},
		"added wins":         {engine.Contact{}, engine.ContactPatch{AddTags: []string{"a"}, RemoveTags: []string{"a"}}, engine.Contact{Tags: []string{"a"}}},
		"a tag too many":     {engine.Contact{Tags: full}, engine.ContactPatch{AddTags: []string{"a"}}, engine.Contact{Tags: full}},
		"a tag in its place": {engine.Contact{Tags: []string{"a"}}, engine.ContactPatch{AddTags: []string{"b"}, RemoveTags: []string{"a"}}, engine.Contact{Tags: []string{"b"}}},
		"values": {
			engine.Contact{Vars: map[string]any{"a": 1.0, "b": 2.0}, Language: "es"},
			engine.ContactPatch{Vars: map[string]any{"a": nil, "c": 3.0}, Fields: map[string]any{"f": true}, Language: "en", Marketing: "opt_in"},
			engine.Contact{Vars: map[string]any{"b": 2.0, "c": 3.0}, Fields: map[string]any{"f": true, "marketing": "opt_in"}, Language: "en"},
		},
	} {
		was := fmt.Sprint(c.before)
		if got := c.before.Apply(&c.patch); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if fmt.Sprint(c.before) != was {
			t.Errorf("%s: the contact itself became %v", name, c.before)
		}
	}
}
