package flow

import "time"

// TriggerOn is the kind of happening that starts a flow.
type TriggerOn string

// The happenings.
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

// How says how a trigger's words must occur in the message.
type How string

// The ways, from the most to the least specific.
const (
	Only     How = "only"      // the message is the word
	First    How = "first"     // the message begins with the word, as whole words
	AllWords How = "all_words" // every listed word occurs
	AnyWord  How = "any_word"  // one of the words occurs as a whole word
	Prefix   How = "prefix"    // the message begins with these characters
)

// DuringRun says what a trigger does while another run is under way.
type DuringRun string

// The policies.
const (
	NeverDuring DuringRun = "never"
	Interrupt   DuringRun = "interrupt"
	AskDuring   DuringRun = "ask"
)

// Match is what a message must look like.
type Match struct {
	Words []string // folded (fold.Key)
	How   How
	Media string // "", image, video, audio, voice, document, location, contact, order, any
	Ad    string // id of the ad; "" = any
}

// Trigger starts the flow at Start.
type Trigger struct {
	ID          string // as written, else "t" and the position in the document, from 1
	On          TriggerOn
	Match       *Match // nil = no demand
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
