package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// ordered is a JSON object that keeps its keys in the author's order. Values
// are *ordered, []any, string, json.Number, bool or nil.
type ordered struct {
	keys []string
	vals map[string]any
}

func (o *ordered) get(key string) any {
	if o == nil {
		return nil
	}
	return o.vals[key]
}

// set replaces a value, or adds it at the end.
func (o *ordered) set(key string, v any) {
	if _, ok := o.vals[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.vals[key] = v
}

// rename changes a key in its place, if it exists.
func (o *ordered) rename(key, to string) {
	i := slices.Index(o.keys, key)
	if i < 0 || key == to {
		return
	}
	o.remove(to)
	i = slices.Index(o.keys, key)
	o.keys[i] = to
	o.vals[to] = o.vals[key]
	delete(o.vals, key)
}

func (o *ordered) remove(key string) {
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	delete(o.vals, key)
}

var errNotFlow = errors.New("not a flow's JSON object")

// parseOrdered reads a document within the limits of readDoc.
func parseOrdered(doc []byte) (*ordered, error) {
	if _, issue := readDoc(doc); issue != nil {
		return nil, errNotFlow
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	v, err := orderedValue(dec)
	if err != nil {
		return nil, err
	}
	o, _ := v.(*ordered)
	return o, nil
}

func orderedValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := orderedValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	case json.Delim('{'):
		o := &ordered{vals: map[string]any{}}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := orderedValue(dec)
			if err != nil {
				return nil, err
			}
			o.set(asString(key), v)
		}
		_, err = dec.Token()
		return o, err
	}
	return tok, nil
}
