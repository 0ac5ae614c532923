package linked

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/signalstore"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

const (
	// ackWait is how long WhatsApp may take to acknowledge a message. After it the
	// outcome is unknown, and the same id is sent again.
	ackWait  = 20 * time.Second
	maxMedia = 100 << 20 // bytes
)

// Send implements channel.Session.
func (s *session) Send(ctx context.Context, out message.Out) (message.Receipt, error) {
	if err := out.Content.Validate(); err != nil {
		return message.Receipt{}, &message.SendError{Code: "invalid_content", Err: err}
	}
	to, ok := jidOf(out.To)
	if !ok {
		return message.Receipt{}, &message.SendError{Code: "invalid_content", Err: errors.New("no recipient")}
	}
	client, device := s.current()
	msg, err := s.compose(ctx, client, out, to)
	if err != nil {
		return message.Receipt{}, sendError(err)
	}
	extra := whatsmeow.SendRequestExtra{ID: out.ID, Timeout: ackWait}
	var resp whatsmeow.SendResponse
	err = device.SendTxn(ctx, func(ctx context.Context) (err error) {
		resp, err = client.SendMessage(ctx, to, msg, extra)
		return err
	})
	if err != nil {
		return message.Receipt{}, sendError(err)
	}
	return message.Receipt{ID: resp.ID, At: resp.Timestamp}, nil
}

// compose builds the WhatsApp message, uploading its file first.
func (s *session) compose(ctx context.Context, client *whatsmeow.Client, out message.Out, to types.JID) (*waE2E.Message, error) {
	var up *upload
	if m := out.Content.Media; m != nil {
		u, err := s.upload(ctx, client, out)
		if err != nil {
			return nil, err
		}
		up = &u
	}
	msg, err := outgoing(out, to, up, time.Now())
	if err == nil && out.Content.Kind == message.PollKind {
		msg.MessageContextInfo = &waE2E.MessageContextInfo{MessageSecret: pollSecret(client.Store, out.ID)}
	}
	return msg, err
}

var mediaTypes = map[message.Kind]whatsmeow.MediaType{
	message.Image: whatsmeow.MediaImage, message.Sticker: whatsmeow.MediaImage,
	message.Video: whatsmeow.MediaVideo, message.Audio: whatsmeow.MediaAudio,
	message.Voice: whatsmeow.MediaAudio, message.Document: whatsmeow.MediaDocument,
}

func (s *session) upload(ctx context.Context, client *whatsmeow.Client, out message.Out) (upload, error) {
	m := out.Content.Media
	data, err := s.readFile(ctx, out)
	if err != nil {
		return upload{}, &message.SendError{Code: "media_failed", Err: err}
	}
	mime := m.MIME
	if mime == "" {
		mime = http.DetectContentType(data)
	}
	resp, err := client.Upload(ctx, data, mediaTypes[out.Content.Kind])
	if err != nil {
		return upload{}, &message.SendError{Code: "media_failed", Retry: true, Err: fmt.Errorf("upload: %w", err)}
	}
	return upload{UploadResponse: resp, mime: mime}, nil
}

// readFile returns the bytes to send: given inline, or from the shop's assets.
func (s *session) readFile(ctx context.Context, out message.Out) ([]byte, error) {
	m := out.Content.Media
	if len(m.Data) > 0 {
		return m.Data, nil
	}
	if m.Asset == "" {
		return nil, errors.New("the file is neither inline nor an asset")
	}
	r, size, err := s.o.Assets.Open(ctx, out.Shop, m.Asset)
	if err != nil {
		return nil, fmt.Errorf("open asset: %w", err)
	}
	defer r.Close()
	if size > maxMedia {
		return nil, fmt.Errorf("asset has %d bytes, %d are allowed", size, maxMedia)
	}
	var buf bytes.Buffer
	buf.Grow(int(size))
	if _, err := io.Copy(&buf, io.LimitReader(r, maxMedia)); err != nil {
		return nil, fmt.Errorf("read asset: %w", err)
	}
	return buf.Bytes(), nil
}

// messageForRetry returns the message that a phone could not decrypt and requests
// again; nil if we did not send it.
func (s *session) messageForRetry(ctx context.Context, to types.JID, id types.MessageID) *waE2E.Message {
	out, ok, err := s.o.Sent(ctx, s.key.Shop, s.key.Type, id)
	if err != nil || !ok {
		if err != nil {
			s.log.Error("look up message for a retry", "id", id, "err", err)
		}
		return nil
	}
	client, _ := s.current()
	msg, err := s.compose(ctx, client, out, to)
	if err != nil {
		s.log.Error("compose message for a retry", "id", id, "err", err)
		return nil
	}
	return msg
}

// sendError classifies whatsmeow's error as a *message.SendError.
func sendError(err error) error {
	if _, ok := errors.AsType[*message.SendError](err); ok {
		return err
	}
	code, retry, after := "unknown", true, time.Duration(0)
	switch {
	case errors.Is(err, whatsmeow.ErrNotConnected), errors.Is(err, whatsmeow.ErrNotLoggedIn),
		errors.Is(err, whatsmeow.ErrIQTimedOut), errors.Is(err, context.Canceled):
		code = "not_connected"
	case errors.Is(err, signalstore.ErrNotEncrypted), // not sent: the recipient's keys could not be fetched
		errors.Is(err, whatsmeow.ErrMessageTimedOut):
	case errors.Is(err, whatsmeow.ErrServerReturnedError):
		code, retry, after = classifyNack(serverCode(err))
	case strings.Contains(err.Error(), "no LID found for"):
		code, retry = "not_on_whatsapp", false
	case errors.Is(err, whatsmeow.ErrUnknownServer), errors.Is(err, whatsmeow.ErrRecipientADJID):
		code, retry = "invalid_content", false
	}
	return &message.SendError{Code: code, Retry: retry, After: after, Err: err}
}

// classifyNack classifies the error attribute of WhatsApp's ack. 463: the account
// may not write to people who have not written first; 429: slow down.
func classifyNack(code int) (string, bool, time.Duration) {
	switch code {
	case 463:
		return "account_locked", false, 0
	case 429:
		return "rate_limited", true, time.Minute
	case 500, 503:
		return "unknown", true, 0
	}
	return "rejected", false, 0
}

// serverCode parses the number at the end of whatsmeow's "server returned error 463".
func serverCode(err error) int {
	text := err.Error()
	n, convErr := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	if convErr != nil {
		return 0
	}
	return n
}

// pairError classifies WhatsApp's refusal of a phone number.
func pairError(err error) error {
	if errors.Is(err, whatsmeow.ErrPhoneNumberTooShort) || errors.Is(err, whatsmeow.ErrPhoneNumberIsNotInternational) {
		return fmt.Errorf("%w: %w", channel.ErrInvalidPhone, err)
	}
	if errors.Is(err, whatsmeow.ErrIQBadRequest) || errors.Is(err, whatsmeow.ErrIQNotFound) {
		return fmt.Errorf("%w: %w", channel.ErrPairingRefused, err)
	}
	return fmt.Errorf("ask for a pairing code: %w", err)
}
