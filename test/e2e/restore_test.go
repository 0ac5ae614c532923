package e2e

import (
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of the backup
)

// TestRestoredFromABackup walks the guide's drill for one machine: a copy of the
// running database and of the key, the machine gone, both put back.
func TestRestoredFromABackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.shop("lupita", "5215511110001")
	w.phone("5215599990001", "Ana")
	s.publish(echo)
	s.activate()
	w.say("5215599990001", s.number, "antes")
	w.awaitAnswer("5215599990001", s.number, 1)

	dir := t.TempDir()
	from := dataDir(w.env)
	backUp(t, filepath.Join(from, "recado.db"), filepath.Join(dir, "recado.db"))
	for _, key := range []string{"secret.key", "token.key"} {
		text, err := os.ReadFile(filepath.Join(from, key))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, key), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	send := func(text string, nth int) {
		t.Helper()
		s.api.must(t, 202, "POST", "/api/shops/lupita/messages", map[string]string{"to": "+5215599990001", "text": text})
		if got := w.awaitAnswer("5215599990001", s.number, nth); got != text {
			t.Errorf("Ana reads %q, want %q", got, text)
		}
	}
	for i, text := range []string{"uno", "dos", "tres"} { // the copy knows nothing of these
		send(text, i+2)
	}
	ends(t, 1, "stop it first", w.env, "restored")
	w.serve.kill()
	w.env = with(w.env, "RECADO_DATA_DIR="+dir)
	ends(t, 0, "1 linked devices", w.env, "restored")
	w.startServer()
	s.awaitActive()
	send("cuatro", 5) // a key that was used twice would be dropped by her phone
	w.say("5215599990001", s.number, "después")
	if got := w.awaitAnswer("5215599990001", s.number, 6); got != "eco después" {
		t.Errorf("answered by %q", got)
	}
	if n := s.history(); n != 5 {
		t.Errorf("the inbox has %d messages", n)
	}
	w.assertNoProblems("5215599990001")
}

// backUp copies a database that is in use, as sqlite3's VACUUM INTO does.
func backUp(t testing.TB, from, to string) {
	t.Helper()
	db, err := sql.Open("sqlite", from)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM INTO ?", to); err != nil {
		t.Fatal(err)
	}
}

func dataDir(env []string) (dir string) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "RECADO_DATA_DIR="); ok {
			dir = v
		}
	}
	return dir
}

// TestRestoredRedis walks the guide's drill for Redis: its append-only files are
// copied while it runs, the machine is gone, and another Redis starts on the copy.
func TestRestoredRedis(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	w := newWorld(t, production(t, r)...)
	s := w.shop("lupita", "5215511110001")
	w.phone("5215599990001", "Ana")
	s.publish(echo)
	s.activate()
	w.say("5215599990001", s.number, "antes")
	w.awaitAnswer("5215599990001", s.number, 1)

	const growth = "auto-aof-rewrite-percentage"
	if r.cli("CONFIG", "SET", growth, "0") != "OK" {
		t.Fatal("Redis does not take the setting")
	}
	eventually(t, 60*time.Second, "no rewrite is under way", func() bool {
		return strings.Contains(r.cli("INFO", "persistence"), "aof_rewrite_in_progress:0")
	})
	copied := &redisServer{t: t, dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(copied.dir, "appendonlydir"), os.DirFS(filepath.Join(r.dir, "appendonlydir"))); err != nil {
		t.Fatal(err)
	}
	r.cli("CONFIG", "SET", growth, "100")
	w.say("5215599990001", s.number, "después de la copia") // the records have it, the copy of Redis does not
	w.awaitAnswer("5215599990001", s.number, 2)

	if exit := w.serve.stop(t); exit != 0 {
		t.Errorf("exit code %d after SIGTERM", exit)
	}
	r.kill()
	_, port, err := net.SplitHostPort(freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	copied.port = port
	copied.start()
	t.Cleanup(copied.kill)
	w.env = with(w.env, "RECADO_REDIS_URL="+copied.url())
	eventually(t, time.Minute, "the copied lease of the server has run out", func() bool {
		p := start(t, w.env, "restored")
		<-p.done
		return p.cmd.ProcessState.ExitCode() == 0 && strings.Contains(p.output(), "1 linked devices")
	})
	w.startServer()
	s.awaitActive()
	w.say("5215599990001", s.number, "restaurado")
	if got := w.awaitAnswer("5215599990001", s.number, 3); got != "eco restaurado" {
		t.Errorf("answered by %q", got)
	}
	if n := s.history(); n != 6 {
		t.Errorf("the inbox has %d messages", n)
	}
	w.assertNoProblems("5215599990001")
}
