package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// refusals are bodies that no caller may send, by the field that is named.
func TestAutomationRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	long := strings.Repeat("x", 41)
	before := f.state()
	for _, c := range []struct{ method, path, body, field string }{
		{"PUT", "settings", `{"timeZone":"Mars/Olympus"}`, "body.timeZone"},
		{"PUT", "settings", `{"country":"mx"}`, "body.country"},
		{"PUT", "settings", `{"currency":"mxn"}`, "body.currency"},
		{"PUT", "settings", `{"hours":{"week":[{"day":"lun","open":[]}]}}`, "body.hours.week[0].day"},
		{"PUT", "settings", `{"hours":{"week":[{"day":"mon","open":[{"from":"9","to":"18:00"}]}]}}`, "body.hours"},
		{"PUT", "settings", `{"hours":{"week":[{"day":"mon","open":[{"from":"09:00","to":"18:00","x":1}]}]}}`, "body.hours.week[0].open[0].x"},
		{"PUT", "settings", `{"hours":{"days":[{"date":"25/12"}]}}`, "body.hours"},
		{"PUT", "settings", `{"calendars":{"La Cocina":{}}}`, "body.calendars"},
		{"PUT", "settings", `{"quiet":{"from":"22:00","to":"25:00"}}`, "body.quiet"},
		{"PUT", "settings", `{"queues":[{"id":"Bar","name":"Bar"}]}`, "body.queues.0.id"},
		{"PUT", "settings", `{"queues":[{"id":"bar","name":""}]}`, "body.queues.0.name"},
		{"PUT", "settings", `{"webhook":{"url":"ftp://x.example"}}`, "body.webhook"},
		{"PUT", "settings", `{"humanQuietMinutes":10081}`, "body.humanQuietMinutes"},
		{"PUT", "secrets/Pos", `{"value":"x"}`, "path.name"},
		{"PUT", "secrets/pos", `{"value":""}`, "body.value"},
		{"PUT", "secrets/pos", `{"value":"a\r\nX-Evil: 1"}`, "body.value"},
		{"POST", "events", `{"name":"paid"}`, "body"},
		{"POST", "events", `{"name":"paid","contact":"5491155550100","conversation":"cv_a"}`, "body"},
		{"POST", "events", `{"name":"tag:vip","conversation":"cv_a"}`, "body.name"},
		{"POST", "events", `{"name":"","conversation":"cv_a"}`, "body.name"},
		{"POST", "conversations/cv_a/tags", `{"add":[""]}`, "body.add"},
		{"POST", "conversations/cv_a/tags", `{"add":["a:b"]}`, "body.add"},
		{"POST", "conversations/cv_a/tags", `{"remove":["` + long + `"]}`, "body.remove"},
		{"POST", "conversations/cv_a/start", `{"flow":"` + long + `"}`, "body.flow"},
		{"PUT", "flows/menu", `{"definition":{"id":"other"}}`, "body.definition.id"},
		{"PUT", "flows/menu", `{"definition":{"id":7}}`, "body.definition.id"},
		{"POST", "flow/test", `{"at":"tomorrow"}`, "body.at"},
		{"POST", "flow/test", `{"at":"0001-01-01T00:00:00Z"}`, "body.at"},
		{"POST", "flow/test", `{"channel":"SMS"}`, "body.channel"},
		{"POST", "flow/test/tst_a", `{}`, "body"},
		{"POST", "flow/test/tst_a", `{"say":"a","human":true}`, "body"},
		{"POST", "flow/test/tst_a", `{"advance":"1y"}`, "body.advance"},
		{"POST", "flow/test/tst_a", `{"advance":"-1h"}`, "body.advance"},
		{"POST", "flow/test/tst_a", `{"http":{}}`, "body.http"},
		{"POST", "flow/test/tst_a", `{"http":{"status":200,"error":"timeout"}}`, "body.http"},
		{"POST", "flow/test/tst_a", `{"http":{"status":600}}`, "body.http.status"},
		{"POST", "flow/test/tst_a", `{"location":{"latitude":91,"longitude":0}}`, "body.location.latitude"},
		{"POST", "flow/test/tst_a", `{"media":{"kind":"hologram"}}`, "body.media.kind"},
		{"GET", "conversations/cv_a/trace?limit=0", ``, "query.limit"},
		{"GET", "conversations/cv_a/trace?limit=201", ``, "query.limit"},
		{"GET", "flows/menu/versions/0", ``, "path.version"},
		{"GET", "flows/menu/versions/x", ``, "path.version"},
	} {
		ask := call{method: c.method, path: "/api/shops/a/" + c.path, token: token}
		if c.body != "" {
			ask.body = c.body
		}
		r := f.do(ask)
		p := r.problem(http.StatusUnprocessableEntity, "invalid_body")
		require.Equal(t, c.field, p["errors"].([]any)[0].(map[string]any)["path"], "%s %s", c.path, c.body)
	}
	require.Equal(t, before, f.state())
}

func TestAutomationFailures(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"DELETE", "secrets/none", ``, 404, "not_found"},
		{"POST", "conversations/cv_a/start", `{"flow":"none"}`, 404, "no_flow"},
		{"POST", "conversations/cv_a/start", `{"node":"none"}`, 404, "no_node"},
		{"GET", "flows/none", ``, 404, "no_flow"},
		{"PUT", "flows/full", `{"definition":{"id":"full"}}`, 409, "too_many"},
		{"DELETE", "flows/menu", ``, 409, "flow_in_use"},
		{"DELETE", "flows/none", ``, 404, "no_flow"},
		{"GET", "flows/none/versions", ``, 404, "no_flow"},
		{"GET", "flows/menu/versions/3", ``, 404, "no_flow"},
		{"POST", "flows/menu/versions/3/rollback", ``, 404, "no_flow"},
		{"POST", "flows/menu/versions/2/retract", ``, 409, "flow_in_use"},
		{"POST", "flows/menu/replay", `{"definition":{}}`, 422, "invalid_flow"},
		{"POST", "flow/test/tst_a", `{"nextTimer":true}`, 409, "nothing_to_do"},
	} {
		ask := call{method: c.method, path: "/api/shops/a/" + c.path, token: token}
		if c.body != "" {
			ask.body = c.body
		}
		f.do(ask).problem(c.status, c.code)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	at := func(method, path string, body any) *reply {
		return f.do(call{method: method, path: "/api/shops/a/" + path, token: token, body: body})
	}
	at("PUT", "secrets/pos", `{"value":"`+canary+`"}`).ok(http.StatusNoContent)
	require.Equal(t, []any{"pos"}, at("GET", "secrets", nil).ok(http.StatusOK)["secrets"])
	for _, path := range []string{"secrets", "settings", "flow", "flows"} {
		require.NotContains(t, at("GET", path, nil).Text, canary)
	}
	require.NotContains(t, f.log.String(), canary)
	at("DELETE", "secrets/pos", nil).ok(http.StatusNoContent)
	require.Empty(t, at("GET", "secrets", nil).ok(http.StatusOK)["secrets"])
}

func TestSettingsAreReplacedWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	token := f.token("owner@a")
	put := func(body string) map[string]any {
		return f.do(call{method: "PUT", path: "/api/shops/a/settings", token: token, body: body}).ok(http.StatusOK)
	}
	require.Equal(t, map[string]any{"timeZone": "America/Bogota", "currency": "COP"}, put(`{"timeZone":"America/Bogota","currency":"COP"}`))
	require.Equal(t, map[string]any{"country": "CO"}, put(`{"country":"CO"}`))
	require.Empty(t, f.do(call{method: "GET", path: "/api/shops/b/settings", token: f.token("owner@b")}).ok(http.StatusOK))
}

func TestExportIsAFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.do(call{method: "GET", path: "/api/shops/a/flows/menu/versions/1/file", token: f.token("viewer@a")})
	require.Equal(t, http.StatusOK, r.Code, r.Text)
	require.Equal(t, `attachment; filename="menu.json"`, r.Header.Get("Content-Disposition"))
	require.JSONEq(t, `{"id":"menu"}`, r.Text)
	require.Contains(t, r.Text, "\n", "laid out for diffs")

	r = f.do(call{method: "GET", path: "/api/shops/a/flow/test/tst_a/transcript", token: f.token("agent@a")})
	require.Equal(t, http.StatusOK, r.Code, r.Text)
	require.Equal(t, `attachment; filename="test.chat"`, r.Header.Get("Content-Disposition"))
	require.Equal(t, "flow menu.json\n\n> hola\n", r.Text)
	f.do(call{method: "GET", path: "/api/shops/a/flow/test/tst_b/transcript", token: f.token("agent@a")}).problem(http.StatusNotFound, "not_found")
}
