package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/flow/sandbox"
	"recado/internal/i18n"
	"recado/internal/message"
	"recado/internal/tenant"
)

// TestStart says how a test chat begins.
type TestStart struct {
	Definition Document     `json:"definition,omitempty" doc:"A draft; left out, what is published."`
	Channel    string       `json:"channel,omitempty" maxLength:"64" doc:"The channel that it pretends to be on; left out, WHATSAPP_BAILEYS."`
	At         string       `json:"at,omitempty" maxLength:"40" doc:"What its clock shows, RFC 3339; left out, now."`
	Contact    *TestContact `json:"contact,omitempty" doc:"Who writes; nobody real."`
}

// TestContact is the customer of a test chat.
type TestContact struct {
	Name     string   `json:"name,omitempty" maxLength:"80"`
	Language string   `json:"language,omitempty" maxLength:"35"`
	Tags     []string `json:"tags,omitempty" maxItems:"20" nullable:"false"`
}

// TestAct is what happens next in a test chat. Exactly one field is set.
type TestAct struct {
	Say     string        `json:"say,omitempty" maxLength:"4096" doc:"The customer writes."`
	Choose  string        `json:"choose,omitempty" maxLength:"256" doc:"The customer taps the option of this id."`
	Media   *TestMedia    `json:"media,omitempty" doc:"The customer sends a file."`
	Place   *TestPlace    `json:"location,omitempty" doc:"The customer sends a place."`
	Advance string        `json:"advance,omitempty" pattern:"^[0-9]{1,4}(s|m|h|d)$" maxLength:"5" doc:"The clock moves: 20m." example:"20m"`
	Next    bool          `json:"nextTimer,omitempty" doc:"The clock moves to the next timer."`
	Event   *TestEvent    `json:"event,omitempty" doc:"The shop's programs tell of an event."`
	HTTP    *TestResponse `json:"http,omitempty" doc:"The web service that the flow waits for answers."`
	Human   bool          `json:"human,omitempty" doc:"A person of the shop writes."`
	Resume  bool          `json:"resume,omitempty" doc:"The person is done."`
}

// TestMedia is a file without content.
type TestMedia struct {
	Kind    message.Kind `json:"kind" enum:"image,video,audio,voice,document,sticker"`
	Caption string       `json:"caption,omitempty" maxLength:"1024"`
}

// TestPlace is a place.
type TestPlace struct {
	Latitude  float64 `json:"latitude" minimum:"-90" maximum:"90"`
	Longitude float64 `json:"longitude" minimum:"-180" maximum:"180"`
}

// TestEvent is an event.
type TestEvent struct {
	Name string         `json:"name" maxLength:"80" pattern:"^[A-Za-z0-9_.:-]+$" doc:"Of a trigger on event; tag:vip and schedule:flow:trigger stand for the others."`
	Data map[string]any `json:"data,omitempty"`
}

// TestResponse is what a web service answers.
type TestResponse struct {
	Status int    `json:"status,omitempty" minimum:"0" maximum:"599" doc:"0 with an error."`
	Body   string `json:"body,omitempty" maxLength:"65536" doc:"JSON or text."`
	Error  string `json:"error,omitempty" maxLength:"40" doc:"timeout, refused, …: why there is no answer."`
}

// TestChat is a test chat after something has happened in it.
type TestChat struct {
	ID    string     `json:"id"`
	Now   time.Time  `json:"now" doc:"What its clock shows."`
	Turns []TestTurn `json:"turns" nullable:"false" doc:"What has just happened."`
	State TestState  `json:"state"`
}

// TestTurn is one input and what came of it.
type TestTurn struct {
	At      time.Time    `json:"at"`
	Input   string       `json:"input" doc:"In words."`
	Said    []TestBubble `json:"said" nullable:"false"`
	Effects []Document   `json:"effects" nullable:"false" doc:"What would have been done; nothing is."`
	Events  []TraceEvent `json:"events" nullable:"false" doc:"Why."`
}

// TestBubble is a message that would have been sent.
type TestBubble struct {
	Text    string          `json:"text" doc:"As one line."`
	Content ShownContent    `json:"content"`
	Choices []engine.Choice `json:"choices,omitempty" nullable:"false" doc:"Buttons or rows."`
	Node    string          `json:"node,omitempty"`
}

// TestState is where a test chat stands.
type TestState struct {
	Status  string         `json:"status,omitempty" doc:"waiting, paused, ended; empty before anything ran."`
	Flow    string         `json:"flow,omitempty"`
	Version int            `json:"version,omitempty"`
	Node    string         `json:"node,omitempty"`
	Waits   string         `json:"waits,omitempty" doc:"For reply, result, timer, event or human."`
	Vars    map[string]any `json:"vars"`
	Contact TestContact    `json:"contact"`
	Timers  []time.Time    `json:"timers" nullable:"false" doc:"When something happens by itself."`
	Calls   []TestCall     `json:"calls" nullable:"false" doc:"Web services that it waits for."`
}

// TestCall is a web call that was not made.
type TestCall struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

type testStartInput struct {
	ShopPath
	Body TestStart
}

type TestPath struct {
	ShopPath
	Test string `path:"testId" maxLength:"64" doc:"The test chat's id."`
}

type testActInput struct {
	TestPath
	Body TestAct
}

type testReply struct{ Body TestChat }

func (s *server) testChatRoutes() {
	const one = "/api/shops/{shopId}/flow/test/{testId}"
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/flow/test", id: "beginTest", tag: "flow", may: tenant.Converse, status: http.StatusCreated,
		summary: "Begin a test chat", doc: "With a draft or with what is published. The real engine answers; nothing is sent, called or kept.",
	}, s.beginTest)
	handle(s, route{
		method: http.MethodPost, path: one, id: "actInTest", tag: "flow", may: tenant.Converse, summary: "Have something happen in a test chat",
	}, s.actInTest)
	handle(s, route{
		method: http.MethodGet, path: one + "/transcript", id: "keepTest", tag: "flow", file: "text/plain", may: tenant.Converse, summary: "A test chat as a transcript",
		doc: "A *.chat file for `recado flow test`, beside the files of its flows, named by their ids.",
	}, s.keepTest)
	handle(s, route{
		method: http.MethodDelete, path: one, id: "endTest", tag: "flow", may: tenant.Converse, status: http.StatusNoContent, summary: "End a test chat",
	}, s.endTest)
}

func (s *server) beginTest(ctx context.Context, c identity, in *testStartInput) (*testReply, error) {
	b := in.Body
	start := sandbox.Start{Definition: b.Definition, Channel: message.WhatsAppBaileys, At: s.Now()}
	if b.At != "" {
		var err error
		if start.At, err = time.Parse(time.RFC3339, b.At); err != nil || start.At.Year() < 2000 || start.At.Year() > 2200 {
			return nil, invalid("body.at", "a time like 2026-11-23T10:00:00-06:00")
		}
	}
	if b.Channel != "" {
		if start.Channel = message.ChannelType(b.Channel); !start.Channel.Valid() {
			return nil, invalid("body.channel", "no such channel type")
		}
	}
	if b.Contact != nil {
		start.Contact = engine.Contact{Name: b.Contact.Name, Language: b.Contact.Language, Tags: b.Contact.Tags}
	}
	id, err := s.TestChats.Open(ctx, in.Shop, start)
	if err != nil {
		return nil, err
	}
	return s.inTestChat(c, in.Shop, id, func(*sandbox.Session) ([]sandbox.Turn, error) { return nil, nil })
}

func (s *server) actInTest(_ context.Context, c identity, in *testActInput) (*testReply, error) {
	if in.Body.fieldsSet() != 1 {
		return nil, invalid("body", "exactly one thing happens at a time")
	}
	if r := in.Body.HTTP; r != nil && (r.Error == "") == (r.Status == 0) {
		return nil, invalid("body.http", "a status or an error")
	}
	return s.inTestChat(c, in.Shop, in.Test, in.Body.perform)
}

// inTestChat performs an act in a chat and replies with its turns and the chat's state.
func (s *server) inTestChat(c identity, shop tenant.ShopID, id string, act func(*sandbox.Session) ([]sandbox.Turn, error)) (*testReply, error) {
	out := &testReply{}
	err := s.TestChats.Use(shop, id, func(chat *sandbox.Session) error {
		turns, err := act(chat)
		out.Body = TestChat{
			ID: id, Now: chat.Now().UTC(), State: toTestState(chat),
			Turns: convert(turns, func(t sandbox.Turn) TestTurn { return toTestTurn(t, c.lang) }),
		}
		return err
	})
	return out, err
}

// fieldsSet counts the fields that say what happens.
func (a TestAct) fieldsSet() (n int) {
	for _, set := range []bool{
		a.Say != "", a.Choose != "", a.Media != nil, a.Place != nil, a.Advance != "", a.Next, a.Event != nil, a.HTTP != nil, a.Human, a.Resume,
	} {
		if set {
			n++
		}
	}
	return n
}

// perform carries out the one act that is set.
func (a TestAct) perform(s *sandbox.Session) ([]sandbox.Turn, error) {
	switch {
	case a.Say != "":
		return s.Say(message.Content{Kind: message.Text, Text: a.Say}), nil
	case a.Choose != "":
		return s.Say(message.Content{Kind: message.ChoiceKind, Choice: a.Choose}), nil
	case a.Media != nil:
		return s.Say(message.Content{Kind: a.Media.Kind, Media: &message.Media{Caption: a.Media.Caption}}), nil
	case a.Place != nil:
		return s.Say(message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: a.Place.Latitude, Longitude: a.Place.Longitude}}), nil
	case a.Advance != "":
		return s.Advance(testDuration(a.Advance)), nil
	case a.Next:
		return s.AdvanceToNextTimer()
	case a.Event != nil:
		return s.Do(&engine.ExternalEvent{Name: a.Event.Name, Data: a.Event.Data}), nil
	case a.HTTP != nil:
		return s.Respond(a.HTTP.result())
	case a.Human:
		return s.Do(&engine.HumanSent{At: engine.At(s.Now()), By: "test"}), nil
	case a.Resume:
		return s.Do(&engine.Command{Do: engine.Resume, By: "test"}), nil
	}
	return nil, nil
}

// testDuration parses "20m" or "3d"; the schema has checked the syntax.
func testDuration(s string) time.Duration {
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil {
		return 0
	}
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[len(s)-1]]
	return time.Duration(n) * unit
}

func (r TestResponse) result() engine.Result {
	if r.Error != "" {
		return engine.Result{Error: r.Error}
	}
	res := engine.Result{OK: true, Code: r.Status}
	switch {
	case r.Body == "":
	case json.Valid([]byte(r.Body)):
		res.Body = json.RawMessage(r.Body)
	default:
		res.Body = json.RawMessage(toDocument(r.Body))
	}
	return res
}

func toTestTurn(t sandbox.Turn, lang i18n.Lang) TestTurn {
	return TestTurn{
		At: t.At, Input: sandbox.Describe(t.Input), Effects: convert(t.Effects, toDocument), Events: toTraceEvents(t.Events, lang),
		Said: convert(t.Said, func(send engine.Send) TestBubble {
			return TestBubble{Text: sandbox.Text(send.Content), Content: toShownContent(send.Content), Choices: send.Choices, Node: string(send.Node)}
		}),
	}
}

func toTestState(s *sandbox.Session) TestState {
	run, contact := s.Run(), s.Contact()
	st := TestState{
		Status: string(run.Status), Vars: map[string]any{},
		Contact: TestContact{Name: contact.Name, Language: contact.Language, Tags: append([]string{}, contact.Tags...)},
		Timers:  convert(s.Timers(), func(t sandbox.Timer) time.Time { return t.Due.UTC() }),
		Calls:   convert(s.Calls(), func(c sandbox.Call) TestCall { return TestCall{c.Request.Method, c.Request.URL} }),
	}
	if f, ok := run.At(); ok {
		st.Flow, st.Version, st.Node = string(f.Flow), f.Version, string(f.Node)
		maps.Insert(st.Vars, f.Vars.All())
	}
	if run.Wait != nil {
		st.Waits = string(run.Wait.Kind)
	}
	return st
}

func (s *server) keepTest(_ context.Context, _ identity, in *TestPath) (*fileReply, error) {
	text, err := s.TestChats.Transcript(in.Shop, in.Test)
	return &fileReply{Type: "text/plain; charset=utf-8", Disposition: `attachment; filename="test.chat"`, Body: text}, err
}

func (s *server) endTest(_ context.Context, _ identity, in *TestPath) (*nothing, error) {
	return nil, s.TestChats.Remove(in.Shop, in.Test)
}
