package flow

import (
	"strconv"
	"strings"

	"recado/internal/flow/expr"
)

// defaultText returns the text for a key of defaultTexts, used where the author
// left it open: in the flow's language, and translated for contacts of another.
func defaultText(key, locale string) Say {
	t, ok := defaultTexts[key]
	if !ok {
		t = defaultTexts["text"]
	}
	return translated(t, locale)
}

// defaultBoundText makes one of boundTexts.
func defaultBoundText(key, locale string, bounds *strings.Replacer) Say {
	row := boundTexts[key]
	for i := range row {
		row[i] = bounds.Replace(row[i])
	}
	return translated(parseRow(row), locale)
}

// translated makes one bubble of the templates by language. A flow in a language
// that has none falls back to English.
func translated(langs map[string]*expr.Template, locale string) Say {
	base, ok := langs[locale[:min(2, len(locale))]]
	if !ok {
		base = langs["en"]
	}
	return Say{&TextBubble{&Text{base: base, langs: langs}}}
}

// defaultTexts answer an answer that does not fit, by the kind of question.
var defaultTexts = parseRows(map[string][3]string{ // Spanish, English, Portuguese
	"choice":     {"No te entendí 🙈 Responde con el número de una opción.", "I didn't get that 🙈 Please reply with the number of an option.", "Não entendi 🙈 Responda com o número de uma opção."},
	"text":       {"No te entendí 🙈 Escríbelo de nuevo, por favor.", "I didn't get that 🙈 Please write it again.", "Não entendi 🙈 Escreva de novo, por favor."},
	"name":       {"Eso no parece un nombre. ¿Cómo te llamas?", "That doesn't look like a name. What's your name?", "Isso não parece um nome. Qual é o seu nome?"},
	"number":     {"Necesito un número. Por ejemplo: 3", "I need a number. For example: 3", "Preciso de um número. Por exemplo: 3"},
	"integer":    {"Necesito un número entero. Por ejemplo: 3", "I need a whole number. For example: 3", "Preciso de um número inteiro. Por exemplo: 3"},
	"money":      {"Necesito una cantidad de dinero. Por ejemplo: 150", "I need an amount of money. For example: 150", "Preciso de um valor em dinheiro. Por exemplo: 150"},
	"date":       {"No entendí la fecha. Escríbela así: 25/12", "I didn't get the date. Please write it like this: Dec 25", "Não entendi a data. Escreva assim: 25/12"},
	"time":       {"No entendí la hora. Escríbela así: 16:30", "I didn't get the time. Please write it like this: 4:30 pm", "Não entendi a hora. Escreva assim: 16:30"},
	"datetime":   {"No entendí el día y la hora. Por ejemplo: mañana a las 10:00", "I didn't get the day and time. For example: tomorrow at 10:00", "Não entendi o dia e a hora. Por exemplo: amanhã às 10:00"},
	"phone":      {"Eso no parece un teléfono. Escríbelo con el código de área.", "That doesn't look like a phone number. Please include the area code.", "Isso não parece um telefone. Escreva com o DDD."},
	"email":      {"Eso no parece un correo. Por ejemplo: ana@correo.com", "That doesn't look like an e-mail address. For example: ana@mail.com", "Isso não parece um e-mail. Por exemplo: ana@email.com"},
	"url":        {"Eso no parece una dirección web. Por ejemplo: https://mitienda.com", "That doesn't look like a web address. For example: https://myshop.com", "Isso não parece um endereço web. Por exemplo: https://minhaloja.com"},
	"yes_no":     {"Responde *sí* o *no*, por favor.", "Please reply *yes* or *no*.", "Responda *sim* ou *não*, por favor."},
	"location":   {"Envíame tu ubicación: toca 📎 y luego Ubicación.", "Please send your location: tap 📎, then Location.", "Envie sua localização: toque em 📎 e depois Localização."},
	"address":    {"Necesito la dirección completa: calle, número y colonia.", "I need the full address: street, number and area.", "Preciso do endereço completo: rua, número e bairro."},
	"image":      {"Necesito una foto.", "I need a photo.", "Preciso de uma foto."},
	"document":   {"Necesito un documento.", "I need a document.", "Preciso de um documento."},
	"voice":      {"Necesito un mensaje de voz.", "I need a voice message.", "Preciso de uma mensagem de voz."},
	"any_media":  {"Necesito una foto, un video o un documento.", "I need a photo, a video or a document.", "Preciso de uma foto, um vídeo ou um documento."},
	"contact":    {"Necesito un contacto: toca 📎 y luego Contacto.", "I need a contact: tap 📎, then Contact.", "Preciso de um contato: toque em 📎 e depois Contato."},
	"rating":     {"Responde con un número del 1 al 5.", "Please reply with a number from 1 to 5.", "Responda com um número de 1 a 5."},
	"rfc_tax_id": {"Eso no parece un RFC. Por ejemplo: XAXX010101000", "That doesn't look like a tax id. For example: XAXX010101000", "Isso não parece um RFC. Por exemplo: XAXX010101000"},
	"media":      {"Por ahora solo entiendo texto. ¿Me lo escribes?", "I only understand text for now. Could you write it?", "Por enquanto só entendo texto. Pode escrever?"},
})

func parseRows(rows map[string][3]string) map[string]map[string]*expr.Template {
	t := make(map[string]map[string]*expr.Template, len(rows))
	for key, row := range rows {
		t[key] = parseRow(row)
	}
	return t
}

func parseRow(row [3]string) map[string]*expr.Template {
	langs := make(map[string]*expr.Template, len(row))
	for i, lang := range []string{"es", "en", "pt"} {
		tmpl, err := expr.Parse(row[i])
		if err != nil {
			panic("flow: default text: " + err.Error()) // a broken build, caught by any test
		}
		langs[lang] = tmpl
	}
	return langs
}

// boundTexts answer an answer that was understood and is outside its bounds, or
// fails the author's check: {a} is the lower bound, {b} the upper one.
var boundTexts = map[string][3]string{ // Spanish, English, Portuguese
	"value.both": {"Tiene que estar entre {a} y {b}.", "It has to be between {a} and {b}.", "Tem que estar entre {a} e {b}."},
	"value.min":  {"Tiene que ser {a} o más.", "It has to be {a} or more.", "Tem que ser {a} ou mais."},
	"value.max":  {"Tiene que ser {b} o menos.", "It has to be {b} or less.", "Tem que ser {b} ou menos."},
	"text.both":  {"Escribe entre {a} y {b} caracteres, por favor.", "Please write between {a} and {b} characters.", "Escreva entre {a} e {b} caracteres, por favor."},
	"text.min":   {"Escribe al menos {a} caracteres, por favor.", "Please write at least {a} characters.", "Escreva pelo menos {a} caracteres, por favor."},
	"text.max":   {"Escribe como mucho {b} caracteres, por favor.", "Please write at most {b} characters.", "Escreva no máximo {b} caracteres, por favor."},
	"day.both":   {"Tiene que ser entre el {a} y el {b}.", "It has to be between {a} and {b}.", "Tem que ser entre {a} e {b}."},
	"day.min":    {"Tiene que ser el {a} o después.", "It has to be {a} or later.", "Tem que ser {a} ou depois."},
	"day.max":    {"Tiene que ser el {b} o antes.", "It has to be {b} or earlier.", "Tem que ser {b} ou antes."},
	"time.both":  {"La hora tiene que estar entre las {a} y las {b}.", "The time has to be between {a} and {b}.", "O horário tem que estar entre {a} e {b}."},
	"time.min":   {"La hora tiene que ser {a} o más tarde.", "The time has to be {a} or later.", "O horário tem que ser {a} ou mais tarde."},
	"time.max":   {"La hora tiene que ser {b} o más temprano.", "The time has to be {b} or earlier.", "O horário tem que ser {b} ou mais cedo."},
	"check":      {"Ese dato no me sirve 🙈 Revísalo y escríbelo de nuevo, por favor.", "That one doesn't work 🙈 Please check it and write it again.", "Esse dado não serve 🙈 Confira e escreva de novo, por favor."},
}

// outsideText is the default of AskNode.Outside; nil for a node without bounds.
func (n *AskNode) outsideText(locale string) Say {
	if n.Min == nil && n.Max == nil {
		return nil
	}
	form, format := "value", func(b *Bound) string {
		text := strconv.FormatFloat(b.Num, 'f', -1, 64)
		if strings.Contains(text, ".") { // formatted for the customer's country
			return "{{ " + text + " }}"
		}
		return text
	}
	switch n.As {
	case AskText, AskName, AskAddress:
		form = "text"
	case AskMoney:
		format = func(b *Bound) string { return "{{ money(" + strconv.FormatFloat(b.Num, 'f', -1, 64) + ") }}" }
	case AskDate:
		form, format = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}` }
	case AskDatetime:
		form, format = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}, {{ time("` + b.Text + `") }}` }
	case AskTime:
		form, format = "time", func(b *Bound) string { return b.Text }
	default: // numbers
	}
	which, low, high := ".both", "", ""
	switch {
	case n.Max == nil:
		which, low = ".min", format(n.Min)
	case n.Min == nil:
		which, high = ".max", format(n.Max)
	default:
		low, high = format(n.Min), format(n.Max)
	}
	return defaultBoundText(form+which, locale, strings.NewReplacer("{a}", low, "{b}", high))
}
