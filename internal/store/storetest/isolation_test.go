package storetest

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"recado/internal/conversation"
)

// TestIsolationCoversEveryVerb reads the suite: a verb of the store that no test
// calls with another shop's id is a verb that may leak.
func TestIsolationCoversEveryVerb(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var suite []byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		suite = append(suite, text...)
	}
	shopless := []string{"DropTraces"} // it sweeps what is older than a moment
	for verb := range reflect.TypeFor[conversation.Store]().Methods() {
		name := verb.Name
		foreign := regexp.MustCompile(`(?i)(\.` + name + `\([^\n]*(shopB|foreign|b\.lease)|\bb\.` + name + `\()`)
		if !slices.Contains(shopless, name) && !foreign.Match(suite) {
			t.Errorf("no test calls %s with another shop's id", name)
		}
	}
}
