package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// key signs tokens (op.SigningKey).
type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

const keyIDLength = 12

// newKey makes a key on P-256: making one of RSA would take most of the time of a test.
func newKey() key {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // randomness does not fail
	}
	return key{cloud.RandomText(keyIDLength), jose.ES256, private}
}

func newRSAKey() key {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // randomness does not fail
	}
	return key{cloud.RandomText(keyIDLength), jose.RS256, private}
}

func (k key) ID() string                                  { return k.id }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k key) Key() any                                    { return k.private }

// publicKey verifies tokens (op.Key).
type publicKey struct{ key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.private.Public() }

// Sign returns a JWT of the claims, as the server would sign it now.
func (s *Server) Sign(claims any) string {
	k := s.storage.currentKey()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", k.id)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: k.private}, options)
	if err != nil {
		panic(err) // the key fits
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // the test made claims that are no JSON
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}
