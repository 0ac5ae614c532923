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

// vote is the phone's choice in a poll on its screen, encrypted as phones do it:
// under a key that follows from the poll's secret, its author and the voter.
func (p *phone) vote(v *Vote, with *account) (*waE2E.Message, error) {
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
		return nil, invalid("unvotable", "The poll came without a secret: nobody can vote in it.")
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
