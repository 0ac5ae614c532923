package realtime

import (
	"bytes"
	"maps"
	"net/http"
	"sync"
)

// reply collects an answer that the library may write from a goroutine of its
// own, and may still be writing when the client has left and net/http wants its
// ResponseWriter back. Answers to polls are a few hundred bytes.
type reply struct {
	header http.Header // the library's, until it has written

	mu     sync.Mutex
	sent   http.Header // a copy of header; nil until it has written
	status int
	body   bytes.Buffer
}

func newReply(h http.Header) *reply { return &reply{header: maps.Clone(h)} }

// Header implements http.ResponseWriter.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *reply) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *reply) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.sent = r.header.Clone()
	return r.body.Write(p)
}

// copyTo writes what was collected to w. When there is nothing the client has
// left, and whatever comes late is dropped.
func (r *reply) copyTo(w http.ResponseWriter) error {
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
