package redis

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority signs certificates that are files of one directory: ca, server for the hosts, and client.
type authority struct {
	dir  string
	host string // the first of them
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, hosts ...string) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir(), host: hosts[0]}
	a.cert, a.key = a.issue(t, "ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	var server x509.Certificate
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else {
			server.DNSNames = append(server.DNSNames, host)
		}
	}
	a.issue(t, "server", &server)
	a.issue(t, "client", &x509.Certificate{})
	return a
}

// issue writes name.crt and name.key; the first one signs itself.
func (a *authority) issue(t *testing.T, name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	a.write(t, name+".crt", "CERTIFICATE", der)
	a.write(t, name+".key", "EC PRIVATE KEY", secret)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert, key
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func TestTLS(t *testing.T) {
	t.Parallel()
	a, stranger := newAuthority(t, "127.0.0.1", "redis.test"), newAuthority(t, "127.0.0.1")
	n := startNode(t, kind{binary: "redis-server", tls: a}, serverArgs())
	ours := url.Values{paramCert: {a.file("client.crt")}, paramKey: {a.file("client.key")}}
	for name, test := range map[string]struct {
		host string
		more url.Values
		want string // in the error
	}{
		"both sides known":                      {"127.0.0.1", url.Values{paramCA: {a.file("ca.crt")}}, ""},
		"another name, and it":                  {"localhost", url.Values{paramCA: {a.file("ca.crt")}, paramName: {"redis.test"}}, ""},
		"another name":                          {"localhost", url.Values{paramCA: {a.file("ca.crt")}}, "certificate is valid for redis.test"},
		"a certificate of an unknown authority": {"127.0.0.1", nil, "certificate signed by unknown authority"},
		"a stranger's certificate":              {"127.0.0.1", url.Values{paramCA: {stranger.file("ca.crt")}}, "certificate signed by unknown authority"},
		"we show none":                          {"127.0.0.1", url.Values{paramCA: {a.file("ca.crt")}, paramCert: nil, paramKey: nil}, "connect to redis"},
		"no such file":                          {"127.0.0.1", url.Values{paramCA: {a.file("none")}}, "ca_file: open"},
		"no certificate in it":                  {"127.0.0.1", url.Values{paramCA: {a.file("ca.key")}}, "ca_file: no certificate"},
		"a key of another":                      {"127.0.0.1", url.Values{paramKey: {a.file("ca.key")}}, "cert_file and key_file"},
		"believed without a look":               {"127.0.0.1", url.Values{paramVerify: {"true"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := maps.Clone(ours)
			maps.Copy(q, test.more)
			c, err := Open(t.Context(), Options{URL: "rediss://" + net.JoinHostPort(test.host, n.port) + "?" + q.Encode()})
			if test.want != "" {
				require.ErrorContains(t, err, test.want)
				return
			}
			require.NoError(t, err)
			require.NoError(t, c.Ping(t.Context()))
			c.Close()
		})
	}
}
