package api

import (
	"io"
	"net/http"
)

// healthRoutes are for load balancers and Prometheus, outside /api and its document.
func (s *server) healthRoutes() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.plain(w, http.StatusOK, "ok\n") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Ready(r.Context()); err != nil {
			s.Log.Warn("not ready", "error", err)
			s.plain(w, http.StatusServiceUnavailable, "not ready\n") // why is in the log
			return
		}
		s.plain(w, http.StatusOK, "ready\n")
	})
	if s.Metrics != nil {
		s.mux.Handle("GET /metrics", s.Metrics)
	}
}

func (s *server) plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if _, err := io.WriteString(w, text); err != nil {
		s.Log.Debug("answer lost", "error", err)
	}
}
