package i18n

import "recado/internal/channel"

// Channel is the sentence for a channel's status and reason. It is empty only
// for an unknown status.
func Channel(s channel.Status, r channel.Reason, l Lang) string {
	if t, ok := moments[moment{s, r}]; ok {
		return t.in(l)
	}
	if t, ok := reasons[r]; ok {
		return t.in(l)
	}
	return statuses[s].in(l)
}

type moment struct {
	status channel.Status
	reason channel.Reason
}

// moments are the pairs whose reason reads differently in that status.
var moments = map[moment]text{
	{channel.Connecting, channel.Unreachable}: {
		"No llegamos a WhatsApp; seguimos intentando.",
		"WhatsApp cannot be reached; we keep trying.",
		"Não conseguimos falar com o WhatsApp; continuamos tentando.",
	},
	{channel.Connecting, channel.Replaced}: {
		"Otra sesión usa este vínculo; esperamos antes de volver a conectar.",
		"Another session uses this link; we wait before connecting again.",
		"Outra sessão usa este vínculo; esperamos antes de conectar de novo.",
	},
	{channel.Connecting, channel.StoreFailed}: {
		"No pudimos guardar la sesión; seguimos intentando y no se pierde ningún mensaje.",
		"The session could not be saved; we keep trying and no message is lost.",
		"Não conseguimos guardar a sessão; continuamos tentando e nenhuma mensagem se perde.",
	},
}

var statuses = map[channel.Status]text{
	channel.Connecting: {"Conectando con WhatsApp.", "Connecting to WhatsApp.", "Conectando ao WhatsApp."},
	channel.Active:     {"WhatsApp está conectado.", "WhatsApp is connected.", "O WhatsApp está conectado."},
	channel.Inactive:   {"WhatsApp no está conectado.", "WhatsApp is not connected.", "O WhatsApp não está conectado."},
	channel.Errored:    {"WhatsApp dejó de funcionar.", "WhatsApp stopped working.", "O WhatsApp parou de funcionar."},
}

var reasons = map[channel.Reason]text{
	channel.QRExpired: {
		"Nadie escaneó el código a tiempo. Vuelve a activar para ver uno nuevo.",
		"Nobody scanned the code in time. Activate again to see a new one.",
		"Ninguém escaneou o código a tempo. Ative de novo para ver outro.",
	},
	channel.LoggedOut: {
		"El teléfono desvinculó este dispositivo. Activa y escanea el código para volver a vincularlo.",
		"The phone unlinked this device. Activate and scan the code to link it again.",
		"O telefone desvinculou este dispositivo. Ative e escaneie o código para vincular de novo.",
	},
	channel.Replaced: {
		"Otro programa tomó esta sesión. Ciérralo y vuelve a activar.",
		"Another program took this session over. Close it and activate again.",
		"Outro programa tomou esta sessão. Feche-o e ative de novo.",
	},
	channel.Outdated: {
		"WhatsApp ya no acepta esta versión. Actualiza el programa.",
		"WhatsApp no longer accepts this version. Update the program.",
		"O WhatsApp não aceita mais esta versão. Atualize o programa.",
	},
	channel.Banned: {
		"WhatsApp bloqueó este número. Pide la revisión desde el teléfono.",
		"WhatsApp banned this number. Ask for a review on the phone.",
		"O WhatsApp bloqueou este número. Peça a revisão pelo telefone.",
	},
	channel.TemporaryBan: {
		"WhatsApp suspendió este número por un tiempo. Volvemos a conectar cuando termine.",
		"WhatsApp suspended this number for a while. We connect again when that ends.",
		"O WhatsApp suspendeu este número por um tempo. Conectamos de novo quando terminar.",
	},
	channel.Unreachable: {
		"No pudimos llegar a WhatsApp. Revisa la conexión a internet y vuelve a activar.",
		"WhatsApp could not be reached. Check the internet connection and activate again.",
		"Não conseguimos falar com o WhatsApp. Verifique a internet e ative de novo.",
	},
	channel.PasskeyRequired: {
		"WhatsApp pide una llave de acceso. Confírmala en el teléfono para terminar de vincular.",
		"WhatsApp asks for a passkey. Confirm it on the phone to finish linking.",
		"O WhatsApp pede uma chave de acesso. Confirme no telefone para concluir o vínculo.",
	},
	channel.Deactivated: {
		"Se desactivó desde aquí.",
		"It was deactivated here.",
		"Foi desativado por aqui.",
	},
	channel.Restoring: {
		"Recuperando la sesión guardada.",
		"Restoring the saved session.",
		"Recuperando a sessão salva.",
	},
	channel.NotConfigured: {
		"Este tipo de canal todavía no está configurado.",
		"This channel type is not configured yet.",
		"Este tipo de canal ainda não está configurado.",
	},
	channel.NumberInUse: {
		"Ese número ya está vinculado a otra tienda.",
		"That number is already linked to another shop.",
		"Esse número já está vinculado a outra loja.",
	},
	channel.StoreFailed: {
		"No pudimos guardar la sesión. Avisa a quien administra el servidor.",
		"The session could not be saved. Tell whoever runs the server.",
		"Não conseguimos guardar a sessão. Avise quem administra o servidor.",
	},
	channel.SessionLost: {
		"La sesión guardada ya no sirve. Activa y escanea el código para vincular de nuevo.",
		"The saved session is no longer good. Activate and scan the code to link again.",
		"A sessão salva não serve mais. Ative e escaneie o código para vincular de novo.",
	},
	channel.Linking: {
		"El teléfono leyó el código; terminamos de vincular.",
		"The phone read the code; linking is being finished.",
		"O telefone leu o código; estamos concluindo o vínculo.",
	},
	channel.PairingFailed: {
		"El teléfono no completó la vinculación. Vuelve a intentarlo.",
		"The phone did not finish linking. Try again.",
		"O telefone não concluiu o vínculo. Tente de novo.",
	},
}
