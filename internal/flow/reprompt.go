package flow

import "time"

// Reprompt is how menu, ask and catalog treat an answer that does not fit, and
// silence.
type Reprompt struct {
	Tries     int // answers that may fail before OnInvalid, from 1
	Invalid   Say // said after an answer that does not fit; never nil
	OnInvalid Ref
	Nudges    []Nudge
}

// Nudge answers silence: it says Say, then goes to Next when that is set.
type Nudge struct {
	After time.Duration // since the question
	Say   Say
	Next  Ref // "" = stay
}

func (r *Reprompt) exits() []Exit {
	return append([]Exit{{"on_invalid", r.OnInvalid, long}}, nudgeExits(r.Nudges)...)
}

// reprompt reads the fields of Reprompt. The default text for defaultKey is said
// when neither the node nor the flow has an "invalid" text.
func (o object) reprompt(defaultKey string) Reprompt {
	st := &o.c.settings
	r := Reprompt{
		Tries: o.intOr("tries", st.Tries), Invalid: o.say("invalid"),
		OnInvalid: o.ref("on_invalid", st.GiveUp), Nudges: o.nudges(),
	}
	if r.Invalid == nil {
		r.Invalid = st.Invalid
	}
	if r.Invalid == nil {
		r.Invalid = defaultText(defaultKey, o.c.locale)
	}
	return r
}

func (o object) nudges() []Nudge {
	var ns []Nudge
	o.each("nudges", func(i int, n object) {
		if i == 0 {
			o.c.supports(o.place("nudges"), Nudges, codeUnsupported, "nudges")
		}
		ns = append(ns, Nudge{After: n.durOr("after", 0), Say: n.say("say"), Next: n.ref("next", "")})
	})
	return ns
}
