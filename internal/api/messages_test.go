package api_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

func TestSend(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent := f.token("agent@a")
	send := func(body any, header map[string]string) *reply {
		return f.do(call{method: "POST", path: "/api/shops/a/messages", token: agent, body: body, header: header})
	}
	want := map[string]any{"id": "3EB0000000000000000001", "status": "queued"}
	key := map[string]string{"Idempotency-Key": "order-7"}
	require.Equal(t, want, send(map[string]any{"to": "+54 9 11 5555-0100", "text": "hola"}, key).ok(http.StatusAccepted))
	require.Equal(t, want, send(map[string]any{"to": "+54 9 11 5555-0100", "text": "hola"}, key).ok(http.StatusAccepted))
	require.Equal(t, []conversation.SendRequest{{
		To: message.Peer{Phone: "5491155550100"}, Content: message.Content{Kind: message.Text, Text: "hola"},
		Key: "order-7", By: f.userID("agent@a.example"),
	}}, f.inbox.outgoing())

	for name, c := range map[string]struct {
		body map[string]any
		want message.Content
	}{
		"image":    {map[string]any{"media": map[string]any{"mime": "image/png", "data": "aGk=", "caption": "ve"}}, message.Content{Kind: message.Image, Media: &message.Media{MIME: "image/png", Data: []byte("hi"), Caption: "ve"}}},
		"voice":    {map[string]any{"kind": "voice", "media": map[string]any{"mime": "audio/ogg; codecs=opus", "asset": "x"}}, message.Content{Kind: message.Voice, Media: &message.Media{MIME: "audio/ogg; codecs=opus", Asset: "x"}}},
		"document": {map[string]any{"media": map[string]any{"mime": "application/pdf", "asset": "x", "filename": "a.pdf"}}, message.Content{Kind: message.Document, Media: &message.Media{MIME: "application/pdf", Asset: "x", Filename: "a.pdf"}}},
		"location": {map[string]any{"location": map[string]any{"latitude": -34.6, "longitude": -58.4}}, message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: -34.6, Longitude: -58.4}}},
		"contact":  {map[string]any{"contact": map[string]any{"name": "Luz", "phone": "549"}}, message.Content{Kind: message.ContactCard, Contact: &message.Contact{Name: "Luz", Phone: "549"}}},
		"reaction": {map[string]any{"reaction": map[string]any{"emoji": "👍", "target": "ABC"}}, message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "👍", Target: "ABC"}}},
		"poll":     {map[string]any{"poll": map[string]any{"question": "?", "options": []string{"a", "b"}}}, message.Content{Kind: message.PollKind, Poll: &message.Poll{Question: "?", Options: []string{"a", "b"}}}},
	} {
		c.body["to"], c.body["type"] = "5491155550100", "WHATSAPP_WEB"
		send(c.body, nil).ok(http.StatusAccepted)
		sent := f.inbox.outgoing()
		last := sent[len(sent)-1]
		require.Equal(t, c.want, last.Content, name)
		require.Equal(t, message.WhatsAppWeb, last.Channel)
	}
	f.do(call{method: "POST", path: "/api/shops/a/messages", token: f.token("viewer@a"), body: map[string]any{"to": "5491155550100", "text": "x"}}).problem(http.StatusForbidden, "forbidden")
}

func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := f.token("owner@a")
	media := func(m map[string]any) map[string]any { return map[string]any{"media": m} }
	for name, c := range map[string]struct {
		body map[string]any
		code string
	}{
		"nothing":              {map[string]any{}, "invalid_body"},
		"two things":           {map[string]any{"text": "x", "location": map[string]any{"latitude": 1, "longitude": 1}}, "invalid_body"},
		"too long":             {map[string]any{"text": strings.Repeat("x", 4097)}, "invalid_body"},
		"kind and field apart": {map[string]any{"kind": "image", "text": "x"}, "invalid_message"},
		"unknown kind":         {map[string]any{"kind": "fax", "text": "x"}, "invalid_message"},
		"a received kind":      {map[string]any{"kind": "deleted", "text": "x"}, "invalid_message"},
		"no file":              {media(map[string]any{"mime": "image/png"}), "invalid_body"},
		"two files":            {media(map[string]any{"mime": "image/png", "data": "aGk=", "asset": "x"}), "invalid_body"},
		"a URL":                {media(map[string]any{"mime": "image/png", "url": "http://169.254.169.254/"}), "invalid_body"},
		"not base64":           {media(map[string]any{"mime": "image/png", "data": "%%%"}), "invalid_body"},
		"not a media type":     {media(map[string]any{"mime": "image/png\r\nX: y", "data": "aGk="}), "invalid_body"},
		"beyond the poles":     {map[string]any{"location": map[string]any{"latitude": 91, "longitude": 1}}, "invalid_message"},
		"one option":           {map[string]any{"poll": map[string]any{"question": "?", "options": []string{"a"}}}, "invalid_body"},
		"options null":         {map[string]any{"poll": map[string]any{"question": "?", "options": nil}}, "invalid_body"},
		"no target":            {map[string]any{"reaction": map[string]any{"emoji": "x"}}, "invalid_body"},
		"a channel type":       {map[string]any{"text": "x", "type": "SMS"}, "invalid_type"},
		"a group":              {map[string]any{"text": "x", "to": "12036@g.us"}, "invalid_phone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.body["to"] == nil {
				c.body["to"] = "5491155550100"
			}
			f.do(call{method: "POST", path: "/api/shops/a/messages", token: owner, body: c.body}).problem(http.StatusUnprocessableEntity, c.code)
		})
	}
	t.Cleanup(func() { require.Empty(t, f.inbox.outgoing()) })
}

// form returns a multipart body: the fields in order, then a file of size bytes
// when mime is set.
func form(t *testing.T, mime string, size int64, fields ...string) (io.Reader, map[string]string) {
	t.Helper()
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, w.WriteField(fields[i], fields[i+1]))
	}
	var parts []io.Reader
	if mime != "" {
		_, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="menu.png"`}, "Content-Type": {mime}})
		require.NoError(t, err)
		parts = append(parts, io.LimitReader(zeros{}, size))
	}
	parts = append([]io.Reader{&head}, parts...)
	parts = append(parts, strings.NewReader("\r\n--"+w.Boundary()+"--\r\n"))
	return io.MultiReader(parts...), map[string]string{"Content-Type": w.FormDataContentType()}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestMultipart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := f.token("owner@a")
	send := func(mime string, size int64, fields ...string) *reply {
		body, header := form(t, mime, size, fields...)
		return f.do(call{method: "POST", path: "/api/shops/a/messages", token: owner, body: body, header: header})
	}
	send("image/png", 5<<20, "to", "5491155550100", "caption", "el menú").ok(http.StatusAccepted)
	require.Equal(t, []int64{5 << 20}, f.assets.stored())
	require.Equal(t, message.Content{Kind: message.Image, Media: &message.Media{
		MIME: "image/png", Filename: "menu.png", Caption: "el menú", Size: 5 << 20, Asset: "asset-1",
	}}, f.inbox.outgoing()[0].Content)

	for name, c := range map[string]struct {
		reply  *reply
		status int
		code   string
	}{
		"larger than 100 MiB": {send("video/mp4", 100<<20+1, "to", "5491155550100"), http.StatusRequestEntityTooLarge, "media_too_large"},
		"no file":             {send("", 0, "to", "5491155550100"), http.StatusUnprocessableEntity, "invalid_body"},
		"an empty file":       {send("image/png", 0, "to", "5491155550100"), http.StatusUnprocessableEntity, "invalid_body"},
		"no receiver":         {send("image/png", 1), http.StatusUnprocessableEntity, "invalid_phone"},
		"an unknown field":    {send("image/png", 1, "to", "5491155550100", "url", "http://x"), http.StatusUnprocessableEntity, "invalid_body"},
		"a long field":        {send("image/png", 1, "to", "5491155550100", "caption", strings.Repeat("x", 9000)), http.StatusUnprocessableEntity, "invalid_body"},
		"a long caption":      {send("image/png", 1, "to", "5491155550100", "caption", strings.Repeat("x", 1025)), http.StatusUnprocessableEntity, "invalid_message"},
		"no media type":       {send("image", 1, "to", "5491155550100"), http.StatusUnprocessableEntity, "invalid_body"},
		"a text":              {send("image/png", 1, "to", "5491155550100", "kind", "text"), http.StatusUnprocessableEntity, "invalid_message"},
		"cut off": {f.do(call{
			method: "POST", path: "/api/shops/a/messages", token: owner, body: io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n54"), broken{}),
			header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"},
		}), http.StatusBadRequest, "malformed_body"},
		"no boundary": {f.do(call{method: "POST", path: "/api/shops/a/messages", token: owner, body: "x", header: map[string]string{"Content-Type": "multipart/form-data"}}), http.StatusBadRequest, "malformed_body"},
	} {
		c.reply.problem(c.status, c.code)
		require.NotNil(t, c.reply, name)
	}
	require.Len(t, f.inbox.outgoing(), 1)
	body, header := form(t, "image/png", 10, "to", "5491155550100")
	f.do(call{method: "POST", path: "/api/shops/b/messages", token: owner, body: body, header: header}).problem(http.StatusNotFound, "not_found")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestUpload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	put := func(token, mime string, body io.Reader) *reply {
		return f.do(call{method: "POST", path: "/api/shops/a/media", token: token, body: body, header: map[string]string{"Content-Type": mime}})
	}
	agent := f.token("agent@a")
	require.Equal(t, map[string]any{"asset": "asset-1", "size": 2097152.0, "mime": "image/jpeg"}, put(agent, "image/jpeg", io.LimitReader(zeros{}, 2<<20)).ok(http.StatusCreated))
	put(agent, "image/jpeg", io.LimitReader(zeros{}, 100<<20+1)).problem(http.StatusRequestEntityTooLarge, "media_too_large")
	put(agent, "nonsense", strings.NewReader("x")).problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	put(agent, "image/jpeg", io.MultiReader(strings.NewReader("x"), broken{})).problem(http.StatusBadRequest, "malformed_body")
	put(f.token("viewer@a"), "image/jpeg", strings.NewReader("x")).problem(http.StatusForbidden, "forbidden")
	put(f.token("owner@b"), "image/jpeg", strings.NewReader("x")).problem(http.StatusNotFound, "not_found")
	put("", "image/jpeg", strings.NewReader("x")).problem(http.StatusUnauthorized, "unauthorized")
	require.Len(t, f.assets.stored(), 1)
}

func TestInbox(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent, one := f.token("agent@a"), "/api/shops/a/conversations/cv_a"
	list := f.do(call{method: "GET", path: "/api/shops/a/conversations?limit=10", token: f.token("viewer@a")}).ok(http.StatusOK)
	require.Equal(t, "next", list["next"])
	require.Equal(t, map[string]any{
		"id": "cv_a", "channel": "WHATSAPP_BAILEYS", "paused": false, "unread": 0.0, "createdAt": "2026-03-01T12:00:00Z",
		"contact": map[string]any{"id": "ct_1", "name": "Luz", "phone": "5491155550100", "tags": []any{}},
	}, list["conversations"].([]any)[0])
	history := f.do(call{method: "GET", path: one + "/messages", token: agent}).ok(http.StatusOK)
	require.Equal(t, map[string]any{"kind": "text", "text": "hola"}, history["messages"].([]any)[0].(map[string]any)["content"])

	require.Equal(t, true, f.do(call{method: "POST", path: one + "/pause", token: agent}).ok(http.StatusOK)["paused"])
	require.Equal(t, false, f.do(call{method: "POST", path: one + "/resume", token: agent}).ok(http.StatusOK)["paused"])
	f.do(call{method: "POST", path: one + "/read", token: agent}).ok(http.StatusOK)
	require.Equal(t, []string{"pause cv_a true", "pause cv_a false", "read cv_a"}, f.inbox.acted())
	f.do(call{method: "POST", path: one + "/messages", token: agent, body: map[string]any{"text": "ya voy", "quoted": "m1"}}).ok(http.StatusAccepted)
	require.Equal(t, "cv_a", string(f.inbox.outgoing()[0].Conversation))

	for _, act := range []string{"/pause", "/resume", "/read"} {
		f.do(call{method: "POST", path: one + act, token: f.token("viewer@a")}).problem(http.StatusForbidden, "forbidden")
	}
	f.do(call{method: "GET", path: "/api/shops/a/conversations?cursor=bad", token: agent}).problem(http.StatusUnprocessableEntity, "invalid_body")
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "limit=-1"} {
		f.do(call{method: "GET", path: "/api/shops/a/conversations?" + query, token: agent}).problem(http.StatusUnprocessableEntity, "invalid_body")
	}
}
