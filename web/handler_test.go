package web

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var site = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>panel</title>")},
	"icon.svg":           {Data: []byte("<svg/>")},
	"assets/app-1a2b.js": {Data: []byte("console.error(1);" + strings.Repeat("/* filler */", 200))},
	// The handler does not look inside: the build compresses.
	"assets/app-1a2b.js.br": {Data: []byte("the script by brotli")},
	"assets/app-1a2b.js.gz": {Data: []byte("the script by gzip")},
}

func get(t *testing.T, h http.Handler, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	h := handler(site)
	cases := []struct {
		name, method, target string
		status               int
		contentType, cache   string
	}{
		{"the front page", "GET", "/", 200, "text/html", revalidate},
		{"index by name", "GET", "/index.html", 200, "text/html", revalidate},
		{"a deep link", "GET", "/shops/lupita/conversations/c1?x=1", 200, "text/html", revalidate},
		{"a hashed asset", "GET", "/assets/app-1a2b.js", 200, "text/javascript", forever},
		{"a fixed name", "GET", "/icon.svg", 200, "image/svg+xml", revalidate},
		{"a missing asset is no page", "GET", "/assets/app-old.js", 404, "text/plain", revalidate},
		{"a missing file is no page", "GET", "/favicon.ico", 404, "text/plain", revalidate},
		{"the API is not ours", "GET", "/api/nothing", 404, "text/plain", revalidate},
		{"the API's root is not ours", "GET", "/api", 404, "text/plain", revalidate},
		{"the socket is not ours", "GET", "/socket.io/?EIO=4", 404, "text/plain", revalidate},
		{"a page whose name begins like the API", "GET", "/apiary", 200, "text/html", revalidate},
		{"dots do not climb", "GET", "/assets/../../handler.go", 404, "text/plain", revalidate},
		{"HEAD", "HEAD", "/", 200, "text/html", revalidate},
		{"POST", "POST", "/login", 405, "text/plain", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res := get(t, h, c.method, c.target)
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, c.contentType) {
				t.Errorf("content type %q, want %q", got, c.contentType)
			}
			if got := res.Header.Get("Cache-Control"); got != c.cache {
				t.Errorf("cache control %q, want %q", got, c.cache)
			}
			if res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("content type may be sniffed")
			}
		})
	}
}

func TestPolicyForbidsInlineScripts(t *testing.T) {
	t.Parallel()
	csp := get(t, handler(site), "GET", "/").Header.Get("Content-Security-Policy")
	for directive := range strings.SplitSeq(csp, ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if (name == "script-src" || name == "default-src") && sources != "'self'" {
			t.Errorf("%s allows %q", name, sources)
		}
	}
	if !strings.Contains(csp, "script-src ") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy lacks a directive: %q", csp)
	}
}

func TestEmbeddedPageHasNoInlineScript(t *testing.T) {
	t.Parallel()
	res := get(t, Handler(), "GET", "/")
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for tag := range strings.SplitSeq(string(body), "<script") {
		head, inline, _ := strings.Cut(tag, ">")
		if strings.HasPrefix(tag, "<!") { // what stands before the first script
			continue
		}
		code, _, _ := strings.Cut(inline, "</script")
		if !strings.Contains(head, "src=") || strings.TrimSpace(code) != "" {
			t.Errorf("inline script in index.html: %.80s", tag)
		}
	}
}

func TestAssetsAlwaysHoldAnIndex(t *testing.T) {
	t.Parallel()
	f, err := Assets().Open("index.html")
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h := handler(site)
	for accept, want := range map[string]string{
		"gzip": "gzip", "br, gzip": "br", "gzip, br": "br", "gzip;q=1, br;q=0.5": "gzip",
		"": "", "zstd": "", "gzip;q=0": "", "gzip; q=0": "", "identity": "",
	} {
		res := get(t, h, "GET", "/assets/app-1a2b.js", "Accept-Encoding", accept)
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		ending := map[string]string{"gzip": ".gz", "br": ".br"}[want]
		if res.Header.Get("Content-Encoding") != want || string(body) != string(site["assets/app-1a2b.js"+ending].Data) {
			t.Errorf("%q: coding %q, body %.20q", accept, res.Header.Get("Content-Encoding"), body)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%q: headers %v", accept, res.Header)
		}
	}
	if res := get(t, h, "GET", "/assets/app-1a2b.js.gz"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a compressed form has an address of its own: %d", res.StatusCode)
	}
}

// TestBuiltAssetsAreCompressed looks at the panel that was built, when it was.
func TestBuiltAssetsAreCompressed(t *testing.T) {
	t.Parallel()
	assets := Assets()
	if _, err := fs.Stat(assets, "assets"); err != nil {
		t.Log("the panel was not built")
		return
	}
	err := fs.WalkDir(assets, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".js") && !strings.HasSuffix(name, ".css") {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Size() < 1024 {
			return err
		}
		for _, e := range encodings {
			if _, err := fs.Stat(assets, name+e.ending); err != nil {
				t.Errorf("%s has no form %s", name, e.ending)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRevalidation(t *testing.T) {
	t.Parallel()
	h := handler(site)
	etag := get(t, h, "GET", "/").Header.Get("ETag")
	if res := get(t, h, "GET", "/shops/a", "If-None-Match", `"other", W/`+etag); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d for the known index", res.StatusCode)
	}
	if res := get(t, h, "GET", "/", "If-None-Match", `"other"`); res.StatusCode != http.StatusOK {
		t.Errorf("status %d for another index", res.StatusCode)
	}
}
