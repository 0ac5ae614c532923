package wasim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// mediaInfo is what the keys of a kind of file are derived with.
func mediaInfo(k Kind) (string, bool) {
	switch k {
	case KindImage, KindSticker:
		return "WhatsApp Image Keys", true
	case KindVideo:
		return "WhatsApp Video Keys", true
	case KindAudio, KindVoice:
		return "WhatsApp Audio Keys", true
	case KindDocument:
		return "WhatsApp Document Keys", true
	default:
		return "", false
	}
}

type mediaKeys struct{ iv, cipher, mac []byte }

func deriveMediaKeys(key []byte, info string) (mediaKeys, error) {
	all, err := hkdf.Key(sha256.New, key, nil, info, 112)
	if err != nil {
		return mediaKeys{}, fmt.Errorf("derive media keys: %w", err)
	}
	return mediaKeys{iv: all[:16], cipher: all[16:48], mac: all[48:80]}, nil
}

// seal encrypts a file: AES-256-CBC, then ten bytes of HMAC.
func (k mediaKeys) seal(plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, fmt.Errorf("encrypt media: %w", err)
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(make([]byte, 0, len(plain)+n+10), plain...)
	for range n {
		padded = append(padded, byte(n))
	}
	cipher.NewCBCEncrypter(block, k.iv).CryptBlocks(padded, padded)
	return append(padded, k.tag(padded)...), nil
}

var errMedia = errors.New("the file does not fit its key")

func (k mediaKeys) open(sealed []byte) ([]byte, error) {
	if len(sealed) < 10+aes.BlockSize || (len(sealed)-10)%aes.BlockSize != 0 {
		return nil, errMedia
	}
	body, tag := sealed[:len(sealed)-10], sealed[len(sealed)-10:]
	if !hmac.Equal(k.tag(body), tag) {
		return nil, errMedia
	}
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, fmt.Errorf("decrypt media: %w", err)
	}
	plain := make([]byte, len(body))
	cipher.NewCBCDecrypter(block, k.iv).CryptBlocks(plain, body)
	n := int(plain[len(plain)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, errMedia
	}
	return plain[:len(plain)-n], nil
}

func (k mediaKeys) tag(body []byte) []byte {
	mac := hmac.New(sha256.New, k.mac)
	mac.Write(k.iv)
	mac.Write(body)
	return mac.Sum(nil)[:10]
}
