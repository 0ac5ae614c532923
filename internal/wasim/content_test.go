package wasim_test

import (
	"bytes"
	"context"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func TestEveryKindReachesTheClient(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	file := []byte("the content of a file")
	for _, tc := range []struct {
		name  string
		draft wasim.Draft
		is    func(*waE2E.Message) bool
	}{
		{"text with quote", wasim.Draft{Text: "yes", Quote: "ABC"}, func(m *waE2E.Message) bool {
			return m.GetExtendedTextMessage().GetContextInfo().GetStanzaID() == "ABC"
		}},
		{"image", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindImage, Caption: "look"}}, func(m *waE2E.Message) bool {
			data, err := s.client.Download(context.Background(), m.GetImageMessage())
			return err == nil && bytes.HasPrefix(data, []byte("\x89PNG")) && m.GetImageMessage().GetCaption() == "look"
		}},
		{"video", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindVideo, Data: file}}, func(m *waE2E.Message) bool {
			data, err := s.client.Download(context.Background(), m.GetVideoMessage())
			return err == nil && bytes.Equal(data, file)
		}},
		{"audio", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindAudio, Data: file}}, func(m *waE2E.Message) bool {
			data, err := s.client.Download(context.Background(), m.GetAudioMessage())
			return err == nil && bytes.Equal(data, file) && !m.GetAudioMessage().GetPTT()
		}},
		{"voice", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindVoice}}, func(m *waE2E.Message) bool {
			_, err := s.client.Download(context.Background(), m.GetAudioMessage())
			return err == nil && m.GetAudioMessage().GetPTT()
		}},
		{"document", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindDocument, Filename: "menu.pdf", MIME: "application/pdf", Data: file}}, func(m *waE2E.Message) bool {
			data, err := s.client.Download(context.Background(), m.GetDocumentMessage())
			return err == nil && bytes.Equal(data, file) && m.GetDocumentMessage().GetFileName() == "menu.pdf"
		}},
		{"sticker", wasim.Draft{Media: &wasim.Media{Kind: wasim.KindSticker}}, func(m *waE2E.Message) bool {
			_, err := s.client.Download(context.Background(), m.GetStickerMessage())
			return err == nil
		}},
		{"location", wasim.Draft{Location: &wasim.Location{Latitude: -34.6, Longitude: -58.4, Name: "Home"}}, func(m *waE2E.Message) bool {
			return m.GetLocationMessage().GetDegreesLatitude() == -34.6 && m.GetLocationMessage().GetName() == "Home"
		}},
		{"contact", wasim.Draft{Contact: &wasim.Contact{Name: "Bob", Number: bobNumber}}, func(m *waE2E.Message) bool {
			return m.GetContactMessage().GetDisplayName() == "Bob" && bytes.Contains([]byte(m.GetContactMessage().GetVcard()), []byte(bobNumber))
		}},
		{"reaction", wasim.Draft{Reaction: &wasim.Reaction{ID: s.chat.Info.ID, Emoji: "👍"}}, func(m *waE2E.Message) bool {
			return m.GetReactionMessage().GetText() == "👍" && m.GetReactionMessage().GetKey().GetID() == s.chat.Info.ID
		}},
		{"poll", wasim.Draft{Poll: &wasim.Poll{Question: "When?", Options: []string{"now", "later"}}}, func(m *waE2E.Message) bool {
			return m.GetPollCreationMessage().GetName() == "When?" && len(m.GetPollCreationMessage().GetOptions()) == 2
		}},
	} {
		tc.draft.To = shopNumber
		id := s.ana.Send(tc.draft)
		m := wasimtest.Await(s.client, func(m *events.Message) bool { return m.Info.ID == id })
		if !tc.is(m.Message) {
			t.Errorf("%s: got %v", tc.name, m.Message)
		}
	}
	s.shop.AssertClean()
	s.AssertKnown()
}

func TestEveryKindReachesThePhone(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	file := bytes.Repeat([]byte("0123456789abcdef"), 5000)
	upload := func(kind whatsmeow.MediaType) whatsmeow.UploadResponse {
		r, err := s.client.Upload(context.Background(), file, kind)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	image, document := upload(whatsmeow.MediaImage), upload(whatsmeow.MediaDocument)
	for _, tc := range []struct {
		name string
		m    *waE2E.Message
		is   func(wasim.ScreenMessage) bool
	}{
		{"image", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			URL: &image.URL, DirectPath: &image.DirectPath, MediaKey: image.MediaKey, FileSHA256: image.FileSHA256, FileEncSHA256: image.FileEncSHA256,
			FileLength: &image.FileLength, Mimetype: new("image/jpeg"), Caption: new("our menu"),
		}}, func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindImage && b.Text == "our menu" && b.Media.Bytes == len(file) && b.Media.MIME == "image/jpeg"
		}},
		{"document", &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
			URL: &document.URL, DirectPath: &document.DirectPath, MediaKey: document.MediaKey, FileSHA256: document.FileSHA256, FileEncSHA256: document.FileEncSHA256,
			FileLength: &document.FileLength, Mimetype: new("text/plain"), FileName: new("a.txt"),
		}}, func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindDocument && b.Media.Filename == "a.txt" && b.Media.Bytes == len(file)
		}},
		{"location", &waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(1), DegreesLongitude: proto.Float64(2)}}, func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindLocation && b.Location.Longitude == 2
		}},
		{"contact", &waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: new("Bob"), Vcard: new("TEL;waid=549115555:+549")}}, func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindContact && b.Contact.Number == "549115555"
		}},
		{"reaction", s.client.BuildReaction(s.chat.Info.Chat, s.chat.Info.Sender, s.chat.Info.ID, "❤️"), func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindReaction && b.Target == s.chat.Info.ID
		}},
		{"poll", s.client.BuildPollCreation("When?", []string{"now", "later"}, 1), func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindPoll && len(b.Poll.Options) == 2 && !b.Poll.Multiple
		}},
		{"text", &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("hi"), ContextInfo: &waE2E.ContextInfo{StanzaID: new("Q")}}}, func(b wasim.ScreenMessage) bool {
			return b.Kind == wasim.KindText && b.Quote == "Q"
		}},
	} {
		r, err := s.client.SendMessage(context.Background(), s.chat.Info.Chat, tc.m)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		s.ana.WaitFor(tc.name, func(screen []wasim.ScreenMessage) bool {
			for _, b := range screen {
				if b.ID == r.ID {
					if !tc.is(b) {
						t.Errorf("%s: Ana sees %+v", tc.name, b)
					}
					return true
				}
			}
			return false
		})
	}
	s.ana.AssertClean()
	s.shop.AssertClean()
	s.AssertKnown()
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	ctx, chat := context.Background(), s.chat.Info.Chat
	first, second := s.answer(t, "helo"), s.answer(t, "oops")
	if _, err := s.client.SendMessage(ctx, chat, s.client.BuildEdit(chat, first, &waE2E.Message{Conversation: new("hello")})); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.SendMessage(ctx, chat, s.client.BuildRevoke(chat, s.client.Store.GetLID(), second)); err != nil {
		t.Fatal(err)
	}
	s.ana.WaitFor("edit and deletion", func(screen []wasim.ScreenMessage) bool {
		return len(screen) == 3 && screen[1].Text == "hello" && screen[1].Edited && screen[2].Kind == wasim.KindDeleted
	})
}

func TestMediaWithWrongKeyIsAProblem(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	r, err := s.client.Upload(context.Background(), []byte("secret"), whatsmeow.MediaImage)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.SendMessage(context.Background(), s.chat.Info.Chat, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		DirectPath: &r.DirectPath, MediaKey: make([]byte, 32), FileSHA256: r.FileSHA256, FileEncSHA256: r.FileEncSHA256, FileLength: &r.FileLength,
	}}); err != nil {
		t.Fatal(err)
	}
	s.ana.WaitFor("the image", func(b []wasim.ScreenMessage) bool { return len(b) == 2 })
	if p := s.ana.Problems(); len(p) != 1 || p[0].Reason != wasim.ReasonBadMedia {
		t.Errorf("problems %+v", p)
	}
}

// What the owner writes on the phone reaches the customer, and the linked device
// sees it as its own account's message.
func TestOwnerWrites(t *testing.T) {
	t.Parallel()
	for _, mode := range []wasim.Addressing{wasim.ByLID, wasim.ByPN} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := set(t, wasim.Options{})
			s.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop", Addressing: mode})
			id := s.shop.Say(anaNumber, "I take over")
			m := s.client.Text("I take over")
			if !m.Info.IsFromMe || m.Info.ID != id || (m.Info.Chat.User != anaNumber && m.Info.Chat.User != wasim.LID(anaNumber)) {
				t.Errorf("info %+v", m.Info)
			}
			if b := s.ana.WaitText("I take over"); b.From != shopNumber {
				t.Errorf("Ana sees %+v", b)
			}
			s.shop.WaitStatus(id, wasim.StatusDelivered)
			s.acknowledged(t)
			s.AssertKnown()
		})
	}
}

func TestTwoDevicesOfOneShop(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	second := s.Client(wasimtest.NewDevice())
	second.Link(s.shop)
	s.ana.Say(shopNumber, "both of you")
	s.client.Text("both of you")
	chat := second.Text("both of you").Info.Chat
	id := reply(t, second, chat, "from the second")
	s.ana.WaitText("from the second")
	if m := s.client.Text("from the second"); !m.Info.IsFromMe || m.Info.ID != id {
		t.Errorf("the first device sees %+v", m.Info)
	}
	s.shop.WaitStatus(id, wasim.StatusDelivered)
	s.ana.AssertClean()
	s.shop.AssertClean()
	s.acknowledged(t)
	s.AssertKnown()
}

func TestReadingLater(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	id := s.answer(t, "please read")
	s.ana.WaitText("please read")
	s.shop.WaitStatus(id, wasim.StatusDelivered)
	if err := s.MarkRead(context.Background(), anaNumber, shopNumber); err != nil {
		t.Fatal(err)
	}
	s.shop.WaitStatus(id, wasim.StatusRead)
	if err := s.client.MarkRead(context.Background(), []string{s.chat.Info.ID}, s.chat.Info.Timestamp, s.chat.Info.Chat, s.chat.Info.Sender); err != nil {
		t.Fatal(err)
	}
	s.ana.WaitStatus(s.chat.Info.ID, wasim.StatusRead)
}

func TestHistoryAfterLink(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	c := sim.Client(wasimtest.NewDevice())
	c.Link(shop)
	m := wasimtest.Await(c, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetHistorySyncNotification() != nil
	})
	h, err := c.DownloadHistorySync(context.Background(), m.Message.GetProtocolMessage().GetHistorySyncNotification(), true)
	if err != nil || len(h.GetPushnames()) != 1 || h.GetPushnames()[0].GetPushname() != "Shop" {
		t.Errorf("history %v, %v", h, err)
	}
}
