package mongo

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/store/mongo/mongotest"
	"recado/internal/store/storetest"
)

var server *mongotest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = mongotest.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop MongoDB:", err)
	}
	os.Exit(code)
}

// open connects to the database as a process of its own does: connections that
// other calls opened stay as they are until the test ends.
func open(t *testing.T, uri string) *Store {
	t.Helper()
	s, err := Open(t.Context(), uri)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

func stores(t *testing.T, uri string) storetest.Stores {
	t.Helper()
	s := open(t, uri)
	return storetest.Stores{
		Conversations: s, Tenants: s, Channels: s, Flows: s, Epochs: s, Settings: s,
		Reopen: func(t *testing.T) storetest.Stores { return stores(t, uri) },
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Stores { return stores(t, server.Database(t)) })
}
