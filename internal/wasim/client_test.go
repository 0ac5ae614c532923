package wasim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"golang.org/x/sync/errgroup"
)

const (
	shopNumber = "5491155550001"
	anaNumber  = "5491155550002"
	bobNumber  = "5491155550003"
)

// reply sends a text through a client and fails the test when that fails.
func reply(t *testing.T, c *wasimtest.Client, to types.JID, text string) string {
	t.Helper()
	r, err := c.SendMessage(context.Background(), to, &waE2E.Message{Conversation: new(text)})
	if err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	return r.ID
}

func TestQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	for _, mode := range []wasim.Addressing{wasim.ByLID, wasim.ByPN} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			sim := wasimtest.Start(t, wasim.Options{})
			shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
			ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Addressing: mode})
			c := sim.Client(wasimtest.NewDevice())
			c.Link(shop)

			id := ana.Say(shopNumber, "hola")
			in := c.Text("hola")
			if in.Info.ID != id || in.Info.PushName != "Ana" || in.Info.IsFromMe {
				t.Errorf("got %+v", in.Info)
			}
			wantServer := types.HiddenUserServer
			if mode == wasim.ByPN {
				wantServer = types.DefaultUserServer
			}
			if in.Info.Chat.Server != wantServer || in.Info.SenderAlt.IsEmpty() {
				t.Errorf("chat %s, alternative %s", in.Info.Chat, in.Info.SenderAlt)
			}
			sent := reply(t, c, in.Info.Chat, "¿qué tal?")
			if got := ana.WaitText("¿qué tal?"); got.ID != sent || got.From != shopNumber {
				t.Errorf("Ana sees %+v", got)
			}
			shop.WaitStatus(sent, wasim.StatusDelivered)
			ana.WaitStatus(id, wasim.StatusDelivered)
			ana.Say(shopNumber, "bien")
			reply(t, c, c.Text("bien").Info.Chat, "me alegro")
			ana.WaitText("me alegro")
			ana.AssertClean()
			shop.AssertClean()
			sim.AssertKnown()
		})
	}
}

func TestClientWritesFirst(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Reads: true})
	c := sim.Client(wasimtest.NewDevice())
	c.Link(shop)
	id := reply(t, c, types.NewJID(anaNumber, types.DefaultUserServer), "buenas")
	ana.WaitText("buenas")
	receipt := wasimtest.Await(c, func(r *events.Receipt) bool { return r.Type == types.ReceiptTypeRead })
	if len(receipt.MessageIDs) != 1 || receipt.MessageIDs[0] != id {
		t.Errorf("receipt %+v", receipt)
	}
	shop.WaitStatus(id, wasim.StatusRead)
	ana.AssertClean()
	sim.AssertKnown()
}

func TestOfflineQueueAndReconnect(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{Window: 4})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	device := wasimtest.NewDevice()
	c := sim.Client(device)
	c.Link(shop)
	ana.Say(shopNumber, "uno")
	c.Text("uno")
	c.Disconnect()

	want := []string{"dos", "tres", "cuatro", "cinco", "seis", "siete"}
	for _, text := range want {
		ana.Say(shopNumber, text)
	}
	ana.WaitFor("all sent", func(b []wasim.ScreenMessage) bool { return len(b) == 7 })

	again := sim.Client(device)
	if err := again.Connect(); err != nil {
		t.Fatal(err)
	}
	for _, text := range want {
		m := wasimtest.Await(again, func(m *events.Message) bool { return m.Message.GetConversation() != "" })
		if got := m.Message.GetConversation(); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	}
	if done := wasimtest.Await[*events.OfflineSyncCompleted](again, nil); done.Count < len(want) {
		t.Errorf("%d stanzas waited, want at least %d", done.Count, len(want))
	}
	ana.AssertClean()
	sim.AssertKnown()
}

func TestCompressedConnection(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{Compression: true})
	s.answer(t, strings.Repeat("again ", 2000))
	s.ana.WaitText(strings.Repeat("again ", 2000))
	s.ana.AssertClean()
}

// What a client says besides messages is known to the simulator.
func TestSmallTalk(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	ctx, chat := context.Background(), s.chat.Info.Chat
	s.client.Store.PushName = "Shop"
	for what, err := range map[string]error{
		"presence":  s.client.SendPresence(ctx, types.PresenceAvailable),
		"typing":    s.client.SendChatPresence(ctx, chat, types.ChatPresenceComposing, types.ChatPresenceMediaText),
		"subscribe": s.client.SubscribePresence(ctx, chat),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.ana.WaitTyping(shopNumber)
	if p, err := s.Server.Phone(shopNumber); err != nil || len(p.Devices) != 1 || !p.Devices[0].Available {
		t.Errorf("available: %+v, %v", p, err)
	}
	if err := s.client.SendChatPresence(ctx, chat, types.ChatPresencePaused, ""); err != nil {
		t.Error(err)
	}
	found, err := s.client.IsOnWhatsApp(ctx, []string{"+" + anaNumber, "+5491100000000"})
	if err != nil || len(found) != 2 || !found[0].IsIn || found[1].IsIn {
		t.Errorf("on WhatsApp: %+v, %v", found, err)
	}
	info, err := s.client.GetUserInfo(ctx, []types.JID{types.NewJID(shopNumber, types.DefaultUserServer)})
	if err != nil || len(info) != 1 {
		t.Errorf("user info: %+v, %v", info, err)
	}
	for jid, i := range info {
		if len(i.Devices) != 2 || i.LID.User != wasim.LID(shopNumber) {
			t.Errorf("%s: %+v", jid, i)
		}
	}
	if got := s.client.GetPrivacySettings(ctx); got.ReadReceipts != types.PrivacySettingAll {
		t.Errorf("privacy: %+v", got)
	}
	if _, err := s.client.GetBlocklist(ctx); err != nil {
		t.Error(err)
	}
	if _, err := s.client.SendMessage(ctx, types.NewJID("5491100000000", types.DefaultUserServer), &waE2E.Message{Conversation: new("?")}); err == nil {
		t.Error("a message to nobody was sent")
	}
	s.answer(t, "enough")
	s.ana.WaitText("enough")
	if got := s.ana.Typing(shopNumber); got.Now || got.Times != 1 {
		t.Errorf("typing: %+v", got)
	}
	s.ana.AssertClean()
	s.AssertKnown()
}

// The settings of phones may change while everybody writes to everybody.
func TestSettingsChangeUnderTraffic(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	const n = 300
	ctx, done := context.WithCancel(context.Background())
	var writers, settings errgroup.Group
	for _, p := range []*wasimtest.Phone{s.shop, s.ana} {
		other := shopNumber
		if p == s.shop {
			other = anaNumber
		}
		writers.Go(func() error {
			for i := range n {
				if _, err := s.Send(ctx, p.Number, wasim.Draft{To: other, Text: fmt.Sprint(i)}); err != nil {
					return err
				}
			}
			return nil
		})
		settings.Go(func() error {
			for i := 0; ctx.Err() == nil; i++ {
				if _, err := s.PutPhone(p.Number, wasim.PhoneSettings{Name: fmt.Sprint(i), Reads: i%2 == 0}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Error(err)
	}
	for _, p := range []*wasimtest.Phone{s.shop, s.ana} {
		p.WaitFor("every message", func(b []wasim.ScreenMessage) bool { return len(b) == 2*n+1 })
		p.AssertClean()
	}
	done()
	if err := settings.Wait(); err != nil {
		t.Error(err)
	}
	s.acknowledged(t)
}
