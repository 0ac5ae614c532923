package flow_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A repeated step must give the same result, so no file of these packages reads the
// clock, a random source or the machine, or writes a log.
func TestPurity(t *testing.T) {
	t.Parallel()
	forbidden := []string{"math/rand", "crypto/rand", "net/http", "log", "log/slog", "os", "os/exec", "io/ioutil", "unsafe"}
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	for _, dir := range []string{".", "expr", "normalize", "hours", "../understand", "../understand/choice", "../understand/numeral"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", dir, files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range f.Imports {
				for _, bad := range forbidden {
					if path := strings.Trim(imp.Path.Value, `"`); path == bad || strings.HasPrefix(path, bad+"/v") {
						t.Errorf("%s imports %s", name, path)
					}
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
					for _, bad := range clock {
						if sel.Sel.Name == bad {
							t.Errorf("%s uses time.%s", name, bad)
						}
					}
				}
				return true
			})
		}
	}
}
