// Package docs_test holds the documents to the code: a file, package, type,
// function, setting, metric, command or link that a document names exists.
package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = ".."

// repo is what exists: the answer to every question that a document raises.
type repo struct {
	paths  map[string]bool            // files and folders, relative to the root
	idents map[string]map[string]bool // package name → declared names, methods as Type.Method
	files  map[string]map[string]bool // Go file → the same
	tests  map[string]bool            // Test…, Benchmark…, Fuzz…, Example… functions
	make   map[string]bool            // targets of the Makefile
	npm    map[string]bool            // scripts of web/package.json
	source string                     // all Go source, for the names of settings and metrics
}

func load(t *testing.T) *repo {
	t.Helper()
	r := &repo{paths: map[string]bool{}, idents: map[string]map[string]bool{}, files: map[string]map[string]bool{}, tests: map[string]bool{}, make: map[string]bool{}, npm: map[string]bool{}}
	var source strings.Builder
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(p, root), string(filepath.Separator)))
		if d.IsDir() && slices.Contains([]string{".git", "node_modules", ".tools", "dist", "bin", "data"}, d.Name()) {
			return fs.SkipDir
		}
		r.paths[rel] = true
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(rel, "docs/") {
			source.Write(text)
		}
		return r.declare(rel, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.source = source.String()
	makefile := read(t, "Makefile")
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllStringSubmatch(makefile, -1) {
		r.make[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^    "([a-z:]+)": "`).FindAllStringSubmatch(read(t, "web/package.json"), -1) {
		r.npm[m[1]] = true
	}
	return r
}

// declare notes the names that one Go file declares.
func (r *repo) declare(rel string, text []byte) error {
	file, err := parser.ParseFile(token.NewFileSet(), rel, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	pkg := strings.TrimSuffix(file.Name.Name, "_test")
	if r.idents[pkg] == nil {
		r.idents[pkg] = map[string]bool{}
	}
	names := map[string]bool{}
	r.files[rel] = names
	defer maps.Copy(r.idents[pkg], names)
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				names[receiver(d.Recv.List[0].Type)+"."+name] = true
				continue
			}
			names[name] = true
			if strings.HasSuffix(rel, "_test.go") {
				r.tests[name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				declareSpec(names, s)
			}
		}
	}
	return nil
}

func declareSpec(names map[string]bool, s ast.Spec) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names[n.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		var fields *ast.FieldList
		switch t := s.Type.(type) {
		case *ast.StructType:
			fields = t.Fields
		case *ast.InterfaceType:
			fields = t.Methods
		default:
			return
		}
		for _, f := range fields.List {
			for _, n := range f.Names {
				names[s.Name.Name+"."+n.Name] = true
			}
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func read(t *testing.T, rel string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(rel)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documents are the pages people read.
func (r *repo) documents() []string {
	var list []string
	for p := range r.paths {
		if strings.HasSuffix(p, ".md") && p != "CHANGELOG.md" {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}

var (
	fence    = regexp.MustCompile("(?s)```([a-z]*)\n(.*?)```")
	span     = regexp.MustCompile("`([^`\n]+)`")
	step     = regexp.MustCompile("`([\\w/]+\\.go)` \\| `([\\w.]+)`") // a row of a journey: file, function
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	goName   = regexp.MustCompile(`^([a-z][a-z0-9]*)\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)?)(?:\(.*\))?$`)
	testName = regexp.MustCompile(`\b((?:Test|Benchmark|Fuzz|Example)[A-Z]\w*)(…|\*)?`)
	goFile   = regexp.MustCompile(`(?:[\w.-]+/)*[\w.-]+\.(?:go|ts|tsx|mjs|sh|json|yml|lua)\b`)
	goPath   = regexp.MustCompile(`(?:^|\s)\./((?:internal|cmd|test|web|docs)[\w/.-]*)`)
	setting  = regexp.MustCompile(`\bRECADO_[A-Z_]+[A-Z]\b`)
	metric   = regexp.MustCompile(`\brecado_[a-z_]+[a-z]\b`)
	makeCall = regexp.MustCompile(`(?:^|\s)make ([a-z][a-z-]*)`)
	npmCall  = regexp.MustCompile(`npm run ([a-z:]+)`)
)

// TestDocumentsNameWhatExists goes through every page. The example names of a
// how-to stand in blocks fenced as "example", which are not looked at.
func TestDocumentsNameWhatExists(t *testing.T) {
	r := load(t)
	for _, doc := range r.documents() {
		t.Run(doc, func(t *testing.T) {
			text := read(t, doc)
			for _, what := range r.missing(doc, text) {
				t.Errorf("%s names %s, which does not exist", doc, what)
			}
		})
	}
}

// TestMissingNamesAreFound proves that the check above can fail, for every kind
// of name.
func TestMissingNamesAreFound(t *testing.T) {
	r := load(t)
	for text, want := range map[string]string{
		"`internal/nowhere`":                           "internal/nowhere",
		"`conversation/nowhere.go`":                    "conversation/nowhere.go",
		"`nowhere.go`":                                 "nowhere.go",
		"| `channel/service.go` | `Service.Nothing` |": "Service.Nothing in channel/service.go",
		"`channel.Nothing`":                            "channel.Nothing",
		"`channel.Service.Nothing`":                    "channel.Service.Nothing",
		"`TestOfNothingAtAll`":                         "TestOfNothingAtAll",
		"`RECADO_NOTHING`":                             "RECADO_NOTHING",
		"`recado_nothing_total`":                       "recado_nothing_total",
		"`make nothing`":                               "make nothing",
		"```\nmake nothing\n```":                       "make nothing",
		"```\ngo test ./internal/nothing\n```":         "internal/nothing",
		"```mermaid\nA->>B: conversation/none.go\n```": "conversation/none.go",
		"`npm run nothing`":                            "npm run nothing",
		"[text](nothing.md)":                           "nothing.md",
		"[text](#nothing)":                             "#nothing",
	} {
		if got := r.missing("docs/x.md", text); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: missing %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{
		"`internal/channel`", "`channel.Service`", "`RECADO_HTTP_ADDR`", "`make test`", "`a.b`", "`flow/engine`",
		"| `channel/service.go` | `Service.Activate` |", "```example\nmake nothing\n```", "[text](https://example.com/x)",
	} {
		if got := r.missing("docs/x.md", text); len(got) > 0 {
			t.Errorf("%q: %q is said to be missing", text, got)
		}
	}
}

// missing returns the names in a page that nothing answers to.
func (r *repo) missing(doc, text string) []string {
	var out []string
	miss := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	prose := fence.ReplaceAllString(text, "")
	for _, m := range link.FindAllStringSubmatch(prose, -1) {
		if !r.linked(doc, text, m[1]) {
			miss("%s", m[1])
		}
	}
	for _, m := range span.FindAllStringSubmatch(prose, -1) {
		code := m[1]
		if !r.path(code) {
			miss("%s", code)
		} else if g := goName.FindStringSubmatch(code); g != nil && !r.ident(g[1], g[2]) {
			miss("%s.%s", g[1], g[2])
		}
		r.commands(code, miss)
	}
	for _, m := range step.FindAllStringSubmatch(prose, -1) {
		if !r.declares(m[1], m[2]) {
			miss("%s in %s", m[2], m[1])
		}
	}
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] != "example" {
			r.commands(m[2], miss)
		}
		if m[1] == "mermaid" {
			for _, f := range goFile.FindAllString(m[2], -1) {
				if !r.path(f) {
					miss("%s", f)
				}
			}
		}
	}
	return out
}

// commands checks what a shell line calls, and the names with a form of their own.
func (r *repo) commands(code string, miss func(string, ...any)) {
	for _, m := range makeCall.FindAllStringSubmatch(code, -1) {
		if !r.make[m[1]] {
			miss("make %s", m[1])
		}
	}
	for _, m := range npmCall.FindAllStringSubmatch(code, -1) {
		if !r.npm[m[1]] {
			miss("npm run %s", m[1])
		}
	}
	for _, m := range goPath.FindAllStringSubmatch(code, -1) {
		if p := strings.TrimSuffix(strings.TrimSuffix(m[1], "..."), "/"); !r.paths[p] {
			miss("%s", p)
		}
	}
	for _, m := range testName.FindAllStringSubmatch(code, -1) {
		if !r.test(m[1], m[2] != "") {
			miss("%s", m[1])
		}
	}
	for _, name := range append(setting.FindAllString(code, -1), metric.FindAllString(code, -1)...) {
		if !strings.Contains(r.source, name) {
			miss("%s", name)
		}
	}
}

// path reports whether a span that has the form of a path is one: from the
// root, or the end of one ("channel/linked", "linked/incoming.go").
func (r *repo) path(code string) bool {
	p := strings.TrimSuffix(code, "/")
	rooted := regexp.MustCompile(`^(internal|cmd|docs|test|web/src|\.github|\.ci)/[\w./*-]+$`).MatchString(p)
	file := goFile.FindString(p) == p && (strings.Contains(p, "/") || strings.HasSuffix(p, ".go"))
	if !rooted && !file {
		return true
	}
	if strings.Contains(p, "*") {
		for have := range r.paths {
			if ok, _ := path.Match(p, have); ok {
				return true
			}
		}
		return false
	}
	if r.paths[p] {
		return true
	}
	for have := range r.paths {
		if strings.HasSuffix(have, "/"+p) {
			return true
		}
	}
	return false
}

// ident reports whether a package of ours declares name; other packages'
// names are not ours to check.
func (r *repo) ident(pkg, name string) bool {
	names, ours := r.idents[pkg]
	return !ours || strings.ToLower(name[:1]) == name[:1] || names[name]
}

// declares reports whether a file, named by the end of its path, declares name.
func (r *repo) declares(file, name string) bool {
	for have, names := range r.files {
		if strings.HasSuffix("/"+have, "/"+file) && names[name] {
			return true
		}
	}
	return false
}

func (r *repo) test(name string, prefix bool) bool {
	if !prefix {
		return r.tests[name]
	}
	for have := range r.tests {
		if strings.HasPrefix(have, name) {
			return true
		}
	}
	return false
}

// linked reports whether a link's target exists, its heading too.
func (r *repo) linked(doc, text, target string) bool {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return true
	}
	file, anchor, _ := strings.Cut(target, "#")
	if file != "" {
		p := path.Join(path.Dir(doc), file)
		if !r.paths[p] {
			return false
		}
		if anchor == "" || !strings.HasSuffix(p, ".md") {
			return true
		}
		other, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
		if err != nil {
			return false
		}
		text = string(other)
	}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		if slug(h[1]) == anchor {
			return true
		}
	}
	return false
}

// slug is the anchor that GitHub gives a heading.
func slug(h string) string {
	h = strings.ToLower(strings.NewReplacer("`", "", "*", "").Replace(h))
	h = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(h, "")
	return strings.ReplaceAll(strings.TrimSpace(h), " ", "-")
}

// TestArchitectureMapsEveryPackage keeps the map of the packages complete.
func TestArchitectureMapsEveryPackage(t *testing.T) {
	r := load(t)
	page := read(t, "docs/architecture.md")
	for file := range r.files {
		dir, ok := strings.CutPrefix(path.Dir(file), "internal/")
		if ok && !strings.HasSuffix(file, "_test.go") && !strings.Contains(page, "| `"+dir+"` |") {
			t.Errorf("docs/architecture.md has no line for %s", dir)
		}
	}
}
