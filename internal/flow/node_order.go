package flow

import "recado/internal/flow/normalize"

// TypeOrder is the type of an OrderNode.
const TypeOrder NodeType = "order"

const defaultOrderItems = 50

// OrderNode takes an order.
type OrderNode struct {
	Base
	Steps         []string
	MinTotal      float64
	DeliveryZones string
	Payments      []string
	Review        Say
	EditWords     []string // normalized
	MaxItems      int
	Save          string
	Nudges        []Nudge
	OnDone        Ref
	OnCancel      Ref
	OnFail        Ref
}

// Type returns TypeOrder.
func (*OrderNode) Type() NodeType { return TypeOrder }

// Exits returns on_done, on_cancel, on_fail and nudges.
func (n *OrderNode) Exits() []Exit {
	es := setExits(Exit{"on_done", n.OnDone, long}, Exit{"on_cancel", n.OnCancel, long}, Exit{"on_fail", n.OnFail, immediate})
	return append(es, nudgeExits(n.Nudges)...)
}

func decodeOrder(o object, b Base) Node {
	return &OrderNode{
		Base: b, Steps: o.strs("steps"), MinTotal: o.num("min_total"), DeliveryZones: o.str("delivery_zones"),
		Payments: o.strs("payments"), Review: o.say("review"), EditWords: normalize.Keys(o.strs("edit_words")),
		MaxItems: o.intOr("max_items", defaultOrderItems), Save: o.save(), Nudges: o.nudges(),
		OnDone: o.ref("on_done", End), OnCancel: o.ref("on_cancel", End), OnFail: o.ref("on_fail", o.c.settings.GiveUp),
	}
}
