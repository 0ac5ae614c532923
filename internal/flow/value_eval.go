package flow

import (
	"errors"

	"recado/internal/flow/expr"
)

func (v *Value) eval(s *expr.Scope) (any, []expr.Warning) {
	switch {
	case v.prog != nil:
		return read(v.prog, s)
	case v.tmpl != nil:
		text, warns := v.tmpl.Render(s, expr.Raw)
		return text, warns
	case v.list != nil:
		var all []expr.Warning
		list := make([]any, len(v.list))
		for i, x := range v.list {
			w, warns := x.eval(s)
			list[i], all = w, append(all, warns...)
		}
		return list, all
	case v.fields != nil:
		var all []expr.Warning
		m := make(map[string]any, len(v.fields))
		for _, f := range v.fields {
			w, warns := f.value.eval(s)
			m[f.name], all = w, append(all, warns...)
		}
		return m, all
	}
	return v.lit, nil
}

func warning(err error) expr.Warning {
	if e, ok := errors.AsType[*expr.Error](err); ok {
		return *e
	}
	return expr.Warning{Code: expr.BadValue, What: err.Error()}
}
