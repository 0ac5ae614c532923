package engine

import (
	"strings"
	"time"

	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/understand"
)

// read understands the message as the kind of answer that the node asks for; why names
// the problem, "" when there is none.
func (m question) read() (v any, why string) {
	switch m.n.As {
	case flow.AskLocation, flow.AskImage, flow.AskDocument, flow.AskVoice, flow.AskAnyMedia, flow.AskContact:
		return m.readObject()
	case flow.AskAddress:
		if l := m.msg.Content.Location; l != nil {
			return locationValue(l), ""
		}
	default: // a text
	}
	if m.raw == "" {
		if m.n.As == flow.AskText && m.n.Voice == "accept" && m.msg.Content.Kind == message.Voice {
			return m.mediaValue(m.msg.Content), ""
		}
		return nil, wrongKind
	}
	return m.readText()
}

// readText understands a text.
func (m question) readText() (v any, why string) {
	c := m.answerContext()
	ok := false
	switch m.n.As {
	case flow.AskText, flow.AskAddress:
		v, ok = understand.Text(m.raw)
		if !ok && len(m.raw) > understand.MaxText {
			return nil, tooLong
		}
	case flow.AskName:
		v, ok = understand.Name(m.raw)
	case flow.AskNumber:
		v, ok = understand.Number(m.raw, c)
	case flow.AskInteger:
		var i int64
		i, ok = understand.Integer(m.raw, c)
		v = float64(i)
	case flow.AskYesNo:
		v, ok = understand.YesNo(m.raw)
	case flow.AskEmail:
		v, ok = understand.Email(m.raw)
	case flow.AskPhone:
		v, ok = understand.Phone(m.raw, c)
	case flow.AskURL:
		v, ok = understand.URL(m.raw)
	case flow.AskMoney:
		var minor int64
		minor, ok = understand.Money(m.raw, c)
		v = float64(minor)
	case flow.AskDate:
		v, ok = understand.Date(m.raw, c, pastOnly(m.n, c))
	case flow.AskTime:
		v, ok = understand.Time(m.raw, c)
	case flow.AskDatetime:
		v, ok = understand.Datetime(m.raw, c)
	case flow.AskRating:
		var stars int64
		stars, ok = understand.Rating(m.raw, c)
		v = float64(stars)
		if m.n.Min == nil && m.n.Max == nil {
			ok = ok && stars >= 1 && stars <= 5
		}
	case flow.AskTaxID:
		v, ok = understand.TaxID(m.raw, c)
	default:
		return nil, "unsupported"
	}
	if !ok {
		return nil, "not_" + string(m.n.As)
	}
	return v, ""
}

// readObject understands messages that are no text: places, contacts, files.
func (m question) readObject() (v any, why string) {
	var files []any
	for _, c := range append([]message.Content{m.msg.Content}, m.msg.Also...) {
		switch {
		case m.n.As == flow.AskLocation && c.Location != nil:
			return locationValue(c.Location), ""
		case m.n.As == flow.AskContact && c.Contact != nil:
			return m.jsonValue(map[string]any{"name": cut(c.Contact.Name, 200), "phone": cut(c.Contact.Phone, 40)}), ""
		case c.Media != nil && acceptsMedia(m.n.As, c.Kind):
			files = append(files, m.mediaValue(c))
		}
	}
	switch {
	case len(files) == 1:
		return files[0], ""
	case len(files) > 1: // an album is one answer: the first file, and all of them
		first, _ := files[0].(map[string]any)
		first["all"] = files[1:]
		return first, ""
	}
	return nil, "not_" + string(m.n.As)
}

func acceptsMedia(as flow.AskKind, k message.Kind) bool {
	switch as {
	case flow.AskImage:
		return k == message.Image
	case flow.AskDocument:
		return k == message.Document || k == message.Image
	case flow.AskVoice:
		return k == message.Voice || k == message.Audio
	case flow.AskAnyMedia:
		return k != message.Sticker
	default: // no file
		return false
	}
}

// mediaValue returns the part of a file that a variable keeps: enough to find and name it.
func (m question) mediaValue(c message.Content) map[string]any {
	v := map[string]any{"kind": string(c.Kind), "message": strings.ToValidUTF8(m.msg.ID, "")}
	if md := c.Media; md != nil {
		for name, s := range map[string]string{"mime": md.MIME, "filename": md.Filename, "caption": md.Caption} {
			if s != "" {
				v[name] = cut(strings.ToValidUTF8(s, "\ufffd"), message.MaxCaption)
			}
		}
		if md.Seconds > 0 {
			v["seconds"] = float64(md.Seconds)
		}
	}
	return v
}

func locationValue(l *message.Location) map[string]any {
	v := map[string]any{"lat": jsonValue(l.Latitude, nil, 0), "lng": jsonValue(l.Longitude, nil, 0)}
	if l.Name != "" {
		v["name"] = cut(strings.ToValidUTF8(l.Name, "\ufffd"), 200)
	}
	if l.Address != "" {
		v["address"] = cut(strings.ToValidUTF8(l.Address, "\ufffd"), 400)
	}
	return v
}

// pastOnly reports whether a question is about days gone by, like a birthday:
// its latest day is today or before.
func pastOnly(n *flow.AskNode, c understand.Context) bool {
	return n.Max != nil && n.Max.Text != "" && n.Max.Text <= c.Now.Format(time.DateOnly)
}

// answerContext returns the language, country, money and moment that the meaning of an
// answer depends on.
func (m question) answerContext() understand.Context {
	lang := m.locale()
	return understand.Context{
		Language: lang[:min(2, len(lang))], Locale: m.def.Locale, Country: m.env.Shop.Country, Currency: m.env.Shop.Currency,
		Now: m.env.Now.In(m.env.zone()),
	}
}
