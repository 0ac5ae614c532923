package mongotest

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Election stands between a driver and a server, on loopback, and answers as a
// replica set does whose primary changes: the test decides at which command.
//
// To a driver that should repeat writes by itself it says that it is the primary
// of a replica set. What only such a one would take is then kept from the server,
// and a write that is repeated under its number is answered as it was the first
// time, not applied again. It sends no topology version, so that drivers poll for the
// primary, at most twice a second, instead of waiting for a change.
type Election struct {
	URI string // of the server, with the proxy in its place

	server, address string
	member          bool
	listener        net.Listener
	ended           sync.WaitGroup

	mu      sync.Mutex
	answer  func(Command) Fault
	voting  bool
	over    bool
	conns   map[net.Conn]bool
	seen    map[string]bool   // numbers of writes
	answers map[string]bson.D // replies that the driver did not get, by number
}

// Command is a request of the driver that is no handshake.
type Command struct {
	Name  string
	Write bool // of documents
	// Numbered says that the driver repeats the write by itself when it fails, and
	// Again that it does so now.
	Numbered, Again bool
}

// Hold starts an election before the server at uri, which ends with the test. A
// member makes drivers repeat writes, as a replica set does; otherwise they see a
// single server, and do not.
func Hold(t testing.TB, uri string, member bool) *Election {
	t.Helper()
	rest, found := strings.CutPrefix(uri, "mongodb://")
	server, path, _ := strings.Cut(rest, "/")
	if !found || strings.ContainsAny(server, "@,") {
		t.Fatalf("an election needs the URI of one server without users: %s", uri)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("hold an election: %v", err)
	}
	address := l.Addr().String()
	e := &Election{
		URI: "mongodb://" + address + "/" + path, server: server, address: address, member: member, listener: l,
		conns: make(map[net.Conn]bool), seen: make(map[string]bool), answers: make(map[string]bson.D),
		answer: func(Command) Fault { return Fault{} },
	}
	e.ended.Go(e.accept)
	t.Cleanup(e.end)
	return e
}

// Answer makes decide choose the fault of each command from now on. It is called by
// one at a time.
func (e *Election) Answer(decide func(Command) Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = decide
}

// Vote makes the member a secondary, or the primary again.
func (e *Election) Vote(open bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.voting = open
}

func (e *Election) end() {
	_ = e.listener.Close() // its error matters to no one
	e.mu.Lock()
	e.over = true
	for c := range e.conns {
		_ = c.Close()
	}
	e.mu.Unlock()
	e.ended.Wait()
}

func (e *Election) accept() {
	for {
		c, err := e.listener.Accept()
		if err != nil {
			return
		}
		e.ended.Go(func() {
			defer e.close(c)
			up, err := new(net.Dialer).DialContext(context.Background(), "tcp", e.server)
			if err != nil {
				return
			}
			defer e.close(up)
			if !e.keep(c, up) {
				return
			}
			for err == nil {
				err = e.exchange(c, up)
			}
		})
	}
}

// keep notes connections that end with the election; false when it has ended.
func (e *Election) keep(conns ...net.Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range conns {
		e.conns[c] = true
	}
	return !e.over
}

func (e *Election) close(c net.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.conns, c)
	_ = c.Close()
}

var errHungUp = errors.New("hung up")

// exchange answers one request.
func (e *Election) exchange(driver, server net.Conn) error {
	m, err := readWire(driver)
	if err != nil {
		return err
	}
	if m.handshake() {
		reply, err := ask(server, m)
		if err == nil && m.hello() && e.member {
			err = reply.change(e.introduce)
		}
		if err != nil {
			return err
		}
		return reply.write(driver)
	}
	known, number, fault := e.decide(m)
	if known != nil {
		return answerTo(m, known).write(driver)
	}
	if e.member {
		if err := m.change(func(d bson.D) bson.D { return without(d, "lsid", "txnNumber", "$clusterTime") }); err != nil {
			return err
		}
	}
	if fault.kind == refused {
		return answerTo(m, fault.failure()).write(driver)
	}
	reply, err := ask(server, m)
	if err != nil {
		return err
	}
	if fault.kind == none {
		return reply.write(driver)
	}
	told, err := reply.document()
	if err != nil {
		return err
	}
	if number != "" {
		e.mu.Lock()
		e.answers[number] = told
		e.mu.Unlock()
	}
	switch fault.kind {
	case lost:
		return answerTo(m, fault.failure()).write(driver)
	case unconfirmed:
		return answerTo(m, append(told, fault.concern()...)).write(driver)
	default:
		return errHungUp
	}
}

// decide returns what the command was answered before, if it was, else the number
// of the write, empty where it has none, and what becomes of it.
func (e *Election) decide(m *wire) (known bson.D, number string, f Fault) {
	d := bson.Raw(m.doc)
	if txn, err := d.LookupErr("txnNumber"); err == nil {
		number = d.Lookup("lsid").String() + txn.String()
	}
	name := m.name()
	e.mu.Lock()
	defer e.mu.Unlock()
	f = e.answer(Command{Name: name, Write: writes[name], Numbered: number != "", Again: e.seen[number]})
	if number == "" {
		return nil, "", f
	}
	e.seen[number] = true
	if f.kind == none {
		known = e.answers[number]
	}
	return known, number, f
}

var writes = map[string]bool{"insert": true, "update": true, "delete": true, "findAndModify": true}

// introduce makes a server's hello reply that of a member of a replica set.
func (e *Election) introduce(d bson.D) bson.D {
	e.mu.Lock()
	defer e.mu.Unlock()
	d = without(d, "ismaster", "isWritablePrimary", "secondary", "setName", "setVersion", "hosts", "me", "primary", "msg",
		"logicalSessionTimeoutMinutes", "topologyVersion")
	d = append(d, bson.D{
		{Key: "ismaster", Value: !e.voting},
		{Key: "isWritablePrimary", Value: !e.voting},
		{Key: "secondary", Value: e.voting},
		{Key: "setName", Value: "election"},
		{Key: "setVersion", Value: int32(1)},
		{Key: "hosts", Value: bson.A{e.address}},
		{Key: "me", Value: e.address},
		{Key: "logicalSessionTimeoutMinutes", Value: int32(30)},
	}...)
	if !e.voting {
		d = append(d, bson.E{Key: "primary", Value: e.address})
	}
	return d
}
