package wasim

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
)

// mediaHost is the host for uploads and downloads; the transport of a client
// resolves it to the simulator too.
const mediaHost = "mmg.whatsapp.net"

// maxUpload bounds one upload, as large as clients are meant to send documents.
const maxUpload = 100 << 20

// mediaStore keeps encrypted files by the token that names them, the newest
// limit bytes.
type mediaStore struct {
	limit int64

	mu    sync.Mutex
	size  int64
	order []string
	files map[string][]byte
}

func newMediaStore(limit int64) *mediaStore {
	return &mediaStore{limit: limit, files: map[string][]byte{}}
}

func (m *mediaStore) put(token string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.files[token]; known {
		return
	}
	m.files[token] = data
	m.order = append(m.order, token)
	m.size += int64(len(data))
	for m.size > m.limit && len(m.order) > 0 {
		m.size -= int64(len(m.files[m.order[0]]))
		delete(m.files, m.order[0])
		m.order = m.order[1:]
	}
}

func (m *mediaStore) get(token string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[token]
	return data, ok
}

func (m *mediaStore) bytes() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.size
}

const mediaPath = "/v/t62/"

func directPath(token string) string { return mediaPath + token + "?ccb=11-4&oh=sim&oe=sim" }

// upload takes POST /mms/{type}/{token}.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		writeError(w, &Error{Code: "too_large", Status: http.StatusRequestEntityTooLarge, Message: "An upload has at most 100 MiB."})
		return
	}
	sum := sha256.Sum256(data)
	token := base64.RawURLEncoding.EncodeToString(sum[:])
	if strings.TrimRight(r.PathValue("token"), "=") != token {
		writeError(w, &Error{Code: "wrong_hash", Status: http.StatusBadRequest, Message: "The token is not the SHA-256 of what was uploaded."})
		return
	}
	s.media.put(token, data)
	writeJSON(w, http.StatusOK, "application/json", map[string]string{
		"url": "https://" + mediaHost + directPath(token), "direct_path": directPath(token), "handle": token, "object_id": token,
	})
}

// download takes GET /v/t62/{token}.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	data, ok := s.media.get(r.PathValue("token"))
	if !ok {
		writeError(w, &Error{Code: "no_media", Status: http.StatusNotFound, Message: "There is no such file, or it was dropped for newer ones."})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // the client may have disconnected
}
