package aggregate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/aggregate"
	"recado/internal/message"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var limits = aggregate.Limits{Debounce: 250 * time.Millisecond, Album: 2 * time.Second, Offline: time.Second}

// texts are messages of one customer. "!" before a text: it waited at the server;
// "~" before that: it was written a minute after the one before.
func texts(list ...string) []*message.In {
	ms := make([]*message.In, 0, len(list))
	at := noon
	for _, text := range list {
		if strings.HasPrefix(text, "~") {
			at, text = at.Add(time.Minute), text[1:]
		}
		offline := strings.HasPrefix(text, "!")
		ms = append(ms, &message.In{At: at, Offline: offline, Content: message.Content{Kind: message.Text, Text: strings.TrimPrefix(text, "!")}})
	}
	return ms
}

// fakeFlow understands the words of its script, joined by a space.
type fakeFlow map[string]aggregate.Outcome

func (f fakeFlow) try(ms []*message.In) aggregate.Try {
	return func(from, to int) aggregate.Outcome {
		var words []string
		for _, m := range ms[from:to] {
			words = append(words, m.Content.Text)
		}
		return f[strings.Join(words, " ")]
	}
}

var (
	understood = aggregate.Outcome{Understood: true}
	asks       = aggregate.Outcome{Understood: true, Asks: true}
	standalone = aggregate.Outcome{Understood: true, Standalone: true}
)

func TestNext(t *testing.T) {
	t.Parallel()
	menu := aggregate.State{Active: true, Question: aggregate.Choice}
	words := aggregate.State{Active: true, Question: aggregate.Words}
	for name, c := range map[string]struct {
		ms    []*message.In
		state aggregate.State
		flow  fakeFlow
		want  aggregate.Part // of its wait Quiet and Offline
	}{
		"not a message":                    {[]*message.In{nil, nil}, aggregate.State{}, nil, aggregate.Part{Count: 1}},
		"paused":                           {texts("a", "b"), aggregate.State{Muted: true}, nil, aggregate.Part{Count: 1}},
		"an answer that asks nothing":      {texts("hi", "you"), aggregate.State{}, fakeFlow{"hi": understood}, aggregate.Part{Count: 1}},
		"a start that asks waits":          {texts("hi"), aggregate.State{}, fakeFlow{"hi": asks}, part(0, 1, limits.Debounce, false)},
		"a start and its second line":      {texts("hi", "you"), aggregate.State{}, fakeFlow{"hi": asks, "hi you": asks}, part(0, 2, limits.Debounce, false)},
		"together they no longer start it": {texts("hi", "you"), aggregate.State{}, fakeFlow{"hi": asks}, aggregate.Part{Count: 1}},
		"a later line is another input":    {texts("hi", "~you"), aggregate.State{}, fakeFlow{"hi": asks}, aggregate.Part{Count: 1}},
		"offline lines are one start":      {texts("!hi", "~!you"), aggregate.State{}, fakeFlow{"hi": asks, "hi you": asks}, part(0, 2, limits.Offline, true)},
		"a choice does not wait":           {texts("1"), menu, fakeFlow{"1": understood}, aggregate.Part{Count: 1}},
		"an offline choice waits":          {texts("!1"), menu, fakeFlow{"1": understood}, part(0, 1, limits.Offline, true)},
		"a choice in two parts":            {texts("large", "pizza", "please"), menu, fakeFlow{"large pizza": understood}, aggregate.Part{Count: 2}},
		"talk before the choice":           {texts("er", "1"), menu, fakeFlow{"1": understood}, aggregate.Part{Skip: 1, Count: 1}},
		"not understood waits":             {texts("er", "hm"), menu, fakeFlow{}, part(0, 2, limits.Debounce, false)},
		"written before the question":      {texts("er", "hm"), aggregate.State{Active: true, Question: aggregate.Choice, Sending: true}, fakeFlow{}, aggregate.Part{Skip: 2}},
		"a command does not wait":          {texts("menu", "1"), menu, fakeFlow{"menu": standalone}, aggregate.Part{Count: 1}},
		"words wait for more":              {texts("Ana"), words, fakeFlow{"Ana": understood}, part(0, 1, limits.Debounce, false)},
		"as many words as make sense":      {texts("Ana", "García", "menu"), words, fakeFlow{"Ana": understood, "Ana García": understood, "menu": standalone}, aggregate.Part{Count: 2}},
		"a secret does not wait":           {texts("1234", "5"), aggregate.State{Active: true, Question: aggregate.Secret}, fakeFlow{"1234": understood}, aggregate.Part{Count: 1}},
		"the flow collects":                {texts("a", "b"), aggregate.State{Active: true, Question: aggregate.Words, Collect: time.Minute}, fakeFlow{}, part(0, 2, time.Minute, false)},
		"the flow waits for something":     {texts("a", "b"), aggregate.State{Active: true}, fakeFlow{}, aggregate.Part{Count: 1}},
		"a defect does not spread":         {texts("a", "b"), menu, fakeFlow{"a b": {Understood: true, Panicked: true}}, aggregate.Part{Count: 1}},
	} {
		p := aggregate.Next(c.ms, c.state, limits, c.flow.try(c.ms))
		p.Wait.Newest = time.Time{}
		require.Equal(t, c.want, p, name)
	}
}

func part(skip, count int, quiet time.Duration, offline bool) aggregate.Part {
	return aggregate.Part{Skip: skip, Count: count, Wait: aggregate.Wait{Quiet: quiet, Offline: offline}}
}

// Photos of an album are one input, whatever the flow would do with each.
func TestNextAlbum(t *testing.T) {
	t.Parallel()
	ms := texts("", "", "thanks")
	for _, m := range ms[:2] {
		m.Content = message.Content{Kind: message.Image, Media: &message.Media{Album: "A"}}
	}
	require.Equal(t, aggregate.Part{Count: 2}, aggregate.Next(ms, aggregate.State{}, limits, nil))
	p := aggregate.Next(ms[:2], aggregate.State{}, limits, nil)
	require.Equal(t, limits.Album, p.Wait.Quiet)
	require.Equal(t, noon, p.Wait.Newest)
}

// Two people of a group are never one input.
func TestNextSenders(t *testing.T) {
	t.Parallel()
	ms := texts("hi", "hi")
	ms[1].Sender = message.Peer{Phone: "2"}
	require.Equal(t, aggregate.Part{Count: 1}, aggregate.Next(ms, aggregate.State{}, limits, fakeFlow{"hi": asks}.try(ms)))
}

func TestRemaining(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	text := aggregate.Wait{Quiet: 250 * time.Millisecond, Newest: noon}
	offline := aggregate.Wait{Quiet: time.Second, Offline: true, Newest: at(-time.Hour)}
	for name, c := range map[string]struct {
		wait aggregate.Wait
		seen aggregate.Arrivals
		now  time.Time
		want time.Duration
	}{
		"just arrived":                     {text, aggregate.Arrivals{Last: noon}, noon, 250 * time.Millisecond},
		"a moment ago":                     {text, aggregate.Arrivals{Last: noon}, at(200 * time.Millisecond), 50 * time.Millisecond},
		"long ago":                         {text, aggregate.Arrivals{Last: noon}, at(time.Second), -750 * time.Millisecond},
		"the clock went back":              {text, aggregate.Arrivals{Last: at(time.Hour)}, noon, 250 * time.Millisecond},
		"never longer than 20 s":           {text, aggregate.Arrivals{Last: at(20 * time.Second), WaitBegan: noon}, at(20 * time.Second), 0},
		"offline queue still arrives":      {offline, aggregate.Arrivals{Last: at(-time.Minute), CaughtUp: noon}, noon, time.Second},
		"after a restart, not connected":   {text, aggregate.Arrivals{WaitBegan: noon}, at(10 * time.Second), 20 * time.Second},
		"after a restart, connected":       {text, aggregate.Arrivals{Connected: true, CaughtUp: noon}, noon, time.Second},
		"after a restart, queue has ended": {text, aggregate.Arrivals{Connected: true, CaughtUp: noon}, at(2 * time.Second), -time.Second},
	} {
		require.Equal(t, c.want, c.wait.Remaining(c.seen, limits.Offline, c.now), name)
	}
}
