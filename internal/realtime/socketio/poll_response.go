package socketio

import (
	"bytes"
	"maps"
	"net/http"
	"sync"
)

// pollResponse buffers the answer to a poll, of a few hundred bytes. The library
// writes it in a goroutine of its own, perhaps still after the client has left, when
// net/http's ResponseWriter must not be used any more.
type pollResponse struct {
	header http.Header // the library's, until it has written

	mu     sync.Mutex
	sent   http.Header // a copy of header; nil until the library has written
	status int
	body   bytes.Buffer
}

func newPollResponse(h http.Header) *pollResponse {
	return &pollResponse{header: maps.Clone(h)}
}

// Header implements http.ResponseWriter.
func (r *pollResponse) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *pollResponse) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *pollResponse) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.sent = r.header.Clone()
	return r.body.Write(p)
}

// copyTo writes the answer to w. There is none if the client has left; a late one is
// dropped.
func (r *pollResponse) copyTo(w http.ResponseWriter) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent == nil {
		return nil
	}
	maps.Copy(w.Header(), r.sent)
	w.WriteHeader(r.status)
	_, err := w.Write(r.body.Bytes())
	return err
}
