package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// victimFile names the database to a copy of this test binary that lives to be killed.
const victimFile = "RECADO_TEST_VICTIM"

func TestMain(m *testing.M) {
	if path := os.Getenv(victimFile); path != "" {
		writeUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// writeUntilKilled writes numbers from several goroutines and prints each when it is stored.
func writeUntilKilled(path string) {
	ctx := context.Background()
	d, err := Open(ctx, path)
	if err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	for lane := range 8 {
		wg.Go(func() {
			for n := lane; ; n += 8 {
				if err := d.write(ctx, put(n)); err != nil {
					panic(err)
				}
				fmt.Println(n)
			}
		})
	}
	wg.Wait()
}

func TestKilledProcessKeepsWhatItReported(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		path := filepath.Join(t.TempDir(), "recado.db")
		d, err := Open(t.Context(), path)
		require.NoError(t, err)
		createScratch(t, d)
		require.NoError(t, d.Close())

		reported := killAfter(t, path, 20+100*round)
		d, err = Open(t.Context(), path)
		require.NoError(t, err)
		for _, n := range reported {
			var stored int
			require.NoError(t, d.reader().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch WHERE n = ?`, n).Scan(&stored))
			require.Equal(t, 1, stored, "%d was reported and is gone", n)
		}
		require.NoError(t, d.Close())
	}
}

// killAfter kills a victim when it has reported n numbers and returns everything that it has reported.
func killAfter(t *testing.T, path string, n int) (reported []int) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), victimFile+"="+path)
	out, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		number, err := strconv.Atoi(lines.Text())
		if err != nil {
			continue // the last line, cut off
		}
		if reported = append(reported, number); len(reported) == n {
			require.NoError(t, victim.Process.Kill())
		}
	}
	require.Error(t, victim.Wait(), "it was killed")
	require.GreaterOrEqual(t, len(reported), n)
	return reported
}
