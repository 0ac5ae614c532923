package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ofNoShop are the operations that no shop's isolation concerns, and why. A new
// operation is about a shop, or has its line here.
var ofNoShop = map[string]string{
	"login": "no one yet", "setup": "no one yet", "setupState": "no one yet", "refresh": "the cookie's own session", "logout": "the cookie's own session",
	"me": "the caller's own", "changePassword": "the caller's own", "listShops": "those the caller sees: TestShopsAreTheCallersOwn",
	"createShop": "the platform's", "findUser": "the platform's",
}

// TestEveryRouteIsInTheseTests: what drives them is the OpenAPI document, and
// what goes by it is listed. A new route fails here until it is decided
// whose it is, who may call it, with which body, and on which foreign ids.
func TestEveryRouteIsInTheseTests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	left := maps.Clone(ofNoShop)
	policy := maps.Clone(leastRole)
	known := slices.AppendSeq([]string{"{shopId}", "{flowId}", "{version}", "{name}"}, maps.Keys(foreign(f)))
	for _, op := range operations(t, f) {
		_, exempt := ofNoShop[op.id]
		require.NotEqual(t, exempt, op.inShop(), "%s %s (%s) is about one shop, or has a reason in ofNoShop", op.method, op.path, op.id)
		delete(left, op.id)
		_, decided := leastRole[op.id]
		require.Equal(t, op.secured, decided, "%s: leastRole says who may call it, if a token is needed", op.id)
		delete(policy, op.id)
		if op.body != nil {
			require.NotNil(t, good(f, op.id, "a"), "%s: good has a body that is carried out", op.id)
		}
		// What a shop itself names (flowId, version, name) other shops may name alike.
		for _, placeholder := range placeholders.FindAllString(op.path, -1) {
			require.Contains(t, known, placeholder, "%s: TestForeignObjects has ids of other shops", op.id)
		}
	}
	require.Empty(t, left, "no such operations")
	require.Empty(t, policy, "no such operations")
	// What is not in the document knows no shop; op is the upload, which is in it.
	require.Equal(t, []string{"GET /api/docs", "GET /api/docs/", "GET /api/openapi.json", "GET /healthz", "GET /metrics", "GET /readyz", "op"}, handledDirectly(t))
}

var placeholders = regexp.MustCompile(`\{\w+\}`)

// handledDirectly finds the routes that the package gives its mux without an operation.
func handledDirectly(t *testing.T) (patterns []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			registers, ok := n.(*ast.CallExpr)
			if !ok || len(registers.Args) != 2 {
				return true
			}
			if to, ok := registers.Fun.(*ast.SelectorExpr); ok && (to.Sel.Name == "Handle" || to.Sel.Name == "HandleFunc") {
				patterns = append(patterns, strings.Trim(types.ExprString(registers.Args[0]), `"`))
			}
			return true
		})
	}
	slices.Sort(patterns)
	return patterns
}

// TestShopsAreTheCallersOwn: the one list that spans shops.
func TestShopsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, who := range []string{"owner@a", "agent@a", "viewer@a"} {
		r := f.do(call{method: "GET", path: "/api/shops", token: f.token(who)})
		require.Equal(t, http.StatusOK, r.Code)
		require.Contains(t, r.Text, "Shop a")
		require.NotContains(t, r.Text, "Shop b", who)
	}
}
