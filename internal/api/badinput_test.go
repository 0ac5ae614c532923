package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canary is in every refused value: it must come back nowhere.
const canary = "c4n4ry"

// wrong returns values that are not of the schema's type, and text that is longer
// than it may be. A null is as good as leaving out what may be left out.
func wrong(schema map[string]any, required bool) []any {
	values := map[string]any{
		"null": nil, "string": canary, "integer": 7, "number": 7.5, "boolean": true, "array": []any{canary}, "object": map[string]any{"$gt": canary},
	}
	types := []any{schema["type"]}
	if l, ok := schema["type"].([]any); ok {
		types = l
	}
	for _, t := range types {
		delete(values, t.(string))
		if t == "number" {
			delete(values, "integer")
		}
	}
	if !required {
		delete(values, "null")
	}
	var list []any
	for _, v := range values {
		list = append(list, v)
	}
	if n, ok := schema["maxLength"].(float64); ok {
		list = append(list, canary+strings.Repeat("x", int(n)))
	}
	if n, ok := schema["maximum"].(float64); ok {
		list = append(list, n+1)
	}
	if _, ok := schema["minimum"]; ok {
		list = append(list, -1)
	}
	return list
}

// TestEveryFieldOfEveryBody sends each field of each body, nested ones too, with
// each wrong type and size.
func TestEveryFieldOfEveryBody(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tokens := []string{f.token("owner@a"), f.token("root")}
	before := f.state()
	sent := 0
	refused := func(op operation, body any, what string) {
		t.Helper()
		c := op.at(f, "a", "")
		if op.secured {
			c.token = tokens[0]
			if strings.HasPrefix(op.id, "createShop") {
				c.token = tokens[1]
			}
		}
		c.body = body
		r := f.do(c)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, r.Code, "%s %s: %s", op.id, what, r.Text)
		p := r.problem(r.Code, r.json()["code"].(string))
		require.NotContains(t, r.Text, canary, "%s %s", op.id, what)
		if r.Code == http.StatusUnprocessableEntity && p["code"] == "invalid_body" {
			require.NotEmpty(t, p["errors"], "%s %s", op.id, what)
		}
		sent++
	}
	for _, op := range operations(t, f) {
		if op.body == nil {
			continue
		}
		for _, body := range []any{"", "null", "7", `"` + canary + `"`, "[]", "{", `{"a":1}{"b":2}`, "\xff\xfe", strings.Repeat("[", 100), `{"x":` + strings.Repeat(`{"x":`, 40) + "1" + strings.Repeat("}", 41)} {
			refused(op, body, fmt.Sprint("body ", body))
		}
		if required := asList(op.body["required"]); len(required) > 0 {
			for _, field := range required {
				body := good(f, op.id, "a")
				delete(body, field.(string))
				refused(op, body, fmt.Sprint("without ", field))
			}
		}
		for _, unknown := range []string{"extra", "$where", "constructor", "__proto__", "ID", "Email"} {
			body := good(f, op.id, "a")
			body[unknown] = canary
			refused(op, body, "with "+unknown)
		}
		fields(op.body, func(path []string, schema map[string]any, required bool) {
			for _, v := range wrong(schema, required) {
				data, err := json.Marshal(put(good(f, op.id, "a"), path, v))
				require.NoError(t, err)
				refused(op, string(data), strings.Join(path, ".")+" = "+fmt.Sprintf("%.60v", v))
			}
		})
	}
	require.Greater(t, sent, 500)
	require.Equal(t, before, f.state(), "nothing has changed")
	require.NotContains(t, f.log.String(), canary)
}

// fields visits the schema's properties, nested ones too, but not inside free objects.
func fields(schema map[string]any, visit func(path []string, schema map[string]any, required bool), path ...string) {
	properties, _ := schema["properties"].(map[string]any)
	for name, v := range properties {
		at, s := append(append([]string{}, path...), name), v.(map[string]any)
		visit(at, s, slices.Contains(asList(schema["required"]), any(name)))
		fields(s, visit, at...)
	}
}

// put returns body with v at path; other content gives way to what path is part of.
func put(body map[string]any, path []string, v any) map[string]any {
	body = maps.Clone(body)
	if body == nil {
		body = make(map[string]any)
	}
	if len(path) > 1 {
		inner, _ := body[path[0]].(map[string]any)
		v = put(inner, path[1:], v)
		delete(body, "text")
	}
	body[path[0]] = v
	return body
}

func TestUnknownFieldsAreNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	for _, c := range []struct{ body, path string }{
		{`{"to":"5491155550100","text":"x","bcc":"y"}`, "body.bcc"},
		{`{"to":"5491155550100","media":{"mime":"image/png","data":"aGk=","secret":1}}`, "body.media.secret"},
		{`{"to":"5491155550100","poll":{"question":"?","options":["a","b"],"$gt":""}}`, "body.poll.$gt"},
	} {
		p := f.do(call{method: "POST", path: "/api/shops/a/messages", token: token, body: c.body}).problem(http.StatusUnprocessableEntity, "invalid_body")
		require.Equal(t, c.path, p["errors"].([]any)[0].(map[string]any)["path"])
	}
}

func TestPasswordsAreNotEchoed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, body := range []string{
		`{"email":"owner@a.example","password":["` + canary + `"]}`,
		`{"email":"owner@a.example","password":"` + canary + strings.Repeat("x", 300) + `"}`,
		`{"email":{"x":"` + canary + `"},"password":"` + canary + `"}`,
		`{"email":"owner@a.example","password":"` + canary + `","remember":"` + canary + `"}`,
		`{"email":"owner@a.example","password":"` + canary + `"`,
	} {
		r := f.do(call{method: "POST", path: "/api/auth/login", body: body})
		require.GreaterOrEqual(t, r.Code, 400)
		require.NotContains(t, r.Text, canary)
	}
	require.NotContains(t, f.log.String(), canary)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	put := func(body any, mime string) *reply {
		return f.do(call{method: "PUT", path: "/api/shops/a/flow", token: token, body: body, header: map[string]string{"Content-Type": mime}})
	}
	put(`{"definition":{"start":"`+strings.Repeat("x", 1<<20)+`"}}`, "application/json").problem(http.StatusRequestEntityTooLarge, "body_too_large")
	put(`{"definition":{}}`, "text/plain").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	put(`definition: {}`, "application/yaml").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	put(`{"definition":`+strings.Repeat(`{"a":`, 31)+`1`+strings.Repeat(`}`, 32), "application/json").problem(http.StatusUnprocessableEntity, "invalid_flow")
	put(`{"definition":`+strings.Repeat(`{"a":`, 32)+`1`+strings.Repeat(`}`, 33), "application/json").problem(http.StatusBadRequest, "malformed_body")
	put(`{"definition":{"a":"`+strings.Repeat(`{[`, 500)+`\"{"}}`, "application/json").problem(http.StatusUnprocessableEntity, "invalid_flow")
	require.Equal(t, 2, f.flows.count())
}
