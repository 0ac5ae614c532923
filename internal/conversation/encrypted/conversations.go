package encrypted

import (
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/vault"
)

// Kinds of values about conversations. They are stored.
const (
	kindRun    = "run"
	kindNote   = "note"   // for people
	kindReason = "reason" // why an item was given up
	kindInput  = "input"  // the field is the input's key
	kindCall   = "call"   // the field is the call's key
	kindTrace  = "trace"
)

func (b *codec) openConversation(v conversation.Conversation) conversation.Conversation {
	v.Run = b.openJSON(kindRun, "", v.Run)
	if v.Handoff != nil && v.Handoff.Note != "" {
		a := *v.Handoff
		a.Note = b.open(kindNote, "", a.Note)
		v.Handoff = &a
	}
	v.Last = b.openPreview(v.Last)
	return v
}

func (b *codec) sealHandoff(a *conversation.HandoffRequest) *conversation.HandoffRequest {
	if a == nil || a.Note == "" {
		return a
	}
	hidden := *a
	hidden.Note = b.seal(kindNote, "", a.Note)
	return &hidden
}

func (b *codec) openWithContact(l conversation.ConversationWithContact) conversation.ConversationWithContact {
	return conversation.ConversationWithContact{Conversation: b.openConversation(l.Conversation), Contact: b.openContact(l.Contact)}
}

func (b *codec) sealIn(m message.In) message.In {
	m.Chat, m.Sender, m.Name = b.sealPeer(m.Chat), b.sealPeer(m.Sender), b.sealToken(kindName, m.Name)
	m.Content = b.sealContent(m.ID, m.Content)
	return m
}

func (b *codec) openItem(i conversation.InboxItem) conversation.InboxItem {
	if i.In != nil {
		m := *i.In
		m.Chat, m.Sender, m.Name = b.openPeer(m.Chat), b.openPeer(m.Sender), b.openToken(kindName, m.Name)
		m.Content = b.openContent(m.ID, m.Content)
		i.In = &m
	}
	if i.Queued != nil {
		n := *i.Queued
		n.Input = b.openJSON(kindInput, n.Key, n.Input)
		i.Queued = &n
	}
	return i
}

func (b *codec) sealSend(s conversation.Send) conversation.Send {
	s.To, s.Content = b.sealPeer(s.To), b.sealContent(s.MessageID, s.Content)
	return s
}

func (b *codec) openOutbox(i conversation.OutboxItem) conversation.OutboxItem {
	i.Out.To, i.Out.Content = b.openPeer(i.Out.To), b.openContent(i.Out.ID, i.Out.Content)
	return i
}

// openMessage opens a line of history, which is without inline data.
func (b *codec) openMessage(m conversation.Message) conversation.Message {
	m.Sender, m.SenderName = b.openPeer(m.Sender), b.openToken(kindName, m.SenderName)
	m.Content = b.openContent(m.ID, m.Content)
	if m.Content.Media != nil {
		m.Content.Media.Data = nil
	}
	if vault.Sealed(m.Code) { // a reason; codes are not private
		m.Code = b.open(kindReason, "", m.Code)
	}
	return m
}

func (b *codec) sealCommit(c conversation.Commit) conversation.Commit {
	c.Run, c.Handoff = b.sealJSON(kindRun, "", c.Run), b.sealHandoff(c.Handoff)
	c.Failed = mapSlice(c.Failed, func(d conversation.FailedItem) conversation.FailedItem {
		d.Reason = b.seal(kindReason, "", d.Reason)
		return d
	})
	c.Sends, c.Contact = mapSlice(c.Sends, b.sealSend), mapSlice(c.Contact, b.sealPatch)
	c.Calls = mapSlice(c.Calls, func(call conversation.Call) conversation.Call {
		call.Request = b.sealJSON(kindCall, call.Key, call.Request)
		return call
	})
	c.Trace = b.sealJSON(kindTrace, "", c.Trace)
	return c
}
