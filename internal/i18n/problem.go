package i18n

// Code is the stable name of a problem with a request, in REST and Socket.IO.
type Code string

// The codes of all answers.
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

// Problem returns the sentence for a code; the code itself if it is unknown.
func Problem(c Code, l Lang) string {
	if s, ok := Find("problem." + string(c)); ok {
		return s.In(l)
	}
	return string(c)
}
