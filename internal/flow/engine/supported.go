package engine

import (
	"slices"

	"recado/internal/flow"
)

// Need is something beside the engine that a feature of the format depends on.
type Need string

// What features may need from the program around the engine.
const (
	HTTPCalls  Need = "http"     // somebody carries out HTTP effects and brings Results
	Happenings Need = "events"   // somebody brings events, tags and missed calls as Happenings
	Schedules  Need = "schedule" // somebody brings Happenings for triggers with a cron
	OpenHours  Need = "hours"    // Env.Shop has the shop's opening hours
	Polls      Need = "polls"    // polls are sent, and votes come back
	Notices    Need = "notices"  // Notify effects reach a number or a webhook
	Ads        Need = "ads"      // Message.Ad is filled in
	ManyFlows  Need = "flows"    // Defs has more flows than one, for call
	Nothing    Need = ""
)

// features is what Step does of the format, and what each feature needs.
// What is not listed, Step does not do: publish refuses it.
var features = map[flow.Feature]Need{
	flow.NodeFeature(flow.TypeMessage):   Nothing,
	flow.NodeFeature(flow.TypeMenu):      Nothing,
	flow.NodeFeature(flow.TypeAsk):       Nothing,
	flow.NodeFeature(flow.TypeIf):        Nothing,
	flow.NodeFeature(flow.TypeSet):       Nothing,
	flow.NodeFeature(flow.TypeGoto):      Nothing,
	flow.NodeFeature(flow.TypeHandoff):   Nothing,
	flow.NodeFeature(flow.TypeEnd):       Nothing,
	flow.NodeFeature(flow.TypeDelay):     Nothing,
	flow.NodeFeature(flow.TypeSplit):     Nothing,
	flow.NodeFeature(flow.TypeContact):   Nothing,
	flow.NodeFeature(flow.TypeHours):     OpenHours,
	flow.NodeFeature(flow.TypeWaitEvent): Happenings,
	flow.NodeFeature(flow.TypeCall):      ManyFlows,
	flow.NodeFeature(flow.TypeNotify):    Notices,
	flow.NodeFeature(flow.TypeHTTP):      HTTPCalls,

	flow.AskFeature(flow.AskText):     Nothing,
	flow.AskFeature(flow.AskName):     Nothing,
	flow.AskFeature(flow.AskNumber):   Nothing,
	flow.AskFeature(flow.AskInteger):  Nothing,
	flow.AskFeature(flow.AskMoney):    Nothing,
	flow.AskFeature(flow.AskDate):     Nothing,
	flow.AskFeature(flow.AskTime):     Nothing,
	flow.AskFeature(flow.AskDatetime): Nothing,
	flow.AskFeature(flow.AskPhone):    Nothing,
	flow.AskFeature(flow.AskEmail):    Nothing,
	flow.AskFeature(flow.AskURL):      Nothing,
	flow.AskFeature(flow.AskYesNo):    Nothing,
	flow.AskFeature(flow.AskLocation): Nothing,
	flow.AskFeature(flow.AskAddress):  Nothing,
	flow.AskFeature(flow.AskImage):    Nothing,
	flow.AskFeature(flow.AskDocument): Nothing,
	flow.AskFeature(flow.AskVoice):    Nothing,
	flow.AskFeature(flow.AskAnyMedia): Nothing,
	flow.AskFeature(flow.AskContact):  Nothing,
	flow.AskFeature(flow.AskRating):   Nothing,
	flow.AskFeature(flow.AskTaxID):    Nothing,

	flow.TriggerFeature(flow.OnMessage):       Nothing,
	flow.TriggerFeature(flow.OnFirstMessage):  Nothing,
	flow.TriggerFeature(flow.OnAnyMessage):    Nothing,
	flow.TriggerFeature(flow.OnHandoffClosed): Nothing,
	flow.TriggerFeature(flow.OnManual):        Nothing,
	flow.TriggerFeature(flow.OnAdReferral):    Ads,
	flow.TriggerFeature(flow.OnSchedule):      Schedules,
	flow.TriggerFeature(flow.OnEvent):         Happenings,
	flow.TriggerFeature(flow.OnTagAdded):      Happenings,
	flow.TriggerFeature(flow.OnMissedCall):    Happenings,

	flow.BubbleMedia:    Nothing,
	flow.BubbleLocation: Nothing,
	flow.BubbleContact:  Nothing,
	flow.Variants:       Nothing,
	flow.MenuFrom:       Nothing,
	flow.MenuMultiple:   Nothing,
	flow.Nudges:         Nothing,
	flow.AskConfirm:     Nothing,
	flow.RichHandoff:    Nothing,
	flow.MenuPoll:       Polls,
}

// AllNeeds returns every need; with them, SupportedWith is all that Step does.
func AllNeeds() []Need {
	return []Need{HTTPCalls, Happenings, Schedules, OpenHours, Polls, Notices, Ads, ManyFlows}
}

// Supported reports whether a feature works with the engine alone, whatever
// the program around it does; it is what flow.Registry.Supports wants.
func Supported(f flow.Feature) bool {
	need, ok := features[f]
	return ok && need == Nothing
}

// SupportedWith is Supported for a program that meets some needs.
func SupportedWith(needs ...Need) func(flow.Feature) bool {
	return func(f flow.Feature) bool {
		need, ok := features[f]
		if !ok {
			return false
		}
		if slices.Contains(needs, need) {
			return true
		}
		return need == Nothing
	}
}
