// Package i18n says things to people: why a channel has its status, and
// what was wrong with a request, in the language that they read. It holds the
// catalogue and nothing else; codes are stable, sentences are not.
package i18n

import "golang.org/x/text/language"

// Lang is a language of the catalogue.
type Lang string

// The languages, the fall-back first.
const (
	Spanish    Lang = "es"
	English    Lang = "en"
	Portuguese Lang = "pt"
)

// Langs are all of them.
var Langs = []Lang{Spanish, English, Portuguese}

var matcher = language.NewMatcher([]language.Tag{language.Spanish, language.English, language.Portuguese})

// maxWish bounds an Accept-Language header; browsers send about 60 bytes.
const maxWish = 256

// Pick returns the language that suits the first usable wish best: an
// Accept-Language header or a language tag. Spanish when there is none.
func Pick(wishes ...string) Lang {
	for _, wish := range wishes {
		if wish == "" || len(wish) > maxWish {
			continue
		}
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := matcher.Match(tags...); confidence > language.No {
			return Langs[i]
		}
	}
	return Spanish
}

// text is one sentence in the languages, in the order of Langs.
type text [3]string

func (t text) in(l Lang) string {
	for i, known := range Langs {
		if known == l {
			return t[i]
		}
	}
	return t[0]
}
