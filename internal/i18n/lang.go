// Package i18n holds the catalogue of sentences for people: one JSON file per
// language, with the same keys and placeholders in each (a test compares them). Keys
// and codes are stable, sentences are not. Spanish stands in for other languages.
//
// To add a sentence, add its key to es.json, en.json and pt.json, and look it up with
// Text, Find or Must.
package i18n

import (
	"strings"

	"golang.org/x/text/language"
)

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

// maxHeader bounds an Accept-Language header, in bytes; browsers send about 60.
const maxHeader = 256

// Pick returns the best language for the first usable preference, each of which is an
// Accept-Language header or a language tag. Spanish if there is none.
func Pick(preferences ...string) Lang {
	for _, preference := range preferences {
		if preference == "" || len(preference) > maxHeader {
			continue
		}
		tags, _, err := language.ParseAcceptLanguage(preference)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := matcher.Match(tags...); confidence > language.No {
			return Langs[i]
		}
	}
	return Spanish
}

// LangOf returns the language of a locale tag, such as "es-MX".
func LangOf(locale string) Lang {
	switch lang, _, _ := strings.Cut(locale, "-"); Lang(lang) {
	case English:
		return English
	case Portuguese:
		return Portuguese
	}
	return Spanish
}
