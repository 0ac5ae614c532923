package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"recado/internal/tenant"
)

// Store keeps documents by shop and section. The contract suite is store/storetest.
type Store interface {
	// Section returns the section's document; nil when there is none.
	Section(ctx context.Context, shop tenant.ShopID, section string) ([]byte, error)
	// PutSection replaces a section, of at most 1 MiB; nil removes it.
	PutSection(ctx context.Context, shop tenant.ShopID, section string, data []byte) error
	// Sections returns the shop's sections whose names begin with prefix, by name.
	Sections(ctx context.Context, shop tenant.ShopID, prefix string) ([]string, error)
}

// Options configure a Service. Store is required.
type Options struct {
	Store Store
	Now   func() time.Time // nil: time.Now
	// Seal protects a secret where it is stored, Open is its inverse; nil: neither.
	Seal, Open func(ctx context.Context, shop tenant.ShopID, name string, data []byte) ([]byte, error)
	Fresh      time.Duration // how long another node's write may stay unseen; 0 = 10 s
}

// Service reads and writes settings. It is safe for concurrent use.
type Service struct {
	o Options

	mu    sync.Mutex
	cache map[tenant.ShopID]cached
	puts  int // calls of Put: a read that one has overtaken is not cached
}

type cached struct {
	settings Settings
	until    time.Time
}

// maxCached bounds the shops in memory.
const maxCached = 4096

// New returns a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Seal == nil || o.Open == nil {
		o.Seal = func(_ context.Context, _ tenant.ShopID, _ string, data []byte) ([]byte, error) { return data, nil }
		o.Open = o.Seal
	}
	if o.Fresh == 0 {
		o.Fresh = 10 * time.Second
	}
	return &Service{o: o, cache: make(map[tenant.ShopID]cached)}
}

const general = "general"

// Get returns the shop's settings.
func (s *Service) Get(ctx context.Context, shop tenant.ShopID) (Settings, error) {
	now := s.o.Now()
	s.mu.Lock()
	c, ok := s.cache[shop]
	puts := s.puts
	s.mu.Unlock()
	if ok && now.Before(c.until) {
		return c.settings, nil
	}
	data, err := s.o.Store.Section(ctx, shop, general)
	if err != nil {
		return Settings{}, fmt.Errorf("read settings of %s: %w", shop, err)
	}
	found, err := decode(data)
	if err != nil {
		return Settings{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.puts != puts {
		return found, nil
	}
	for other := range s.cache {
		if len(s.cache) < maxCached {
			break
		}
		delete(s.cache, other)
	}
	s.cache[shop] = cached{found, now.Add(s.o.Fresh)}
	return found, nil
}

// Put replaces the shop's settings. With problems nothing changes.
func (s *Service) Put(ctx context.Context, shop tenant.ShopID, to Settings) ([]Problem, error) {
	if list := to.Validate(); len(list) > 0 {
		return list, nil
	}
	data, err := json.Marshal(to)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	if err := s.o.Store.PutSection(ctx, shop, general, data); err != nil {
		return nil, fmt.Errorf("store settings of %s: %w", shop, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	delete(s.cache, shop)
	return nil, nil
}

// Errors of secrets.
var (
	ErrNoSecret   = errors.New("the shop has no such secret")
	ErrSecret     = errors.New("a secret is 1 to 4096 characters without line breaks")
	ErrSecretName = errors.New("a secret's name is 1 to 40 small letters, digits and underscores, a letter first")
	ErrTooMany    = errors.New("the shop has as many secrets as it may")
)

const (
	secretPrefix = "secret/"
	// MaxSecrets bounds the secrets of a shop.
	MaxSecrets = 100
)

var secretValue = regexp.MustCompile(`^[\x20-\x7e]+$`) // what a header may hold

// PutSecret stores a secret, or replaces it. ErrSecretName, ErrSecret, ErrTooMany.
func (s *Service) PutSecret(ctx context.Context, shop tenant.ShopID, name, value string) error {
	if !slug.MatchString(name) {
		return ErrSecretName
	}
	if len(value) > 4096 || !secretValue.MatchString(value) {
		return ErrSecret
	}
	names, err := s.Secrets(ctx, shop)
	if err != nil {
		return err
	}
	if len(names) >= MaxSecrets {
		return ErrTooMany
	}
	data, err := s.o.Seal(ctx, shop, name, []byte(value))
	if err != nil {
		return fmt.Errorf("seal secret of %s: %w", shop, err)
	}
	return s.o.Store.PutSection(ctx, shop, secretPrefix+name, data)
}

// DeleteSecret forgets a secret, or returns ErrNoSecret.
func (s *Service) DeleteSecret(ctx context.Context, shop tenant.ShopID, name string) error {
	data, err := s.o.Store.Section(ctx, shop, secretPrefix+name)
	if err != nil {
		return fmt.Errorf("read secret of %s: %w", shop, err)
	}
	if data == nil || !slug.MatchString(name) {
		return ErrNoSecret
	}
	return s.o.Store.PutSection(ctx, shop, secretPrefix+name, nil)
}

// Secrets returns the names of the shop's secrets.
func (s *Service) Secrets(ctx context.Context, shop tenant.ShopID) ([]string, error) {
	sections, err := s.o.Store.Sections(ctx, shop, secretPrefix)
	if err != nil {
		return nil, fmt.Errorf("list secrets of %s: %w", shop, err)
	}
	for i, section := range sections {
		sections[i] = strings.TrimPrefix(section, secretPrefix)
	}
	return sections, nil
}

// Secret returns a secret's value, for a web call. ErrNoSecret.
func (s *Service) Secret(ctx context.Context, shop tenant.ShopID, name string) (string, error) {
	if !slug.MatchString(name) {
		return "", ErrNoSecret
	}
	data, err := s.o.Store.Section(ctx, shop, secretPrefix+name)
	if err != nil {
		return "", fmt.Errorf("read secret of %s: %w", shop, err)
	}
	if data == nil {
		return "", ErrNoSecret
	}
	if data, err = s.o.Open(ctx, shop, name, data); err != nil {
		return "", fmt.Errorf("open secret of %s: %w", shop, err)
	}
	return string(data), nil
}
