package engine

import (
	"time"

	"recado/internal/flow"
	"recado/internal/understand"
)

// readMore understands the kinds that need the moment or the shop's money.
func (m *machine) readMore(n *flow.AskNode, c understand.Context) (v any, why string) {
	ok := false
	switch n.As {
	case flow.AskMoney:
		var minor int64
		minor, ok = understand.Money(m.raw, c)
		v = float64(minor)
	case flow.AskDate:
		v, ok = understand.Date(m.raw, c, pastOnly(n, c))
	case flow.AskTime:
		v, ok = understand.Time(m.raw, c)
	case flow.AskDatetime:
		v, ok = understand.Datetime(m.raw, c)
	case flow.AskRating:
		var stars int64
		stars, ok = understand.Rating(m.raw, c)
		v = float64(stars)
		if n.Min == nil && n.Max == nil {
			ok = ok && stars >= 1 && stars <= 5
		}
	case flow.AskTaxID:
		v, ok = understand.TaxID(m.raw, c)
	default:
		return nil, "unsupported"
	}
	if !ok {
		return nil, "not_" + string(n.As)
	}
	return v, ""
}

// pastOnly reports whether a question is about days gone by, like a birthday:
// its latest day is today or before.
func pastOnly(n *flow.AskNode, c understand.Context) bool {
	return n.Max != nil && n.Max.Text != "" && n.Max.Text <= c.Now.Format(time.DateOnly)
}
