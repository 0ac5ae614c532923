// Package config is the one tree of settings. A value comes from its default,
// the YAML file, the environment or a flag, the later the stronger. Every
// setting has one name in three spellings: RECADO_HTTP_ADDR in the environment
// and in the file, http_addr in the file, --http-addr on the command line.
// Unknown and invalid settings refuse to start, all reported at once.
package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Config holds the settings of a server. The tags are read by kong and by Print.
type Config struct {
	HTTPAddr             string        `env:"RECADO_HTTP_ADDR" default:":8080" help:"Address that the server listens on."`
	PublicURL            string        `env:"RECADO_PUBLIC_URL" help:"URL under which people reach the server, when a proxy stands before it. Its scheme decides whether cookies are marked secure, its origin is the one that browsers may come from."`
	DataDir              string        `env:"RECADO_DATA_DIR" default:"./data" help:"Folder of the embedded store, of generated keys and of uploaded files."`
	MongoDBURI           Secret        `env:"RECADO_MONGODB_URI" name:"mongodb-uri" help:"MongoDB for shops, users, flows and conversations. Empty: embedded."`
	RedisURL             Secret        `env:"RECADO_REDIS_URL" name:"redis-url" help:"Redis for WhatsApp sessions, leases and events between nodes. Empty: embedded."`
	AllowVolatile        bool          `env:"RECADO_ALLOW_VOLATILE_SESSIONS" name:"allow-volatile-sessions" help:"Start although Redis keeps nothing on disk: when it restarts, every shop has to link its phone again."`
	SecretKey            Secret        `env:"RECADO_SECRET_KEY" help:"Key that wraps the shops' data keys: 32 bytes as 64 hex digits. Empty: generated into the data folder. Required with Redis or MongoDB."`
	SecretKeyPrevious    Secret        `env:"RECADO_SECRET_KEY_PREVIOUS" help:"The secret key before, while recado secrets rotate has not finished: 64 hex digits."`
	AdminEmail           string        `env:"RECADO_ADMIN_EMAIL" help:"E-mail of the first platform administrator."`
	AdminPassword        Secret        `env:"RECADO_ADMIN_PASSWORD" help:"Password of the first platform administrator; at least 10 characters."`
	MaxReconnectAttempts int           `env:"RECADO_MAX_RECONNECT_ATTEMPTS" default:"10" help:"Disconnects in a row before a channel becomes an error."`
	ReconnectDelay       time.Duration `env:"RECADO_RECONNECT_DELAY" default:"2s" help:"Base of the jittered back-off between reconnects, capped at 5 minutes."`
	RestorePerSecond     int           `env:"RECADO_RESTORE_PER_SECOND" default:"20" help:"Stored channels opened a second at start, the most recently connected first."`
	WhatsAppURL          string        `env:"RECADO_WHATSAPP_URL" name:"whatsapp-url" help:"WebSocket URL of a simulator. Empty: WhatsApp's own."`
	WhatsAppRoot         string        `env:"RECADO_WHATSAPP_ROOT" name:"whatsapp-root" help:"Certificate root key of the simulator, 64 hex digits."`
	GraphURL             string        `env:"RECADO_GRAPH_URL" help:"Base URL of a simulated Graph API. Empty: Meta's own."`
	FlowsLoopback        bool          `env:"RECADO_FLOWS_LOOPBACK" help:"Let flows call web services on this very machine, 127.0.0.1 and ::1, also without TLS. Not where strangers write flows."`
	LogLevel             string        `env:"RECADO_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least severe lines to log: debug, info, warn or error."`
	LogFormat            string        `env:"RECADO_LOG_FORMAT" default:"text" enum:"text,json" help:"Form of a log line: text or json."`
}

// Secret is a setting that is never printed.
type Secret string

// String hides the secret, also from %v and slog.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Validate reports every wrong setting at once, each by its environment name.
func (c *Config) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if _, _, err := net.SplitHostPort(c.HTTPAddr); err != nil {
		bad("RECADO_HTTP_ADDR", "not host:port")
	}
	if c.DataDir == "" {
		bad("RECADO_DATA_DIR", "must not be empty")
	}
	if c.MaxReconnectAttempts < 1 || c.MaxReconnectAttempts > 1000 {
		bad("RECADO_MAX_RECONNECT_ATTEMPTS", "1 to 1000")
	}
	if c.ReconnectDelay < time.Millisecond || c.ReconnectDelay > 5*time.Minute {
		bad("RECADO_RECONNECT_DELAY", "1ms to 5m")
	}
	if c.RestorePerSecond < 1 || c.RestorePerSecond > 10_000 {
		bad("RECADO_RESTORE_PER_SECOND", "1 to 10000")
	}
	checkURL(bad, "RECADO_PUBLIC_URL", c.PublicURL, "http", "https")
	checkURL(bad, "RECADO_WHATSAPP_URL", c.WhatsAppURL, "ws", "wss")
	checkURL(bad, "RECADO_GRAPH_URL", c.GraphURL, "http", "https")
	checkURL(bad, "RECADO_MONGODB_URI", c.MongoDBURI.Reveal(), "mongodb", "mongodb+srv")
	checkURL(bad, "RECADO_REDIS_URL", c.RedisURL.Reveal(), "redis", "rediss", "valkey", "valkeys", "unix")
	checkHex(bad, "RECADO_WHATSAPP_ROOT", c.WhatsAppRoot)
	checkHex(bad, "RECADO_SECRET_KEY", c.SecretKey.Reveal())
	checkHex(bad, "RECADO_SECRET_KEY_PREVIOUS", c.SecretKeyPrevious.Reveal())
	if c.SecretKeyPrevious != "" && c.SecretKey == "" {
		bad("RECADO_SECRET_KEY_PREVIOUS", "needs RECADO_SECRET_KEY")
	}
	if (c.WhatsAppURL == "") != (c.WhatsAppRoot == "") {
		bad("RECADO_WHATSAPP_URL", "needs RECADO_WHATSAPP_ROOT, and the other way round")
	}
	if c.SecretKey == "" && (c.RedisURL != "" || c.MongoDBURI != "") {
		bad("RECADO_SECRET_KEY", "required when Redis or MongoDB is set: a key generated on one node is lost with it")
	}
	if (c.AdminEmail == "") != (c.AdminPassword == "") {
		bad("RECADO_ADMIN_EMAIL", "needs RECADO_ADMIN_PASSWORD, and the other way round")
	}
	if c.AdminPassword != "" && len(c.AdminPassword) < 10 {
		bad("RECADO_ADMIN_PASSWORD", "at least 10 characters")
	}
	if c.AdminEmail != "" && !strings.Contains(c.AdminEmail, "@") {
		bad("RECADO_ADMIN_EMAIL", "not an e-mail address")
	}
	return errors.Join(errs...)
}

type report func(key, format string, args ...any)

// checkURL never repeats the value: a database's URL holds a password.
func checkURL(bad report, key, value string, schemes ...string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil {
		bad(key, "not a URL")
		return
	}
	if slices.Contains(schemes, u.Scheme) {
		return
	}
	bad(key, "must begin with %s://", strings.Join(schemes, ":// or "))
}

func checkHex(bad report, key, value string) {
	if value == "" {
		return
	}
	if b, err := hex.DecodeString(value); err != nil || len(b) != 32 {
		bad(key, "not 64 hex digits")
	}
}
