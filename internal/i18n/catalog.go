package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed es.json en.json pt.json
var files embed.FS

// catalogue holds every sentence under its dotted key, as "channel.reason.banned".
var catalogue = load()

func load() map[string]Sentence {
	c := make(map[string]Sentence)
	for i, lang := range Langs {
		data, err := files.ReadFile(string(lang) + ".json")
		var tree map[string]any
		if err == nil {
			err = json.Unmarshal(data, &tree)
		}
		if err != nil {
			panic(fmt.Sprintf("i18n: catalogue %s: %v", lang, err)) // a broken build, caught by any test
		}
		flatten(c, i, "", tree)
	}
	return c
}

func flatten(c map[string]Sentence, lang int, prefix string, tree map[string]any) {
	for key, v := range tree {
		switch v := v.(type) {
		case string:
			s := c[prefix+key]
			s[lang] = v
			c[prefix+key] = s
		case map[string]any:
			flatten(c, lang, prefix+key+".", v)
		}
	}
}

// Sentence is one entry of the catalogue in the order of Langs. Its {placeholders}
// are documented where it is used.
type Sentence [3]string

// In returns the sentence in a language.
func (s Sentence) In(l Lang) string {
	switch l {
	case English:
		return s[1]
	case Portuguese:
		return s[2]
	}
	return s[0]
}

// InLocale returns the sentence in the language of a locale tag, such as "es-MX".
func (s Sentence) InLocale(locale string) string { return s.In(LangOf(locale)) }

// Find returns the sentence of a key.
func Find(key string) (s Sentence, ok bool) {
	s, ok = catalogue[key]
	return s, ok
}

// Must returns the sentence of a constant key. It panics if there is none, so use it
// in package variables only.
func Must(key string) Sentence {
	s, ok := catalogue[key]
	if !ok {
		panic("i18n: no sentence " + key)
	}
	return s
}

// Text returns the sentence of a key in a language; empty if there is none.
func Text(key string, l Lang) string { return catalogue[key].In(l) }

// Keys returns the keys under a prefix, without it, sorted.
func Keys(prefix string) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(catalogue)) {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			keys = append(keys, rest)
		}
	}
	return keys
}
