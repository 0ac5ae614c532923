package engine

import (
	"strings"
	"unicode/utf8"

	"recado/internal/flow"
	"recado/internal/message"
)

// readObject understands messages that are no text.
func (m *machine) readObject(n *flow.AskNode) (v any, why string) {
	var files []any
	for _, c := range append([]message.Content{m.msg.Content}, m.msg.Also...) {
		switch {
		case n.As == flow.AskLocation && c.Location != nil:
			return locationValue(c.Location), ""
		case n.As == flow.AskContact && c.Contact != nil:
			return m.plain(map[string]any{"name": cut(c.Contact.Name, 200), "phone": cut(c.Contact.Phone, 40)}), ""
		case c.Media != nil && wanted(n.As, c.Kind):
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
	return nil, "not_" + string(n.As)
}

func wanted(as flow.AskKind, k message.Kind) bool {
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

// mediaValue is what a variable keeps of a file: enough to find and name it.
func (m *machine) mediaValue(c message.Content) map[string]any {
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
	v := map[string]any{"lat": plain(l.Latitude, nil, 0), "lng": plain(l.Longitude, nil, 0)}
	if l.Name != "" {
		v["name"] = cut(strings.ToValidUTF8(l.Name, "\ufffd"), 200)
	}
	if l.Address != "" {
		v["address"] = cut(strings.ToValidUTF8(l.Address, "\ufffd"), 400)
	}
	return v
}

// within tests an answer against min and max: numbers as numbers, texts by
// their length, dates and times as moments.
func (m *machine) within(n *flow.AskNode, v any) bool {
	return (n.Min == nil || compare(v, n.Min) >= 0) && (n.Max == nil || compare(v, n.Max) <= 0)
}

// compare orders a value against a bound: negative, zero, positive.
func compare(v any, b *flow.Bound) int {
	switch v := v.(type) {
	case float64:
		return order(v, b.Num)
	case string:
		if b.Text == "" {
			return order(float64(utf8.RuneCountInString(v)), b.Num)
		}
		return order(v, b.Text)
	}
	return 0
}

func order[T float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
