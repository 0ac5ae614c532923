package redis

import (
	"maps"
	"net"
	"net/url"
	"strings"
	"testing"
)

// kind is what all servers of a deployment are.
type kind struct {
	binary string
	tls    *authority // they speak TLS alone and want certificates of everybody, themselves included; nil: without
	name   string     // the only one in all certificates, by which nobody is called; empty: they are called as there
}

// redisPlain is the kind that everything is tried on.
var redisPlain = kind{binary: "redis-server"}

// otherKinds are those that each deployment works on as well. With TLS the certificates are for the name that servers are
// called by, which they have to announce, or for one that nobody is called by, which the URL has to tell.
func otherKinds(t *testing.T) map[string]kind {
	t.Helper()
	return map[string]kind{
		"Redis, TLS":  {"redis-server", newAuthority(t, "localhost"), ""},
		"Valkey":      {"valkey-server", nil, ""},
		"Valkey, TLS": {"valkey-server", newAuthority(t, "redis.test"), "redis.test"},
	}
}

// host is how the servers are called.
func (k kind) host() string {
	if k.tls != nil && k.name == "" {
		return k.tls.host
	}
	return "127.0.0.1"
}

// named reports whether the servers are called by a name, which they have to be told.
func (k kind) named() bool { return net.ParseIP(k.host()) == nil }

// nowhere is the address of a server that is gone.
func (k kind) nowhere(t *testing.T) string { return net.JoinHostPort(k.host(), freePort(t)) }

// listen returns the arguments that have a server of this kind, or a sentinel, listen on a port. Its replicas and those
// that it follows are then of the same kind.
func (k kind) listen(port string) []string {
	if k.tls == nil {
		return []string{"--port", port}
	}
	return []string{
		"--port", "0", "--tls-port", port, "--tls-replication", "yes", "--tls-auth-clients", "yes",
		"--tls-cert-file", k.tls.file("server.crt"), "--tls-key-file", k.tls.file("server.key"), "--tls-ca-cert-file", k.tls.file("ca.crt"),
	}
}

// cli is how redis-cli reaches it.
func (k kind) cli() []string {
	if k.tls == nil {
		return nil
	}
	return []string{"--tls", "--cacert", k.tls.file("ca.crt"), "--cert", k.tls.file("client.crt"), "--key", k.tls.file("client.key")}
}

// us is who we are on servers that grant has made the user on.
var us = url.UserPassword("recado", "hunter2")

// url names servers as operators do: the user, the first address and then the others, and what else there is to say.
func (k kind) url(user *url.Userinfo, more url.Values, addrs ...string) string {
	u := url.URL{Scheme: strings.TrimSuffix(k.binary, "-server"), User: user, Host: addrs[0]}
	q := url.Values{paramAddr: addrs[1:]}
	maps.Copy(q, more)
	if k.tls != nil {
		u.Scheme += "s"
		maps.Copy(q, url.Values{paramCA: {k.tls.file("ca.crt")}, paramCert: {k.tls.file("client.crt")}, paramKey: {k.tls.file("client.key")}})
	}
	if k.name != "" {
		q.Set(paramName, k.name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
