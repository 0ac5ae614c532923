package wasim

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// stanzas are shapes that clients really send.
func stanzas() []wabin.Node {
	ana := types.NewJID("5491155550002", types.DefaultUserServer)
	return []wabin.Node{
		el("iq", attrs{"id": "1", "xmlns": "encrypt", "type": "get", "to": types.ServerJID}, el("count", nil)),
		el("iq", attrs{"id": "2", "xmlns": "encrypt", "type": "get", "to": types.ServerJID}, el("key", nil, el("user", attrs{"jid": ana}))),
		el("iq", attrs{"id": "3", "xmlns": "encrypt", "type": "set", "to": types.ServerJID},
			blob("registration", []byte{0, 0, 0, 1}), el("list", nil, publicKey{id: 1}.node("key")), signedKey{}.node("skey")),
		el("iq", attrs{"id": "4", "xmlns": "usync", "type": "get", "to": types.ServerJID},
			el("usync", attrs{"sid": "5", "mode": "query"}, el("query", nil, el("devices", attrs{"version": "2"}), el("lid", nil), el("contact", nil)),
				el("list", nil, el("user", attrs{"jid": ana}), el("user", nil, blob("contact", []byte("+5491155550001")))))),
		el("iq", attrs{"id": "6", "xmlns": "md", "type": "set", "to": types.ServerJID}, el("remove-companion-device", attrs{"reason": "user_initiated"})),
		el("iq", attrs{"id": "7", "xmlns": "w:sync:app:state", "type": "set", "to": types.ServerJID}, el("sync", nil, el("collection", attrs{"name": "regular", "version": "3"}))),
		el("message", attrs{"id": "8", "to": ana, "type": "text"},
			el("participants", nil, el("to", attrs{"jid": ana}, wabin.Node{Tag: "enc", Attrs: attrs{"v": "2", "type": "pkmsg"}, Content: []byte("3nothing")})),
			blob("device-identity", []byte{1})),
		{Tag: "message", Attrs: attrs{"id": "9", "to": ana}, Content: []wabin.Node{{Tag: "enc", Attrs: attrs{"type": "msg"}, Content: []byte{0x33}}}},
		el("receipt", attrs{"id": "10", "to": ana, "type": "retry"}, el("retry", attrs{"count": "1", "id": "10", "t": "0"}), blob("registration", []byte{1}), el("keys", nil, blob("identity", make([]byte, 32)), publicKey{}.node("key"), signedKey{}.node("skey"))),
		el("receipt", attrs{"id": "11", "to": ana, "type": "read"}, el("list", nil, el("item", attrs{"id": "12"}))),
		el("ack", attrs{"class": "message", "id": "13", "error": "487"}),
		el("presence", attrs{"type": "available"}),
	}
}

func seeds(f *testing.F) {
	f.Helper()
	for _, n := range stanzas() {
		frame, err := wabin.Marshal(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Add([]byte{2, 0x78, 0x9c})
	f.Add([]byte{0, 248, 2, 3, 249, 255, 255})
}

// The checker may not refuse what clients really send.
func TestRealStanzasAreRead(t *testing.T) {
	t.Parallel()
	for _, n := range stanzas() {
		frame, err := wabin.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseNode(frame); err != nil || got.Tag != n.Tag {
			t.Errorf("%s: %v", n.Tag, err)
		}
	}
}

// A small frame may not make the server allocate or recurse without measure:
// the library's decoder would make a list of 65 535 elements for each four bytes
// of the first, and one level of recursion for each of the second.
// It counts what the process allocates, so it runs alone.
func TestBombsAreRefused(t *testing.T) {
	wide, deep := []byte{0}, []byte{0}
	for range 10_000 {
		wide = append(wide, 248, 2, 3, 249, 255, 255)
		deep = append(deep, 248, 2, 3, 248, 1)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, frame := range map[string][]byte{"wide": wide, "deep": deep, "inflated": deflated(make([]byte, 64<<20))} {
		if _, err := parseNode(frame); !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}

func deflated(plain []byte) []byte {
	var out bytes.Buffer
	out.WriteByte(2)
	w := zlib.NewWriter(&out)
	_, _ = w.Write(plain) // into memory
	_ = w.Close()
	return out.Bytes()
}

// Whatever a stranger sends first is refused or understood, never worse.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("WA\x06\x03\x00\x00\x02ab"))
	f.Add([]byte("ED\x00\x01\x00\x00\x01xWA\x06\x03\x00\x00\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, rest, err := splitHeader(data)
		if err != nil {
			rest = data
		}
		for {
			frame, more, ok, err := nextFrame(rest)
			if !ok || err != nil {
				return
			}
			if len(frame)+3+len(more) != len(rest) {
				t.Fatalf("bytes got lost: %d of %d", len(frame)+3+len(more), len(rest))
			}
			rest = more
		}
	})
}

// A logged-in stranger sends whatever it likes: the server answers or ends the
// connection, and stays as it was for others.
func FuzzStanzas(f *testing.F) {
	seeds(f)
	s, c := linked(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		n, err := parseNode(frame)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.pending = nil
		c.mu.Unlock()
		c.handle(n)
		for _, out := range c.pending {
			if _, err := wabin.Marshal(out.node); err != nil {
				t.Fatalf("the answer to %v cannot be sent: %v", n, err)
			}
		}
		if s.account("5491155550002") == nil {
			t.Fatal("an account is gone")
		}
	})
}

// linked is a server with two phones and a connection, without a socket, of a
// device of the first.
func linked(tb testing.TB) (*Server, *conn) {
	tb.Helper()
	s, err := Start(context.Background(), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	for _, number := range []string{"5491155550001", "5491155550002"} {
		if _, err := s.PutPhone(number, PhoneSettings{Name: "X"}); err != nil {
			tb.Fatal(err)
		}
	}
	acc := s.account("5491155550001")
	comp := &companion{acc: acc, id: 1}
	acc.link(comp)
	return s, &conn{srv: s, comp: comp, wakeup: make(chan struct{}, 1), cancel: func() {}}
}

func FuzzQR(f *testing.F) {
	key := strings.Repeat("A", 43) + "="
	f.Add("2@ref," + key + "," + key + "," + key)
	f.Add("https://wa.me/settings/linked_devices#2@ref," + key + "," + key + "," + key + ",1")
	f.Add(",,,,")
	f.Fuzz(func(t *testing.T, code string) {
		if q, err := parseQR(code); err == nil && q.ref == "" {
			t.Errorf("%q has no ref", code)
		}
	})
}

// Whatever the control API is sent, it answers with a status below 500.
func FuzzControl(f *testing.F) {
	for _, path := range []string{
		"/v1/phones/5491155550001", "/v1/phones/5491155550001/scan", "/v1/phones/5491155550001/messages",
		"/v1/phones/5491155550001/read", "/v1/faults",
	} {
		f.Add(path, `{"to":"5491155550002","text":"hi","name":"X","qr":"a,b,c,d","with":"5491155550002","kind":"retry","count":1}`)
		f.Add(path, `{"kind":"latency","delay":"1ms","for":"1ms"}`)
		f.Add(path, `{"to":"5491155550002","media":{"kind":"image","data":"AAAA"}}`)
		f.Add(path, `[]`)
	}
	s, _ := linked(f)
	h := s.Handler()
	f.Fuzz(func(t *testing.T, path, body string) {
		method := http.MethodPost
		if strings.Count(path, "/") == 3 {
			method = http.MethodPut
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/"+strings.TrimPrefix(path, "/"), bytes.NewReader([]byte(body)))
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %q: %d %s", path, body, w.Code, w.Body)
		}
	})
}
