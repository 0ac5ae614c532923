package mongotest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What the protocol calls the messages that occur: the first question of a driver
// and its answer, and all others.
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

const (
	headerSize = 16
	maxWire    = 48 << 20
)

// wire is a message of the protocol: header, what comes before the first document, the
// document, and the sequences of documents after it.
type wire struct {
	id, to, op         int32
	before, doc, after []byte
}

var errWire = errors.New("not a message of MongoDB's protocol")

func readWire(from io.Reader) (*wire, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(from, h[:]); err != nil {
		return nil, err
	}
	field := func(i int) int32 { return int32(binary.LittleEndian.Uint32(h[4*i:])) }
	size := field(0)
	if size < headerSize || size > maxWire {
		return nil, fmt.Errorf("%w: %d bytes", errWire, size)
	}
	b := make([]byte, size-headerSize)
	if _, err := io.ReadFull(from, b); err != nil {
		return nil, err
	}
	m := &wire{id: field(1), to: field(2), op: field(3)}
	return m, m.split(b)
}

// split finds the first document.
func (m *wire) split(b []byte) error {
	at := 0
	switch m.op {
	case opMsg: // flags, and the kind of the section
		at = 4 + 1
	case opReply: // flags, cursor, first, count
		at = 4 + 8 + 4 + 4
	case opQuery: // flags, the collection's name, skip, count
		name := slices.Index(b[min(4, len(b)):], 0)
		at = 4 + name + 1 + 4 + 4
	default:
		return fmt.Errorf("%w: operation %d", errWire, m.op)
	}
	if len(b) < at+4 || m.op == opMsg && b[4] != 0 {
		return fmt.Errorf("%w: operation %d", errWire, m.op)
	}
	end := at + int(binary.LittleEndian.Uint32(b[at:]))
	if end < at || end > len(b) {
		return fmt.Errorf("%w: operation %d", errWire, m.op)
	}
	m.before, m.doc, m.after = b[:at], b[at:end], b[end:]
	return nil
}

func (m *wire) write(to io.Writer) error {
	size := headerSize + len(m.before) + len(m.doc) + len(m.after)
	b := make([]byte, 0, size)
	for _, v := range []int32{int32(size), m.id, m.to, m.op} {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	_, err := to.Write(slices.Concat(b, m.before, m.doc, m.after))
	return err
}

func (m *wire) document() (d bson.D, err error) {
	err = bson.Unmarshal(m.doc, &d)
	return d, err
}

func (m *wire) change(by func(bson.D) bson.D) error {
	d, err := m.document()
	if err == nil {
		m.doc, err = bson.Marshal(by(d))
	}
	return err
}

// name is the command's: the first key of the document.
func (m *wire) name() string {
	first, err := bson.Raw(m.doc).IndexErr(0)
	if err != nil {
		return ""
	}
	return first.Key()
}

func (m *wire) hello() bool {
	return slices.Contains([]string{"hello", "isMaster", "ismaster"}, m.name())
}

// handshake reports whether the driver speaks of the connection, not of records.
func (m *wire) handshake() bool {
	return m.op == opQuery || m.hello() ||
		slices.Contains([]string{"ping", "buildInfo", "saslStart", "saslContinue", "endSessions", "killCursors"}, m.name())
}

// answerTo is d as the answer to m.
func answerTo(m *wire, d bson.D) *wire {
	doc, err := bson.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("mongotest: write an answer: %v", err)) // it came from a server, or is one of ours
	}
	return &wire{to: m.id, op: opMsg, before: make([]byte, 5), doc: doc}
}

// ask returns the server's answer to m.
func ask(server net.Conn, m *wire) (*wire, error) {
	if err := m.write(server); err != nil {
		return nil, err
	}
	return readWire(server)
}

func without(d bson.D, keys ...string) bson.D {
	return slices.DeleteFunc(d, func(e bson.E) bool { return slices.Contains(keys, e.Key) })
}
