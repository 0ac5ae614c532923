package redis

import (
	"maps"
	"net"
	"net/url"
	"strings"
	"testing"
)

// kind is the make, the TLS and the name of all servers of a deployment.
type kind struct {
	binary string
	tls    *authority // they speak TLS alone and ask every peer for a certificate; nil: without TLS
	name   string     // the only name in all certificates, used in no URL; empty: the certificates have the URL's name
}

// redisPlain is the kind that runs every test.
var redisPlain = kind{binary: "redis-server"}

// otherKinds are the further kinds of each deployment. With TLS the certificates name the servers as the URL does, and the
// servers must announce that name; or they have a name that no URL uses, and the URL must say it.
func otherKinds(t *testing.T) map[string]kind {
	t.Helper()
	return map[string]kind{
		"Redis, TLS":  {"redis-server", newAuthority(t, "localhost"), ""},
		"Valkey":      {"valkey-server", nil, ""},
		"Valkey, TLS": {"valkey-server", newAuthority(t, "redis.test"), "redis.test"},
	}
}

// host is the servers' name in URLs.
func (k kind) host() string {
	if k.tls != nil && k.name == "" {
		return k.tls.host
	}
	return "127.0.0.1"
}

// named reports whether the servers have a name, which they must announce.
func (k kind) named() bool { return net.ParseIP(k.host()) == nil }

// nowhere returns an address without a server.
func (k kind) nowhere(t *testing.T) string { return net.JoinHostPort(k.host(), freePort(t)) }

// listen returns the arguments with which a server of this kind, or a sentinel, listens on a port. Its replicas and its
// master are then of the same kind.
func (k kind) listen(port string) []string {
	if k.tls == nil {
		return []string{"--port", port}
	}
	return []string{
		"--port", "0", "--tls-port", port, "--tls-replication", "yes", "--tls-auth-clients", "yes",
		"--tls-cert-file", k.tls.file("server.crt"), "--tls-key-file", k.tls.file("server.key"), "--tls-ca-cert-file", k.tls.file("ca.crt"),
	}
}

// cli returns the arguments of redis-cli for this kind.
func (k kind) cli() []string {
	if k.tls == nil {
		return nil
	}
	return []string{"--tls", "--cacert", k.tls.file("ca.crt"), "--cert", k.tls.file("client.crt"), "--key", k.tls.file("client.key")}
}

// us is the user that grant makes.
var us = url.UserPassword("recado", "hunter2")

// url returns the URL of servers: the user, the first address, the others and further parameters.
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
