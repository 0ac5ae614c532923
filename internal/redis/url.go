package redis

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"

	"github.com/redis/rueidis"
)

// The parameters of a URL. Others are refused: a misspelt master_set would write to a sentinel.
const (
	paramAddr      = "addr"       // another node of the cluster, or another sentinel; may be repeated
	paramMaster    = "master_set" // the name that the sentinels know the master by
	paramDB        = "db"
	paramVerify    = "skip_verify"       // of TLS: believe any certificate
	paramCA        = "ca_file"           // of TLS: PEM of the authorities of the servers' certificates; without it, the system's
	paramCert      = "cert_file"         // of TLS: PEM of our certificate, for servers that ask for one
	paramKey       = "key_file"          // of TLS: PEM of its key
	paramName      = "server_name"       // of TLS: the name in every server's certificate; without it, the one that was dialled
	paramSentUser  = "sentinel_user"     // of the sentinels, which have users of their own
	paramSentPhase = "sentinel_password" // the same
)

var (
	tlsParams      = []string{paramVerify, paramCA, paramCert, paramKey, paramName}
	sentinelParams = []string{paramSentUser, paramSentPhase}
	otherParams    = []string{paramAddr, paramMaster, paramDB}
)

// parseURL reads the URL alone, no environment. Its errors show no part of the URL but the names of its parameters and of
// files: the rest may be a password.
func parseURL(text string) (rueidis.ClientOption, error) {
	option, err := rueidis.ParseURL(text)
	if err != nil {
		return option, errors.New("the URL is not one of redis, rediss, valkey, valkeys or unix with valid parts")
	}
	u, err := url.Parse(text)
	if err != nil {
		return option, errors.New("not a URL")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return option, errors.New("the URL's parameters are not well-formed")
	}
	for name := range q {
		switch {
		case slices.Contains(tlsParams, name) && option.TLSConfig == nil:
			return option, fmt.Errorf("the URL's parameter %s is for rediss and valkeys", name)
		case slices.Contains(sentinelParams, name) && option.Sentinel.MasterSet == "":
			return option, fmt.Errorf("the URL's parameter %s needs %s", name, paramMaster)
		case !slices.Contains(slices.Concat(tlsParams, sentinelParams, otherParams), name):
			return option, fmt.Errorf("the URL has an unknown parameter %q", name)
		}
	}
	option.Sentinel.Username, option.Sentinel.Password = q.Get(paramSentUser), q.Get(paramSentPhase)
	if option.TLSConfig != nil {
		if err := setCertificates(option.TLSConfig, q); err != nil {
			return option, err
		}
		option.Sentinel.TLSConfig = option.TLSConfig
	}
	return option, nil
}

// setCertificates sets the trusted authorities and the own certificate.
func setCertificates(c *tls.Config, q url.Values) error {
	c.ServerName = q.Get(paramName) // a name of its own for each server, unless one is given
	if file := q.Get(paramCA); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%s: %w", paramCA, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%s: no certificate in %s", paramCA, file)
		}
	}
	if q.Get(paramCert) == "" && q.Get(paramKey) == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(q.Get(paramCert), q.Get(paramKey))
	if err != nil {
		return fmt.Errorf("%s and %s: %w", paramCert, paramKey, err)
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}
