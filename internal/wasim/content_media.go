package wasim

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// Media is a file. In a Draft, Data is its content, a small sample when empty.
// On a screen Data is left out and Bytes and SHA256 describe what was opened.
type Media struct {
	Kind     Kind   `json:"kind"` // image, video, audio, voice, document or sticker
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Data     []byte `json:"data,omitempty"`  // base64 in JSON
	Album    string `json:"album,omitempty"` // id of the album that it belongs to
	Bytes    int    `json:"bytes,omitempty"`
	SHA256   string `json:"sha256,omitempty"` // hex
}

const maxMedia = 16 << 20

func refuseMedia(d *Draft) string {
	if len(d.Media.Data) > maxMedia {
		return fmt.Sprintf("Field media.data has at most %d bytes.", maxMedia)
	}
	return ""
}

func composeMedia(p *phone, d *Draft, to *account) (*waE2E.Message, error) {
	m, err := p.srv.attach(d.Media)
	if err == nil && d.Media.Album != "" {
		m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
			AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: p.srv.messageKey(d.Media.Album, to),
		}}
	}
	return m, err
}

// renderMedia downloads the file and opens it, as a phone does.
func renderMedia(p *phone, b *ScreenMessage, m *waE2E.Message) bool {
	kind, f, caption, name := fileOf(m)
	if f == nil {
		return false
	}
	b.Kind, b.Text = kind, caption
	b.Media = &Media{Kind: kind, MIME: f.GetMimetype(), Filename: name, Caption: caption}
	data, err := p.srv.fetch(f, kind)
	if err != nil {
		p.screen.reportProblem(b.ID, b.From, ReasonBadMedia, err.Error(), b.At)
		return true
	}
	b.Media.Bytes, b.Media.SHA256 = len(data), hexSum(data)
	return true
}

// fileOf is the file that a message carries, nil if none.
func fileOf(m *waE2E.Message) (kind Kind, f file, caption, name string) {
	switch {
	case m.GetImageMessage() != nil:
		return KindImage, m.GetImageMessage(), m.GetImageMessage().GetCaption(), ""
	case m.GetVideoMessage() != nil:
		return KindVideo, m.GetVideoMessage(), m.GetVideoMessage().GetCaption(), ""
	case m.GetAudioMessage().GetPTT():
		return KindVoice, m.GetAudioMessage(), "", ""
	case m.GetAudioMessage() != nil:
		return KindAudio, m.GetAudioMessage(), "", ""
	case m.GetStickerMessage() != nil:
		return KindSticker, m.GetStickerMessage(), "", ""
	case m.GetDocumentMessage() != nil:
		return KindDocument, m.GetDocumentMessage(), m.GetDocumentMessage().GetCaption(), m.GetDocumentMessage().GetFileName()
	default:
		return "", nil, "", ""
	}
}

// file describes the file of a message.
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
		data, mime = example, cmp.Or(mime, kind)
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
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, PTT: new(m.Kind == KindVoice), Seconds: proto.Uint32(1)}}
	default:
		return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{URL: &f.url, DirectPath: &f.path, Mimetype: &f.mime, MediaKey: f.key, FileSHA256: f.sum, FileEncSHA256: f.encSum, FileLength: &f.length, FileName: nonEmpty(m.Filename), Title: nonEmpty(m.Filename), Caption: nonEmpty(m.Caption)}}
	}
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// sample is the file that a Media without data stands for: one transparent pixel for
// pictures, a line of text for the rest.
func sample(k Kind) (data []byte, mime string) {
	switch k {
	case KindImage, KindSticker:
		pixel, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
		if err != nil {
			panic(err) // a constant
		}
		return pixel, "image/png"
	case KindVideo:
		return []byte("a sample video"), "video/mp4"
	case KindAudio:
		return []byte("a sample of sound"), "audio/mpeg"
	case KindVoice:
		return []byte("a sample of speech"), "audio/ogg; codecs=opus"
	default:
		return []byte("A sample document.\n"), "text/plain"
	}
}
