package wasim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// ErrPasskey is what Scan returns when the account demands a passkey: the
// device has been asked for one, and the link ends there.
var ErrPasskey = &Error{Code: "passkey_required", Status: http.StatusConflict, Message: "The account demands a passkey of the device; the device has been asked for it."}

// requestPasskey asks a device for a passkey before it is linked.
func (s *Server) requestPasskey(r *registration) error {
	options, err := passkeyOptions()
	if err != nil {
		return err
	}
	r.conn.push(el("notification", attrs{"from": types.ServerJID, "type": "passkey_prologue_request", "id": newID(), "t": unix(s.o.Now())},
		blob("passkey_request_options", options)))
	return ErrPasskey
}

// passkeyOptions is a WebAuthn request for an assertion.
func passkeyOptions() ([]byte, error) {
	challenge := make([]byte, 32)
	fill(challenge)
	out, err := json.Marshal(map[string]any{
		"challenge":        base64.RawURLEncoding.EncodeToString(challenge),
		"rpId":             "whatsapp.com",
		"timeout":          60_000,
		"userVerification": "required",
		"allowCredentials": []any{},
	})
	if err != nil {
		return nil, fmt.Errorf("encode passkey options: %w", err)
	}
	return out, nil
}

// passkey answers the steps of a device that tries.
func (r *registration) passkey(n wabin.Node) ([]wabin.Node, bool) {
	switch n.Tag {
	case "ref":
		return []wabin.Node{blob("ref", []byte(newRef()))}, true
	case "passkey_request_options":
		options, err := passkeyOptions()
		if err != nil {
			return nil, false
		}
		return []wabin.Node{blob("passkey_request_options", options)}, true
	case "passkey_prologue", "companion_nonce", "encrypted_pairing_request":
		return nil, true
	default:
		return nil, false
	}
}
