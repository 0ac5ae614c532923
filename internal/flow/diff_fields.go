package flow

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// fields compares two objects at the same place. inside names the part of the
// node, such as an option's label, for the sentence.
func (d *differ) fields(path, inside string, a, b map[string]any) {
	for _, key := range sortedKeys(union(a, b)) {
		x, y := a[key], b[key]
		if key == "title" || key == "was" || reflect.DeepEqual(x, y) {
			continue
		}
		here := path + "." + key
		switch {
		case key == "options":
			d.options(here, x, y)
		case d.kinds.texts[key]:
			d.text(here, inside, x, y)
		case d.kinds.refs[key]:
			if !d.same(Ref(asString(x)), Ref(asString(y))) {
				d.add("exit_changed", here, d.place(inside), key, orDash(x), orDash(y))
			}
		case d.elements(here, inside, x, y):
		default:
			d.add("field_changed", here, d.where(inside)+key, orDash(x), orDash(y))
		}
	}
}

// elements compares two objects, or two lists of as many objects, part by part;
// false when they are neither.
func (d *differ) elements(path, inside string, x, y any) bool {
	if xm, ok := x.(map[string]any); ok {
		ym, ok := y.(map[string]any)
		if ok {
			d.fields(path, inside, xm, ym)
		}
		return ok
	}
	xl, _ := x.([]any)
	yl, _ := y.([]any)
	if len(xl) == 0 || len(xl) != len(yl) {
		return false
	}
	for i := range xl {
		_, xo := xl[i].(map[string]any)
		_, yo := yl[i].(map[string]any)
		if !xo || !yo {
			return false
		}
	}
	for i := range xl {
		d.elements(path+"."+strconv.Itoa(i), inside, xl[i], yl[i])
	}
	return true
}

func (d *differ) options(path string, x, y any) {
	xo, xorder := optionsByID(x)
	yo, yorder := optionsByID(y)
	for i, id := range yorder {
		here := path + "." + strconv.Itoa(i)
		if xo[id] == nil {
			d.add("option_added", here, d.place(""), asString(yo[id]["label"]))
			continue
		}
		d.fields(here, asString(yo[id]["label"]), xo[id], yo[id])
	}
	for i, id := range xorder {
		if yo[id] == nil {
			d.add("option_removed", path+"."+strconv.Itoa(i), d.place(""), asString(xo[id]["label"]))
		}
	}
	gone := func(in map[string]map[string]any) func(string) bool {
		return func(id string) bool { return in[id] == nil }
	}
	if !slices.Equal(slices.DeleteFunc(xorder, gone(yo)), slices.DeleteFunc(yorder, gone(xo))) {
		d.add("options_reordered", path, d.place(""))
	}
}

func optionsByID(v any) (byID map[string]map[string]any, order []string) {
	byID = map[string]map[string]any{}
	list, _ := v.([]any)
	for _, o := range list {
		m, _ := o.(map[string]any)
		id := asString(m["id"])
		byID[id] = m
		order = append(order, id)
	}
	return byID, order
}

func (d *differ) text(path, inside string, x, y any) {
	if xs, ok := x.(string); ok {
		if ys, ok := y.(string); ok {
			d.add("text_changed", path, d.place(inside), xs, ys)
			return
		}
	}
	switch {
	case x == nil:
		d.add("text_added", path, d.place(inside), saying(y))
	case y == nil:
		d.add("text_removed", path, d.place(inside), saying(x))
	default:
		d.add("text_changed", path, d.place(inside), saying(x), saying(y))
	}
}

// saying writes bubbles as one line.
func saying(v any) string {
	list, ok := v.([]any)
	if !ok {
		return show(v)
	}
	return strings.Join(texts(list), " | ")
}

// place names the node, or the part of it, that a sentence is about.
func (d *differ) place(inside string) string {
	name := "settings"
	if d.node != "" {
		name = d.title(d.next, d.node)
	}
	if inside != "" {
		name += " › " + inside
	}
	return name
}

func (d *differ) where(inside string) string { return d.place(inside) + " › " }

func orDash(v any) string {
	if v == nil {
		return "–"
	}
	return show(v)
}

func union(a, b map[string]any) map[string]bool {
	u := make(map[string]bool, len(a)+len(b))
	for k := range a {
		u[k] = true
	}
	for k := range b {
		u[k] = true
	}
	return u
}
