package linked

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"

	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// pollSecret is the key that votes in poll id are encrypted with. It is derived from
// the device's private key: a repeated send is the same poll, and votes stay readable
// after a crash that lost the stored secret.
func pollSecret(device *store.Device, id string) []byte {
	mac := hmac.New(sha256.New, device.NoiseKey.Priv[:])
	mac.Write([]byte("poll secret|" + id))
	return mac.Sum(nil)
}

// decryptVote decrypts a poll vote into the labels that we sent. A vote in a poll
// that is not ours has no options; an undecryptable one is Unsupported, so that the
// flow asks the customer to write instead.
func (s *session) decryptVote(ctx context.Context, client *whatsmeow.Client, e *events.Message) (message.Content, error) {
	poll := e.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetID()
	v := message.Vote{Poll: poll, Options: []string{}}
	out, ok, err := s.o.Sent(ctx, s.key.Shop, s.key.Type, poll)
	if err != nil {
		return message.Content{}, err
	}
	if !ok || out.Content.Poll == nil {
		return message.Content{Kind: message.VoteKind, Vote: &v}, nil
	}
	decrypted, err := client.DecryptPollVote(ctx, e)
	if errors.Is(err, whatsmeow.ErrOriginalMessageSecretNotFound) {
		decrypted, err = s.decryptVoteWithDerivedSecret(ctx, client, e, poll)
	}
	if err != nil {
		if ctx.Err() != nil {
			return message.Content{}, err
		}
		s.log.Warn("poll vote could not be decrypted", "id", e.Info.ID, "err", err)
		return message.Content{Kind: message.Unsupported}, nil
	}
	hashes := whatsmeow.HashPollOptions(out.Content.Poll.Options)
	for _, chosen := range decrypted.GetSelectedOptions() {
		for i, h := range hashes {
			if string(h) == string(chosen) {
				v.Options = append(v.Options, out.Content.Poll.Options[i])
			}
		}
	}
	return message.Content{Kind: message.VoteKind, Vote: &v}, nil
}

// decryptVoteWithDerivedSecret decrypts a vote whose poll's secret was not stored,
// under the address by which the voter knows us.
func (s *session) decryptVoteWithDerivedSecret(ctx context.Context, client *whatsmeow.Client, e *events.Message, poll string) (*waE2E.PollVoteMessage, error) {
	us, err := types.ParseJID(e.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetRemoteJID())
	if err != nil {
		return nil, err
	}
	if err := client.Store.MsgSecrets.PutMessageSecret(ctx, e.Info.Chat, us, poll, pollSecret(client.Store, poll)); err != nil {
		return nil, err
	}
	return client.DecryptPollVote(ctx, e)
}
