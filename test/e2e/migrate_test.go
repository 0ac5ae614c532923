package e2e

import (
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// waiting is tacos with a pause in it.
var waiting = strings.NewReplacer(
	`"also": ["comprar"], "next": "nombre"},`, `"also": ["comprar"], "next": "nombre"}, {"id": "pausa", "label": "Espera", "next": "pausa"},`,
	`"fin": {`, `"pausa": {"type": "message", "say": "Vuelvo en un rato.", "next": "rato"},
  "rato": {"type": "delay", "for": "20s", "next": "volvi"},
  "volvi": {"type": "message", "say": "¡Ya volví!", "next": "menu"},
  "fin": {`,
).Replace(tacos)

// TestMigrate: two shops move from one machine's data folder to MongoDB and Redis
// in the middle of their conversations, with a migration killed half way, and
// back. No QR is scanned, no message is lost, none is answered twice.
func TestMigrate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lupita, beto := w.shop("lupita", "5215511110001"), w.shop("beto", "5491122220002")
	const ana, bruno, carla = "5215599990001", "5215599990002", "5215599990003"
	for number, name := range map[string]string{ana: "Ana", bruno: "Bruno", carla: "Carla"} {
		w.phone(number, name)
	}
	lupita.publish(waiting)
	beto.publish(echo)
	lupita.activate()
	beto.activate()
	talk := func(who string, to *shop, says string, answers ...string) {
		t.Helper()
		n := len(w.answers(who, to.number))
		w.say(who, to.number, says)
		for i, want := range answers {
			if got := w.awaitAnswer(who, to.number, n+i+1); squeeze(got) != want {
				t.Errorf("%q is answered by %q, want %q", says, got, want)
			}
		}
	}
	const menu = "¿Qué se te antoja? 1. Hacer pedido 2. Espera 3. Ver la carta 4. Dejar una reseña"
	talk(ana, lupita, "hola", menu)
	talk(ana, lupita, "1", "¿A nombre de quién?")
	talk(carla, beto, "buenas", "eco buenas")
	talk(bruno, lupita, "hola", menu)
	talk(bruno, lupita, "2", "Vuelvo en un rato.")

	r := startRedis(t)
	old, production := w.env, slices.Concat(w.env, production(t, r))
	ends(t, 2, "RECADO_MONGODB_URI", old, "migrate", "embedded-to-production")
	ends(t, 1, "stop it first", production, "migrate", "embedded-to-production")
	if exit := w.serve.stop(t); exit != 0 {
		t.Errorf("exit code %d after SIGTERM", exit)
	}
	ends(t, 2, "nothing to migrate", with(production, "RECADO_DATA_DIR="+t.TempDir()), "migrate", "embedded-to-production")
	w.say(carla, beto.number, "sin servidor") // WhatsApp keeps it

	stall := newStall(t, "127.0.0.1:"+r.port, 150_000) // in the middle of the second session
	p := start(t, with(production, "RECADO_REDIS_URL=redis://"+stall.addr), "migrate", "embedded-to-production")
	select {
	case <-stall.reached:
	case <-p.done:
		t.Fatalf("it ended: %s", p.output())
	case <-time.After(time.Minute):
		t.Fatal("it does not write to Redis")
	}
	p.kill()
	ends(t, 1, "--allow-migrated", old, "serve")
	ends(t, 1, "is not finished", production, "serve")
	ends(t, 1, "is not finished", with(production, "RECADO_DATA_DIR="+t.TempDir()), "migrate", "production-to-embedded")

	succeeds(t, production, "migrate", "embedded-to-production")
	ends(t, 1, "was migrated to", old, "serve")
	ends(t, 1, "was migrated to", production, "migrate", "embedded-to-production")
	w.env = production
	again := func() {
		t.Helper()
		w.startServer()
		w.api.token = w.login(adminEmail, adminPassword)
		for _, s := range []*shop{lupita, beto} {
			s.api.token = w.login(s.id+"@example.com", "a long enough password")
			s.awaitActive()
			if st := s.status(); st.field("qr") != "" || st.field("number") != s.number {
				t.Errorf("%s: %s", s.id, st.Body)
			}
		}
	}
	again()
	if got := w.awaitAnswer(carla, beto.number, 2); got != "eco sin servidor" {
		t.Errorf("what came in meanwhile is answered by %q", got)
	}
	talk(ana, lupita, "ana maría", "¡Listo, Ana María!", menu)
	if got := w.awaitAnswer(bruno, lupita.number, 3); got != "¡Ya volví!" {
		t.Errorf("after the pause: %q", got)
	}
	w.awaitAnswer(bruno, lupita.number, 4)
	talk(carla, beto, "y ahora", "eco y ahora")
	if got, want := lupita.history(), len(w.screen(ana, lupita.number))+len(w.screen(bruno, lupita.number)); got != want {
		t.Errorf("the inbox has %d messages, the phones %d", got, want)
	}

	ends(t, 1, "is running", with(production, "RECADO_DATA_DIR="+t.TempDir()), "migrate", "production-to-embedded")
	if exit := w.serve.stop(t); exit != 0 {
		t.Errorf("exit code %d after SIGTERM", exit)
	}
	w.say(ana, lupita.number, "3")
	dir := t.TempDir()
	home := with(production, "RECADO_DATA_DIR="+dir)
	succeeds(t, home, "migrate", "production-to-embedded")
	ends(t, 1, "was migrated to", production, "serve")
	ends(t, 1, "is not empty", home, "migrate", "production-to-embedded", "--allow-migrated")
	w.env = with(home, "RECADO_REDIS_URL=", "RECADO_MONGODB_URI=")
	again()
	if got := w.awaitAnswer(ana, lupita.number, 5); squeeze(got) != "Pastor 18, suadero 20." {
		t.Errorf("what came in meanwhile is answered by %q", got)
	}
	talk(bruno, lupita, "1", "¿A nombre de quién?")
	talk(carla, beto, "de vuelta", "eco de vuelta")
	if got, want := w.answers(carla, beto.number), []string{"eco buenas", "eco sin servidor", "eco y ahora", "eco de vuelta"}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("Carla read %q, want %q", got, want)
	}
	if got, want := lupita.history(), len(w.screen(ana, lupita.number))+len(w.screen(bruno, lupita.number)); got != want {
		t.Errorf("the inbox has %d messages, the phones %d", got, want)
	}
	w.assertNoProblems(ana, bruno, carla, lupita.number, beto.number)
	for _, e := range w.env {
		if key, ok := strings.CutPrefix(e, "RECADO_SECRET_KEY="); ok && strings.Contains(w.serve.output(), key) {
			t.Error("the secret key is printed")
		}
	}

	// The first folder can be taken back, on purpose and once.
	w.serve.stop(t)
	back := start(t, old, "serve", "--allow-migrated")
	eventually(t, 60*time.Second, "the server", func() bool { return healthy(w.api.base + "/readyz") })
	back.stop(t)
	w.env = old
	w.startServer()
}

// with is a copy of the settings with more of them, which count.
func with(env []string, more ...string) []string { return slices.Concat(env, more) }

// ends fails the test unless the command ends with code and says so.
func ends(t testing.TB, code int, says string, env []string, args ...string) {
	t.Helper()
	p := start(t, env, args...)
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Fatalf("recado %s goes on", strings.Join(args, " "))
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code || !strings.Contains(p.output(), says) {
		t.Errorf("recado %s: exit code %d, want %d and %q: %s", strings.Join(args, " "), got, code, says, p.output())
	}
}

func succeeds(t testing.TB, env []string, args ...string) {
	t.Helper()
	ends(t, 0, "Done.", env, args...)
}

// stall is a proxy that carries so many bytes to the server, and then nothing.
type stall struct {
	addr    string
	reached chan struct{}

	mu   sync.Mutex
	left int
}

func newStall(t testing.TB, to string, limit int) *stall {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stall{addr: l.Addr().String(), reached: make(chan struct{}), left: limit}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			all.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
			all.Go(func() { s.carry(out, in); _ = out.Close() })
		}
	})
	return s
}

// carry ends with the client.
func (s *stall) carry(out io.Writer, in io.Reader) {
	part := make([]byte, 4096)
	for {
		n, err := in.Read(part)
		s.mu.Lock()
		before := s.left
		s.left -= n
		if before > 0 && s.left <= 0 {
			close(s.reached)
		}
		open := s.left > 0
		s.mu.Unlock()
		if open {
			_, _ = out.Write(part[:n])
		}
		if err != nil {
			return
		}
	}
}
