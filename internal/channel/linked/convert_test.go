package linked

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

var (
	anaLID = types.NewJID("77001", types.HiddenUserServer)
	anaPN  = types.NewJID("5215512345678", types.DefaultUserServer)
	shop   = types.NewJID("5491100", types.DefaultUserServer)
	group  = types.NewJID("120363001", types.GroupServer)
)

func from(src types.MessageSource, m *waE2E.Message) *events.Message {
	e := &events.Message{RawMessage: m, Info: types.MessageInfo{
		MessageSource: src, ID: "ABC", PushName: "Ana", Timestamp: time.Unix(1000, 0),
	}}
	return e.UnwrapRaw()
}

var us = message.Peer{LID: "88001", Phone: "5491100"}

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: &s} }

func TestWhoWrote(t *testing.T) {
	t.Parallel()
	both := message.Peer{LID: "77001", Phone: "5215512345678"}
	for name, c := range map[string]struct {
		src    types.MessageSource
		chat   message.Peer
		sender message.Peer
		ok     bool
	}{
		"by LID":             {types.MessageSource{Chat: anaLID, Sender: anaLID, SenderAlt: anaPN}, both, both, true},
		"by phone":           {types.MessageSource{Chat: anaPN, Sender: anaPN, SenderAlt: anaLID}, both, both, true},
		"phone alone":        {types.MessageSource{Chat: anaPN, Sender: anaPN}, message.Peer{Phone: "5215512345678"}, message.Peer{Phone: "5215512345678"}, true},
		"the shop's phone":   {types.MessageSource{Chat: anaLID, RecipientAlt: anaPN, Sender: shop, IsFromMe: true}, both, message.Peer{Phone: "5491100"}, true},
		"in a group":         {types.MessageSource{Chat: group, Sender: anaLID, SenderAlt: anaPN, IsGroup: true}, message.Peer{Group: "120363001"}, both, true},
		"a status":           {types.MessageSource{Chat: types.StatusBroadcastJID, Sender: anaPN}, message.Peer{}, message.Peer{}, false},
		"a channel's post":   {types.MessageSource{Chat: types.NewJID("1", types.NewsletterServer), Sender: anaPN}, message.Peer{}, message.Peer{}, false},
		"no user in the JID": {types.MessageSource{Chat: types.NewJID("", types.DefaultUserServer), Sender: types.NewJID("", types.DefaultUserServer)}, message.Peer{}, message.Peer{}, false},
	} {
		in, ok := incoming(from(c.src, text("hola")), us, false)
		if ok != c.ok {
			t.Errorf("%s: ok %v", name, ok)
			continue
		}
		if ok && (in.Chat != c.chat || in.Sender != c.sender) {
			t.Errorf("%s: chat %+v, sender %+v", name, in.Chat, in.Sender)
		}
	}
}

// TestContents is what a person can send, and what it becomes; "" is nothing.
func TestContents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    *waE2E.Message
		want string
	}{
		"text":         {text("hola"), `{"kind":"text","text":"hola"}`},
		"long text":    {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("hola")}}, `{"kind":"text","text":"hola"}`},
		"disappearing": {&waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: text("hola")}}, `{"kind":"text","text":"hola"}`},
		"reaction": {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
			Key: &waCommon.MessageKey{ID: new("X"), FromMe: new(true)}, Text: new("👍"),
		}}, `{"kind":"reaction","reaction":{"emoji":"👍","target":"X","fromMe":true}}`},
		"location": {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{
			DegreesLatitude: new(19.4), DegreesLongitude: new(-99.1), Name: new("Casa"),
		}}, `{"kind":"location","location":{"latitude":19.4,"longitude":-99.1,"name":"Casa"}}`},
		"contact": {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{
			DisplayName: new("Beto"), Vcard: new("BEGIN:VCARD\nTEL;type=CELL;waid=521551:+52 1 551\nEND:VCARD"),
		}}, `{"kind":"contact","contact":{"name":"Beto","phone":"521551","vcard":"BEGIN:VCARD\nTEL;type=CELL;waid=521551:+52 1 551\nEND:VCARD"}}`},
		"tapped row": {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
			Title: new("Pedir"), SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: new("pedir")},
		}}, `{"kind":"choice","text":"Pedir","choice":"pedir"}`},
		"deleted": {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: &waCommon.MessageKey{ID: new("X")},
		}}, `{"kind":"deleted","target":"X"}`},
		"edited": {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: new("X")}, EditedMessage: text("adiós"),
		}}, `{"kind":"edited","text":"adiós","target":"X"}`},
		"app-state keys": {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		}}, ``},
		"sender keys alone": {&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{GroupID: new("1")}}, ``},
		"empty":             {&waE2E.Message{}, ``},
		"an album's cover":  {&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: proto.Uint32(5)}}, ``},
		"an album's photo": {&waE2E.Message{
			ImageMessage: &waE2E.ImageMessage{}, MessageContextInfo: &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
				AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: &waCommon.MessageKey{ID: new("A")},
			}},
		}, `{"kind":"image","media":{"ref":"GgA=","album":"A"}}`},
		"a better copy": {&waE2E.Message{AssociatedChildMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}}}, ``},
		"from an ad": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("hola"), ContextInfo: &waE2E.ContextInfo{
			ExternalAdReply: &waE2E.ContextInfo_ExternalAdReplyInfo{SourceType: new("ad"), SourceID: new("777"), SourceURL: new("https://fb.me/x"), CtwaClid: new("c")},
		}}}, `{"kind":"text","text":"hola","ad":"777"}`},
		"from an ad without an id": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("hola"), ContextInfo: &waE2E.ContextInfo{
			EntryPointConversionSource: new("ctwa_ad"), ExternalAdReply: &waE2E.ContextInfo_ExternalAdReplyInfo{SourceURL: new("https://fb.me/x")},
		}}}, `{"kind":"text","text":"hola","ad":"https://fb.me/x"}`},
		"with a preview that is no ad": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("hola"), ContextInfo: &waE2E.ContextInfo{
			ExternalAdReply: &waE2E.ContextInfo_ExternalAdReplyInfo{Title: new("x"), SourceURL: new("https://example.com")},
		}}}, `{"kind":"text","text":"hola"}`},
		"something new": {&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(1)}}, `{"kind":"unsupported"}`},
	} {
		in, ok := incoming(from(types.MessageSource{Chat: anaLID, Sender: anaLID}, c.m), us, false)
		got := ""
		if ok {
			b, err := json.Marshal(in.Content)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// TestMentions: who is meant in a group.
func TestMentions(t *testing.T) {
	t.Parallel()
	about := func(c *waE2E.ContextInfo) *waE2E.Message {
		return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("¿@bot?"), ContextInfo: c}}
	}
	for name, c := range map[string]struct {
		m    *waE2E.Message
		chat types.JID
		want bool
	}{
		"no one in particular":      {text("hola a todos"), group, false},
		"us, by LID":                {about(&waE2E.ContextInfo{MentionedJID: []string{"1@lid", "88001@lid"}}), group, true},
		"us, by phone and device":   {about(&waE2E.ContextInfo{MentionedJID: []string{"5491100:3@s.whatsapp.net"}}), group, true},
		"a peer with our digits":    {about(&waE2E.ContextInfo{MentionedJID: []string{"88001@s.whatsapp.net", "", "@lid"}}), group, false},
		"an answer to us":           {about(&waE2E.ContextInfo{StanzaID: new("X"), Participant: new("88001@lid")}), group, true},
		"an answer to another peer": {about(&waE2E.ContextInfo{StanzaID: new("X"), Participant: new("77001@lid")}), group, false},
		"us, but in no group":       {about(&waE2E.ContextInfo{MentionedJID: []string{"88001@lid"}}), anaLID, false},
	} {
		in, ok := incoming(from(types.MessageSource{Chat: c.chat, Sender: anaLID, IsGroup: c.chat == group}, c.m), us, false)
		if !ok || in.Content.Mentioned != c.want {
			t.Errorf("%s: %v", name, in.Content.Mentioned)
		}
	}
}

// TestMediaReferenceComesBack: what is stored of a file is enough to fetch it.
func TestMediaReferenceComesBack(t *testing.T) {
	t.Parallel()
	m := &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		DirectPath: new("/v/x"), MediaKey: []byte("key"), FileSHA256: []byte("sha"), FileEncSHA256: []byte("enc"),
		FileLength: proto.Uint64(7), Mimetype: new("image/jpeg"), Caption: new("menú"), JPEGThumbnail: make([]byte, 5000),
	}}
	in, ok := incoming(from(types.MessageSource{Chat: anaLID, Sender: anaLID}, m), us, false)
	if !ok || in.Content.Kind != message.Image || in.Content.Media.Caption != "menú" || in.Content.Media.Size != 7 {
		t.Fatalf("got %+v", in.Content)
	}
	if n := len(in.Content.Media.Ref); n > 200 {
		t.Errorf("the reference has %d bytes: the thumbnail is in it", n)
	}
	file, err := downloadable(in.Content.Media.Ref)
	if err != nil || file.GetDirectPath() != "/v/x" || string(file.GetMediaKey()) != "key" {
		t.Errorf("got %v, %v", file, err)
	}
	for _, ref := range [][]byte{nil, []byte("garbage"), {0xff}} {
		if _, err := downloadable(ref); !errors.Is(err, errMediaRef) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

// TestBothWays: what we send reads, on arrival, as what was sent.
func TestBothWays(t *testing.T) {
	t.Parallel()
	up := &upload{mime: "image/png", UploadResponse: whatsmeow.UploadResponse{DirectPath: "/v/x", MediaKey: []byte("k"), FileLength: 3}}
	for _, c := range []message.Content{
		{Kind: message.Text, Text: "hola"},
		{Kind: message.LocationPin, Location: &message.Location{Latitude: 1, Longitude: 2, Name: "n", Address: "a"}},
		{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "❤️", Target: "X"}},
		{Kind: message.PollKind, Poll: &message.Poll{Question: "¿Cuál?", Options: []string{"a", "b"}, Max: 1}},
		{Kind: message.Image, Media: &message.Media{Caption: "c", Data: []byte("x")}},
		{Kind: message.Video, Media: &message.Media{Caption: "c", Data: []byte("x")}},
		{Kind: message.Audio, Media: &message.Media{Data: []byte("x"), Seconds: 4}},
		{Kind: message.Voice, Media: &message.Media{Data: []byte("x")}},
		{Kind: message.Sticker, Media: &message.Media{Data: []byte("x")}},
		{Kind: message.Document, Media: &message.Media{Data: []byte("x"), Filename: "carta.pdf", Caption: "c"}},
		{Kind: message.ContactCard, Contact: &message.Contact{Name: "Beto; el, de\nla esquina", Phone: "+52 1 551"}},
	} {
		if err := c.Validate(); err != nil {
			t.Fatalf("%s: %v", c.Kind, err)
		}
		var u *upload
		if c.Media != nil {
			u = up
		}
		m, err := outgoing(message.Out{Content: c, Quoted: "Q"}, anaLID, u, time.Unix(1, 0))
		if err != nil {
			t.Errorf("%s: %v", c.Kind, err)
			continue
		}
		in, ok := incoming(from(types.MessageSource{Chat: anaLID, Sender: anaLID}, m), us, false)
		if !ok || in.Content.Kind != c.Kind {
			t.Errorf("%s arrives as %s", c.Kind, in.Content.Kind)
			continue
		}
		got := in.Content
		switch c.Kind {
		case message.Text:
			if got.Text != c.Text || in.Quoted != "Q" {
				t.Errorf("text %q quoting %q", got.Text, in.Quoted)
			}
		case message.ContactCard:
			if got.Contact.Phone != "521551" || got.Contact.Name != c.Contact.Name {
				t.Errorf("contact %+v", got.Contact)
			}
		case message.LocationPin:
			if *got.Location != *c.Location {
				t.Errorf("location %+v", got.Location)
			}
		case message.Document:
			if got.Media.Filename != "carta.pdf" || got.Media.Caption != "c" {
				t.Errorf("document %+v", got.Media)
			}
		}
	}
	if _, err := outgoing(message.Out{Content: message.Content{Kind: message.Edited}}, anaLID, nil, time.Time{}); err == nil {
		t.Error("an edit was composed")
	}
}

// TestSendErrors answers the three questions of a refusal.
func TestSendErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		code  string
		retry bool
	}{
		{whatsmeow.ErrNotConnected, "not_connected", true},
		{whatsmeow.ErrMessageTimedOut, "unknown", true},
		{errors.New("socket closed"), "unknown", true},
		{errors.New("no LID found for 1@s.whatsapp.net from server"), "not_on_whatsapp", false},
		{serverError(463), "account_locked", false},
		{serverError(429), "rate_limited", true},
		{serverError(503), "unknown", true},
		{serverError(400), "rejected", false},
		{&message.SendError{Code: "media_failed"}, "media_failed", false},
	} {
		got := message.AsSendError(sendError(c.err))
		if got.Code != c.code || got.Retry != c.retry {
			t.Errorf("%v: %s, retry %v", c.err, got.Code, got.Retry)
		}
	}
}

func serverError(code int) error { return fmt.Errorf("%w %d", whatsmeow.ErrServerReturnedError, code) }

func TestBackoff(t *testing.T) {
	t.Parallel()
	r := Reconnect{Delay: 2 * time.Second, Max: 5 * time.Minute}
	for n, want := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 5: 32 * time.Second, 20: 5 * time.Minute, 1000: 5 * time.Minute} {
		if got := r.backoff(n, 0.999999); got > want || got < want-want/1000 {
			t.Errorf("attempt %d: at most %s, want %s", n, got, want)
		}
		if got := r.backoff(n, 0); got != 0 {
			t.Errorf("attempt %d: at least %s", n, got)
		}
	}
}

func FuzzIncoming(f *testing.F) {
	for _, m := range []*waE2E.Message{text("hola"), {ImageMessage: &waE2E.ImageMessage{}}, {ReactionMessage: &waE2E.ReactionMessage{}}} {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m waE2E.Message
		if proto.Unmarshal(raw, &m) != nil {
			return
		}
		in, ok := incoming(from(types.MessageSource{Chat: anaLID, Sender: anaLID, SenderAlt: anaPN}, &m), us, true)
		if !ok {
			return
		}
		if in.Content.Kind == "" || in.Chat.IsZero() {
			t.Errorf("half a message: %+v", in)
		}
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("it cannot be stored: %v", err)
		}
	})
}
