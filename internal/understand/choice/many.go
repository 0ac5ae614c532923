package choice

import (
	"slices"
	"strings"

	"recado/internal/flow/normalize"
)

var everything = set("todas", "todos", "todo", "todas las anteriores", "todas las opciones", "ambos", "ambas", "los dos", "las dos", "tudo", "todas as opcoes", "os dois", "as duas", "all", "all of them", "everything", "both", "everyone")

var nothing = set("ninguna", "ninguno", "nada", "ninguna de las anteriores", "nenhum", "nenhuma", "none", "nothing", "none of them", "no quiero nada")

// Many understands an answer that may name several options: "1,3 y 4", "pizza y
// refresco", "todas". Found holds all of them in menu order; ok is false when a
// part is not understood, and Found then holds that part's candidates.
func Many(options []Option, raw string) (r Result, ok bool) {
	t := Read(raw)
	if r = exact(options, &t); len(r.Found) == 1 {
		return r, true
	}
	if everything[normalize.LooseKey(t.Key)] {
		r = Result{Rule: Words, Key: t.Key}
		for i := range options {
			if options[i].N > 0 {
				r.Found = append(r.Found, i)
			}
		}
		return r, len(r.Found) > 0
	}
	if nothing[normalize.LooseKey(t.Key)] {
		return Result{Rule: Words, Key: t.Key}, true
	}
	if r = byNumber(options, &t); r.Rule != None {
		slices.Sort(r.Found)
		return r, true
	}
	var all Result
	for _, part := range parts(raw) {
		read := Read(part)
		one := Match(options, &read)
		if len(one.Found) != 1 {
			return one, false
		}
		all.add(one.Rule, one.Key, one.Found[0])
	}
	slices.Sort(all.Found)
	return all, all.Rule != None
}

// parts cuts an enumeration at its separators and at "y", "e", "and".
func parts(raw string) []string {
	var out []string
	for _, piece := range strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune(",;/+&\n|", r) }) {
		var cur []string
		for _, w := range append(strings.Fields(piece), "y") {
			if k := normalize.Key(w); k == "y" || k == "e" || k == "and" {
				if len(cur) > 0 {
					out = append(out, strings.Join(cur, " "))
				}
				cur = nil
				continue
			}
			cur = append(cur, w)
		}
	}
	return out
}
