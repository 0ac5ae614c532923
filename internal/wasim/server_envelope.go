package wasim

import (
	"strconv"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// envelope is one message from one device to another.
type envelope struct {
	id       string
	from, to address
	chat     *account // the other party, in a copy for a device of the same account
	at       time.Time
	kind     string // type of the stanza: text, media, poll, reaction
	name     string // push name of the sender
	edit     string
	category string // "peer" between devices of one account
	enc      ciphertext
	plain    []byte       // between two phones of the simulator, instead of enc
	extra    []wabin.Node // siblings of <participants>, such as device-identity
}

// ciphertext is one <enc>.
type ciphertext struct {
	kind      string // pkmsg or msg
	body      []byte
	mediaType string
	onFailure string // decrypt-fail
	count     int    // retries
}

func encFrom(n wabin.Node) ciphertext {
	body, _ := n.Content.([]byte)
	return ciphertext{kind: attr(&n, "type"), body: body, mediaType: attr(&n, "mediatype"), onFailure: attr(&n, "decrypt-fail"), count: attrInt(&n, "count")}
}

func (e ciphertext) node() wabin.Node {
	n := wabin.Node{Tag: "enc", Content: e.body, Attrs: attrs{"v": "2", "type": e.kind, "mediatype": e.mediaType, "decrypt-fail": e.onFailure}}
	if e.count > 0 {
		n.Attrs["count"] = strconv.Itoa(e.count)
	}
	return n
}

// node is the stanza for a linked device.
func (l *envelope) node(mode Addressing) wabin.Node {
	a := attrs{
		"id": l.id, "type": l.kind, "t": unix(l.at), "from": l.from.acc.jid(mode, l.from.device),
		"notify": l.name, "edit": l.edit, "category": l.category,
	}
	own := l.from.acc == l.to.acc
	switch {
	case own && l.chat != nil:
		a["recipient"] = l.chat.jid(mode, 0)
		a["addressing_mode"] = string(mode)
		if mode == ByLID {
			a["peer_recipient_pn"] = l.chat.jid(ByPN, 0)
		} else {
			a["peer_recipient_lid"] = l.chat.jid(ByLID, 0)
		}
	case own:
		a["from"] = l.from.acc.jid(ByPN, l.from.device)
	case mode == ByLID:
		a["addressing_mode"], a["sender_pn"] = string(mode), l.from.acc.jid(ByPN, 0)
	default:
		a["addressing_mode"], a["sender_lid"] = string(mode), l.from.acc.jid(ByLID, 0)
	}
	return wabin.Node{Tag: "message", Attrs: a, Content: append([]wabin.Node{l.enc.node()}, l.extra...)}
}

// deliver hands an envelope to its device.
func (s *Server) deliver(l *envelope) {
	if l.to.device == 0 {
		p := l.to.acc.phone
		p.do(func() { p.receive(l) })
		return
	}
	if c := l.to.acc.companion(l.to.device); c != nil {
		s.enqueue(c, l.node(l.from.acc.phone.addressing()))
	}
}
