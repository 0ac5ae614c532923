package wasim

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/binary/token"
)

const (
	// maxFrame bounds what one client frame may hold, before and after
	// decompression. The largest that clients send is an upload of 812 prekeys,
	// about 60 KB.
	maxFrame = 1 << 20
	// maxDepth bounds the nesting of a client's stanza; clients need seven.
	maxDepth = 32
)

var errFrame = errors.New("malformed frame")

// splitHeader takes the connection header off a client's first message: an
// optional routing block "ED 0 1 len24 data", then "WA", the protocol version
// and the dictionary version. Only the latter four bytes are authenticated.
func splitHeader(data []byte) (header, rest []byte, err error) {
	if bytes.HasPrefix(data, []byte{'E', 'D', 0, 1}) {
		if len(data) < 7 {
			return nil, nil, fmt.Errorf("%w: short routing header", errFrame)
		}
		n := 7 + length24(data[4:])
		if len(data) < n {
			return nil, nil, fmt.Errorf("%w: short routing header", errFrame)
		}
		data = data[n:]
	}
	if len(data) < 4 || data[0] != 'W' || data[1] != 'A' {
		return nil, nil, fmt.Errorf("%w: no WA header", errFrame)
	}
	if data[2] != 6 || data[3] != token.DictVersion {
		return nil, nil, fmt.Errorf("%w: protocol %d, dictionary %d", errFrame, data[2], data[3])
	}
	return data[:4:4], data[4:], nil
}

// nextFrame cuts one length-prefixed frame off data; ok is false when it is incomplete.
func nextFrame(data []byte) (frame, rest []byte, ok bool, err error) {
	if len(data) < 3 {
		return nil, data, false, nil
	}
	n := length24(data)
	if n > maxFrame {
		return nil, nil, false, fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	if len(data) < 3+n {
		return nil, data, false, nil
	}
	return data[3 : 3+n], data[3+n:], true, nil
}

func appendFrame(dst, frame []byte) []byte {
	n := len(frame)
	dst = append(dst, byte(n>>16), byte(n>>8), byte(n))
	return append(dst, frame...)
}

func length24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// parseNode decodes the stanza of a decrypted frame. The decoder of the library
// trusts its peer: it allocates any list length, recurses to any depth and panics
// on a non-string tag. So shapeChecker checks the frame first.
func parseNode(frame []byte) (n *wabin.Node, err error) {
	plain, err := inflate(frame)
	if err != nil {
		return nil, err
	}
	c := shapeChecker{data: plain}
	if err = c.node(0); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			n, err = nil, fmt.Errorf("%w: %v", errFrame, r)
		}
	}()
	if n, err = wabin.Unmarshal(plain); err != nil {
		return nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	return n, nil
}

func inflate(frame []byte) ([]byte, error) {
	if len(frame) < 2 {
		return nil, fmt.Errorf("%w: empty", errFrame)
	}
	if frame[0]&2 == 0 {
		return frame[1:], nil
	}
	r, err := zlib.NewReader(bytes.NewReader(frame[1:]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	if len(plain) > maxFrame {
		return nil, fmt.Errorf("%w: inflates beyond %d bytes", errFrame, maxFrame)
	}
	return plain, nil
}

// shapeChecker walks a serialised stanza without building it.
type shapeChecker struct {
	data []byte
	at   int
}

func (c *shapeChecker) node(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: nested too deeply", errFrame)
	}
	size, err := c.list(c.byte())
	if err != nil {
		return err
	}
	if size == 0 {
		return fmt.Errorf("%w: empty stanza", errFrame)
	}
	values := size // tag, attributes; an even number means that content follows
	if size%2 == 0 {
		values--
	}
	for range values {
		if err := c.value(c.byte(), depth, false); err != nil {
			return err
		}
	}
	if size%2 == 0 {
		return c.value(c.byte(), depth, true)
	}
	return nil
}

// value skips one value; only content may be a list of stanzas.
func (c *shapeChecker) value(tag, depth int, content bool) error {
	switch tag {
	case token.List8, token.List16:
		if !content {
			return fmt.Errorf("%w: list as a value", errFrame)
		}
		size, err := c.list(tag)
		if err != nil {
			return err
		}
		for range size {
			if err := c.node(depth + 1); err != nil {
				return err
			}
		}
		return nil
	case token.Binary8:
		return c.skip(c.byte())
	case token.Binary20:
		return c.skip(c.number(3) & 0xFFFFF)
	case token.Binary32:
		return c.skip(c.number(4))
	case token.Nibble8, token.Hex8:
		return c.skip(c.byte() & 0x7F)
	case token.JIDPair:
		return errors.Join(c.word(depth), c.word(depth))
	case token.ADJID:
		return errors.Join(c.skip(2), c.word(depth))
	case token.FBJID:
		return errors.Join(c.word(depth), c.skip(2), c.word(depth))
	case token.InteropJID:
		return errors.Join(c.word(depth), c.skip(4), c.word(depth))
	case token.Dictionary0, token.Dictionary1, token.Dictionary2, token.Dictionary3:
		return c.skip(1)
	default:
		return c.skip(0)
	}
}

// word skips a part of a JID, which is never a JID itself.
func (c *shapeChecker) word(depth int) error {
	switch tag := c.byte(); tag {
	case token.JIDPair, token.ADJID, token.FBJID, token.InteropJID:
		return fmt.Errorf("%w: nested JID", errFrame)
	default:
		return c.value(tag, depth, false)
	}
}

func (c *shapeChecker) list(tag int) (int, error) {
	size := 0
	switch tag {
	case token.ListEmpty:
	case token.List8:
		size = c.byte()
	case token.List16:
		size = c.number(2)
	default:
		return 0, fmt.Errorf("%w: %d is no list", errFrame, tag)
	}
	if size > len(c.data)-c.at { // every element takes a byte
		return 0, fmt.Errorf("%w: list longer than the frame", errFrame)
	}
	return size, nil
}

func (c *shapeChecker) byte() int { return c.number(1) }

// number reads a big-endian number; beyond the end it is -1 and the next skip fails.
func (c *shapeChecker) number(n int) int {
	if c.at+n > len(c.data) {
		c.at = len(c.data) + 1
		return -1
	}
	v := 0
	for _, b := range c.data[c.at : c.at+n] {
		v = v<<8 | int(b)
	}
	c.at += n
	return v
}

func (c *shapeChecker) skip(n int) error {
	if n < 0 || n > len(c.data)-c.at {
		return fmt.Errorf("%w: cut short", errFrame)
	}
	c.at += n
	return nil
}
