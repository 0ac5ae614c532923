package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
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

// file is one asset, held in memory: the whole panel is a few megabytes.
type file struct {
	mime  string
	cache string
	etag  string
	plain []byte
	gzip  func() []byte // nil where compressing does not pay
}

func load(assets fs.FS) map[string]*file {
	files := make(map[string]*file)
	// An embedded tree cannot fail to be read; one given by a test that does serves 404.
	_ = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(assets, name)
		if err == nil {
			files[name] = newFile(name, body)
		}
		return err
	})
	if files["index.html"] == nil {
		files["index.html"] = newFile("index.html", []byte("the panel was not built: run make build\n"))
	}
	return files
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{
		mime:  mime.TypeByExtension(path.Ext(name)),
		cache: revalidate,
		etag:  `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		plain: body,
	}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		f.cache = forever
	}
	if compressible(f.mime) && len(body) > 1024 {
		f.gzip = sync.OnceValue(func() []byte { return compress(body) })
	}
	return f
}

func compressible(mimeType string) bool {
	return strings.HasPrefix(mimeType, "text/") || strings.Contains(mimeType, "javascript") ||
		strings.Contains(mimeType, "json") || strings.Contains(mimeType, "svg")
}

// compress returns nil when the result is not smaller.
func compress(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(body); err != nil {
		return nil
	}
	if err := z.Close(); err != nil || b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
	}
	if matches(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if f.gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		if small := f.gzip(); small != nil {
			body = small
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the visitor left; nobody to tell
}

func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) == "gzip" {
			q := strings.ReplaceAll(weight, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
		}
	}
	return false
}
