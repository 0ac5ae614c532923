package engine_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"recado/internal/flow/examples"
)

// tape is a source of chance that plays decisions, two bytes each, and goes on
// by itself when they are over: a fuzzer that changes a byte changes one
// decision, and learns which lead somewhere new.
type tape struct {
	bytes []byte
	rest  *rand.PCG
}

func (t *tape) Uint64() uint64 {
	if len(t.bytes) < 2 {
		return t.rest.Uint64()
	}
	v := uint64(t.bytes[0])<<56 | uint64(t.bytes[1])<<48
	t.bytes = t.bytes[2:]
	return v | v>>16 | v>>32 | v>>48
}

// mutant is a flow that works, with a few of its parts changed, moved or gone.
func (c chance) mutant() []byte {
	source := c.document()
	if names := examples.Names(); c.often(60) {
		source, _ = examples.Get(c.one(names...))
	}
	var doc any
	if err := json.Unmarshal(source, &doc); err != nil {
		panic(err)
	}
	parts := map[string][]any{} // the values under a name anywhere in the document
	collect(doc, "", parts)
	for range 1 + c.IntN(4) {
		doc = c.mutate(doc, "", parts, 0)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return b
}

func collect(v any, name string, into map[string][]any) {
	into[name] = append(into[name], v)
	switch v := v.(type) {
	case object:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			collect(v[k], k, into)
		}
	case []any:
		for _, x := range v {
			collect(x, name+"[]", into)
		}
	}
}

// mutate walks down to one place, in the nodes as a rule, and changes what is there.
func (c chance) mutate(v any, name string, parts map[string][]any, depth int) any {
	if depth > 1 && c.often(15) {
		return c.instead(v, name, parts)
	}
	switch v := v.(type) {
	case object:
		if len(v) == 0 {
			return v
		}
		out := maps.Clone(v)
		k := c.one(slices.Sorted(maps.Keys(v))...)
		if _, ok := v["nodes"]; ok && depth == 0 && c.often(85) {
			k = "nodes"
		}
		switch {
		case depth > 1 && c.often(10):
			delete(out, k)
		case depth > 1 && c.often(10):
			out[c.one(slices.Sorted(maps.Keys(v))...)] = v[k]
		default:
			out[k] = c.mutate(v[k], k, parts, depth+1)
		}
		return out
	case []any:
		if len(v) == 0 {
			return v
		}
		out, i := slices.Clone(v), c.IntN(len(v))
		switch {
		case c.often(15):
			return slices.Delete(out, i, i+1)
		case c.often(15):
			return append(out, v[i])
		}
		out[i] = c.mutate(v[i], name+"[]", parts, depth+1)
		return out
	}
	return c.instead(v, name, parts)
}

// instead returns something for the place of v: mostly what stands under the
// same name elsewhere.
func (c chance) instead(v any, name string, parts map[string][]any) any {
	if same := parts[name]; len(same) > 0 && c.often(75) {
		return same[c.IntN(len(same))]
	}
	switch v := v.(type) {
	case string:
		return c.one(v+"\u00f1", "", "@back", "@retry", "@end", "{{ x1 }}", "{{ contact.name }} *", "1s", "9999d", "en", "saludo", v+v)
	case float64:
		return []any{-1.0, 0.0, 1.0, 1e9, v + 1}[c.IntN(5)]
	case bool:
		return !v
	}
	return nil
}

// FuzzStep: documents made and mutated at random, with every type of node, and
// inputs and states that fit them or not; every promise of Step holds.
func FuzzStep(f *testing.F) {
	for seed := range uint64(20) {
		b := make([]byte, 2*seed*seed)
		for i := range b {
			b[i] = byte(uint64(i)*37 + seed*101)
		}
		f.Add(seed, b)
	}
	f.Fuzz(func(t *testing.T, seed uint64, decisions []byte) {
		walk(t, chance{rand.New(&tape{decisions, rand.NewPCG(seed, 7)})}, 30)
	})
}
