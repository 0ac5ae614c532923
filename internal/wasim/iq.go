package wasim

import (
	"fmt"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// iqHandler answers one namespace with the children of the result.
type iqHandler func(c *conn, n *wabin.Node) []wabin.Node

// iqTable holds the known requests of a logged-in client by namespace. Any other
// gets an empty result and is counted in Stats.Unknown.
var iqTable = map[string]iqHandler{
	"encrypt":                   iqPreKeys,
	"usync":                     iqUsync,
	"passive":                   iqPassive,
	"md":                        iqDevices,
	"w:m":                       iqMediaConn,
	"w:sync:app:state":          iqAppState,
	"privacy":                   iqPrivacy,
	"blocklist":                 iqEmptyList,
	"abt":                       iqProps,
	"w":                         iqProps,
	"w:p":                       iqNothing, // keep-alive
	"w:stats":                   iqNothing,
	"w:biz":                     iqNothing,
	"w:mex":                     iqMex,
	"w:profile:picture":         iqNothing,
	"urn:xmpp:whatsapp:dirty":   iqNothing,
	"urn:xmpp:whatsapp:account": iqNothing,
	"status":                    iqNothing,
	"disappearing_mode":         iqNothing,
	"w:g2":                      iqGroups,
}

// iqBeforeLogin is iqTable of a registration.
var iqBeforeLogin = map[string]iqHandler{
	"md":      iqRegister,
	"w:p":     iqNothing,
	"w:stats": iqNothing,
}

// handle dispatches a client's stanza.
func (c *conn) handle(n *wabin.Node) {
	switch n.Tag {
	case "iq":
		c.handleIQ(n)
	case "message":
		c.handleMessage(n)
	case "receipt":
		c.handleReceipt(n)
	case "ack":
		c.handleAck(n)
	case "presence":
		c.handlePresence(n)
	case "chatstate":
		c.handleChatState(n)
	case "ib", "xmlstreamend", "call":
		// accepted without effect
	case "":
	default:
		c.srv.stats.unknownStanza(n.Tag)
	}
}

func (c *conn) handleIQ(n *wabin.Node) {
	switch kind := attr(n, "type"); kind {
	case "result", "error":
		c.answered(n)
		return
	case "get", "set":
	default: // one client leaves it out
		if attr(n, "xmlns") != "w:stats" {
			c.srv.stats.unknownStanza("iq type=" + kind)
		}
	}
	table := iqTable
	if c.comp == nil {
		table = iqBeforeLogin
	}
	result := wabin.Node{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "type": "result", "id": attr(n, "id")}}
	if handler, ok := table[attr(n, "xmlns")]; !ok {
		// A client that was cut off may repeat a request on a connection that is not logged in yet, or never will be.
		if iqTable[attr(n, "xmlns")] == nil {
			c.srv.stats.unknownIQ(n)
		}
	} else if children := handler(c, n); len(children) > 0 {
		result.Content = children
	}
	c.push(result)
	if attr(n, "xmlns") == "passive" && c.comp != nil {
		c.openQueue()
		c.srv.faults.onLogin(c)
	}
}

// answered passes the client's answer to pair-device or pair-success on.
func (c *conn) answered(n *wabin.Node) {
	if c.reg == nil {
		return
	}
	if _, signed := n.GetOptionalChildByTag("pair-device-sign"); !signed && attr(n, "type") != "error" {
		return // the answer to pair-device
	}
	select {
	case c.reg.answer <- n:
	default:
	}
}

func firstChild(n *wabin.Node) wabin.Node {
	if children := n.GetChildren(); len(children) > 0 {
		return children[0]
	}
	return wabin.Node{}
}

func iqNothing(*conn, *wabin.Node) []wabin.Node { return nil }

func iqPassive(*conn, *wabin.Node) []wabin.Node { return nil }

func iqEmptyList(*conn, *wabin.Node) []wabin.Node {
	return []wabin.Node{el("list", attrs{"dhash": "none"})}
}

func iqProps(*conn, *wabin.Node) []wabin.Node {
	return []wabin.Node{el("props", attrs{"protocol": "1", "hash": "sim", "refresh": "86400", "refresh_id": "1"})}
}

func iqGroups(*conn, *wabin.Node) []wabin.Node { return []wabin.Node{el("groups", nil)} }

// iqMex answers a GraphQL query: no restriction is active.
func iqMex(*conn, *wabin.Node) []wabin.Node {
	return []wabin.Node{blob("result", []byte(`{"data":{"xwa2_fetch_account_reachout_timelock":{"is_active":false}}}`))}
}

func iqPrivacy(_ *conn, n *wabin.Node) []wabin.Node {
	if attr(n, "type") != "get" {
		return nil
	}
	var out []wabin.Node
	for _, name := range []string{"readreceipts", "last", "online", "profile", "status", "groupadd", "calladd"} {
		out = append(out, wabin.Node{Tag: "category", Attrs: attrs{"name": name, "value": "all"}})
	}
	return []wabin.Node{el("privacy", nil, out...)}
}

// iqAppState answers that every collection is empty, and drops patches.
func iqAppState(_ *conn, n *wabin.Node) []wabin.Node {
	sync := firstChild(n)
	var out []wabin.Node
	for _, collection := range sync.GetChildren() {
		version := attr(&collection, "version")
		if version == "" {
			version = "0"
		}
		out = append(out, wabin.Node{Tag: "collection", Attrs: attrs{"name": attr(&collection, "name"), "version": version, "has_more_patches": "false"}})
	}
	return []wabin.Node{el("sync", nil, out...)}
}

// iqDevices answers a logged-in device: it may unlink itself.
func iqDevices(c *conn, n *wabin.Node) []wabin.Node {
	switch child := firstChild(n); child.Tag {
	case "remove-companion-device":
		c.comp.acc.unlink(c.comp)
		c.srv.notifyDeviceList(c.comp.acc)
	default:
		c.srv.stats.unknownIQ(n)
	}
	return nil
}

// iqRegister answers a registration.
func iqRegister(c *conn, n *wabin.Node) []wabin.Node {
	child := firstChild(n)
	switch {
	case c.reg == nil:
		return nil
	case child.Tag == "link_code_companion_reg" && attr(&child, "stage") == "companion_hello":
		return c.reg.companionHello(c.srv, child)
	case child.Tag == "link_code_companion_reg" && attr(&child, "stage") == "companion_finish":
		select {
		case c.reg.finish <- &child:
		default:
		}
		return nil
	default:
		if out, ok := c.reg.passkey(child); ok {
			return out
		}
		c.srv.stats.unknownIQ(n)
		return nil
	}
}

func iqMediaConn(c *conn, _ *wabin.Node) []wabin.Node {
	return []wabin.Node{el("media_conn", attrs{"auth": "sim", "ttl": "3600", "auth_ttl": "21600", "max_buckets": "12"},
		el("host", attrs{"hostname": mediaHost}))}
}

// iqName names a request in Stats: namespace, type and first child.
func iqName(n *wabin.Node) string {
	child := firstChild(n)
	return fmt.Sprintf("%s %s %s", attr(n, "xmlns"), attr(n, "type"), child.Tag)
}
