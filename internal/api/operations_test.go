package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// operation is one call of the OpenAPI document: what is tested for every route
// is driven by it, so that a new route cannot be forgotten.
type operation struct {
	method, path, id string
	secured          bool
	query            []string       // names
	body             map[string]any // JSON schema with references resolved; nil when there is none
	binary           bool           // takes a file
}

func operations(t *testing.T, f *fixture) []operation {
	t.Helper()
	doc := f.do(call{method: "GET", path: "/api/openapi.json"}).json()
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	var list []operation
	for path, item := range doc["paths"].(map[string]any) {
		for method, v := range item.(map[string]any) {
			spec := v.(map[string]any)
			op := operation{method: strings.ToUpper(method), path: path, id: spec["operationId"].(string)}
			_, op.secured = spec["security"]
			for _, p := range asList(spec["parameters"]) {
				if p := p.(map[string]any); p["in"] == "query" {
					op.query = append(op.query, p["name"].(string))
				}
			}
			if body, ok := spec["requestBody"].(map[string]any); ok {
				content := body["content"].(map[string]any)
				if media, ok := content["application/json"].(map[string]any); ok {
					op.body = resolve(schemas, media["schema"]).(map[string]any)
				} else {
					op.binary = true
				}
			}
			list = append(list, op)
		}
	}
	require.Greater(t, len(list), 25)
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return list
}

func asList(v any) []any { l, _ := v.([]any); return l }

// resolve replaces references by what they refer to.
func resolve(schemas map[string]any, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			return resolve(schemas, schemas[ref[strings.LastIndex(ref, "/")+1:]])
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = resolve(schemas, e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = resolve(schemas, e)
		}
		return out
	}
	return v
}

// good is a body for each operation that would be carried out in shop.
func good(f *fixture, id, shop string) map[string]any {
	bodies := map[string]map[string]any{
		"login":               {"email": "owner@a.example", "password": password},
		"setup":               {"token": "x", "email": "x@example.com", "name": "X", "password": password},
		"changePassword":      {"current": password, "new": "another password"},
		"createShop":          {"shopId": "fresh", "name": "Fresh"},
		"renameShop":          {"name": "Renamed"},
		"createUser":          {"email": "fresh@example.com", "name": "Fresh", "password": password, "role": "agent"},
		"setUserRole":         {"role": "viewer"},
		"createKey":           {"name": "till", "role": "agent"},
		"publishFlow":         {"definition": map[string]any{"start": "x"}, "ifVersion": 0},
		"activate":            {"shopId": shop, "type": "WHATSAPP_WEB"},
		"deactivate":          {"shopId": shop, "type": "WHATSAPP_WEB", "logout": true},
		"pair":                {"shopId": shop, "type": "WHATSAPP_WEB", "phone": "5491155550100"},
		"sendMessage":         {"to": "5491155550100", "text": "hola"},
		"replyToConversation": {"text": "hola"},
		"putSettings":         {"timeZone": "America/Bogota", "quiet": map[string]any{"from": "22:00", "to": "08:00"}},
		"putSecret":           {"value": "s3cr3t"},
		"tellEvent":           {"name": "paid", "conversation": "cv_" + shop, "data": map[string]any{"folio": "A-17"}},
		"startFlow":           {"flow": "menu", "node": "start"},
		"tagContact":          {"add": []any{"vip"}},
		"publishNamedFlow":    {"definition": map[string]any{"id": "menu"}, "ifVersion": 2},
		"reviewFlow":          {"definition": map[string]any{"id": "menu"}},
		"replayFlow":          {"definition": map[string]any{"id": "menu"}},
		"beginTest":           {"definition": map[string]any{"id": "menu"}, "at": "2026-11-23T10:00:00-06:00", "contact": map[string]any{"name": "Ana"}},
		"actInTest":           {"say": "hola"},
	}
	return maps.Clone(bodies[id])
}

// at returns the call of an operation in a shop, on the objects that are that
// shop's own.
func (op operation) at(f *fixture, shop, token string) call {
	path := strings.NewReplacer(
		"{shopId}", shop, "{userId}", f.userID("viewer@"+"a.example"), "{keyId}", "key_none", "{id}", "cv_"+shop,
		"{flowId}", "menu", "{version}", "1", "{name}", "pos", "{testId}", "tst_"+shop,
	).Replace(op.path)
	c := call{method: op.method, path: path, token: token}
	switch {
	case op.binary:
		c.body = "file"
		c.header = map[string]string{"Content-Type": "image/png"}
	case op.body != nil:
		c.body = good(f, op.id, shop)
	}
	for _, name := range op.query {
		switch name {
		case "shopId":
			c.path += "?shopId=" + shop
		case "email":
			c.path += "?email=owner@a.example"
		}
	}
	return c
}

// inShop reports whether the operation is about one shop.
func (op operation) inShop() bool {
	properties, _ := op.body["properties"].(map[string]any)
	_, named := properties["shopId"]
	return strings.Contains(op.path, "{shopId}") || slices.Contains(op.query, "shopId") || named && op.id != "createShop"
}

// state is everything that a call could have changed.
func (f *fixture) state() map[string]any {
	f.t.Helper()
	ctx := f.t.Context()
	state := map[string]any{
		"channels": f.channels.noted(), "flows": f.flows.count(), "sent": f.inbox.outgoing(), "acts": f.inbox.acted(),
		"versions": f.flows.acted(), "chats": f.chats.acted(), "settings": f.settings.all(), "assets": f.assets.stored(),
	}
	shops, err := f.store.Shops(ctx, "", 100)
	require.NoError(f.t, err)
	state["shops"] = shops
	for _, s := range shops {
		state["members of "+string(s.ID)], err = f.store.Members(ctx, s.ID)
		require.NoError(f.t, err)
		keys, err := f.store.APIKeys(ctx, s.ID)
		require.NoError(f.t, err)
		for i := range keys {
			keys[i].LastUsedAt = time.Time{} // asking is a use
		}
		state["keys of "+string(s.ID)] = keys
	}
	return state
}

func TestEveryOperationNeedsAToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.state()
	for _, op := range operations(t, f) {
		if op.secured {
			f.do(op.at(f, "a", "")).problem(http.StatusUnauthorized, "unauthorized")
			bad := op.at(f, "a", "")
			bad.body = `{"not":"looked at"`
			f.do(bad).problem(http.StatusUnauthorized, "unauthorized")
		}
	}
	require.Equal(t, before, f.state())
}
