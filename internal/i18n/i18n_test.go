package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/i18n"
)

func TestPick(t *testing.T) {
	t.Parallel()
	for want, wishes := range map[i18n.Lang][][]string{
		"es": {{}, {""}, {"fr"}, {"es-MX,en;q=0.5"}, {"not a header;;;"}, {strings.Repeat("en,", 200)}, {"fr, de;q=0.9"}},
		"en": {{"en-GB"}, {"fr, en;q=0.3"}, {"", "en"}, {"xx-nonsense", "en"}},
		"pt": {{"pt-BR,pt;q=0.9"}, {"pt", "en"}},
	} {
		for _, w := range wishes {
			require.Equal(t, want, i18n.Pick(w...), "%q", w)
		}
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	found := constants(t, "../channel", "Reason")
	require.Contains(t, found, "qr_expired", "the scan found the constants")
	for _, status := range []channel.Status{channel.Connecting, channel.Active, channel.Inactive, channel.Errored} {
		plain := i18n.Channel(status, channel.NoReason, i18n.Spanish)
		for _, reason := range found {
			seen := map[string]bool{}
			for _, lang := range i18n.Langs {
				s := i18n.Channel(status, channel.Reason(reason), lang)
				require.NotEmpty(t, s, "%s %s %s", status, reason, lang)
				require.False(t, seen[s], "%s %s %s: the same in two languages", status, reason, lang)
				seen[s] = true
			}
			if reason != "" {
				require.NotEqual(t, plain, i18n.Channel(status, channel.Reason(reason), i18n.Spanish), "no sentence for %q", reason)
			}
		}
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, constants(t, ".", "Code"), i18n.Keys("problem."))
	require.Equal(t, "unheard_of", i18n.Problem("unheard_of", "es"))
}

// TestCatalogues: every language has every key, with the same placeholders.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{\??\w+\}`)
	keys := i18n.Keys("")
	require.Greater(t, len(keys), 300)
	for _, key := range keys {
		s := i18n.Must(key)
		want := placeholder.FindAllString(s[0], -1)
		slices.Sort(want)
		for i, lang := range i18n.Langs {
			require.NotEmpty(t, s[i], "%s in %s", key, lang)
			got := placeholder.FindAllString(s[i], -1)
			slices.Sort(got)
			require.Equal(t, want, got, "placeholders of %s in %s", key, lang)
		}
	}
}

// TestEveryKeyIsUsed: each part of a key after its group is a string in the sources,
// as the key is or as a code that it is built from.
func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	literals := make(map[string]bool)
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					literals[strings.Trim(s, ".:_ ")] = true
				}
			}
			return true
		})
		return nil
	}))
	used := func(part string) bool {
		for i, r := range part { // "option_added" is built from "option" and "_added"
			if r == '_' && literals[part[:i]] && literals[part[i+1:]] {
				return true
			}
		}
		return literals[part]
	}
	for _, key := range i18n.Keys("") {
		if literals[key] || strings.HasPrefix(key, "json_type.") { // JSON Schema's own names
			continue
		}
		_, rest, _ := strings.Cut(key, ".")
		for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == '.' || r == ':' }) {
			require.True(t, used(part), "nothing uses %s", key)
		}
	}
}

// constants returns the values of the string constants of a type, as declared
// in the sources of dir: a new one cannot be forgotten here.
func constants(t *testing.T, dir, typ string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var values []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typ && len(spec.Values) == 1 {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					v, err := strconv.Unquote(lit.Value)
					require.NoError(t, err)
					values = append(values, v)
				}
			}
			return true
		})
	}
	return values
}
