package flow

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A fixture of an older format is upgraded to its golden file; one of the present
// format is unchanged. All compile.
func TestUpgradeFixtures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/upgrade/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Upgrade(doc)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		want := doc
		if filepath.Base(filepath.Dir(f)) != strings.ReplaceAll(Format1, "/", "-") {
			if want, err = os.ReadFile(f + ".golden"); err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != string(want) {
			t.Errorf("%s becomes\n%s", f, got)
		}
		if d, issues := Compile(got, Registry{}); d == nil {
			t.Errorf("%s: %v", f, issues)
		}
	}
}

// The chain of upgrades, with steps for formats that do not exist yet.
func TestUpgradeChain(t *testing.T) {
	t.Parallel()
	steps := []upgrade{
		{"f/1", "f/2", func(o *ordered) { o.rename("titulo", "name") }},
		{"f/2", "f/3", func(o *ordered) {
			nodes, _ := o.get("nodes").(*ordered)
			for _, k := range nodes.keys {
				n, _ := nodes.get(k).(*ordered)
				n.set("type", "message")
				n.remove("viejo")
			}
		}},
	}
	got, err := upgradeTo([]byte(`{"titulo":"X","format":"f/1","nodes":{"z":{"viejo":1.50,"say":"<a>"},"a":{}}}`), "f/3", steps)
	want := `{
  "name": "X",
  "format": "f/3",
  "nodes": {"z": {"say": "<a>", "type": "message"}, "a": {"type": "message"}}
}
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	for _, doc := range []string{`{"format":"f/9"}`, `{}`, `{"format":1}`} {
		if _, err := upgradeTo([]byte(doc), "f/3", steps); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", doc, err)
		}
	}
	if _, err := upgradeTo([]byte(`[`), "f/3", steps); err == nil {
		t.Error("a document that is not JSON is upgraded")
	}
}
