package engine

import (
	"slices"
	"strings"

	"recado/internal/flow"
	"recado/internal/flow/normalize"
	"recado/internal/message"
)

func loose(key string) string { return normalize.LooseKey(key) }

// matches reports whether the message looks as a trigger demands.
func (m triggers) matches(want *flow.Match) (word string, ok bool) {
	if want.Media != "" && !mediaFits(want.Media, m.msg.Content.Kind) {
		return "", false
	}
	if want.Ad != "" && want.Ad != m.msg.Ad {
		return "", false
	}
	if len(want.Words) == 0 {
		return "", want.Media != "" || want.Ad != ""
	}
	if m.text.Key == "" {
		return "", false
	}
	phrase := m.text.Phrase()
	if word, ok = matchWords(want, m.text.Key, phrase); ok {
		return word, true
	}
	if plain := loose(phrase); plain != phrase || hasTilde(want.Words) {
		l := *want
		l.Words = make([]string, len(want.Words))
		for i, w := range want.Words {
			l.Words[i] = loose(w)
		}
		return matchWords(&l, loose(m.text.Key), plain)
	}
	return "", false
}

// hasTilde reports whether any of the words is written with ñ.
func hasTilde(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return loose(w) != w })
}

func matchWords(want *flow.Match, key, phrase string) (string, bool) {
	for _, w := range want.Words {
		switch want.How {
		case flow.First:
			if strings.HasPrefix(phrase, w) && (len(phrase) == len(w) || phrase[len(w)] == ' ') {
				return w, true
			}
		case flow.AnyWord:
			if hasWord(phrase, w) {
				return w, true
			}
		case flow.AllWords:
			if !hasWord(phrase, w) {
				return "", false
			}
		case flow.Prefix:
			if strings.HasPrefix(key, w) {
				return w, true
			}
		case flow.Only:
			if key == w || phrase == w {
				return w, true
			}
		}
	}
	if want.How == flow.AllWords {
		return strings.Join(want.Words, " "), true
	}
	return "", false
}

// hasWord reports whether w stands in phrase as whole words.
func hasWord(phrase, w string) bool {
	for from := 0; ; {
		i := strings.Index(phrase[from:], w)
		if i < 0 || w == "" {
			return false
		}
		i += from
		end := i + len(w)
		if (i == 0 || phrase[i-1] == ' ') && (end == len(phrase) || phrase[end] == ' ') {
			return true
		}
		from = i + 1
	}
}

func mediaFits(want string, k message.Kind) bool {
	switch want {
	case "any":
		return k == message.Image || k == message.Video || k == message.Audio || k == message.Voice || k == message.Document || k == message.Sticker
	case "order":
		return false
	}
	return want == string(k)
}
