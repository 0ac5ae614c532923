package flow

import "slices"

// Fit tells where a conversation that stands at a node of one version goes on
// in another: the node under its present name, when it is of the same type and
// what the customer was asked still means the same. Shown are the ids of the
// menu options on the customer's screen; nil means all of the old version's.
// Ok is false when the conversation must finish with the version it has.
//
// It needs no conversation, so a publish can count beforehand how many will
// move; the engine decides by the same rule.
func Fit(old, next *Def, at NodeID, shown []string) (to NodeID, ok bool) {
	a, before := old.Node(at)
	b, after := next.Node(at)
	if !before || !after || a.Type() != b.Type() {
		return "", false
	}
	return b.Head().ID, sameQuestion(a, b, shown)
}

func sameQuestion(a, b Node, shown []string) bool {
	switch b := b.(type) {
	case *MenuNode:
		return sameMenu(a.(*MenuNode), b, shown) //nolint:forcetypeassert // the types are equal
	case *AskNode:
		return a.(*AskNode).As == b.As //nolint:forcetypeassert // the types are equal
	case *WaitEventNode:
		return a.(*WaitEventNode).Event == b.Event //nolint:forcetypeassert // the types are equal
	case *CallNode:
		return a.(*CallNode).Flow == b.Flow //nolint:forcetypeassert // the types are equal
	case *OrderNode:
		return slices.Equal(a.(*OrderNode).Steps, b.Steps) //nolint:forcetypeassert // the types are equal
	}
	return true
}

// sameMenu reports whether every option on screen still exists.
func sameMenu(a, b *MenuNode, shown []string) bool {
	if a.Multiple != b.Multiple || (a.From == nil) != (b.From == nil) {
		return false
	}
	if b.From != nil {
		return true
	}
	if shown == nil {
		for _, o := range a.Options {
			shown = append(shown, o.ID)
		}
	}
	for _, id := range shown {
		if !slices.ContainsFunc(b.Options, func(o Option) bool { return o.ID == id }) {
			return false
		}
	}
	return true
}
