// Package storetest is the contract of record stores, as tests. SQLite and MongoDB
// pass all of it.
package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/settings"
	"recado/internal/tenant"
	"recado/internal/tenant/tenanttest"
)

// Stores are the record stores of one database.
type Stores struct {
	Conversations conversation.Store
	Tenants       tenant.Store
	Channels      channel.Store
	Flows         library.Store
	Epochs        cluster.Epochs
	Settings      settings.Store
	// Reopen returns the stores of the same database as a new process finds
	// them after the present one was killed: nothing is flushed or closed first.
	Reopen func(t *testing.T) Stores
}

// Run runs the contract. open returns the stores of an empty database.
func Run(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	t.Run("tenants", func(t *testing.T) {
		t.Parallel()
		tenanttest.Run(t, func(t *testing.T) tenant.Store { return open(t).Tenants })
	})
	for name, check := range map[string]func(*testing.T, Stores){
		"append once":                   appendOnce,
		"append tells messages apart":   appendKeys,
		"append at once":                appendConcurrently,
		"own echo":                      ownEcho,
		"the shop's phone":              phoneWrites,
		"groups":                        groups,
		"next in order":                 nextInOrder,
		"content survives":              contentSurvives,
		"commit":                        commit,
		"commit loses the race":         commitConflict,
		"commit at once":                commitConcurrently,
		"sends happen once":             sendsOnce,
		"too many sends":                tooManySends,
		"dead items":                    deadItems,
		"recall":                        recall,
		"contact patch":                 contactPatch,
		"relays together":               relaysTogether,
		"recalls what is not relayed":   recallsUnrelayed,
		"stale owner":                   staleOwner,
		"acts of people":                actsOfPeople,
		"outbox in order":               outboxOrder,
		"settle":                        settle,
		"updates":                       updates,
		"sent":                          sent,
		"timers":                        timers,
		"timers crash":                  timersCrash,
		"merge":                         merge,
		"merge with work":               mergeWithWork,
		"a number changes hands":        numberChangesHands,
		"conversations by page":         conversationPages,
		"messages by page":              messagePages,
		"open":                          openConversation,
		"unread":                        unread,
		"crash after every line":        crashes,
		"shops are apart":               isolation,
		"assets":                        assets,
		"flows":                         flows,
		"flows at once":                 flowsConcurrently,
		"further flows":                 furtherFlows,
		"channels":                      channels,
		"channels sum up in their shop": channelSummary,
		"epochs":                        epochs,
		"calls":                         callsLive,
		"calls of shops are apart":      callsApart,
		"calls survive a merge":         callsMerge,
		"traces":                        tracesBounded,
		"settings":                      sections,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

const (
	shopA = tenant.ShopID("a")
	shopB = tenant.ShopID("b")
	web   = message.WhatsAppBaileys
)

// noon is the start of every scenario.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return noon.Add(d) }

func pn(phone string) message.Peer      { return message.Peer{Phone: phone} }
func hidden() message.Peer              { return message.Peer{LID: "7001"} }
func both(l, phone string) message.Peer { return message.Peer{LID: l, Phone: phone} }
func text(s string) message.Content     { return message.Content{Kind: message.Text, Text: s} }
func ana() message.Peer                 { return both("7001", "5491100000001") }
func lease(shop tenant.ShopID, e cluster.Epoch) cluster.Lease {
	return cluster.Lease{Shop: shop, Node: fmt.Sprint("node", e), Epoch: e}
}

// in is a text that peer wrote to shop A.
func in(peer message.Peer, id, s string, at time.Time) message.In {
	return message.In{Shop: shopA, Channel: web, ID: id, Chat: peer, Sender: peer, Name: "Ana", At: at, Content: text(s)}
}

// scenario is a shop with an owner, and short verbs on its stores.
type scenario struct {
	t *testing.T
	Stores
	shop  tenant.ShopID
	epoch cluster.Epoch
}

// newScenario adopts shop A under epoch 1.
func newScenario(t *testing.T, s Stores) *scenario {
	t.Helper()
	st := &scenario{t: t, Stores: s, shop: shopA, epoch: 1}
	st.adopt()
	return st
}

func (s *scenario) ctx() context.Context { return s.t.Context() }

func (s *scenario) lease() cluster.Lease { return lease(s.shop, s.epoch) }

func (s *scenario) adopt() conversation.Unfinished {
	s.t.Helper()
	b, err := s.Conversations.Adopt(s.ctx(), s.lease())
	require.NoError(s.t, err)
	return b
}

// crash goes on with the stores of a new process under a new epoch.
func (s *scenario) crash() conversation.Unfinished {
	s.t.Helper()
	s.Stores = s.Reopen(s.t)
	s.epoch++
	return s.adopt()
}

func (s *scenario) append(m message.In) conversation.AppendResult {
	s.t.Helper()
	m.Shop = s.shop
	a, err := s.Conversations.Append(s.ctx(), m)
	require.NoError(s.t, err)
	return a
}

// hears appends a text that Ana wrote and returns the conversation.
func (s *scenario) hears(id, text string) conversation.ID {
	s.t.Helper()
	a := s.append(in(ana(), id, text, noon))
	require.True(s.t, a.Fresh)
	return a.Conversation.ID
}

func (s *scenario) next(id conversation.ID) conversation.InboxBatch {
	s.t.Helper()
	w, err := s.Conversations.Next(s.ctx(), s.shop, id, 100)
	require.NoError(s.t, err)
	return w
}

// commitFor returns a commit of w that finishes all its items.
func (s *scenario) commitFor(w conversation.InboxBatch, sends ...conversation.Send) conversation.Commit {
	c := conversation.Commit{
		Shop: s.shop, Conversation: w.Conversation.ID, Rev: w.Conversation.Rev, Epoch: s.epoch,
		Run: w.Conversation.Run, Paused: w.Conversation.Paused, Sends: sends, At: after(time.Second),
	}
	for _, item := range w.Items {
		c.Done = append(c.Done, item.N)
	}
	return c
}

func (s *scenario) commit(c conversation.Commit) conversation.CommitResult {
	s.t.Helper()
	done, err := s.Conversations.Commit(s.ctx(), c)
	require.NoError(s.t, err)
	require.NoError(s.t, s.Conversations.Relay(s.ctx(), c.Shop, c.Conversation))
	return done
}

// answers takes all new items of a conversation and sends texts under the given ids.
func (s *scenario) answers(id conversation.ID, ids ...string) conversation.CommitResult {
	s.t.Helper()
	return s.commit(s.commitFor(s.next(id), sends(ids...)...))
}

func sends(ids ...string) []conversation.Send {
	var all []conversation.Send
	for _, id := range ids {
		all = append(all, send(id))
	}
	return all
}

func send(id string) conversation.Send {
	return conversation.Send{MessageID: id, To: ana(), Content: text("answer " + id), By: conversation.ByFlow}
}

func (s *scenario) ready(id conversation.ID) []string {
	s.t.Helper()
	items, err := s.Conversations.Ready(s.ctx(), s.shop, id, -1<<62, 100)
	require.NoError(s.t, err)
	var ids []string
	for _, item := range items {
		ids = append(ids, item.Out.ID)
	}
	return ids
}

func (s *scenario) messages(id conversation.ID) []conversation.Message {
	s.t.Helper()
	all, err := s.Conversations.Messages(s.ctx(), s.shop, id, conversation.Newest, 100)
	require.NoError(s.t, err)
	return all
}

// history is the conversation as lines "in hola received", the oldest first.
func (s *scenario) history(id conversation.ID) []string {
	s.t.Helper()
	var lines []string
	for _, m := range slices.Backward(s.messages(id)) {
		lines = append(lines, fmt.Sprintf("%s %s %s", m.Direction, m.ID, m.Status))
	}
	return lines
}

func (s *scenario) settle(id conversation.ID, item conversation.OutboxItem, status message.Status, code string) {
	s.t.Helper()
	require.NoError(s.t, s.Conversations.Settle(s.ctx(), s.lease(), []conversation.Outcome{
		{Conversation: id, Ord: item.Ord, MessageID: item.Out.ID, Status: status, Code: code, At: after(time.Minute)},
	}))
}
