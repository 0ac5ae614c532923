package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"recado/internal/flow/engine"
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

// TestChats lets authors talk to their flows: the real engine, and nothing that
// leaves it. Chats live in memory, for an hour after the last act.
type TestChats interface {
	// Begin returns ErrNoFlow, ErrTooMany, *InvalidFlowError.
	Begin(ctx context.Context, shop tenant.ShopID, b TestStart, at time.Time, lang i18n.Lang) (TestChat, error)
	// Act returns ErrNothingToDo when no timer is set or no web service awaited.
	Act(ctx context.Context, shop tenant.ShopID, id string, a TestAct) (TestChat, error)
	// Transcript returns the chat as a *.chat file: a test of what was just seen.
	Transcript(ctx context.Context, shop tenant.ShopID, id string) ([]byte, error)
	// End returns tenant.ErrNotFound, as the others do for a chat that is not there.
	End(ctx context.Context, shop tenant.ShopID, id string) error
}

type testStartInput struct {
	InShop
	Body TestStart
}

type OfTest struct {
	InShop
	Test string `path:"testId" maxLength:"64" doc:"The test chat's id."`
}

type testActInput struct {
	OfTest
	Body TestAct
}

type testReply struct{ Body TestChat }

func (s *server) testRoutes() {
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

func (s *server) beginTest(ctx context.Context, c caller, in *testStartInput) (*testReply, error) {
	at := s.Now()
	if in.Body.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, in.Body.At); err != nil || at.Year() < 2000 || at.Year() > 2200 {
			return nil, invalid("body.at", "a time like 2026-11-23T10:00:00-06:00")
		}
	}
	if t := message.ChannelType(in.Body.Channel); t != "" && !t.Valid() {
		return nil, invalid("body.channel", "no such channel type")
	}
	chat, err := s.Tests.Begin(ctx, in.Shop, in.Body, at, c.lang)
	if err != nil {
		return nil, err
	}
	return chat.reply(c.lang), nil
}

// set counts the fields that say what happens.
func (a TestAct) set() (n int) {
	for _, is := range []bool{
		a.Say != "", a.Choose != "", a.Media != nil, a.Place != nil, a.Advance != "", a.Next, a.Event != nil, a.HTTP != nil, a.Human, a.Resume,
	} {
		if is {
			n++
		}
	}
	return n
}

func (s *server) actInTest(ctx context.Context, c caller, in *testActInput) (*testReply, error) {
	if in.Body.set() != 1 {
		return nil, invalid("body", "exactly one thing happens at a time")
	}
	if r := in.Body.HTTP; r != nil && (r.Error == "") == (r.Status == 0) {
		return nil, invalid("body.http", "a status or an error")
	}
	chat, err := s.Tests.Act(ctx, in.Shop, in.Test, in.Body)
	if err != nil {
		return nil, err
	}
	return chat.reply(c.lang), nil
}

// reply puts what happened into words.
func (c TestChat) reply(lang i18n.Lang) *testReply {
	for _, turn := range c.Turns {
		word(turn.Events, lang)
	}
	return &testReply{c}
}

func (s *server) keepTest(ctx context.Context, _ caller, in *OfTest) (*fileReply, error) {
	text, err := s.Tests.Transcript(ctx, in.Shop, in.Test)
	if err != nil {
		return nil, err
	}
	return &fileReply{Type: "text/plain; charset=utf-8", Disposition: `attachment; filename="test.chat"`, Body: text}, nil
}

func (s *server) endTest(ctx context.Context, _ caller, in *OfTest) (*struct{}, error) {
	return nil, s.Tests.End(ctx, in.Shop, in.Test)
}

// DocumentOf is a value as JSON that passes through as it is.
func DocumentOf(v any) Document {
	data, err := json.Marshal(v)
	if err != nil {
		return Document(`{}`)
	}
	return Document(data)
}
