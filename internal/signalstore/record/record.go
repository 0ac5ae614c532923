// Package record encodes the values that a device stores.
//
// A record is one byte of layout version, then the fields of its kind in a fixed order. A number is a varint (zig-zag), a
// text or byte string its length as an unsigned varint and its bytes. A new field is added at the end: a reader takes a
// missing field as zero and ignores a field that it does not know, so that two versions of the program can share a store
// during an update. Another version byte is refused as corrupt: an incompatible layout gets a new number and a migration.
package record

import (
	"encoding/binary"
	"fmt"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

const version = 1

// Writer appends fields to a record.
type Writer struct{ buf []byte }

// New begins a record whose fields take about size bytes.
func New(size int) *Writer {
	w := &Writer{buf: make([]byte, 0, size+16)}
	w.buf = append(w.buf, version)
	return w
}

// Done returns the record. The writer must not be used afterwards.
func (w *Writer) Done() []byte { return w.buf }

// Int appends a number.
func (w *Writer) Int(n int64) *Writer {
	w.buf = binary.AppendVarint(w.buf, n)
	return w
}

// Bytes appends a byte string.
func (w *Writer) Bytes(b []byte) *Writer {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(b)))
	w.buf = append(w.buf, b...)
	return w
}

// Str appends a text.
func (w *Writer) Str(s string) *Writer {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
	w.buf = append(w.buf, s...)
	return w
}

// Flag appends a truth value, as a number.
func (w *Writer) Flag(b bool) *Writer {
	if b {
		return w.Int(1)
	}
	return w.Int(0)
}

// JID appends all parts of a JID: its text form leaves out some that WhatsApp could send.
func (w *Writer) JID(j types.JID) *Writer {
	return w.Str(j.User).Str(j.Server).Int(int64(j.RawAgent)).Int(int64(j.Device)).Int(int64(j.Integrator))
}

// Reader reads the fields of a record in order. The first damage sticks and makes every further field zero.
type Reader struct {
	buf []byte
	err error
}

// Open begins to read a record.
func Open(data []byte) *Reader {
	if len(data) == 0 || data[0] != version {
		return &Reader{err: fmt.Errorf("%w: record version", kv.ErrCorrupt)}
	}
	return &Reader{buf: data[1:]}
}

// Err returns kv.ErrCorrupt, wrapped, when the record was damaged.
func (r *Reader) Err() error { return r.err }

// Int reads a number.
func (r *Reader) Int() int64 {
	if len(r.buf) == 0 {
		return 0
	}
	n, size := binary.Varint(r.buf)
	if size <= 0 {
		r.damage()
		return 0
	}
	r.buf = r.buf[size:]
	return n
}

// Bytes returns a part of the record, nil for an empty string.
func (r *Reader) Bytes() []byte {
	if len(r.buf) == 0 {
		return nil
	}
	n, size := binary.Uvarint(r.buf)
	if size <= 0 || n > uint64(len(r.buf)-size) {
		r.damage()
		return nil
	}
	b := r.buf[size : size+int(n) : size+int(n)]
	r.buf = r.buf[size+int(n):]
	if n == 0 {
		return nil
	}
	return b
}

// Str reads a text.
func (r *Reader) Str() string { return string(r.Bytes()) }

// Flag reads a truth value.
func (r *Reader) Flag() bool { return r.Int() != 0 }

// JID reads a JID.
func (r *Reader) JID() types.JID {
	return types.JID{
		User: r.Str(), Server: r.Str(), RawAgent: uint8(r.Int()), Device: uint16(r.Int()), Integrator: uint16(r.Int()),
	}
}

// Key32 reads a byte string that must be a key of 32 bytes.
func (r *Reader) Key32() (key [32]byte) {
	b := r.Bytes()
	if len(b) != len(key) {
		r.damage()
		return key
	}
	return [32]byte(b)
}

func (r *Reader) damage() {
	r.buf = nil
	if r.err == nil {
		r.err = fmt.Errorf("%w: record is cut off", kv.ErrCorrupt)
	}
}

// Wrap makes a record of bytes that libsignal has serialized.
func Wrap(data []byte) []byte {
	wrapped := make([]byte, 0, 1+len(data))
	return append(append(wrapped, version), data...)
}

// Unwrap returns the bytes of Wrap, nil for no record.
func Unwrap(data []byte) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	r := Open(data)
	return r.buf, r.err
}
