package engine

import "strings"

// phrase is a text of the engine's own, in the languages that shops speak.
type phrase [3]string // es, en, pt

func (p phrase) in(locale string) string {
	switch lang, _, _ := strings.Cut(locale, "-"); lang {
	case "en":
		return p[1]
	case "pt":
		return p[2]
	}
	return p[0]
}

// The engine's own texts. Everything else is the author's.
var (
	sayWhich     = phrase{"¿Cuál de estas?", "Which of these?", "Qual destas?"}
	sayMore      = phrase{"Más opciones", "More options", "Mais opções"}
	sayFirstPage = phrase{"Volver al principio", "Back to the first ones", "Voltar ao início"}
	sayNotAsText = phrase{
		"Por ahora solo puedo leer texto 🙏", "I can only read text for now 🙏", "Por enquanto só consigo ler texto 🙏",
	}
	sayHuman    = phrase{"En un momento te atiende una persona 🙋", "Someone will be with you in a moment 🙋", "Em instantes uma pessoa vai te atender 🙋"}
	sayTooLong  = phrase{"Ese mensaje es demasiado largo.", "That message is too long.", "Essa mensagem é longa demais."}
	sayOldTap   = phrase{"Esa opción era de antes. Esta es la pregunta de ahora:", "That option was from before. This is the question now:", "Essa opção era de antes. Esta é a pergunta de agora:"}
	sayLate     = phrase{"Perdona la demora, recién veo tus mensajes.", "Sorry for the delay, I only see your messages now.", "Desculpe a demora, só vi suas mensagens agora."}
	saySwitch   = phrase{"Tienes algo a medias. ¿Seguimos o empezamos de nuevo?", "You have something unfinished. Shall we go on or start over?", "Você tem algo pela metade. Continuamos ou começamos de novo?"}
	sayReturn   = phrase{"¿Seguimos con lo que estabas haciendo?", "Shall we go on with what you were doing?", "Continuamos com o que você estava fazendo?"}
	sayGoOn     = phrase{"Seguir", "Go on", "Continuar"}
	sayAnew     = phrase{"Empezar de nuevo", "Start over", "Começar de novo"}
	sayLeave    = phrase{"No, gracias", "No, thanks", "Não, obrigado"}
	sayRestart  = phrase{"Actualizamos nuestro menú, así que empezamos de nuevo.", "We updated our menu, so let's start over.", "Atualizamos nosso menu, então vamos começar de novo."}
	sayOptedOut = phrase{
		"Listo, no te escribiremos más mensajes automáticos. Si cambias de idea, escribe ALTA.",
		"Done, you will get no more automatic messages. If you change your mind, write START.",
		"Pronto, você não receberá mais mensagens automáticas. Se mudar de ideia, escreva VOLTAR.",
	}
	sayOptedIn = phrase{
		"¡Bienvenido de nuevo! Ya puedes escribirnos.", "Welcome back! You can write to us again.", "Bem-vindo de volta! Já pode nos escrever.",
	}
)
