package api

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"recado/internal/i18n"
)

// SecurityHeaders sets what every answer of the program carries. Content
// policies depend on the page and are set with it.
func SecurityHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

// addIdentity sets the headers of every answer and the sender of every request.
func (s *server) addIdentity(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		SecurityHeaders(w.Header())
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "Accept-Language, Authorization")
		c := identity{
			addr:   s.Proxies.Addr(r),
			secure: s.Proxies.Secure(r),
			lang:   i18n.Pick(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")),
		}
		next.ServeHTTP(w, r.WithContext(withIdentity(r.Context(), c)))
	})
}

// recoverPanics answers 500 for a handler's panic; http.ErrAbortHandler passes.
func (s *server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			s.Log.Error("panic in handler", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			s.write(w, r, errPanic)
		}()
		next.ServeHTTP(w, r)
	})
}

var errPanic = errors.New("panic")

// checkOwnOrigin refuses what another web site makes a browser send: calls that
// live on the cookie. No Origin means that no browser script is behind it.
func (s *server) checkOwnOrigin(r *http.Request) error {
	if s.Proxies.OwnPage(r, s.Origins) {
		return nil
	}
	return refuse(http.StatusForbidden, i18n.ForeignOrigin)
}
