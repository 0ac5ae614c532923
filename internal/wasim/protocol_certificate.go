package wasim

import (
	"fmt"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// credentials are the static Noise key of the server and the certificate chain
// from the root that clients pin.
type credentials struct {
	static *keys.KeyPair
	chain  []byte // a serialised CertChain
}

const (
	rootSerial         = 0 // the only issuer that clients accept for the intermediate
	intermediateSerial = 1
	leafSerial         = 2
)

func newCredentials(root *keys.KeyPair, now time.Time) (credentials, error) {
	intermediate, static := keys.NewKeyPair(), keys.NewKeyPair()
	mid, err := certify(root, intermediate.Pub[:], intermediateSerial, rootSerial, now)
	if err != nil {
		return credentials{}, err
	}
	leaf, err := certify(intermediate, static.Pub[:], leafSerial, intermediateSerial, now)
	if err != nil {
		return credentials{}, err
	}
	chain, err := proto.Marshal(&waCert.CertChain{Intermediate: mid, Leaf: leaf})
	if err != nil {
		return credentials{}, fmt.Errorf("encode the certificate chain: %w", err)
	}
	return credentials{static: static, chain: chain}, nil
}

func certify(issuer *keys.KeyPair, subject []byte, serial, issuerSerial uint32, now time.Time) (*waCert.CertChain_NoiseCertificate, error) {
	details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
		Serial:       new(serial),
		IssuerSerial: new(issuerSerial),
		Key:          subject,
		NotBefore:    new(uint64(now.Add(-24 * time.Hour).Unix())),
		NotAfter:     new(uint64(now.Add(10 * 365 * 24 * time.Hour).Unix())),
	})
	if err != nil {
		return nil, fmt.Errorf("encode a certificate: %w", err)
	}
	signature := sign(issuer, details)
	return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature}, nil
}

func sign(key *keys.KeyPair, message []byte) []byte {
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*key.Priv), message)
	return signature[:]
}

func verify(public, message, signature []byte) bool {
	if len(public) != 32 || len(signature) != 64 {
		return false
	}
	return ecc.VerifySignature(ecc.NewDjbECPublicKey([32]byte(public)), message, [64]byte(signature))
}
