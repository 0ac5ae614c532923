package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// in is the fixture for one input.
func (f *fixture) in(t *testing.T) *fixture {
	own := *f
	own.t = t
	return &own
}

// answered asserts what holds for every body there is: an answer in our shape,
// and never that the fault is ours.
func answered(t *testing.T, r *reply, statuses ...int) {
	t.Helper()
	if !slices.Contains(statuses, r.Code) {
		t.Fatalf("%d %s", r.Code, r.Text)
	}
	if r.Code >= http.StatusBadRequest {
		r.t = t
		r.problem(r.Code, r.json()["code"].(string))
	}
}

func FuzzLogin(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `null`, `{"email":"owner@a.example","password":"x"}`, `{"email":"owner@a.example","password":"correct horse battery"}`,
		`{"email":null,"password":[]}`, "{\"email\":\"\x00\",\"password\":\"\\ud800\"}", `{"email":"a@b","password":"x","x":1}`, `[[[[`, `{"email":"A@B","email":"c"}`,
	} {
		f.Add([]byte(body))
	}
	shared := newFixture(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		api := shared.in(t)
		api.clock.Advance(time.Hour) // no limit is reached
		answered(t, api.do(call{method: "POST", path: "/api/auth/login", body: string(body)}),
			http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
	})
}

func FuzzPublish(f *testing.F) {
	for _, body := range []string{
		``, `{"definition":{}}`, `{"definition":{"start":"x"},"ifVersion":0}`, `{"definition":[],"ifVersion":-1}`, `{"definition":{"a":{"b":[{"c":null}]}},"ifVersion":1e99}`,
		`{"definition":{"start":"x"},"ifVersion":0.5}`, `{"definition":{"\u0000":"\ud83d"}}`, `{"definition":{"start":"x"}}{}`, `{"definition":{"start":1e400}}`,
	} {
		f.Add([]byte(body))
	}
	shared := newFixture(f)
	token := shared.token("owner@a")
	f.Fuzz(func(t *testing.T, body []byte) {
		api := shared.in(t)
		r := api.do(call{method: "PUT", path: "/api/shops/a/flow", token: token, body: string(body)})
		answered(t, r, http.StatusOK, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
		if r.Code == http.StatusOK {
			require.Equal(t, r.json()["definition"], api.do(call{method: "GET", path: "/api/shops/a/flow", token: token}).json()["definition"])
		}
	})
}
