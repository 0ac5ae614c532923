package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2/negotiation"
)

// policy lets the page load scripts, styles and data from its own origin alone.
// Styles may be inline: the component library writes its theme into <style>.
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const (
	forever    = "public, max-age=31536000, immutable"
	revalidate = "no-cache"
)

// reserved prefixes belong to other handlers. A path below them that reaches
// this one is a mistake of the caller and must read like one, not like a page.
var reserved = []string{"/api", "/socket.io", "/healthz", "/readyz", "/metrics"}

// Handler serves Assets: files by their name, the application's own addresses
// ("/shops/lupita/flow") with index.html. Mount it at "/".
func Handler() http.Handler { return handler(Assets()) }

func handler(assets fs.FS) http.Handler {
	files := sync.OnceValue(func() map[string]*file { return load(assets) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if f, ok := files()[name]; ok {
			f.serve(w, r)
			return
		}
		if !isPage("/" + name) {
			w.Header().Set("Cache-Control", revalidate)
			http.NotFound(w, r)
			return
		}
		files()["index.html"].serve(w, r)
	})
}

// isPage tells the application's addresses from files and foreign prefixes.
// The application has no address whose last element holds a dot.
func isPage(p string) bool {
	for _, prefix := range reserved {
		if p == prefix || strings.HasPrefix(p, prefix+"/") {
			return false
		}
	}
	return !strings.HasPrefix(p, "/assets/") && !strings.Contains(path.Base(p), ".")
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer") // the set-up link carries a token
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
}

// encodings are the content codings that the build writes beside an asset, by
// the ending of the file. The smaller one comes first.
var encodings = []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

// file is one asset with its compressed forms, held in memory: the whole panel
// is a few megabytes.
type file struct {
	mime    string
	cache   string
	plain   variant
	coded   map[string]variant // content coding → body
	codings []string           // keys of coded, the preferred first
}

type variant struct {
	etag string
	body []byte
}

func load(assets fs.FS) map[string]*file {
	bodies := make(map[string][]byte)
	// An embedded tree cannot fail to be read; a test's tree that does serves 404.
	_ = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(assets, name)
		if err == nil {
			bodies[name] = body
		}
		return err
	})
	if bodies["index.html"] == nil {
		bodies["index.html"] = []byte("the panel was not built: run make build\n")
	}
	files := make(map[string]*file)
	for name := range bodies {
		if plain, _, ok := coded(name); !ok || bodies[plain] == nil {
			files[name] = newFile(name, bodies)
		}
	}
	return files
}

// coded splits the name of a compressed form into the asset's and its coding.
func coded(name string) (plain, coding string, ok bool) {
	for _, e := range encodings {
		if plain, ok := strings.CutSuffix(name, e.ending); ok {
			return plain, e.name, true
		}
	}
	return "", "", false
}

func newFile(name string, bodies map[string][]byte) *file {
	f := &file{mime: mime.TypeByExtension(path.Ext(name)), cache: revalidate, plain: newVariant(bodies[name]), coded: map[string]variant{}}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		f.cache = forever
	}
	for _, e := range encodings {
		if body := bodies[name+e.ending]; body != nil {
			f.coded[e.name] = newVariant(body)
			f.codings = append(f.codings, e.name)
		}
	}
	return f
}

func newVariant(body []byte) variant {
	sum := sha256.Sum256(body)
	return variant{etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, body: body}
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h, v := w.Header(), f.plain
	if len(f.coded) > 0 {
		h.Set("Vary", "Accept-Encoding")
		if coding := negotiation.SelectQValue(r.Header.Get("Accept-Encoding"), f.codings); coding != "" {
			v = f.coded[coding]
			h.Set("Content-Encoding", coding)
			if r.Header.Get("Range") == "" { // ServeContent leaves it out beside a content coding
				h.Set("Content-Length", strconv.Itoa(len(v.body)))
			}
		}
	}
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", v.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(v.body))
}
