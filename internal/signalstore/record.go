package signalstore

import (
	"encoding/binary"
	"fmt"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// Stored values are records: one byte of version, then the fields of the kind in a fixed order. A number is a varint
// (zig-zag), a text or byte string its length as an unsigned varint and its bytes. A new field is added at the end: a
// reader takes what is missing as zero and ignores what it does not know, so that two versions of the program can share
// a store during an update. A record with another version byte is refused as corrupt: an incompatible layout gets a new
// number and a migration.
const recordVersion = 1

type writer struct{ buf []byte }

func newRecord(size int) *writer {
	w := &writer{buf: make([]byte, 0, size+16)}
	w.buf = append(w.buf, recordVersion)
	return w
}

func (w *writer) int(n int64) *writer {
	w.buf = binary.AppendVarint(w.buf, n)
	return w
}

func (w *writer) bytes(b []byte) *writer {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(b)))
	w.buf = append(w.buf, b...)
	return w
}

func (w *writer) str(s string) *writer {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
	w.buf = append(w.buf, s...)
	return w
}

func (w *writer) flag(b bool) *writer {
	if b {
		return w.int(1)
	}
	return w.int(0)
}

// jid writes all parts of a JID: its text form does not tell everything that WhatsApp could send.
func (w *writer) jid(j types.JID) *writer {
	return w.str(j.User).str(j.Server).int(int64(j.RawAgent)).int(int64(j.Device)).int(int64(j.Integrator))
}

// reader reads a record's fields. The first damage sticks and makes every further field zero.
type reader struct {
	buf []byte
	err error
}

func openRecord(data []byte) *reader {
	if len(data) == 0 || data[0] != recordVersion {
		return &reader{err: fmt.Errorf("%w: record version", kv.ErrCorrupt)}
	}
	return &reader{buf: data[1:]}
}

func (r *reader) int() int64 {
	if len(r.buf) == 0 {
		return 0
	}
	n, size := binary.Varint(r.buf)
	if size <= 0 {
		r.damaged()
		return 0
	}
	r.buf = r.buf[size:]
	return n
}

// bytes returns a part of the record, nil for an empty string.
func (r *reader) bytes() []byte {
	if len(r.buf) == 0 {
		return nil
	}
	n, size := binary.Uvarint(r.buf)
	if size <= 0 || n > uint64(len(r.buf)-size) {
		r.damaged()
		return nil
	}
	b := r.buf[size : size+int(n) : size+int(n)]
	r.buf = r.buf[size+int(n):]
	if n == 0 {
		return nil
	}
	return b
}

func (r *reader) str() string { return string(r.bytes()) }

func (r *reader) jid() types.JID {
	return types.JID{
		User: r.str(), Server: r.str(), RawAgent: uint8(r.int()), Device: uint16(r.int()), Integrator: uint16(r.int()),
	}
}

func (r *reader) flag() bool { return r.int() != 0 }

func (r *reader) damaged() {
	r.buf = nil
	if r.err == nil {
		r.err = fmt.Errorf("%w: record is cut off", kv.ErrCorrupt)
	}
}

// array32 reads a byte string that must be a key of 32 bytes.
func (r *reader) array32() (key [32]byte) {
	b := r.bytes()
	if len(b) != len(key) {
		r.damaged()
		return key
	}
	return [32]byte(b)
}
