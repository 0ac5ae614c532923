package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/tenant"
)

func TestShops(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	root, owner := f.token("root"), f.token("owner@a")
	create := func(token string, body any) *reply {
		return f.do(call{method: "POST", path: "/api/shops", token: token, body: body})
	}
	fresh := map[string]any{"connected": false, "number": nil, "lastConnection": nil}
	require.Equal(t, map[string]any{"shopId": "tacos", "name": "Tacos", "whatsapp": fresh}, create(root, map[string]any{"shopId": "tacos", "name": " Tacos "}).ok(http.StatusCreated))
	create(root, map[string]any{"shopId": "tacos", "name": "Again"}).problem(http.StatusConflict, "shop_taken")
	create(owner, map[string]any{"shopId": "mine", "name": "Mine"}).problem(http.StatusForbidden, "forbidden")
	made := create(root, map[string]any{"name": "No id"}).ok(http.StatusCreated)
	_, err := tenant.ParseShopID(made["shopId"].(string))
	require.NoError(t, err)

	f.store.SetWhatsApp("a", tenant.WhatsApp{Connected: true, Number: "5491155550100", LastConnection: noon.In(time.FixedZone("", -10800))})
	require.Equal(t, map[string]any{
		"shopId": "a", "name": "Shop a",
		"whatsapp": map[string]any{"connected": true, "number": "5491155550100", "lastConnection": "2026-03-01T12:00:00Z"},
	}, f.do(call{method: "GET", path: "/api/shops/a", token: f.token("viewer@a")}).ok(http.StatusOK))

	rename := func(token, name string) *reply {
		return f.do(call{method: "PATCH", path: "/api/shops/a", token: token, body: map[string]any{"name": name}})
	}
	require.Equal(t, "Nuevo", rename(owner, "Nuevo").ok(http.StatusOK)["name"])
	rename(f.token("agent@a"), "Other").problem(http.StatusForbidden, "forbidden")
	rename(owner, " \t ").problem(http.StatusUnprocessableEntity, "invalid_body")

	list := func(token, query string) (ids []string, next any) {
		got := f.do(call{method: "GET", path: "/api/shops" + query, token: token}).ok(http.StatusOK)
		for _, s := range got["shops"].([]any) {
			ids = append(ids, s.(map[string]any)["shopId"].(string))
		}
		return ids, got["next"]
	}
	ids, next := list(owner, "")
	require.Equal(t, []string{"a"}, ids)
	require.Nil(t, next)
	ids, next = list(root, "?limit=2")
	require.Equal(t, []string{"a", "b"}, ids)
	require.Equal(t, "b", next)
	ids, next = list(root, "?limit=2&cursor=b")
	require.Len(t, ids, 2)
	require.Nil(t, next)
}

func TestMembers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	events, err := f.bus.Subscribe(t.Context(), 16)
	require.NoError(t, err)
	owner, root := f.token("owner@a"), f.token("root")
	users := "/api/shops/a/users"
	body := map[string]any{"email": "New@Example.com", "name": "Nina", "password": password, "role": "agent"}
	made := f.do(call{method: "POST", path: users, token: owner, body: body}).ok(http.StatusCreated)
	require.Equal(t, map[string]any{"id": f.userID("new@example.com"), "email": "new@example.com", "name": "Nina", "role": "agent"}, made)
	f.do(login("new@example.com", password)).ok(http.StatusOK)
	f.do(call{method: "POST", path: users, token: owner, body: body}).problem(http.StatusConflict, "email_taken")
	f.do(call{method: "POST", path: users, token: f.token("agent@a"), body: body}).problem(http.StatusForbidden, "forbidden")
	require.Len(t, f.do(call{method: "GET", path: users, token: owner}).ok(http.StatusOK)["users"], 4)

	nina := users + "/" + made["id"].(string)
	require.Equal(t, "owner", f.do(call{method: "PUT", path: nina, token: owner, body: map[string]any{"role": "owner"}}).ok(http.StatusOK)["role"])
	require.Equal(t, bus.Event{Shop: "a", Name: "members", Data: []byte(`{"who":"` + made["id"].(string) + `"}`)}, <-events)
	stranger := users + "/" + f.userID("agent@b.example")
	f.do(call{method: "PUT", path: stranger, token: owner, body: map[string]any{"role": "viewer"}}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "PUT", path: users + "/usr_nobody", token: owner, body: map[string]any{"role": "viewer"}}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "DELETE", path: stranger, token: owner}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "PUT", path: stranger, token: root, body: map[string]any{"role": "viewer"}}).ok(http.StatusOK)

	token := f.token("agent@b")
	f.do(call{method: "GET", path: "/api/shops/a", token: token}).ok(http.StatusOK)
	f.do(call{method: "DELETE", path: stranger, token: owner}).ok(http.StatusNoContent)
	f.do(call{method: "GET", path: "/api/shops/a", token: token}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "GET", path: "/api/shops/b", token: token}).ok(http.StatusOK)

	ninas := f.do(login("new@example.com", password)).json()["accessToken"].(string)
	f.do(call{method: "DELETE", path: nina, token: owner}).ok(http.StatusNoContent)
	f.do(call{method: "GET", path: "/api/me", token: ninas}).problem(http.StatusUnauthorized, "unauthorized")
	f.do(call{method: "POST", path: users, token: owner, body: body}).ok(http.StatusCreated)

	self := users + "/" + f.userID("owner@a.example")
	f.do(call{method: "DELETE", path: self, token: owner}).problem(http.StatusConflict, "last_owner")
	f.do(call{method: "PUT", path: self, token: owner, body: map[string]any{"role": "agent"}}).problem(http.StatusConflict, "last_owner")
	f.do(call{method: "DELETE", path: self, token: root}).ok(http.StatusNoContent)

	require.Equal(t, "agent@a.example", f.do(call{method: "GET", path: "/api/users?email=Agent@A.example", token: root}).ok(http.StatusOK)["email"])
	f.do(call{method: "GET", path: "/api/users?email=agent@a.example", token: f.token("agent@a")}).problem(http.StatusForbidden, "forbidden")
	f.do(call{method: "GET", path: "/api/users?email=nobody@a.example", token: root}).problem(http.StatusNotFound, "not_found")
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := f.token("owner@a")
	keys := "/api/shops/a/keys"
	made := f.do(call{method: "POST", path: keys, token: owner, body: map[string]any{"name": "till"}}).ok(http.StatusCreated)
	key := made["key"].(string)
	require.Equal(t, key[:11], made["prefix"])
	require.Equal(t, "agent", made["role"])
	require.Nil(t, made["lastUsedAt"])

	me := f.do(call{method: "GET", path: "/api/me", token: key}).ok(http.StatusOK)
	require.Equal(t, []any{map[string]any{"shopId": "a", "name": "Shop a", "role": "agent"}}, me["shops"])
	require.Equal(t, false, me["admin"])
	f.activate(key, map[string]any{"shopId": "a"}).ok(http.StatusOK)
	f.activate(key, map[string]any{"shopId": "b"}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "GET", path: keys, token: key}).problem(http.StatusForbidden, "forbidden")
	f.do(call{method: "PUT", path: "/api/me/password", token: key, body: map[string]any{"current": password, "new": password}}).problem(http.StatusForbidden, "forbidden")
	f.do(call{method: "GET", path: "/api/shops/a/flow", token: key}).problem(http.StatusNotFound, "no_flow")

	r := f.do(call{method: "GET", path: keys, token: owner})
	require.NotContains(t, r.Text, key)
	list := r.ok(http.StatusOK)["keys"].([]any)
	require.Len(t, list, 1)
	require.Equal(t, "2026-03-01T12:00:00Z", list[0].(map[string]any)["lastUsedAt"])

	other := f.do(call{method: "POST", path: "/api/shops/b/keys", token: f.token("owner@b"), body: map[string]any{"name": "b"}}).ok(http.StatusCreated)
	f.do(call{method: "DELETE", path: keys + "/" + other["id"].(string), token: owner}).problem(http.StatusNotFound, "not_found")
	f.do(call{method: "GET", path: "/api/me", token: other["key"].(string)}).ok(http.StatusOK)
	f.do(call{method: "DELETE", path: keys + "/" + made["id"].(string), token: owner}).ok(http.StatusNoContent)
	f.do(call{method: "GET", path: "/api/me", token: key}).problem(http.StatusUnauthorized, "unauthorized")
}

func TestFlow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner, path := f.token("owner@a"), "/api/shops/a/flow"
	put := func(token string, body any, lang string) *reply {
		return f.do(call{method: "PUT", path: path, token: token, body: body, header: map[string]string{"Accept-Language": lang}})
	}
	f.do(call{method: "GET", path: path, token: owner}).problem(http.StatusNotFound, "no_flow")
	p := put(owner, map[string]any{"definition": map[string]any{}}, "en").problem(http.StatusUnprocessableEntity, "invalid_flow")
	want := emptyFlowIssues()[0].In("en")
	require.NotEqual(t, want.Message, want.In("es").Message)
	require.Equal(t, map[string]any{"severity": "error", "path": want.Path, "code": want.Code, "message": want.Message, "fix": want.Fix}, p["issues"].([]any)[0])

	definition := map[string]any{"start": "hi", "nodes": map[string]any{"hi": map[string]any{"text": "¿Qué <b>?"}}}
	published := put(owner, map[string]any{"definition": definition, "ifVersion": 0}, "").ok(http.StatusOK)
	require.Equal(t, 1.0, published["version"])
	require.Len(t, published["issues"], 1)
	got := f.do(call{method: "GET", path: path, token: f.token("viewer@a")}).ok(http.StatusOK)
	require.Equal(t, map[string]any{"flowId": "flow_1", "version": 1.0, "publishedAt": "2026-03-01T12:00:00Z", "definition": definition}, got)

	put(owner, map[string]any{"definition": definition, "ifVersion": 0}, "").problem(http.StatusConflict, "version_conflict")
	put(f.token("agent@a"), map[string]any{"definition": definition}, "").problem(http.StatusForbidden, "forbidden")
	put(f.token("root"), map[string]any{"definition": definition, "ifVersion": 1}, "").ok(http.StatusOK)
}
