package flow

import (
	"maps"
	"slices"

	"recado/internal/flow/expr"
)

// stock returns what the bot says when the author left it open, in the flow's
// language and translated for contacts of another.
func stock(key, locale string) Say {
	t, ok := stockTexts[key]
	if !ok {
		t = stockTexts["text"]
	}
	base := t["en"]
	for lang, tmpl := range t {
		if len(locale) >= 2 && locale[:2] == lang {
			base = tmpl
		}
	}
	return Say{&TextBubble{&Text{base: base, langs: t}}}
}

// stockTexts: what is said to an answer that does not fit, by what was asked.
var stockTexts = stockTable(map[string][3]string{ // Spanish, English, Portuguese
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

func stockTable(rows map[string][3]string) map[string]map[string]*expr.Template {
	t := make(map[string]map[string]*expr.Template, len(rows))
	for key, row := range rows {
		t[key] = map[string]*expr.Template{}
		for i, lang := range []string{"es", "en", "pt"} {
			tmpl, err := expr.Parse(row[i])
			if err != nil {
				panic("flow: stock text: " + err.Error()) // a broken build, caught by any test
			}
			t[key][lang] = tmpl
		}
	}
	return t
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
