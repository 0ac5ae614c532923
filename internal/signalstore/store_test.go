package signalstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	t.Parallel()
	signalstoretest.Run(t, func(*testing.T) kv.Backend { return kv.NewMemory() })
}

// The ratchet race at length: ten thousand replies while the customer writes.
func TestTenThousandRacingReplies(t *testing.T) {
	t.Parallel()
	rounds := 10_000
	if raceDetector { // twelve times slower, and it finds a race without luck
		rounds = 500
	}
	require.Zero(t, race(t, signalstore.Options{}, rounds))
}

// Without the comparison the same race loses messages: this is the reason for the comparison.
func TestRaceWithoutComparisonLosesMessages(t *testing.T) {
	t.Parallel()
	for range 50 {
		if race(t, signalstore.Options{UnsafeNoCompare: true}, 60) > 0 {
			return
		}
	}
	require.Fail(t, "the race test passes without the comparison")
}

func race(t *testing.T, options signalstore.Options, rounds int) (unreadable int) {
	t.Helper()
	d, err := signalstore.New(kv.NewMemory(), options).Open(t.Context(), signalstoretest.Key, 1)
	require.NoError(t, err)
	signalstoretest.Pair(t.Context(), t, d)
	return signalstoretest.Race(t.Context(), t, d, rounds)
}
