package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestMongoDBOutage: while 2 000 messages flow, MongoDB is cut off for a moment,
// as when its primary changes, and for a minute.
func TestMongoDBOutage(t *testing.T) {
	t.Parallel()
	env, mongo := behindProxy(t, production(t, startRedis(t)))
	w := newWorld(t, env...)
	f := w.linked().flow(20, 100, 700*time.Millisecond)
	panel, refused := dial(t, w.api.base, f.s.api.token)
	if refused != "" {
		t.Fatalf("refused: %s", refused)
	}
	f.awaitProgress(40)

	mongo.cut()
	mongo.open()
	f.s.awaitActive()
	f.awaitProgress(40)

	since := time.Now()
	mongo.cut()
	panel.await(t, "status", func(m map[string]any) bool { return m["status"] == "connecting" && m["reason"] == "store_failed" })
	eventually(t, 60*time.Second, "the server says that it is not ready", func() bool { return !healthy(w.api.base + "/readyz") })
	if !healthy(w.api.base + "/healthz") {
		t.Error("the process does not live")
	}
	f.s.assertUnavailable()
	<-time.After(time.Minute - time.Since(since)) // the outage itself
	mongo.open()
	f.s.awaitActive()
	f.complete(true)
	f.assertNoRetries()
	f.logIsBounded()
}

// assertUnavailable requests the status while users cannot be looked up: it is
// refused as busy, and soon.
func (s *shop) assertUnavailable() {
	s.w.t.Helper()
	since := time.Now()
	r := s.api.do(s.w.t, "GET", "/api/whatsapp/status?shopId="+s.id, nil)
	if r.Code != 503 || r.field("code") != "busy" {
		s.w.t.Errorf("the status without MongoDB: %d %s", r.Code, r.Body)
	}
	if took := time.Since(since); took > 15*time.Second {
		s.w.t.Errorf("saying that took %s", took)
	}
}

// behindProxy returns env with a proxy in front of MongoDB.
func behindProxy(t testing.TB, env []string) ([]string, *proxy) {
	t.Helper()
	for i, line := range env {
		uri, ok := strings.CutPrefix(line, "RECADO_MONGODB_URI=")
		if !ok {
			continue
		}
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		g := newProxy(t, u.Host)
		u.Host = g.addr
		q := u.Query()
		q.Set("directConnection", "true") // the members of a replica set would lead past the gate
		u.RawQuery = q.Encode()
		env[i] = "RECADO_MONGODB_URI=" + u.String()
		return env, g
	}
	t.Fatal("no MongoDB")
	return nil, nil
}
