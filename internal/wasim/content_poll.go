package wasim

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// Poll is a question with options.
type Poll struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Multiple bool     `json:"multiple,omitempty"`
}

// Vote is a choice in a poll that is on the phone's screen; no options take it back.
type Vote struct {
	ID      string   `json:"id"` // of the poll
	Options []string `json:"options"`
}

func refusePoll(d *Draft) string {
	if d.Poll.Question == "" || len(d.Poll.Options) < 2 || len(d.Poll.Options) > 12 {
		return "A poll has a question and 2 to 12 options."
	}
	return ""
}

func composePoll(_ *phone, d *Draft, _ *account) (*waE2E.Message, error) {
	p := d.Poll
	secret := make([]byte, 32)
	fill(secret)
	m := &waE2E.PollCreationMessage{Name: &p.Question, SelectableOptionsCount: proto.Uint32(1)}
	if p.Multiple {
		m.SelectableOptionsCount = proto.Uint32(0)
	}
	for _, o := range p.Options {
		m.Options = append(m.Options, &waE2E.PollCreationMessage_Option{OptionName: new(o)})
	}
	return &waE2E.Message{PollCreationMessage: m, MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: secret}}, nil
}

func renderPoll(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	for _, q := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3()} {
		if q == nil {
			continue
		}
		b.Kind, b.Text = KindPoll, q.GetName()
		b.Poll = &Poll{Question: q.GetName(), Multiple: q.GetSelectableOptionsCount() != 1}
		for _, o := range q.GetOptions() {
			b.Poll.Options = append(b.Poll.Options, o.GetOptionName())
		}
		return true
	}
	return false
}

func refuseVote(d *Draft) string {
	if d.Vote.ID == "" {
		return "Field vote.id names the poll."
	}
	return ""
}

// composeVote encrypts the choice in a poll on the screen as phones do:
// under a key that follows from the poll's secret, its author and the voter.
func composeVote(p *phone, d *Draft, with *account) (*waE2E.Message, error) {
	v := d.Vote
	p.mu.Lock()
	var poll ScreenMessage
	if b := p.screen.byID[v.ID]; b != nil {
		poll = *b
	}
	mode := p.set.Addressing
	p.mu.Unlock()
	if poll.Poll == nil || poll.With != with.number {
		return nil, invalid("invalid_message", "Field vote.id names no poll of this chat.")
	}
	if len(poll.secret) == 0 {
		return nil, invalid("unvotable", "The poll came without a secret, so no vote can be encrypted for it.")
	}
	choice := &waE2E.PollVoteMessage{}
	for _, o := range v.Options {
		if !slices.Contains(poll.Poll.Options, o) {
			return nil, invalid("invalid_message", fmt.Sprintf("The poll has no option %q.", o))
		}
		sum := sha256.Sum256([]byte(o))
		choice.SelectedOptions = append(choice.SelectedOptions, sum[:])
	}
	plain, err := proto.Marshal(choice)
	if err != nil {
		return nil, fmt.Errorf("encode vote: %w", err)
	}
	author := p.acc
	if !poll.FromMe {
		author = with
	}
	voter, chat := p.acc.jid(mode, 0).String(), with.jid(mode, 0).String()
	info := v.ID + author.jid(mode, 0).String() + voter + "Poll Vote"
	iv := make([]byte, 12)
	fill(iv)
	sealed, err := gcmutil.Encrypt(hkdfutil.SHA256(poll.secret, nil, []byte(info), 32), iv, plain, []byte(v.ID+"\x00"+voter))
	if err != nil {
		return nil, fmt.Errorf("encrypt vote: %w", err)
	}
	return &waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{
		PollCreationMessageKey: &waCommon.MessageKey{ID: &v.ID, RemoteJID: &chat, FromMe: new(poll.FromMe)},
		Vote:                   &waE2E.PollEncValue{EncPayload: sealed, EncIV: iv},
		SenderTimestampMS:      new(p.srv.o.Now().UnixMilli()),
	}}, nil
}

func renderVote(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	if m.GetPollUpdateMessage() == nil {
		return false
	}
	b.Kind, b.Target = KindVote, m.GetPollUpdateMessage().GetPollCreationMessageKey().GetID()
	return true
}
