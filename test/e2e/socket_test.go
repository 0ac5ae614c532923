package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// socket is a Socket.IO v4 client over WebSocket, as little of it as the tests
// need: the default namespace, events, acknowledgements. That the gateway gets
// on with the real client from npm is tested in internal/realtime.
type socket struct {
	conn *websocket.Conn

	mu     sync.Mutex
	events []event
	acks   map[int]chan json.RawMessage
	next   int
	closed chan struct{}
}

type event struct {
	Name string
	Data map[string]any
}

// dial connects with token; refused is the message of a refusal.
func dial(t testing.TB, base, token string) (s *socket, refused string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	url := strings.Replace(base, "http://", "ws://", 1) + "/socket.io/?EIO=4&transport=websocket"
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatalf("dial Socket.IO: %v", err)
	}
	conn.SetReadLimit(1 << 20)
	s = &socket{conn: conn, acks: map[int]chan json.RawMessage{}, closed: make(chan struct{})}
	t.Cleanup(func() { _ = conn.CloseNow() })
	auth, _ := json.Marshal(map[string]string{"token": token})
	connected := make(chan string, 1)
	go s.read(connected)
	if err := conn.Write(ctx, websocket.MessageText, append([]byte("40"), auth...)); err != nil {
		t.Fatalf("connect Socket.IO: %v", err)
	}
	select {
	case refused = <-connected:
	case <-ctx.Done():
		t.Fatal("Socket.IO does not answer")
	}
	return s, refused
}

func (s *socket) read(connected chan<- string) {
	defer close(s.closed)
	for {
		_, b, err := s.conn.Read(context.Background())
		if err != nil {
			return
		}
		p := string(b)
		switch {
		case p == "2":
			_ = s.conn.Write(context.Background(), websocket.MessageText, []byte("3"))
		case strings.HasPrefix(p, "40"):
			connected <- ""
		case strings.HasPrefix(p, "44"):
			var e struct{ Message string }
			_ = json.Unmarshal(b[2:], &e)
			connected <- e.Message
		case strings.HasPrefix(p, "42"):
			s.event(b[2:])
		case strings.HasPrefix(p, "43"):
			s.ack(p[2:])
		}
	}
}

func (s *socket) event(b []byte) {
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil || len(raw) == 0 {
		return
	}
	var e event
	_ = json.Unmarshal(raw[0], &e.Name)
	if len(raw) > 1 {
		_ = json.Unmarshal(raw[1], &e.Data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

func (s *socket) ack(p string) {
	at := strings.IndexByte(p, '[')
	var id int
	if _, err := fmt.Sscan(p[:at], &id); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.acks[id]; ch != nil {
		ch <- json.RawMessage(p[at:])
		delete(s.acks, id)
	}
}

// emit sends an event and returns what the server acknowledged.
func (s *socket) emit(t testing.TB, name string, payload any) map[string]any {
	t.Helper()
	s.mu.Lock()
	id := s.next
	s.next++
	ch := make(chan json.RawMessage, 1)
	s.acks[id] = ch
	s.mu.Unlock()
	b, err := json.Marshal([]any{name, payload})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.conn.Write(context.Background(), websocket.MessageText, append(fmt.Appendf(nil, "42%d", id), b...)); err != nil {
		t.Fatalf("emit %s: %v", name, err)
	}
	select {
	case raw := <-ch:
		var args []map[string]any
		if err := json.Unmarshal(raw, &args); err != nil || len(args) == 0 {
			t.Fatalf("ack of %s: %s", name, raw)
		}
		return args[0]
	case <-time.After(30 * time.Second):
		t.Fatalf("%s was not acknowledged", name)
		return nil
	}
}

// all returns the events so far of the given names; of all names when none is given.
func (s *socket) all(names ...string) []event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []event
	for _, e := range s.events {
		for _, n := range names {
			if e.Name == n {
				list = append(list, e)
			}
		}
		if len(names) == 0 {
			list = append(list, e)
		}
	}
	return list
}

// await returns the first event of name that fits.
func (s *socket) await(t testing.TB, name string, fits func(map[string]any) bool) map[string]any {
	t.Helper()
	var found map[string]any
	eventually(t, 60*time.Second, "event "+name, func() bool {
		for _, e := range s.all(name) {
			if fits == nil || fits(e.Data) {
				found = e.Data
				return true
			}
		}
		return false
	})
	return found
}
