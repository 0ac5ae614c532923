package i18n

// Code is the stable name of what was wrong with a request. REST problems and
// Socket.IO acks share them.
type Code string

// Every code that is ever answered.
const (
	Unauthorized       Code = "unauthorized"
	InvalidCredentials Code = "invalid_credentials"
	TooManyAttempts    Code = "too_many_attempts"
	Busy               Code = "busy"
	Forbidden          Code = "forbidden"
	ForeignOrigin      Code = "foreign_origin"
	NotFound           Code = "not_found"
	MethodNotAllowed   Code = "method_not_allowed"
	MalformedBody      Code = "malformed_body"
	InvalidBody        Code = "invalid_body"
	BodyTooLarge       Code = "body_too_large"
	BodyTimeout        Code = "body_timeout"
	UnsupportedMedia   Code = "unsupported_media_type"
	NotAcceptable      Code = "not_acceptable"
	InvalidSetUpLink   Code = "invalid_setup_link"
	EmailTaken         Code = "email_taken"
	ShopTaken          Code = "shop_taken"
	LastOwner          Code = "last_owner"
	NoFlow             Code = "no_flow"
	InvalidFlow        Code = "invalid_flow"
	VersionConflict    Code = "version_conflict"
	NoNode             Code = "no_node"
	FlowInUse          Code = "flow_in_use"
	TooMany            Code = "too_many"
	NothingToDo        Code = "nothing_to_do"
	InvalidCompany     Code = "invalid_company"
	InvalidType        Code = "invalid_type"
	AlreadyActive      Code = "channel_already_active"
	NotConfigured      Code = "not_configured"
	QRTimeout          Code = "qr_timeout"
	NotConnecting      Code = "not_connecting"
	NoPairing          Code = "no_pairing"
	InvalidPhone       Code = "invalid_phone"
	InvalidMessage     Code = "invalid_message"
	KeyReused          Code = "idempotency_key_reused"
	NoChannel          Code = "no_channel"
	MediaTooLarge      Code = "media_too_large"
	ServedElsewhere    Code = "served_elsewhere"
	Internal           Code = "internal"
	TooManySockets     Code = "too_many_sockets"
	InvalidPayload     Code = "invalid_payload"
)

// Problem is the sentence for a code; the code itself when it is unknown.
func Problem(c Code, l Lang) string {
	if t, ok := problems[c]; ok {
		return t.in(l)
	}
	return string(c)
}

// Codes are all codes, in no order.
func Codes() []Code {
	codes := make([]Code, 0, len(problems))
	for c := range problems {
		codes = append(codes, c)
	}
	return codes
}

var problems = map[Code]text{
	Unauthorized:       {"Inicia sesión para continuar.", "Sign in to continue.", "Entre para continuar."},
	InvalidCredentials: {"El correo o la contraseña no son correctos.", "The e-mail or the password is wrong.", "O e-mail ou a senha não estão corretos."},
	TooManyAttempts:    {"Demasiados intentos. Espera un momento y vuelve a probar.", "Too many attempts. Wait a moment and try again.", "Muitas tentativas. Espere um momento e tente de novo."},
	Busy:               {"El servidor está ocupado. Vuelve a probar en unos segundos.", "The server is busy. Try again in a few seconds.", "O servidor está ocupado. Tente de novo em alguns segundos."},
	Forbidden:          {"Tu rol no permite hacer esto.", "Your role does not allow this.", "Seu papel não permite fazer isto."},
	ForeignOrigin:      {"La petición viene de otro sitio web.", "The request comes from another web site.", "A requisição vem de outro site."},
	NotFound:           {"No existe, o no tienes acceso.", "It does not exist, or you have no access to it.", "Não existe, ou você não tem acesso."},
	MethodNotAllowed:   {"Esa dirección no admite ese método.", "That address does not take that method.", "Esse endereço não aceita esse método."},
	MalformedBody:      {"El cuerpo no es JSON válido.", "The body is not valid JSON.", "O corpo não é JSON válido."},
	InvalidBody:        {"Hay campos que no son válidos.", "Some fields are not valid.", "Há campos que não são válidos."},
	BodyTooLarge:       {"El cuerpo es demasiado grande.", "The body is too large.", "O corpo é grande demais."},
	BodyTimeout:        {"El cuerpo tardó demasiado en llegar.", "The body took too long to arrive.", "O corpo demorou demais para chegar."},
	UnsupportedMedia:   {"Ese tipo de contenido no se admite.", "That content type is not supported.", "Esse tipo de conteúdo não é aceito."},
	NotAcceptable:      {"No podemos responder en el formato pedido.", "The format asked for is not available.", "Não podemos responder no formato pedido."},
	InvalidSetUpLink:   {"El enlace de instalación no es válido o ya se usó.", "The set-up link is not valid or was used already.", "O link de instalação não é válido ou já foi usado."},
	EmailTaken:         {"Ya hay una cuenta con ese correo.", "There is an account with that e-mail already.", "Já existe uma conta com esse e-mail."},
	ShopTaken:          {"Ya hay una tienda con ese identificador.", "There is a shop with that id already.", "Já existe uma loja com esse identificador."},
	LastOwner:          {"La tienda se quedaría sin dueño.", "The shop would be left without an owner.", "A loja ficaria sem dono."},
	NoFlow:             {"La tienda todavía no publicó un flujo.", "The shop has not published a flow yet.", "A loja ainda não publicou um fluxo."},
	InvalidFlow:        {"El flujo tiene errores y no se publicó.", "The flow has errors and was not published.", "O fluxo tem erros e não foi publicado."},
	VersionConflict:    {"Alguien publicó otra versión mientras editabas.", "Somebody published another version while you were editing.", "Alguém publicou outra versão enquanto você editava."},
	NoNode:             {"El flujo no tiene ese paso.", "The flow has no such step.", "O fluxo não tem esse passo."},
	FlowInUse:          {"El flujo o la versión está en uso.", "The flow, or its version, is in use.", "O fluxo ou a versão está em uso."},
	TooMany:            {"La tienda ya tiene todos los que puede tener.", "The shop has as many as it may already.", "A loja já tem todos os que pode ter."},
	NothingToDo:        {"No hay nada que espere eso.", "Nothing waits for that.", "Não há nada esperando isso."},
	InvalidCompany:     {"El identificador de la tienda no es válido.", "The shop's id is not valid.", "O identificador da loja não é válido."},
	InvalidType:        {"Ese tipo de canal no existe.", "There is no such channel type.", "Esse tipo de canal não existe."},
	AlreadyActive:      {"El canal ya está conectado o conectándose.", "The channel is connected or connecting already.", "O canal já está conectado ou conectando."},
	NotConfigured:      {"Este tipo de canal todavía no está configurado en el servidor.", "This channel type is not configured on the server yet.", "Este tipo de canal ainda não está configurado no servidor."},
	QRTimeout:          {"WhatsApp no entregó un código a tiempo. Vuelve a probar.", "WhatsApp gave no code in time. Try again.", "O WhatsApp não entregou um código a tempo. Tente de novo."},
	NotConnecting:      {"El canal no está esperando que lo vinculen.", "The channel is not waiting to be linked.", "O canal não está esperando vínculo."},
	NoPairing:          {"Este tipo de canal no se vincula con un código.", "This channel type cannot be linked by a code.", "Este tipo de canal não se vincula por código."},
	InvalidPhone:       {"El teléfono va con código de país: de 8 a 15 dígitos.", "A phone number has its country code: 8 to 15 digits.", "O telefone leva o código do país: de 8 a 15 dígitos."},
	InvalidMessage:     {"El mensaje no se puede enviar así.", "The message cannot be sent like that.", "A mensagem não pode ser enviada assim."},
	KeyReused:          {"Esa clave de idempotencia ya se usó con otro mensaje.", "That idempotency key was used with another message.", "Essa chave de idempotência já foi usada com outra mensagem."},
	NoChannel:          {"La tienda no tiene un canal de WhatsApp.", "The shop has no WhatsApp channel.", "A loja não tem um canal de WhatsApp."},
	MediaTooLarge:      {"El archivo supera los 100 MB.", "The file is larger than 100 MB.", "O arquivo passa de 100 MB."},
	ServedElsewhere:    {"Otro servidor atiende esta tienda en este momento.", "Another server is serving this shop right now.", "Outro servidor atende esta loja neste momento."},
	Internal:           {"Algo falló de nuestro lado.", "Something failed on our side.", "Algo falhou do nosso lado."},
	TooManySockets:     {"Hay demasiadas conexiones abiertas con esta cuenta.", "Too many connections are open with this account.", "Há conexões demais abertas com esta conta."},
	InvalidPayload:     {"El mensaje no tiene la forma esperada.", "The payload does not have the expected shape.", "A mensagem não tem a forma esperada."},
}
