package engine

import "recado/internal/flow"

// features are the parts of the format that Step implements. Publishing refuses a
// flow that uses any other.
var features = map[flow.Feature]bool{
	flow.NodeFeature(flow.TypeMessage):   true,
	flow.NodeFeature(flow.TypeMenu):      true,
	flow.NodeFeature(flow.TypeAsk):       true,
	flow.NodeFeature(flow.TypeIf):        true,
	flow.NodeFeature(flow.TypeSet):       true,
	flow.NodeFeature(flow.TypeGoto):      true,
	flow.NodeFeature(flow.TypeHandoff):   true,
	flow.NodeFeature(flow.TypeEnd):       true,
	flow.NodeFeature(flow.TypeDelay):     true,
	flow.NodeFeature(flow.TypeSplit):     true,
	flow.NodeFeature(flow.TypeContact):   true,
	flow.NodeFeature(flow.TypeHours):     true,
	flow.NodeFeature(flow.TypeWaitEvent): true,
	flow.NodeFeature(flow.TypeCall):      true,
	flow.NodeFeature(flow.TypeNotify):    true,
	flow.NodeFeature(flow.TypeHTTP):      true,

	flow.AskFeature(flow.AskText):     true,
	flow.AskFeature(flow.AskName):     true,
	flow.AskFeature(flow.AskNumber):   true,
	flow.AskFeature(flow.AskInteger):  true,
	flow.AskFeature(flow.AskMoney):    true,
	flow.AskFeature(flow.AskDate):     true,
	flow.AskFeature(flow.AskTime):     true,
	flow.AskFeature(flow.AskDatetime): true,
	flow.AskFeature(flow.AskPhone):    true,
	flow.AskFeature(flow.AskEmail):    true,
	flow.AskFeature(flow.AskURL):      true,
	flow.AskFeature(flow.AskYesNo):    true,
	flow.AskFeature(flow.AskLocation): true,
	flow.AskFeature(flow.AskAddress):  true,
	flow.AskFeature(flow.AskImage):    true,
	flow.AskFeature(flow.AskDocument): true,
	flow.AskFeature(flow.AskVoice):    true,
	flow.AskFeature(flow.AskAnyMedia): true,
	flow.AskFeature(flow.AskContact):  true,
	flow.AskFeature(flow.AskRating):   true,
	flow.AskFeature(flow.AskTaxID):    true,

	flow.TriggerFeature(flow.OnMessage):       true,
	flow.TriggerFeature(flow.OnFirstMessage):  true,
	flow.TriggerFeature(flow.OnAnyMessage):    true,
	flow.TriggerFeature(flow.OnHandoffClosed): true,
	flow.TriggerFeature(flow.OnManual):        true,
	flow.TriggerFeature(flow.OnAdReferral):    true,
	flow.TriggerFeature(flow.OnSchedule):      true,
	flow.TriggerFeature(flow.OnEvent):         true,
	flow.TriggerFeature(flow.OnTagAdded):      true,
	flow.TriggerFeature(flow.OnMissedCall):    true,

	flow.BubbleMedia:    true,
	flow.BubbleLocation: true,
	flow.BubbleContact:  true,
	flow.Variants:       true,
	flow.MenuFrom:       true,
	flow.MenuMultiple:   true,
	flow.Nudges:         true,
	flow.AskConfirm:     true,
	flow.RichHandoff:    true,
	flow.MenuPoll:       true,
}

// Supported reports whether Step implements a feature of the format. It serves as
// flow.Registry.Supports.
func Supported(f flow.Feature) bool { return features[f] }
