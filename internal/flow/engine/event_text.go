package engine

import "strings"

// Sentence describes the event and its reason to people, in the language of locale
// (Spanish, English or Portuguese; Spanish for any other): "«pedio» → opción
// pedir, con un error de dedo". Node, option and variable names are the author's.
func (e Event) Sentence(locale string) string {
	p, ok := sentences[string(e.Kind)+":"+e.Name]
	if !ok {
		if p, ok = sentences[string(e.Kind)]; !ok {
			return string(e.Kind)
		}
	}
	if e.Kind == Chosen && e.Text == "" {
		p = chosenWithoutText
	}
	if e.Kind == Ended && e.Name == "" {
		p = endedPlainly
	}
	text := strings.NewReplacer("{node}", string(e.Node), "{name}", e.Name, "{text}", e.Text, "{why}", because(e, locale)).Replace(p.in(locale))
	return strings.TrimRight(text, " ,:")
}

// because puts the rule of an event into words; one without words is shown as it is.
func because(e Event, locale string) string {
	rule := e.Rule
	if rest, old := strings.CutPrefix(rule, "old_"); old {
		return reasons["old"].in(locale) + because(Event{Rule: rest}, locale)
	}
	if p, ok := reasons[rule]; ok {
		return p.in(locale)
	}
	if e.Kind == Invalid || e.Kind == Ignored || e.Kind == Paused || e.Kind == LimitHit {
		if p, ok := reasons[e.Name]; ok && rule == "" {
			return p.in(locale)
		}
		if kind, ok := strings.CutPrefix(e.Name, "not_"); ok && rule == "" {
			return reasons["not_kind"].in(locale) + kind
		}
		if rule == "" {
			return e.Name
		}
	}
	return rule
}

var (
	chosenWithoutText = phrase{"Opción {name}, {why}", "Option {name}, {why}", "Opção {name}, {why}"}
	endedPlainly      = phrase{"Fin del flujo", "End of the flow", "Fim do fluxo"}
)

// sentences by kind, or kind and name.
var sentences = map[string]phrase{
	string(Started):                         {"Empieza el flujo: {why} {text}", "The flow starts: {why} {text}", "Começa o fluxo: {why} {text}"},
	string(NodeEntered):                     {"Paso {node}", "Step {node}", "Passo {node}"},
	string(Branch):                          {"Sigue por {name} {text}: {why}", "Goes on by {name} {text}: {why}", "Segue por {name} {text}: {why}"},
	string(Chosen):                          {"«{text}» → opción {name}, {why}", "“{text}” → option {name}, {why}", "“{text}” → opção {name}, {why}"},
	string(Ambiguous):                       {"«{text}» puede ser varias opciones: {why}", "“{text}” may be several options: {why}", "“{text}” pode ser várias opções: {why}"},
	string(AnswerSaved):                     {"Respuesta guardada en {name}", "Answer saved in {name}", "Resposta guardada em {name}"},
	string(Invalid):                         {"La respuesta no sirve: {why}", "The answer does not fit: {why}", "A resposta não serve: {why}"},
	string(MediaRefused):                    {"Aquí se esperaba texto y llegó: {name}", "Text was expected here, this came: {name}", "Aqui se esperava texto e chegou: {name}"},
	string(CommandGiven):                    {"Comando «{text}» → {name}", "Command “{text}” → {name}", "Comando “{text}” → {name}"},
	string(Interrupted):                     {"«{text}» interrumpe lo que estaba en curso (disparador {name})", "“{text}” interrupts what was under way (trigger {name})", "“{text}” interrompe o que estava em curso (gatilho {name})"},
	string(Continued):                       {"Sigue lo que se había interrumpido", "What was interrupted goes on", "Continua o que tinha sido interrompido"},
	string(Nudged):                          {"Recordatorio, porque no respondió", "Reminder, because there was no answer", "Lembrete, porque não respondeu"},
	string(Expired):                         {"El cliente no volvió a escribir y la conversación venció", "The customer did not write again and the conversation expired", "O cliente não voltou a escrever e a conversa expirou"},
	string(Ended):                           {"Fin del flujo: {name}", "End of the flow: {name}", "Fim do fluxo: {name}"},
	string(Paused):                          {"El bot calla: {why}", "The bot is silent: {why}", "O bot se cala: {why}"},
	string(Resumed):                         {"El bot vuelve a contestar", "The bot answers again", "O bot volta a responder"},
	string(OptedOut):                        {"«{text}»: no quiere más mensajes automáticos", "“{text}”: wants no more automatic messages", "“{text}”: não quer mais mensagens automáticas"},
	string(OptedIn):                         {"«{text}»: quiere mensajes automáticos otra vez", "“{text}”: wants automatic messages again", "“{text}”: quer mensagens automáticas de novo"},
	string(Stale):                           {"El mensaje esperó demasiado para contestarlo como nuevo", "The message waited too long to be answered as a new one", "A mensagem esperou demais para ser respondida como nova"},
	string(Queued):                          {"Guardado para después de lo que está en curso", "Kept until what is under way is over", "Guardada para depois do que está em curso"},
	string(Ignored):                         {"Sin respuesta: {why} {text}", "No answer: {why} {text}", "Sem resposta: {why} {text}"},
	string(Warned):                          {"Aviso para el autor ({name}): {why} {text}", "Note to the author ({name}): {why} {text}", "Aviso ao autor ({name}): {why} {text}"},
	string(LimitHit):                        {"Se alcanzó un límite: {why}", "A limit was reached: {why}", "Um limite foi atingido: {why}"},
	string(Migrated):                        {"Pasa a la versión nueva del flujo", "RunMigrates to the new version of the flow", "Passa para a nova versão do fluxo"},
	string(Migrated) + ":stay":              {"Termina con la versión con la que empezó", "RunFinishes with the version it began with", "Termina com a versão com que começou"},
	string(Returned):                        {"Vuelve del flujo {name}", "Comes back from the flow {name}", "Volta do fluxo {name}"},
	string(Answered):                        {"El servicio web falló: {why}", "The web service failed: {why}", "O serviço web falhou: {why}"},
	string(Answered) + ":ok":                {"El servicio web contestó: {why}", "The web service answered: {why}", "O serviço web respondeu: {why}"},
	string(Internal):                        {"Un error del programa; una persona se hace cargo: {text}", "An error of the program; a person takes over: {text}", "Um erro do programa; uma pessoa assume: {text}"},
	string(LimitHit) + ":queue":             {"Demasiados mensajes en espera: este se pierde", "Too many messages are waiting: this one is lost", "Mensagens demais em espera: esta se perde"},
	string(LimitHit) + ":bot_loop":          {"Parece que escribe otra máquina", "Another machine seems to be writing", "Parece que outra máquina está escrevendo"},
	string(CommandGiven) + ":" + "@human":   {"«{text}»: quiere hablar con una persona", "“{text}”: wants to talk to a person", "“{text}”: quer falar com uma pessoa"},
	string(Ignored) + ":old_tap":            {"Opción de una pregunta anterior: {text}", "An option of an earlier question: {text}", "Opção de uma pergunta anterior: {text}"},
	string(Ignored) + ":once_per":           {"Sin respuesta: este disparador ya actuó hace poco", "No answer: this trigger fired a short while ago", "Sem resposta: este gatilho já disparou há pouco"},
	string(Ignored) + ":" + "window_closed": {"No se envía: pasaron más de 24 horas desde su último mensaje", "Not sent: more than 24 hours since their last message", "Não se envia: passaram mais de 24 horas da última mensagem"},
}

// reasons are rules, and names that are one.
var reasons = map[string]phrase{
	// the ladder of understanding
	"number": {"por su número", "by its number", "pelo número"},
	"exact":  {"por su nombre", "by its name", "pelo nome"},
	"words":  {"por sus palabras", "by its words", "pelas palavras"},
	"prefix": {"por cómo empieza", "by how it begins", "pelo começo"},
	"fuzzy":  {"con un error de dedo", "with a typing slip", "com um erro de digitação"},
	"tap":    {"tocada en la pantalla", "tapped on the screen", "tocada na tela"},
	"vote":   {"por un voto", "by a vote", "por um voto"},
	"quoted": {"citando el menú", "quoting the menu", "citando o menu"},
	"old":    {"en un menú anterior, ", "in an earlier menu, ", "em um menu anterior, "},

	"question_switch": {"respuesta a seguir o empezar de nuevo", "answer to go on or start over", "resposta a continuar ou começar de novo"},
	"question_return": {"respuesta a seguir con lo anterior", "answer to go on with the earlier one", "resposta a continuar com o anterior"},
	// how a flow starts
	"message": {"por la palabra", "by the word", "pela palavra"}, "any_message": {"con cualquier mensaje", "with any message", "com qualquer mensagem"},
	"first_message": {"con su primer mensaje", "with their first message", "com a primeira mensagem"}, "command": {"por el comando", "by the command", "pelo comando"},
	"call": {"lo llama otro flujo", "another flow calls it", "outro fluxo o chama"}, "manual": {"lo inició una persona", "a person started it", "uma pessoa o iniciou"},
	"schedule": {"por el calendario", "by the calendar", "pelo calendário"}, "event": {"por un suceso", "by an event", "por um acontecimento"}, "tag_added": {"por una etiqueta", "by a tag", "por uma etiqueta"},
	"missed_call": {"por una llamada perdida", "by a missed call", "por uma chamada perdida"}, "ad_referral": {"por un anuncio", "by an ad", "por um anúncio"},
	"handoff_closed": {"la persona terminó", "the person is done", "a pessoa terminou"}, "new_version": {"hay una versión nueva", "there is a new version", "há uma nova versão"},
	// why an answer does not fit
	"not_an_option": {"no es ninguna de las opciones", "it is none of the options", "não é nenhuma das opções"}, "ambiguous": {"puede ser varias opciones", "it may be several options", "pode ser várias opções"},
	"out_of_range": {"está fuera de los límites", "it is out of range", "está fora dos limites"}, "check": {"no pasa la comprobación del autor", "it fails the author's check", "não passa na verificação do autor"},
	"too_long": {"es demasiado larga", "it is too long", "é longa demais"}, "media": {"no es texto", "it is no text", "não é texto"},
	"not_confirmed": {"no la confirmó", "it was not confirmed", "não foi confirmada"}, "not_yes_no": {"no es un sí ni un no", "it is neither yes nor no", "não é sim nem não"},
	"not_kind": {"no es lo que se pide: ", "it is not what was asked for: ", "não é o que se pede: "},
	// why nothing is said
	"paused": {"atiende una persona", "a person has the conversation", "uma pessoa atende"}, "with_human": {"atiende una persona", "a person has the conversation", "uma pessoa atende"},
	"no_trigger": {"ningún flujo espera esto", "no flow waits for this", "nenhum fluxo espera isto"}, "opted_out": {"no quiere mensajes automáticos", "they want no automatic messages", "não quer mensagens automáticas"},
	"group": {"es un grupo", "it is a group", "é um grupo"}, "reaction": {"es una reacción", "it is a reaction", "é uma reação"}, "edited": {"es una corrección", "it is a correction", "é uma correção"}, "deleted": {"fue borrado", "it was deleted", "foi apagada"},
	"stale_timer": {"un aviso que ya no vale", "a timer that is no longer valid", "um aviso que já não vale"}, "stale_result": {"un resultado que llegó tarde", "a result that came too late", "um resultado que chegou tarde"},
	"unknown_poll": {"un voto en una encuesta desconocida", "a vote in an unknown poll", "um voto em uma enquete desconhecida"}, "vote_withdrawn": {"retiró su voto", "the vote was withdrawn", "retirou o voto"},
	// why the bot is silent
	"human": {"una persona escribió", "a person wrote", "uma pessoa escreveu"}, "handoff": {"pasó a una persona", "handed to a person", "passou para uma pessoa"}, "bot_loop": {"parece otra máquina", "it seems to be a machine", "parece outra máquina"},
	// limits
	"steps": {"demasiados pasos", "too many steps", "passos demais"}, "sends": {"demasiados mensajes", "too many messages", "mensagens demais"}, "vars": {"las variables ocupan demasiado", "the variables are too big", "as variáveis são grandes demais"},
	"state": {"la conversación ocupa demasiado", "the conversation is too big", "a conversa é grande demais"}, "inputs": {"demasiados mensajes del cliente", "too many messages of the customer", "mensagens demais do cliente"},
	"identical_text": {"el mismo texto demasiadas veces", "the same text too often", "o mesmo texto vezes demais"}, "sends_per_5m": {"demasiados mensajes en cinco minutos", "too many messages in five minutes", "mensagens demais em cinco minutos"},
	"depth": {"demasiados flujos uno dentro de otro", "too many flows inside each other", "fluxos demais um dentro do outro"}, "listed_options": {"demasiadas opciones", "too many options", "opções demais"},
	"unsupported": {"un paso que aún no se puede", "a step that is not possible yet", "um passo que ainda não é possível"}, "version_gone": {"su versión ya no existe", "its version is gone", "sua versão já não existe"}, "dangling": {"lleva a un paso que no existe", "it leads to a step that does not exist", "leva a um passo que não existe"},
}
