package docs_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// evasive are words that hide the subject of a sentence: "whoever waits"
// instead of the type that waits. Comments and documents name it.
var evasive = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|someone|anew|is to be had|are to be had|lies about|makes of it)\b`)

// TestProseNamesItsSubject reads every comment and every document.
func TestProseNamesItsSubject(t *testing.T) {
	r := load(t)
	for p := range r.paths {
		switch {
		case strings.HasSuffix(p, ".go") && !strings.HasPrefix(p, "docs/"):
			commentsOf(t, p)
		case strings.HasSuffix(p, ".md") && p != "CHANGELOG.md":
			for i, line := range strings.Split(fence.ReplaceAllStringFunc(read(t, p), blank), "\n") {
				report(t, p, i+1, line)
			}
		}
	}
}

// TestEvasiveWordsAreFound proves that the check above can fail.
func TestEvasiveWordsAreFound(t *testing.T) {
	if !evasive.MatchString("// Close tells whoever waits.") || evasive.MatchString("// Close closes all waiters.") {
		t.Error("the list of words does not work")
	}
}

func commentsOf(t *testing.T, rel string) {
	t.Helper()
	files := token.NewFileSet()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(rel)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(files, rel, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			report(t, rel, files.Position(c.Pos()).Line, c.Text)
		}
	}
}

func report(t *testing.T, rel string, line int, text string) {
	t.Helper()
	if word := evasive.FindString(text); word != "" {
		t.Errorf("%s:%d: %q hides the subject: %s", rel, line, word, strings.TrimSpace(text))
	}
}

// blank keeps the lines of a fenced block and drops its text.
func blank(block string) string { return strings.Repeat("\n", strings.Count(block, "\n")) }
