package flow

// TypeHours is the type of an HoursNode.
const TypeHours NodeType = "hours"

// HoursNode branches on the shop's opening hours.
type HoursNode struct {
	Base
	Calendar string // "" = the shop's own
	Open     Ref
	Closed   Ref
	Holiday  Ref
}

// Type returns TypeHours.
func (*HoursNode) Type() NodeType { return TypeHours }

// Exits returns open, closed and holiday.
func (n *HoursNode) Exits() []Exit {
	return setExits(Exit{"open", n.Open, immediate}, Exit{"closed", n.Closed, immediate}, Exit{"holiday", n.Holiday, immediate})
}

func decodeHours(o object, b Base) Node {
	o.c.exists(o.place("calendar"), o.c.reg.Calendar, o.str("calendar"), codeUnknownCalendar)
	n := &HoursNode{Base: b, Calendar: o.str("calendar"), Open: o.ref("open", End), Closed: o.ref("closed", End)}
	n.Holiday = o.ref("holiday", n.Closed)
	return n
}
