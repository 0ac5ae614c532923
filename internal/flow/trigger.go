package flow

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"recado/internal/flow/normalize"
)

const defaultPriority = 50

// TriggerOn is the kind of event that starts a flow.
type TriggerOn string

// The events.
const (
	OnMessage       TriggerOn = "message"
	OnFirstMessage  TriggerOn = "first_message"
	OnAnyMessage    TriggerOn = "any_message"
	OnAdReferral    TriggerOn = "ad_referral"
	OnCatalogOrder  TriggerOn = "catalog_order"
	OnHandoffClosed TriggerOn = "handoff_closed"
	OnSchedule      TriggerOn = "schedule"
	OnEvent         TriggerOn = "event"
	OnTagAdded      TriggerOn = "tag_added"
	OnMissedCall    TriggerOn = "missed_call"
	OnManual        TriggerOn = "manual"
)

// How is the way in which a trigger's words must occur in the message.
type How string

// The ways, from the most to the least specific.
const (
	Only     How = "only"      // the message is the word
	First    How = "first"     // the message begins with the word, as whole words
	AllWords How = "all_words" // every listed word occurs
	AnyWord  How = "any_word"  // one of the words occurs as a whole word
	Prefix   How = "prefix"    // the message begins with these characters
)

// DuringRun is the policy of a trigger while another run is open.
type DuringRun string

// The policies.
const (
	NeverDuring DuringRun = "never"
	Interrupt   DuringRun = "interrupt"
	AskDuring   DuringRun = "ask"
)

// Match is the condition on the message.
type Match struct {
	Words []string // normalized (normalize.Key)
	How   How
	Media string // "", image, video, audio, voice, document, location, contact, order, any
	Ad    string // id of the ad; "" = any
}

// Trigger starts the flow at Start.
type Trigger struct {
	ID          string // as written, else "t" and the position in the document, from 1
	On          TriggerOn
	Match       *Match // nil = any message
	When        *Cond  // nil = always
	Priority    int    // 0 to 100, higher first; 50 when not given
	DuringRun   DuringRun
	OncePer     time.Duration // 0 = always
	Cron        *Cron         // OnSchedule only
	Event       string        // OnEvent: name; OnTagAdded: tag, "" = any
	Start       Ref
	Specificity int // higher first among equal priority
	Index       int // position in the document, from 0
}

func (c *compiler) triggers(o object, d *Def) {
	o.each("triggers", func(i int, t object) {
		tr := Trigger{
			ID: t.strOr("id", "t"+strconv.Itoa(i+1)), On: TriggerOn(t.str("on")), When: t.cond("when"),
			Priority: t.intOr("priority", defaultPriority), DuringRun: DuringRun(t.strOr("during_run", string(NeverDuring))),
			OncePer: t.durOr("once_per", 0), Event: t.str("event"), Start: t.ref("start", Ref(d.Start)), Index: i,
		}
		c.supports(t.place("on"), TriggerFeature(tr.On), codeUnsupported, string(tr.On))
		if m, ok := t.sub("match"); ok {
			tr.Match = &Match{Words: normalize.Keys(m.strs("words")), How: How(m.strOr("how", string(Only))), Media: m.str("media"), Ad: m.str("ad")}
		}
		if tr.On == OnMessage && (tr.Match == nil || len(tr.Match.Words) == 0 && tr.Match.Media == "") {
			c.issue(t.place("match"), codeMissing, "match")
		}
		if tr.On == OnEvent && tr.Event == "" {
			c.issue(t.place("event"), codeMissing, "event")
		}
		tr.Cron = t.cron(tr.On)
		tr.Specificity = specificity(tr)
		d.Triggers = append(d.Triggers, tr)
	})
	if len(d.Triggers) == 0 {
		c.issue(o.place("triggers"), codeNoTriggers)
	}
	slices.SortStableFunc(d.Triggers, func(a, b Trigger) int {
		return cmp.Or(b.Priority-a.Priority, b.Specificity-a.Specificity)
	})
}

// cron reads the schedule of a trigger; nil for triggers of another kind.
func (o object) cron(on TriggerOn) *Cron {
	if on != OnSchedule {
		return nil
	}
	if !o.has("cron") {
		o.c.issue(o.place("cron"), codeMissing, "cron")
		return nil
	}
	cron, err := ParseCron(o.str("cron"))
	if err != nil {
		o.c.issue(o.place("cron"), codeBadCron, o.str("cron"))
	}
	return cron
}

// specificity orders triggers of equal priority: the one with the narrower
// condition comes first.
func specificity(t Trigger) int {
	if t.Match == nil {
		if t.On == OnAnyMessage {
			return 0
		}
		return 1 // first_message, event, …: the event itself is the condition
	}
	if len(t.Match.Words) > 0 {
		return map[How]int{Only: 7, First: 6, AllWords: 5, AnyWord: 4, Prefix: 3}[t.Match.How]
	}
	return 2 // media, ad
}
