package wasim

import (
	"strconv"
	"strings"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// iqUsync answers which numbers have an account, with which devices and LID.
func iqUsync(c *conn, n *wabin.Node) []wabin.Node {
	query := n.GetChildByTag("usync", "query")
	list := n.GetChildByTag("usync", "list")
	usync := n.GetChildByTag("usync")
	var users []wabin.Node
	for _, u := range list.GetChildren() {
		users = append(users, c.srv.userInfo(&query, &u))
	}
	return []wabin.Node{el("usync", attrs{"sid": attr(&usync, "sid"), "index": "0", "last": "true", "mode": attr(&usync, "mode"), "context": attr(&usync, "context")},
		el("result", nil), wabin.Node{Tag: "list", Content: users})}
}

// userInfo answers one <user> of a query: one that names a JID, or one that
// carries a number in <contact>.
func (s *Server) userInfo(query, user *wabin.Node) wabin.Node {
	j, named := attrJID(user, "jid")
	asked := childBytes(user, "contact")
	if !named {
		digits, _, _ := strings.Cut(strings.TrimPrefix(string(asked), "+"), "@")
		j = types.NewJID(digits, types.DefaultUserServer)
	}
	a := s.accountOf(j)
	out := wabin.Node{Tag: "user", Attrs: attrs{"jid": j.ToNonAD()}}
	var children []wabin.Node
	for _, wanted := range query.GetChildren() {
		if answer, ok := about(a, j, wanted.Tag, asked); ok {
			children = append(children, answer)
		}
	}
	if len(children) > 0 {
		out.Content = children
	}
	return out
}

func about(a *account, j types.JID, wanted string, asked []byte) (wabin.Node, bool) {
	switch {
	case wanted == "contact":
		kind := "in"
		if a == nil {
			kind = "out"
		}
		n := el("contact", attrs{"type": kind})
		if asked != nil {
			n.Content = asked
		}
		return n, true
	case a == nil:
		return wabin.Node{}, false
	case wanted == "devices":
		return el("devices", nil, a.deviceList()), true
	case wanted == "lid" && j.Server == types.DefaultUserServer: // a client that asks by LID has it
		return el("lid", attrs{"val": a.jid(ByLID, 0)}), true
	case wanted == "status":
		return blob("status", []byte("Hey there!")), true
	default:
		return wabin.Node{}, false
	}
}

// deviceList names every device; clients need the key index of companions.
func (a *account) deviceList() wabin.Node {
	devices := []wabin.Node{{Tag: "device", Attrs: attrs{"id": "0"}}}
	for _, c := range a.linked() {
		devices = append(devices, wabin.Node{Tag: "device", Attrs: attrs{"id": strconv.Itoa(c.id), "key-index": strconv.FormatUint(uint64(c.keyIndex), 10)}})
	}
	return wabin.Node{Tag: "device-list", Content: devices}
}
