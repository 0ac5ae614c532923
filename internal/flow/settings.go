package flow

import "time"

const defaultCollect = 2 * time.Second

// Settings of a flow, defaults filled in.
type Settings struct {
	Expire           time.Duration // a silent run ends; 0 = never before the engine's own limit
	ExpireNext       Ref
	Collect          time.Duration // messages this close together are one answer
	StaleAfter       time.Duration // older input is not answered as if it were fresh; 0 = no limit
	Invalid          Say           // said when an answer is not understood
	UnsupportedMedia Say
	Tries            int // answers that may fail before GiveUp
	GiveUp           Ref
	Typing           bool
	Pace             time.Duration // pause between bubbles
	Groups           Groups
	OnNewVersion     NewVersion
}

// Groups is the policy for messages in groups.
type Groups string

// The group policies.
const (
	IgnoreGroups Groups = "ignore"
	MentionOnly  Groups = "mention_only"
	AllGroups    Groups = "all"
)

// NewVersion is the policy for open conversations when a version is published.
type NewVersion string

// The policies.
const (
	Migrate NewVersion = "migrate"
	Finish  NewVersion = "finish"
	Restart NewVersion = "restart"
)

func (c *compiler) decodeSettings(o object) Settings {
	s, _ := o.sub("settings")
	st := Settings{
		Expire: s.durOr("expire", 24*time.Hour), ExpireNext: s.ref("expire_next", End),
		Collect: s.durOr("collect", defaultCollect), StaleAfter: s.durOr("stale_after", 0),
		Invalid: s.say("invalid"), UnsupportedMedia: s.say("unsupported_media"),
		Tries: s.intOr("tries", 3), GiveUp: s.ref("give_up", Human),
		Typing: s.boolOr("typing", true), Pace: time.Duration(s.intOr("pace_ms", 0)) * time.Millisecond,
		Groups: Groups(s.strOr("groups", string(IgnoreGroups))), OnNewVersion: NewVersion(s.strOr("on_new_version", string(Migrate))),
	}
	if st.UnsupportedMedia == nil {
		st.UnsupportedMedia = defaultText("media", c.locale)
	}
	return st
}
