package engine

import (
	"strings"
	"time"
)

// jsonValue turns a value into the types that reading JSON yields: nil, bool, float64,
// string, []any, map[string]any. Moments become text with the shop's offset.
func (m *evaluator) jsonValue(v any) any { return jsonValue(v, m.env.Shop.Zone, 0) }

// maxNesting bounds how deep a value may nest; anything deeper becomes nil.
const maxNesting = 16

func jsonValue(v any, zone *time.Location, depth int) any {
	if depth > maxNesting {
		return nil
	}
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return strings.ToValidUTF8(v, "\ufffd")
	case float64:
		if v != v || v > 1e300 || v < -1e300 {
			return nil
		}
		if v == 0 {
			return 0.0 // JSON would keep -0
		}
		return v
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case time.Time:
		if zone == nil {
			zone = time.UTC
		}
		return v.In(zone).Format(time.RFC3339)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = jsonValue(x, zone, depth+1)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[strings.ToValidUTF8(k, "\ufffd")] = jsonValue(x, zone, depth+1)
		}
		return out
	}
	return nil
}
