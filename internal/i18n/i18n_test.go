package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
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
	found := constants(t, "../../channel", "Reason")
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
	declared := constants(t, ".", "Code")
	require.Len(t, i18n.Codes(), len(declared))
	for _, code := range declared {
		for _, lang := range i18n.Langs {
			require.NotEqual(t, code, i18n.Problem(i18n.Code(code), lang), "no sentence for %s in %s", code, lang)
		}
	}
	require.Equal(t, "unheard_of", i18n.Problem("unheard_of", "es"))
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
