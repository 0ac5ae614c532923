package httpcall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/flow/engine"
	"recado/internal/httpcall"
	"recado/internal/tenant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRefused(t *testing.T) {
	t.Parallel()
	for text, refused := range map[string]bool{
		"8.8.8.8": false, "1.1.1.1": false, "2606:4700:4700::1111": false, "100.63.255.255": false, "100.128.0.1": false,
		"172.15.0.1": false, "172.32.0.1": false, "64:ff9b::808:808": false, "2002:0808:0808::1": false,

		"127.0.0.1": true, "127.255.1.2": true, "::1": true, "0.0.0.0": true, "0.1.2.3": true, "::": true,
		"10.0.0.1": true, "172.16.0.1": true, "172.31.255.255": true, "192.168.1.1": true, "fd00::1": true, "fc00::1": true,
		"169.254.169.254": true, "fe80::1": true, "fe80::1%eth0": true, "fd00:ec2::254": true, "168.63.129.16": true,
		"100.64.0.1": true, "100.100.100.200": true, "192.0.0.192": true, "198.18.0.1": true, "240.0.0.1": true, "255.255.255.255": true,
		"224.0.0.1": true, "ff02::1": true, "fec0::1": true,
		"::ffff:127.0.0.1": true, "::ffff:10.0.0.1": true, "::ffff:169.254.169.254": true, "::127.0.0.1": true,
		"64:ff9b::7f00:1": true, "64:ff9b::a9fe:a9fe": true, "64:ff9b:1::a00:1": true, "2002:7f00:1::": true, "2002:a00:1::1": true,
		"2001::1": true, "2001:db8::1": true, "192.0.2.1": true, "3fff::1": true, "5f00::1": true, "100::1": true,
		"::ffff:0:7f00:1": true, "2620:4f:8000::1": true,
	} {
		require.Equal(t, refused, httpcall.Refused(netip.MustParseAddr(text)), text)
	}
	require.True(t, httpcall.Refused(netip.Addr{}))
}

// service is a web service that answers what a test wants and notes what it was asked.
type service struct {
	*httptest.Server
	calls atomic.Int32
	last  atomic.Pointer[http.Request]
	body  atomic.Value
}

func serve(t *testing.T, answer http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.body.Store(string(b))
		s.last.Store(r)
		s.calls.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, change ...func(*httpcall.Options)) *httpcall.Client {
	t.Helper()
	o := httpcall.Options{
		AllowLoopback: true, Backoff: time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Secret: func(_ context.Context, shop tenant.ShopID, name string) (string, error) {
			switch string(shop) + "/" + name {
			case "a/pos":
				return "s3cr3t", nil
			case "a/basic":
				return "Basic eDp5", nil
			case "a/broken":
				return "", errors.New("store is down")
			}
			return "", httpcall.ErrNoSecret
		},
	}
	for _, c := range change {
		c(&o)
	}
	c := httpcall.New(o)
	t.Cleanup(c.Close)
	return c
}

func call(t *testing.T, c *httpcall.Client, r engine.HTTP) engine.Result {
	t.Helper()
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	res, ok := c.Call(t.Context(), "a", "KEY", r)
	require.True(t, ok)
	require.Equal(t, "KEY", res.Effect)
	return res
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, body string
		status     int
		want       string // the result's body
		failure    string
	}{
		"JSON":                  {"application/json", `{"a":1}`, 200, `{"a":1}`, ""},
		"problem":               {"application/problem+json", `{"a":1}`, 422, `{"a":1}`, ""},
		"JSON without a type":   {"", `[1]`, 200, `[1]`, ""},
		"JSON called text":      {"text/plain", `{"a":1}`, 200, `{"a":1}`, ""},
		"text":                  {"text/plain", "hola \"tú\"", 201, `"hola \"tú\""`, ""},
		"a page":                {"text/html", "<p>1</p>", 200, `"\u003cp\u003e1\u003c/p\u003e"`, ""},
		"not UTF-8":             {"text/plain", "a\xffb", 200, "\"a\ufffdb\"", ""},
		"nothing":               {"application/json", "", 204, "", ""},
		"broken JSON":           {"application/json", `{"a":`, 200, "", "bad_json"},
		"as large as it may":    {"text/plain", strings.Repeat("x", 1000), 200, `"` + strings.Repeat("x", 1000) + `"`, ""},
		"larger than that":      {"text/plain", strings.Repeat("x", 1001), 200, "", "too_large"},
		"a failure is no error": {"application/json", `{"e":1}`, 404, `{"e":1}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{c.kind}
				w.Header().Set("X-Folio", "A-17")
				w.Header().Set("Set-Cookie", "a=b")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			res := call(t, client(t), engine.HTTP{URL: s.URL, MaxBytes: 1000})
			require.Equal(t, c.failure, res.Error)
			require.Equal(t, c.failure == "", res.OK)
			require.Equal(t, c.want, string(res.Body))
			if c.failure == "" {
				require.Equal(t, c.status, res.Code)
				require.Equal(t, "A-17", res.Headers["x-folio"])
				require.NotContains(t, res.Headers, "set-cookie")
			}
			_, err := engine.EncodeInput(&res)
			require.NoError(t, err, "every result can be stored")
		})
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c := client(t)
	call(t, c, engine.HTTP{
		Method: "POST", URL: s.URL + "/x", Body: []byte(`{"a":1}`), Secret: "pos",
		Headers: map[string]string{"X-Shop": "tacos", "idempotency-key": "mine", "Host": "evil.example", "proxy-authorization": "x", "Authorization": "forged"},
	})
	r := s.last.Load()
	require.Equal(t, "KEY", r.Header.Get("Idempotency-Key"))
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.Equal(t, "Bearer s3cr3t", r.Header.Get("Authorization"))
	require.Equal(t, "tacos", r.Header.Get("X-Shop"))
	require.Empty(t, r.Header.Get("Proxy-Authorization"))
	require.NotEqual(t, "evil.example", r.Host)
	require.JSONEq(t, `{"a":1}`, s.body.Load().(string))
	call(t, c, engine.HTTP{Method: "POST", URL: s.URL, Text: "hola", Secret: "basic"})
	require.Equal(t, "hola", s.body.Load())
	require.Equal(t, "Basic eDp5", s.last.Load().Header.Get("Authorization"))
}

func TestNotCalled(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	strict := client(t, func(o *httpcall.Options) { o.AllowLoopback = false })
	for name, c := range map[string]struct {
		client *httpcall.Client
		r      engine.HTTP
		want   string
	}{
		"loopback":              {strict, engine.HTTP{URL: s.URL}, "refused"},
		"loopback by name":      {strict, engine.HTTP{URL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}, "refused"},
		"mapped loopback":       {strict, engine.HTTP{URL: strings.Replace(s.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)}, "refused"},
		"metadata":              {client(t), engine.HTTP{URL: "http://169.254.169.254/latest/meta-data"}, "refused"},
		"private":               {client(t), engine.HTTP{URL: "http://10.0.0.1/"}, "refused"},
		"every interface":       {strict, engine.HTTP{URL: strings.Replace(s.URL, "127.0.0.1", "0.0.0.0", 1)}, "refused"},
		"another scheme":        {client(t), engine.HTTP{URL: "file:///etc/passwd"}, "bad_url"},
		"no host":               {client(t), engine.HTTP{URL: "http:///x"}, "bad_url"},
		"user information":      {client(t), engine.HTTP{URL: strings.Replace(s.URL, "http://", "http://u:p@", 1)}, "bad_url"},
		"no URL":                {client(t), engine.HTTP{URL: "{{ x }}"}, "bad_url"},
		"no such secret":        {client(t), engine.HTTP{URL: s.URL, Secret: "none"}, "no_secret"},
		"secret store fails":    {client(t), engine.HTTP{URL: s.URL, Secret: "broken"}, "secret_unavailable"},
		"a secret in the clear": {strict, engine.HTTP{URL: "http://93.184.216.34/", Secret: "pos"}, "secret_without_tls"},
	} {
		res := call(t, c.client, c.r)
		require.Equal(t, c.want, res.Error, name)
		require.False(t, res.OK, name)
	}
	require.Zero(t, s.calls.Load())
}

func TestSecretsOfOtherShops(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	res, ok := client(t).Call(t.Context(), "b", "KEY", engine.HTTP{Method: "GET", URL: s.URL, Secret: "pos"})
	require.True(t, ok)
	require.Equal(t, "no_secret", res.Error)
	require.Zero(t, s.calls.Load())
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	other := serve(t, func(http.ResponseWriter, *http.Request) {})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/1", "/2", "/3":
			http.Redirect(w, r, fmt.Sprint("/", r.URL.Path[1]-'0'-1), http.StatusTemporaryRedirect)
		}
	})
	c := client(t)
	for path, want := range map[string]string{"/away": "redirect", "/metadata": "redirect", "/loop": "redirect", "/3": ""} {
		require.Equal(t, want, call(t, c, engine.HTTP{URL: s.URL + path}).Error, path)
	}
	require.Zero(t, other.calls.Load())
	res := call(t, c, engine.HTTP{Method: "POST", URL: s.URL + "/1", Text: "hola"})
	require.True(t, res.OK)
	require.Equal(t, "hola", s.body.Load(), "the body goes along")
	require.Equal(t, "KEY", s.last.Load().Header.Get("Idempotency-Key"))
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		retry  int
		answer []int
		calls  int
		code   int
	}{
		"none wanted":       {0, []int{500}, 1, 500},
		"until it works":    {3, []int{500, 429, 200}, 3, 200},
		"until it does not": {2, []int{503}, 3, 503},
		"our own mistake":   {3, []int{400}, 1, 400},
		"bounded":           {99, []int{500}, 4, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.answer[min(int(n.Add(1)), len(c.answer))-1])
			})
			res := call(t, client(t), engine.HTTP{URL: s.URL, Retry: c.retry})
			require.Equal(t, c.code, res.Code)
			require.EqualValues(t, c.calls, s.calls.Load())
		})
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	c := client(t)
	res := call(t, c, engine.HTTP{URL: s.URL, Timeout: 20 * time.Millisecond, Retry: 1})
	require.Equal(t, "timeout", res.Error)
	require.EqualValues(t, 2, s.calls.Load())

	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for s.calls.Load() < 3 { // the third request is on its way
			select {
			case <-ctx.Done():
				return
			default:
			}
		}
		cancel()
	}()
	_, ok := c.Call(ctx, "a", "KEY", engine.HTTP{Method: "GET", URL: s.URL})
	require.False(t, ok, "who stops knows nothing")
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	s.Close()
	require.Equal(t, "connection", call(t, client(t), engine.HTTP{URL: s.URL, Retry: 1}).Error)
}
