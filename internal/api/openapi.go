package api

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
)

//go:embed docs
var docs embed.FS

// openAPIRoutes serve the OpenAPI document and the page that shows it. The
// page loads nothing from elsewhere, so its policy allows our own files only.
func (s *server) openAPIRoutes() {
	schemas := s.api.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // the framework's own, which translate replaces
	delete(schemas, "ErrorDetail")
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic("the OpenAPI document does not marshal: " + err.Error()) // it is made of constants
	}
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		if _, err := w.Write(document); err != nil {
			s.Log.Debug("answer lost", "error", err)
		}
	})
	pages, err := fs.Sub(docs, "docs")
	if err != nil {
		panic(err) // the directory is embedded
	}
	files := http.StripPrefix("/api/docs/", http.FileServerFS(pages))
	s.mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/docs/", http.StatusMovedPermanently)
	})
	s.mux.HandleFunc("GET /api/docs/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		files.ServeHTTP(w, r)
	})
}
