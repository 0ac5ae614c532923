package mongo

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/store/mongo/mongotest"
)

// falls are the ways in which a write falls into an election.
var falls = map[string]func(k int) mongotest.Fault{
	"refused":     func(k int) mongotest.Fault { return mongotest.Refused(codes[k%len(codes)]) },
	"lost":        func(k int) mongotest.Fault { return mongotest.Lost(codes[k%len(codes)]) },
	"hung up":     func(int) mongotest.Fault { return mongotest.HungUp() },
	"unconfirmed": func(int) mongotest.Fault { return mongotest.Unconfirmed() },
}

var codes = []int32{
	mongotest.NotWritablePrimary, mongotest.InterruptedAtShutdown, mongotest.PrimarySteppedDown, mongotest.ShutdownInProgress,
}

// TestVerbsAreRepeated fails every write of a story, in each way, where the driver
// repeats none by itself. The verb is repeated, a Relay also left to Next, and the
// story ends as it does undisturbed.
func TestVerbsAreRepeated(t *testing.T) {
	t.Parallel()
	for name, of := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			perform(t, of, false)
		})
	}
}

// TestDriversRepeat fails the writes that the driver repeats by itself. The verbs
// notice nothing.
func TestDriversRepeat(t *testing.T) {
	t.Parallel()
	for name, of := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			perform(t, of, true)
		})
	}
}

// TestAnElectionIsWaitedFor: a verb that begins while there is no primary ends when
// there is one, without an error.
func TestAnElectionIsWaitedFor(t *testing.T) {
	t.Parallel()
	e := mongotest.Hold(t, owned(t).Database(t), true)
	s := open(t, e.URI)
	_, err := s.Adopt(t.Context(), cluster.Lease{Shop: "a", Epoch: 1})
	require.NoError(t, err)
	refused := make(chan struct{})
	var once sync.Once
	e.Vote(true)
	e.Answer(func(mongotest.Command) mongotest.Fault {
		once.Do(func() { close(refused) })
		return mongotest.Refused(mongotest.NotWritablePrimary)
	})
	ended := make(chan error, 1)
	go func() {
		_, err := s.Append(t.Context(), heard("a", ana, "M1", 0))
		ended <- err
	}()
	<-refused
	e.Answer(func(mongotest.Command) mongotest.Fault { return mongotest.Fault{} })
	select {
	case err := <-ended:
		t.Fatal("a write without a primary", err)
	default:
	}
	e.Vote(false)
	require.NoError(t, <-ended)
}

// TestWhatIsThereIsConfirmed: that a document is there already is no success while no
// majority knows of it, because it may go with the primary that has it.
func TestWhatIsThereIsConfirmed(t *testing.T) {
	t.Parallel()
	e := mongotest.Hold(t, owned(t).Database(t), false)
	s := open(t, e.URI)
	a, err := s.Append(t.Context(), heard("a", ana, "M1", 0))
	require.NoError(t, err)
	push := func() (conversation.PushResult, error) {
		return s.Push(t.Context(), "a", a.Conversation.ID, conversation.QueuedInput{Key: "K1", Input: []byte(`{}`)})
	}
	_, err = push()
	require.NoError(t, err)
	e.Answer(func(c mongotest.Command) mongotest.Fault {
		if c.Name == "insert" {
			return mongotest.Unconfirmed()
		}
		return mongotest.Fault{}
	})
	_, err = push()
	require.Error(t, err)
	e.Answer(func(mongotest.Command) mongotest.Fault { return mongotest.Fault{} })
	p, err := push()
	require.NoError(t, err)
	require.False(t, p.Fresh)
}
