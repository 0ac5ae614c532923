// Package strangers proves the simulator with clients that know nothing of it:
// two major versions of Baileys, installed from npm and unmodified, each live a
// linked device's life. It also holds the Baileys bot that benchmarks compare with.
package strangers

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.uber.org/goleak"
)

const (
	shopNumber = "5491155550001"
	anaNumber  = "5491155550002"
)

func TestMain(m *testing.M) {
	if err := install(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// install runs npm when the clients are not there or package-lock.json is newer.
func install() error {
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		return fmt.Errorf("the list of clients is missing: %w", err)
	}
	done, err := os.Stat("node_modules/.package-lock.json")
	if err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("these tests need Node 20 and npm to install the clients in test/strangers: npm ci: %w\n%s", err, out)
	}
	return nil
}

// baileys is a running client.mjs.
type baileys struct {
	t       *testing.T
	stdin   io.WriteCloser
	process *os.Process

	mu     sync.Mutex
	events []event
	more   chan struct{}
}

// event is one line of the client's output.
type event struct {
	Event  string `json:"event"`
	QR     string `json:"qr"`
	Code   string `json:"code"`
	ID     string `json:"id"`
	Chat   string `json:"chat"`
	Text   string `json:"text"`
	Status int    `json:"status"`
	FromMe bool   `json:"fromMe"`
	Error  string `json:"error"`

	Answered int   `json:"answered"`
	User     int64 `json:"user"` // microseconds of CPU
}

// start runs a client until stop is called or the test ends.
func start(t *testing.T, sim *wasimtest.Sim, version, dir string) (b *baileys, stop func()) {
	t.Helper()
	return run(t, "client.mjs", version, "ws://"+sim.Addr()+"/ws/chat", hex.EncodeToString(sim.Root()), dir)
}

func run(t *testing.T, args ...string) (b *baileys, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "node", args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("start node: %v", err)
	}
	b = &baileys{t: t, stdin: stdin, process: cmd.Process, more: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b.read(stdout)
	}()
	stop = sync.OnceFunc(func() {
		defer cancel()
		gaveUp := time.AfterFunc(wasimtest.Patience, cancel)
		defer gaveUp.Stop()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil { // it writes what it has not written yet and ends
			cancel()
		}
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the client ended: %v\n%s", err, stderr.String())
		}
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("the client said:\n%s", stderr.String())
		}
	})
	t.Cleanup(stop)
	return b, stop
}

func (b *baileys) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			e = event{Event: "crash", Error: "not JSON: " + lines.Text()}
		}
		b.mu.Lock()
		b.events = append(b.events, e)
		close(b.more)
		b.more = make(chan struct{})
		b.mu.Unlock()
	}
}

// await takes the first event of a kind that the test wants; a crash of the
// client fails the test.
func (b *baileys) await(kind string, is func(event) bool) event {
	b.t.Helper()
	deadline := time.NewTimer(2 * wasimtest.Patience)
	defer deadline.Stop()
	for {
		b.mu.Lock()
		if i := slices.IndexFunc(b.events, func(e event) bool { return e.Event == "crash" }); i >= 0 {
			b.mu.Unlock()
			b.t.Fatalf("the client crashed: %s", b.events[i].Error)
		}
		i := slices.IndexFunc(b.events, func(e event) bool { return e.Event == kind && (is == nil || is(e)) })
		if i >= 0 {
			e := b.events[i]
			b.events = slices.Delete(b.events, i, i+1)
			b.mu.Unlock()
			return e
		}
		more, seen := b.more, fmt.Sprintf("%+v", b.events)
		b.mu.Unlock()
		select {
		case <-more:
		case <-deadline.C:
			b.t.Fatalf("no event %q; had %s", kind, seen)
		}
	}
}

func (b *baileys) text(text string) event {
	b.t.Helper()
	return b.await("message", func(e event) bool { return e.Text == text })
}

func (b *baileys) closed(status int) {
	b.t.Helper()
	b.await("close", func(e event) bool { return e.Status == status })
}

func (b *baileys) command(c map[string]string) {
	b.t.Helper()
	line, err := json.Marshal(c)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.stdin.Write(append(line, '\n')); err != nil {
		b.t.Fatalf("tell the client: %v", err)
	}
}

func (b *baileys) send(to, text string) string {
	b.t.Helper()
	b.command(map[string]string{"cmd": "send", "to": to, "text": text})
	return b.await("sent", nil).ID
}

// link has a phone link the client by QR or by code and waits for it to be ready.
func (b *baileys) link(p *wasimtest.Phone, byCode bool) {
	b.t.Helper()
	qr := b.await("qr", nil).QR
	if byCode {
		b.command(map[string]string{"cmd": "pair", "number": p.Number})
		p.Pair(b.await("code", nil).Code)
	} else {
		p.Scan(qr)
	}
	b.closed(515)
	b.await("open", nil)
	b.await("drained", nil)
}

// What Baileys calls the ends of a connection.
const (
	loggedOut        = 401
	replaced         = 440
	connectionClosed = 428
)

func TestBaileys(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"7", "6"} {
		for _, how := range []struct {
			name   string
			byCode bool
			mode   wasim.Addressing
		}{{"QR", false, wasim.ByLID}, {"code", true, wasim.ByPN}} {
			t.Run(version+" by "+how.name, func(t *testing.T) {
				t.Parallel()
				live(t, version, how.byCode, how.mode)
			})
		}
	}
}

// The bot that benchmarks compare with answers, and tells what that cost.
func TestEchoBot(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{FirstFrameDelay: firstFrame})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	b, _ := run(t, "echo.mjs", "ws://"+sim.Addr()+"/ws/chat", hex.EncodeToString(sim.Root()), t.TempDir())
	b.link(shop, false)
	for _, text := range []string{"uno", "dos", "tres"} {
		ana.Say(shopNumber, text)
		ana.WaitText(text)
	}
	until(t, "the bot to say that it answered", func() bool {
		if err := b.process.Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		e := b.await("cpu", nil)
		return e.Answered == 3 && e.User > 0
	})
}

// live is a linked device's life: link, talk, lose the connection, be away, be
// replaced, be unlinked.
func live(t *testing.T, version string, byCode bool, mode wasim.Addressing) {
	sim := wasimtest.Start(t, wasim.Options{FirstFrameDelay: firstFrame})
	// Version 6 keeps one session for a number and another for its hidden
	// identifier, so everybody is addressed in the same way.
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop", Addressing: mode})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Addressing: mode})
	dir := t.TempDir()
	b, stop := start(t, sim, version, dir)
	b.link(shop, byCode)

	id := ana.Say(shopNumber, "hola")
	in := b.text("hola")
	if in.ID != id || in.FromMe {
		t.Errorf("got %+v", in)
	}
	sent := b.send(in.Chat, "¿qué tal?")
	if got := ana.WaitText("¿qué tal?"); got.ID != sent || got.Copies != 1 {
		t.Errorf("Ana sees %+v", got)
	}
	shop.WaitStatus(sent, wasim.StatusDelivered)
	owner := shop.Say(anaNumber, "it is me, on my phone")
	if e := b.text("it is me, on my phone"); e.ID != owner || !e.FromMe {
		t.Errorf("own message %+v", e)
	}

	settled(t, sim)
	strike(t, sim, wasim.FaultDisconnect)
	b.closed(connectionClosed)
	b.await("open", nil)
	ana.Say(shopNumber, "back?")
	b.send(b.text("back?").Chat, "yes")
	ana.WaitText("yes")

	stop()
	away := []string{"one", "two", "three", "four"}
	for _, text := range away {
		ana.Say(shopNumber, text)
	}
	b, stop = start(t, sim, version, dir)
	b.await("drained", nil)
	settled(t, sim)
	ana.Say(shopNumber, "and one more") // version 6 keeps what waited to itself until something new comes
	for _, text := range append(away, "and one more") {
		b.text(text)
	}
	b.send(in.Chat, "I read it all")
	ana.WaitText("I read it all")

	strike(t, sim, wasim.FaultReplaced)
	b.closed(replaced)
	stop()
	b, _ = start(t, sim, version, dir)
	b.await("open", nil)
	if byCode {
		b.command(map[string]string{"cmd": "logout"}) // the device unlinks itself
	} else if _, err := sim.Unlink(shopNumber); err != nil {
		t.Error(err)
	}
	b.closed(loggedOut)
	until(t, "no device to be linked", func() bool { return sim.Stats().Devices == 0 })

	// The copies for the shop's own phone are left out: Baileys may encrypt one
	// while it decrypts another of the phone's messages, and use a key twice.
	for _, p := range ana.Problems() {
		if !p.Recovered {
			t.Errorf("never read: %+v", p)
		}
	}
	sim.Known()
}

// firstFrame is ten times what version 6 needs on an idle machine between the
// end of its handshake and the first frame; on a busy one it needs more.
const firstFrame = 500 * time.Millisecond

// settled waits until the client has confirmed all that it was sent.
func settled(t *testing.T, sim *wasimtest.Sim) {
	t.Helper()
	until(t, "everything to be confirmed", func() bool { return len(sim.Stats().Unacked) == 0 })
}

// until polls a condition that no channel tells about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(wasimtest.Patience)
	for !is() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

func strike(t *testing.T, sim *wasimtest.Sim, kind wasim.FaultKind) {
	t.Helper()
	if _, err := sim.Fault(wasim.Fault{Kind: kind, Number: shopNumber}); err != nil {
		t.Fatalf("fault %s: %v", kind, err)
	}
}
