package understand

// MinOptOut is the length of the shortest text that OptOut and OptOutSoft accept.
const MinOptOut = len("stop")

// OptOut reports whether a whole message asks for no more automatic messages, in
// words that mean nothing else. The message is normalized (normalize.LooseKey).
func OptOut(key string) bool {
	switch key {
	case "stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "darme de baja", "dar de baja", "quiero darme de baja", "dame de baja", "denme de baja", "baja por favor",
		"no molestar", "no me escriban mas", "no me escribas mas", "no quiero recibir mensajes", "no quiero mas mensajes", "cancelar suscripcion", "desuscribir", "desuscribirme", "eliminar suscripcion",
		"descadastrar", "cancelar inscricao", "nao quero receber mensagens", "nao me mande mais mensagens", "remover", "stop messages":
		return true
	}
	return false
}

// OptOutSoft is OptOut for everyday words, which an option of a menu may bear too.
func OptOutSoft(key string) bool {
	switch key {
	case "baja", "alto", "parar", "pare", "paren", "parem", "sair", "salir de la lista", "end messages", "quit":
		return true
	}
	return false
}

// OptIn reports whether a whole normalized message revokes an opt-out.
func OptIn(key string) bool {
	switch key {
	case "alta", "start", "unstop", "volver", "voltar", "suscribir", "suscribirme", "subscribe", "reactivar", "darme de alta", "quiero darme de alta", "opt in":
		return true
	}
	return false
}
