package wasim

import (
	"encoding/binary"
	"strconv"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

type attrs = wabin.Attrs

// el is a stanza with children.
func el(tag string, a attrs, children ...wabin.Node) wabin.Node {
	n := wabin.Node{Tag: tag, Attrs: a}
	if len(children) > 0 {
		n.Content = children
	}
	return n
}

// blob is a stanza with bytes.
func blob(tag string, content []byte) wabin.Node {
	return wabin.Node{Tag: tag, Content: content}
}

// attr reads an attribute that some clients send as a string and others as a JID.
func attr(n *wabin.Node, key string) string {
	switch v := n.Attrs[key].(type) {
	case string:
		return v
	case types.JID:
		return v.String()
	default:
		return ""
	}
}

func attrInt(n *wabin.Node, key string) int {
	v, err := strconv.Atoi(attr(n, key))
	if err != nil {
		return 0
	}
	return v
}

// attrJID reads an attribute as a JID; the older user server is the same as the newer.
func attrJID(n *wabin.Node, key string) (types.JID, bool) {
	var j types.JID
	switch v := n.Attrs[key].(type) {
	case types.JID:
		j = v
	case string:
		parsed, err := types.ParseJID(v)
		if err != nil {
			return types.JID{}, false
		}
		j = parsed
	default:
		return types.JID{}, false
	}
	if j.Server == types.LegacyUserServer {
		j.Server = types.DefaultUserServer
	}
	return j, true
}

func childBytes(n *wabin.Node, path ...string) []byte {
	child, ok := n.GetOptionalChildByTag(path...)
	if !ok {
		return nil
	}
	switch v := child.Content.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	default:
		return nil
	}
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func bigEndian(v uint32, size int) []byte {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	return b[4-size:]
}

func fromBigEndian(b []byte) (v uint32) {
	for _, x := range b {
		v = v<<8 | uint32(x)
	}
	return v
}
