package wasim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// mediaHost is where clients upload to and download from; whoever connects them
// to the simulator connects them to it for this name too.
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
	_, _ = w.Write(data) // the client may be gone
}

// mediaInfo is what the keys of a kind of file are derived with.
func mediaInfo(k Kind) (string, bool) {
	switch k {
	case KindImage, KindSticker:
		return "WhatsApp Image Keys", true
	case KindVideo:
		return "WhatsApp Video Keys", true
	case KindAudio, KindVoice:
		return "WhatsApp Audio Keys", true
	case KindDocument:
		return "WhatsApp Document Keys", true
	default:
		return "", false
	}
}

type mediaKeys struct{ iv, cipher, mac []byte }

func deriveMediaKeys(key []byte, info string) (mediaKeys, error) {
	all, err := hkdf.Key(sha256.New, key, nil, info, 112)
	if err != nil {
		return mediaKeys{}, fmt.Errorf("derive media keys: %w", err)
	}
	return mediaKeys{iv: all[:16], cipher: all[16:48], mac: all[48:80]}, nil
}

// seal encrypts a file: AES-256-CBC, then ten bytes of HMAC.
func (k mediaKeys) seal(plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, fmt.Errorf("encrypt media: %w", err)
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(make([]byte, 0, len(plain)+n+10), plain...)
	for range n {
		padded = append(padded, byte(n))
	}
	cipher.NewCBCEncrypter(block, k.iv).CryptBlocks(padded, padded)
	return append(padded, k.tag(padded)...), nil
}

var errMedia = errors.New("the file does not fit its key")

func (k mediaKeys) open(sealed []byte) ([]byte, error) {
	if len(sealed) < 10+aes.BlockSize || (len(sealed)-10)%aes.BlockSize != 0 {
		return nil, errMedia
	}
	body, tag := sealed[:len(sealed)-10], sealed[len(sealed)-10:]
	if !hmac.Equal(k.tag(body), tag) {
		return nil, errMedia
	}
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, fmt.Errorf("decrypt media: %w", err)
	}
	plain := make([]byte, len(body))
	cipher.NewCBCDecrypter(block, k.iv).CryptBlocks(plain, body)
	n := int(plain[len(plain)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, errMedia
	}
	return plain[:len(plain)-n], nil
}

func (k mediaKeys) tag(body []byte) []byte {
	mac := hmac.New(sha256.New, k.mac)
	mac.Write(k.iv)
	mac.Write(body)
	return mac.Sum(nil)[:10]
}

// file is what every message with a file carries about it.
type file interface {
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetFileEncSHA256() []byte
	GetFileLength() uint64
	GetMimetype() string
}

// fetch opens the file of a message as a phone that downloads it does.
func (s *Server) fetch(f file, kind Kind) (plain []byte, err error) {
	info, _ := mediaInfo(kind)
	token, _, _ := strings.Cut(strings.TrimPrefix(f.GetDirectPath(), mediaPath), "?")
	sealed, ok := s.media.get(token)
	if !ok {
		return nil, fmt.Errorf("no file at %.80q", f.GetDirectPath())
	}
	if sum := sha256.Sum256(sealed); string(sum[:]) != string(f.GetFileEncSHA256()) {
		return nil, errors.New("the hash of the encrypted file differs")
	}
	k, err := deriveMediaKeys(f.GetMediaKey(), info)
	if err != nil {
		return nil, err
	}
	if plain, err = k.open(sealed); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(plain); string(sum[:]) != string(f.GetFileSHA256()) || f.GetFileLength() != uint64(len(plain)) {
		return nil, errors.New("hash or length of the file differs")
	}
	return plain, nil
}

// attach uploads a file of the simulator's own and makes the message for it.
func (s *Server) attach(m *Media) (*waE2E.Message, error) {
	info, ok := mediaInfo(m.Kind)
	if !ok {
		return nil, invalid("invalid_message", "Field media.kind is image, video, audio, voice, document or sticker.")
	}
	data, mime := m.Data, m.MIME
	if example, kind := sample(m.Kind); len(data) == 0 {
		data, mime = example, or(mime, kind)
	} else if mime == "" {
		mime = http.DetectContentType(data)
	}
	key := make([]byte, 32)
	fill(key)
	k, err := deriveMediaKeys(key, info)
	if err != nil {
		return nil, err
	}
	sealed, err := k.seal(data)
	if err != nil {
		return nil, err
	}
	sum, encSum := sha256.Sum256(data), sha256.Sum256(sealed)
	token := base64.RawURLEncoding.EncodeToString(encSum[:])
	s.media.put(token, sealed)
	return mediaMessage(m, mediaFields{
		url: "https://" + mediaHost + directPath(token), path: directPath(token), mime: mime,
		key: key, sum: sum[:], encSum: encSum[:], length: uint64(len(data)),
	}), nil
}

type mediaFields struct {
	url, path, mime  string
	key, sum, encSum []byte
	length           uint64
}

func mediaMessage(m *Media, f mediaFields) *waE2E.Message {
	switch m.Kind {
	case KindImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, Caption: nonEmpty(m.Caption)}}
	case KindVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, Caption: nonEmpty(m.Caption)}}
	case KindSticker:
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length}}
	case KindAudio, KindVoice:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, PTT: proto.Bool(m.Kind == KindVoice), Seconds: proto.Uint32(1)}}
	default:
		return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, FileName: nonEmpty(m.Filename), Title: nonEmpty(m.Filename), Caption: nonEmpty(m.Caption)}}
	}
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
