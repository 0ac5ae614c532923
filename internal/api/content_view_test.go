package api_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/api"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// kindsOfMessages reads the constants of message.Kind from their source: a
// language without enums cannot list them.
func kindsOfMessages(t *testing.T) (kinds []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../message/content.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Kind" {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				require.NoError(t, err)
				kinds = append(kinds, text)
			}
		}
		return true
	})
	require.Greater(t, len(kinds), 10)
	return kinds
}

// TestEveryKindIsInTheDocument: clients are generated from it, and the panel
// has words for each kind that it names.
func TestEveryKindIsInTheDocument(t *testing.T) {
	t.Parallel()
	want := kindsOfMessages(t)
	slices.Sort(want)
	doc := newFixture(t).do(call{method: "GET", path: "/api/openapi.json"}).json()
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for _, schema := range []string{"ShownContent", "Preview"} {
		kind := schemas[schema].(map[string]any)["properties"].(map[string]any)["kind"].(map[string]any)
		var have []string
		for _, k := range asList(kind["enum"]) {
			have = append(have, k.(string))
		}
		slices.Sort(have)
		require.Equal(t, want, have, "%s.kind", schema)
	}
}

// TestContentOf is what a history shows of what only arrives, and what it keeps
// to itself: where a file lies.
func TestContentOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		c    message.Content
		want string
	}{
		"a vote":           {message.Content{Kind: message.VoteKind, Vote: &message.Vote{Poll: "P", Options: []string{"Mañana"}}}, `{"kind":"vote","vote":{"poll":"P","options":["Mañana"]}}`},
		"a vote withdrawn": {message.Content{Kind: message.VoteKind, Vote: &message.Vote{Poll: "P"}}, `{"kind":"vote","vote":{"poll":"P","options":[]}}`},
		"a video call":     {message.Content{Kind: message.MissedCall, Video: true}, `{"kind":"missed_call","video":true}`},
		"an edit":          {message.Content{Kind: message.Edited, Text: "dos", Target: "M1"}, `{"kind":"edited","text":"dos","target":"M1"}`},
		"from an ad":       {message.Content{Kind: message.Text, Text: "hola", Ad: "A1", Mentioned: true}, `{"kind":"text","text":"hola","ad":"A1"}`},
		"a recording": {
			message.Content{Kind: message.Voice, Media: &message.Media{MIME: "audio/ogg", Seconds: 7, Ref: []byte("secret"), Data: []byte("x"), URL: "https://x"}},
			`{"kind":"voice","media":{"mime":"audio/ogg","seconds":7}}`,
		},
		"of an album": {
			message.Content{Kind: message.Image, Media: &message.Media{Album: "B1", ViewOnce: true, SHA256: []byte("x")}},
			`{"kind":"image","media":{"viewOnce":true,"album":"B1"}}`,
		},
	} {
		got, err := json.Marshal(api.ToShownContent(c.c))
		require.NoError(t, err)
		require.JSONEq(t, c.want, string(got), name)
	}
}

// TestWhatOnlyArrivesCannotBeSent: the fields of a history are no fields of a message to send.
func TestWhatOnlyArrivesCannotBeSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, body := range []string{
		`{"text":"x","vote":{"poll":"P","options":[]}}`, `{"text":"x","target":"M1"}`, `{"text":"x","ad":"A"}`,
		`{"text":"x","video":true}`, `{"media":{"mime":"audio/ogg","asset":"a","seconds":3}}`,
	} {
		r := f.do(call{method: "POST", path: "/api/shops/a/conversations/cv_a/messages", token: f.token("agent@a"), body: body})
		r.problem(http.StatusUnprocessableEntity, "invalid_body")
	}
}

// TestTraceIsSaidInTheCallersLanguage, of what happened and of what is tried out.
func TestTraceIsSaidInTheCallersLanguage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for lang, says := range map[string][2]string{
		"es": {"«pedio» → opción pedir, con un error de dedo", "Sin respuesta: ningún flujo espera esto"},
		"en": {"“pedio” → option pedir, with a typing slip", "No answer: no flow waits for this"},
		"pt": {"“pedio” → opção pedir, com um erro de digitação", "Sem resposta: nenhum fluxo espera isto"},
		"fr": {"«pedio» → opción pedir, con un error de dedo", "Sin respuesta: ningún flujo espera esto"},
	} {
		header := map[string]string{"Accept-Language": lang}
		trace := f.do(call{method: "GET", path: "/api/shops/a/conversations/cv_a/trace", token: f.token("viewer@a"), header: header}).ok(http.StatusOK)
		step := asList(trace["steps"])[0].(map[string]any)
		require.Equal(t, []any{engine.MessageID("k")}, step["sent"])
		require.Equal(t, map[string]any{"kind": "chosen", "name": "pedir", "rule": "fuzzy", "text": "pedio", "sentence": says[0]}, asList(step["events"])[0], lang)

		acted := f.do(call{method: "POST", path: "/api/shops/a/flow/test/tst_a?lang=" + lang, token: f.token("agent@a"), body: `{"say":"hola"}`}).ok(http.StatusOK)
		turn := asList(acted["turns"])[0].(map[string]any)
		require.Equal(t, says[1], asList(turn["events"])[0].(map[string]any)["sentence"], lang)
	}
}
