package wasim_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
)

// stage is a simulator with a linked shop and one customer who has said hello.
type stage struct {
	*wasimtest.Sim
	shop, ana *wasimtest.Phone
	client    *wasimtest.Client
	chat      *events.Message // Ana's hello
}

func set(t *testing.T, o wasim.Options) *stage {
	t.Helper()
	s := &stage{Sim: wasimtest.Start(t, o)}
	s.shop = s.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	s.ana = s.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	s.client = s.Client(wasimtest.NewDevice())
	s.client.Link(s.shop)
	s.ana.Say(shopNumber, "hello")
	s.chat = s.client.Text("hello")
	return s
}

func (s *stage) fault(t *testing.T, f wasim.Fault) {
	t.Helper()
	if _, err := s.Fault(f); err != nil {
		t.Fatalf("fault %+v: %v", f, err)
	}
}

// answer sends a text to Ana.
func (s *stage) answer(t *testing.T, text string) string {
	t.Helper()
	return reply(t, s.client, s.chat.Info.Chat, text)
}

// TestFaultsOfConnections cuts a client off and reconnects it. Reconnecting by
// itself is tested in test/strangers, with whatsmeow's auto-reconnect on.
func TestFaultsOfConnections(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault wasim.Fault
		then  func(*wasimtest.Client) // awaits the outcome of the next login
	}{
		{"disconnect", wasim.Fault{Kind: wasim.FaultDisconnect}, loggedIn},
		{"unavailable", wasim.Fault{Kind: wasim.FaultUnavailable}, loggedIn},
		{"outdated", wasim.Fault{Kind: wasim.FaultOutdated}, func(c *wasimtest.Client) { wasimtest.Await[*events.ClientOutdated](c, nil) }},
		{"temporary ban", wasim.Fault{Kind: wasim.FaultTempBan, For: wasim.Duration(2 * time.Hour)}, func(c *wasimtest.Client) {
			wasimtest.Await(c, func(b *events.TemporaryBan) bool {
				return b.Expire == 2*time.Hour && b.Code == events.TempBanSentToTooManyPeople
			})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := set(t, wasim.Options{})
			tc.fault.Number = shopNumber
			s.fault(t, tc.fault)
			wasimtest.Await[*events.Disconnected](s.client, nil)
			if err := s.client.Connect(); err != nil {
				t.Fatal(err)
			}
			tc.then(s.client)
		})
	}
}

func loggedIn(c *wasimtest.Client) { wasimtest.Await[*events.Connected](c, nil) }

func TestUnavailableBeforeLink(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	if _, err := sim.Fault(wasim.Fault{Kind: wasim.FaultOutdated}); err != nil {
		t.Fatal(err)
	}
	c := sim.Client(wasimtest.NewDevice())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	wasimtest.Await[*events.ClientOutdated](c, nil)
}

func TestHeldAcknowledgements(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.fault(t, wasim.Fault{Kind: wasim.FaultHoldAcks, Number: shopNumber})
	done := make(chan error, 1)
	go func() {
		_, err := s.client.SendMessage(context.Background(), s.chat.Info.Chat, &waE2E.Message{Conversation: new("slow")})
		done <- err
	}()
	s.ana.WaitText("slow") // it arrives
	select {
	case err := <-done:
		t.Fatalf("sending returned before the acknowledgement: %v", err)
	default:
	}
	s.ClearFaults()
	if err := <-done; err != nil {
		t.Error(err)
	}
	s.ana.AssertClean()
}

func TestLatency(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.fault(t, wasim.Fault{Kind: wasim.FaultLatency, Number: shopNumber, Delay: wasim.Duration(300 * time.Millisecond)})
	start := time.Now()
	s.ana.Say(shopNumber, "far away")
	s.client.Text("far away")
	if took := time.Since(start); took < 300*time.Millisecond {
		t.Errorf("it took %s", took)
	}
}

func TestRedelivered(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.fault(t, wasim.Fault{Kind: wasim.FaultRedeliver, Number: shopNumber})
	s.ana.Say(shopNumber, "twice")
	s.client.Text("twice")
	s.ana.Say(shopNumber, "once")
	next := wasimtest.Await(s.client, func(m *events.Message) bool { return m.Message.GetConversation() != "" })
	if next.Message.GetConversation() != "once" {
		t.Errorf("the client saw %q again", next.Message.GetConversation())
	}
	s.acknowledged(t)
}

// settled waits until no device owes an acknowledgement.
func (s *stage) acknowledged(t *testing.T) {
	t.Helper()
	until(t, "every device to confirm what it got", func() bool { return len(s.Stats().Unacked) == 0 })
}

func TestReordered(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.fault(t, wasim.Fault{Kind: wasim.FaultReorder, Number: shopNumber, Count: 3})
	for _, text := range []string{"a", "b", "c"} {
		s.ana.Say(shopNumber, text)
	}
	for _, want := range []string{"c", "b", "a"} {
		m := wasimtest.Await(s.client, func(m *events.Message) bool { return m.Message.GetConversation() != "" })
		if m.Message.GetConversation() != want {
			t.Errorf("got %q, want %q", m.Message.GetConversation(), want)
		}
	}
	s.ana.AssertClean()
}

func TestPhoneAsksAgain(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.fault(t, wasim.Fault{Kind: wasim.FaultRetry, Number: anaNumber, Count: 2})
	s.answer(t, "can you read this?")
	s.ana.WaitText("can you read this?")
	problems := s.ana.Problems()
	if len(problems) != 1 || problems[0].Reason != wasim.ReasonPretended || problems[0].Retries != 2 || !problems[0].Recovered {
		t.Errorf("problems %+v", problems)
	}
	s.answer(t, "and this?")
	s.ana.WaitText("and this?")
	if len(s.ana.Problems()) != 1 {
		t.Errorf("problems %+v", s.ana.Problems())
	}
}

func TestClientAsksAgain(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.answer(t, "hi")
	if err := s.client.Store.Sessions.DeleteSession(context.Background(), s.chat.Info.Sender.SignalAddress().String()); err != nil {
		t.Fatal(err)
	}
	id := s.ana.Say(shopNumber, "I am still here")
	if m := s.client.Text("I am still here"); m.Info.ID != id {
		t.Errorf("id %s, want %s", m.Info.ID, id)
	}
	if n := s.Stats().Retries; n != 1 {
		t.Errorf("%d retries", n)
	}
	s.answer(t, "good")
	s.ana.WaitText("good")
	s.ana.AssertClean()
}

func TestSpentKeyIsAProblem(t *testing.T) {
	t.Parallel()
	s := set(t, wasim.Options{})
	s.answer(t, "one")
	address := s.chat.Info.Sender.SignalAddress().String()
	session, err := s.client.Store.Sessions.GetSession(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	s.answer(t, "two")
	s.ana.WaitText("two")
	if err := s.client.Store.Sessions.PutSession(context.Background(), address, session); err != nil {
		t.Fatal(err)
	}
	s.answer(t, "with the key of two")
	s.ana.WaitFor("a problem", func([]wasim.ScreenMessage) bool { return len(s.ana.Problems()) == 1 })
	if p := s.ana.Problems()[0]; p.Reason != wasim.ReasonUsedKey || p.Retries != 0 {
		t.Errorf("problem %+v", p)
	}
}

func TestMalformedFramesHarmOneConnection(t *testing.T) {
	t.Parallel()
	for _, shape := range []string{wasim.ShapeGarbage, wasim.ShapeStanza, wasim.ShapeUnsealed, wasim.ShapeOversized} {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			s := set(t, wasim.Options{})
			other := s.Phone(bobNumber, wasim.PhoneSettings{Name: "Other shop"})
			c := s.Client(wasimtest.NewDevice())
			c.Link(other)
			s.fault(t, wasim.Fault{Kind: wasim.FaultMalformed, Number: shopNumber, Shape: shape})
			s.ana.Say(bobNumber, "are you well?")
			reply(t, c, c.Text("are you well?").Info.Chat, "quite")
			s.ana.WaitText("quite")
		})
	}
}

func TestFaultsAreChecked(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	for _, tc := range []struct {
		fault wasim.Fault
		want  string
	}{
		{wasim.Fault{}, "invalid_fault"},
		{wasim.Fault{Kind: "earthquake"}, "invalid_fault"},
		{wasim.Fault{Kind: wasim.FaultLatency}, "invalid_fault"},
		{wasim.Fault{Kind: wasim.FaultDisconnect, Count: -1}, "invalid_fault"},
		{wasim.Fault{Kind: wasim.FaultMalformed, Shape: "square"}, "invalid_fault"},
		{wasim.Fault{Kind: wasim.FaultDisconnect, Number: "12"}, "invalid_number"},
		{wasim.Fault{Kind: wasim.FaultDisconnect, Number: anaNumber}, "no_phone"},
	} {
		if _, err := sim.Fault(tc.fault); !errors.Is(err, &wasim.Error{Code: tc.want}) {
			t.Errorf("%+v: %v, want %s", tc.fault, err, tc.want)
		}
	}
}
