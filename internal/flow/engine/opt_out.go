package engine

import "time"

// optOut ends all automatic messages when the customer says so, and begins them
// again when the customer says that.
func (m *machine) optOut() bool {
	key := loose(m.text.Key)
	switch {
	case m.r.OptedOut != 0 && optInWords(key):
		m.r.OptedOut = 0
		m.event(Event{Kind: OptedIn, Text: key})
		m.patchContact().Marketing = "opt_in"
		m.sayPhrase(sayOptedIn)
		return true
	case m.r.OptedOut != 0:
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		if m.r.Paused == nil && m.now.Sub(m.r.OptedOut) > 0 && m.now.Sub(m.r.ApologizedAt) > 24*time.Hour {
			m.r.ApologizedAt = m.now
			m.effect(&Notify{To: "owner", Reason: "opted_out_wrote"})
		}
		return false
	case len(key) < minOptOut:
		return false
	case optOutHard(key), optOutSoft(key) && !m.onScreenExactly():
		m.r.Epoch++
		m.sayPhrase(sayOptedOut) // before the mark: it is the last thing said
		m.optOutContact(key)
		return true
	}
	return false
}

// optOutContact ends everything automatic for this contact.
func (m *machine) optOutContact(key string) {
	m.event(Event{Kind: OptedOut, Text: key})
	m.endRun("opted_out")
	m.r.Suspended, m.r.Deferred, m.r.Question = nil, nil, nil
	m.patchContact().Marketing = "opt_out"
	m.r.OptedOut = m.now
}

// optOutHard reports whether a whole folded message ends all automatic messages,
// whatever the author built: words that mean nothing else.
func optOutHard(key string) bool {
	switch key {
	case "stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "darme de baja", "dar de baja", "quiero darme de baja", "dame de baja", "denme de baja", "baja por favor",
		"no molestar", "no me escriban mas", "no me escribas mas", "no quiero recibir mensajes", "no quiero mas mensajes", "cancelar suscripcion", "desuscribir", "desuscribirme", "eliminar suscripcion",
		"descadastrar", "cancelar inscricao", "nao quero receber mensagens", "nao me mande mais mensagens", "remover", "stop messages":
		return true
	}
	return false
}

// optOutSoft is optOutHard for everyday words: an option of that name on the
// customer's screen comes first.
func optOutSoft(key string) bool {
	switch key {
	case "baja", "alto", "parar", "pare", "paren", "parem", "sair", "salir de la lista", "end messages", "quit":
		return true
	}
	return false
}

// optInWords reports whether a whole folded message takes an opt-out back.
func optInWords(key string) bool {
	switch key {
	case "alta", "start", "unstop", "volver", "voltar", "suscribir", "suscribirme", "subscribe", "reactivar", "darme de alta", "quiero darme de alta", "opt in":
		return true
	}
	return false
}

// minOptOut is how long the shortest of them is.
const minOptOut = len("stop")
