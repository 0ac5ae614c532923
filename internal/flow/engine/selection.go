package engine

import (
	"slices"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/normalize"
	"recado/internal/message"
)

// handle handles a message that names the question it answers: a tap, a vote, or a
// quoted menu. It reports false for any other.
func (m selection) handle(in *Message) bool {
	switch in.Content.Kind {
	case message.ChoiceKind:
		return m.choice(in.Content.Choice)
	case message.VoteKind:
		m.vote(in.Content.Vote)
		return true
	default: // to be understood, unless it quotes
	}
	if in.Quoted == "" || m.raw == "" || !m.r.Active() {
		return false
	}
	p, ok := m.prompt(in.Quoted)
	if !ok || p.Run != m.r.ID || p.Node == m.top().Node {
		return false
	}
	n, ok := m.menuNode(p.Node)
	if !ok {
		return false
	}
	shown := authoredOptions(n, nil)
	options := m.menu(n).candidates(shown, nil)
	i, ok := m.menu(n).match(options).One()
	if !ok || options[i].N == 0 {
		return false
	}
	m.choosePast(n, []string{options[i].ID}, "quoted")
	return true
}

func (m selection) menuNode(id flow.NodeID) (*flow.MenuNode, bool) {
	if m.def == nil {
		return nil, false
	}
	node, ok := m.def.Node(id)
	if !ok {
		return nil, false
	}
	n, ok := node.(*flow.MenuNode)
	return n, ok
}

func (m selection) prompt(id string) (Prompt, bool) {
	for _, v := range slices.Backward(m.r.Prompts) {
		if MessageID(v.Key) == id {
			return v, true
		}
	}
	return Prompt{}, false
}

// choice handles a button or row: of the menu on top, or of one further up the chat.
func (m selection) choice(id string) bool {
	run, node, opt := m.r.ID, flow.NodeID(""), id
	if parts := strings.SplitN(id, "/", 3); len(parts) == 3 {
		run, node, opt = parts[0], flow.NodeID(parts[1]), parts[2]
	}
	if n, ok := m.menuOnScreen(); ok && run == m.r.ID && (node == "" || node == n.ID) {
		shown := m.menu(n).onScreen(nil)
		if slices.ContainsFunc(shown, func(o Offered) bool { return o.ID == opt }) {
			m.traverse(m.menu(n).choose(shown, opt, "tap", ""))
			return true
		}
	}
	if !m.r.Active() || run != m.r.ID {
		m.event(Event{Kind: Ignored, Name: "old_tap", Text: opt})
		if m.r.Active() && m.r.Wait != nil && m.r.Wait.Kind == ForReply {
			m.remind()
			return true
		}
		return m.raw == "" // its label may start a flow
	}
	if n, ok := m.menuWithOption(node, opt); ok {
		m.choosePast(n, []string{opt}, "tap")
		return true
	}
	return m.raw == ""
}

// menuWithOption finds the menu of this flow that an option belongs to.
func (m selection) menuWithOption(node flow.NodeID, opt string) (*flow.MenuNode, bool) {
	if node != "" {
		n, ok := m.menuNode(node)
		return n, ok && optionByID(n, opt) != nil
	}
	var one *flow.MenuNode
	if m.def != nil {
		for _, id := range m.def.Order {
			if n, ok := m.menuNode(id); ok && optionByID(n, opt) != nil {
				if one != nil {
					return nil, false
				}
				one = n
			}
		}
	}
	return one, one != nil
}

// choosePast treats a choice in a menu that is no longer the question, as its node says.
func (m selection) choosePast(n *flow.MenuNode, ids []string, rule string) {
	busy := m.r.Wait != nil && m.r.Wait.Kind != ForReply
	switch {
	case n.OldTaps == "accept" && !busy && m.holds(showIf(n, ids[0])):
		m.frame().Node = n.ID
		m.r.Wait, m.r.Question = nil, nil
		m.event(Event{Kind: NodeEntered, Rule: "old_" + rule})
		if n.Multiple {
			m.traverse(m.menu(n).chooseMany(ids, "old_"+rule, ""))
			return
		}
		m.traverse(m.menu(n).choose(m.menu(n).onScreen(nil), ids[0], "old_"+rule, ""))
	case n.OldTaps == "ignore" || busy:
		m.event(Event{Kind: Ignored, Name: "old_tap", Text: ids[0]})
	default:
		m.event(Event{Kind: Ignored, Name: "old_tap", Rule: "remind", Text: ids[0]})
		m.remind()
	}
}

func showIf(n *flow.MenuNode, id string) *flow.Cond {
	if o := optionByID(n, id); o != nil {
		return o.ShowIf
	}
	return nil
}

// remind says that a choice came too late, and repeats the current question.
func (m selection) remind() {
	if m.r.Wait == nil || m.r.Wait.Kind != ForReply {
		return
	}
	m.sayPhrase(sayOldTap)
	m.askAgain()
}

// vote handles a poll's vote. Votes may change: what counts is the one that
// comes while the poll is the question.
func (m selection) vote(v *message.Vote) {
	if v == nil {
		m.event(Event{Kind: Ignored, Name: "unknown_poll"})
		return
	}
	p, ok := m.prompt(v.Poll)
	if !ok || !m.r.Active() || p.Run != m.r.ID {
		m.event(Event{Kind: Ignored, Name: "unknown_poll"})
		return
	}
	if len(v.Options) == 0 {
		m.event(Event{Kind: Ignored, Name: "vote_withdrawn"})
		return
	}
	n, ok := m.menuNode(p.Node)
	if !ok {
		m.event(Event{Kind: Ignored, Name: "unknown_poll"})
		return
	}
	current, onTop := m.menuOnScreen()
	onTop = onTop && current.ID == n.ID
	shown := m.menu(n).onScreen(nil)
	if !onTop {
		shown = authoredOptions(n, nil)
	}
	ids := m.votedIDs(n, shown, v.Options)
	switch {
	case len(ids) == 0:
		m.event(Event{Kind: Ignored, Name: "unknown_option"})
	case !onTop:
		m.choosePast(n, ids, "vote")
	case n.Multiple:
		m.traverse(m.menu(n).chooseMany(ids, "vote", ""))
	default:
		m.traverse(m.menu(n).choose(shown, ids[0], "vote", ""))
	}
}

// votedIDs returns the ids of the options with these labels.
func (m selection) votedIDs(n *flow.MenuNode, shown []Offered, labels []string) []string {
	var ids []string
	for _, o := range shown {
		key := normalize.Key(m.menu(n).label(o))
		if slices.ContainsFunc(labels, func(l string) bool { return normalize.Key(l) == key }) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}
