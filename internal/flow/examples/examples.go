// Package examples holds whole flows for a shop to start from: documents of
// recado-flow/1 rather than compiled flows, because they are made to be edited.
package examples

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// Names returns the names of the examples, sorted: "barberia", "tacos".
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil // an embedded directory can always be read
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	slices.Sort(names)
	return names
}

// Get returns the document of an example.
func Get(name string) (doc []byte, ok bool) {
	doc, err := files.ReadFile(name + ".json")
	return doc, err == nil
}
