package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(*testing.T) vault.KeyStore { return &vault.Memory{} })
}

func keys(t testing.TB, v *vault.Vault, shop tenant.ShopID) *vault.Keys {
	t.Helper()
	k, err := v.Keys(t.Context(), shop, vault.Records)
	require.NoError(t, err)
	return k
}

func TestASealOpensInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	v := vaulttest.New(t)
	k, other := keys(t, v, "tacos"), keys(t, v, "pizza")
	for _, data := range [][]byte{nil, []byte("hola"), bytes.Repeat([]byte{7}, 100_000)} {
		sealed, err := k.Seal("text", "M1", data)
		require.NoError(t, err)
		again, err := k.Seal("text", "M1", data)
		require.NoError(t, err)
		require.NotEqual(t, sealed, again, "equal values look different")
		opened, err := k.Open("text", "M1", sealed)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, opened))

		for name, open := range map[string]func() ([]byte, error){
			"another field": func() ([]byte, error) { return k.Open("text", "M2", sealed) },
			"another kind":  func() ([]byte, error) { return k.Open("name", "M1", sealed) },
			"another shop":  func() ([]byte, error) { return other.Open("text", "M1", sealed) },
			"a longer kind": func() ([]byte, error) { return k.Open("text|M1", "", sealed) },
			"cut off":       func() ([]byte, error) { return k.Open("text", "M1", sealed[:len(sealed)-2]) },
			"longer":        func() ([]byte, error) { return k.Open("text", "M1", append(slices.Clone(sealed), 1)) },
			"empty":         func() ([]byte, error) { return k.Open("text", "M1", nil) },
		} {
			_, err := open()
			require.ErrorIs(t, err, vault.ErrCorrupt, name)
		}
	}
	sealed, err := k.Seal("text", "M1", []byte("hola"))
	require.NoError(t, err)
	for bit := range len(sealed) * 8 {
		flipped := slices.Clone(sealed)
		flipped[bit/8] ^= 1 << (bit % 8)
		_, err := k.Open("text", "M1", flipped)
		require.ErrorIs(t, err, vault.ErrCorrupt, "bit %d", bit)
	}
}

func TestTokensAreEqualWhenTheirTextsAre(t *testing.T) {
	t.Parallel()
	v := vaulttest.New(t)
	k, other := keys(t, v, "tacos"), keys(t, v, "pizza")
	token := func(k *vault.Keys, kind, s string) string {
		t.Helper()
		got, err := k.Token(kind, s)
		require.NoError(t, err)
		require.True(t, vault.Sealed(got))
		require.NotContains(t, got, s)
		return got
	}
	a := token(k, "phone", "5491155550000")
	require.Equal(t, a, token(k, "phone", "5491155550000"))
	require.NotEqual(t, a, token(k, "phone", "5491155550001"))
	require.NotEqual(t, a, token(k, "lid", "5491155550000"))
	require.NotEqual(t, a, token(other, "phone", "5491155550000"))
	got, err := k.OpenToken("phone", a)
	require.NoError(t, err)
	require.Equal(t, "5491155550000", got)
	for _, damaged := range []string{"", "5491155550000", a[1:], a[:len(a)-3], a + "AAAA", a + "\n", "s1.", "s1.ñ"} {
		_, err := k.OpenToken("phone", damaged)
		require.ErrorIs(t, err, vault.ErrCorrupt, damaged)
	}
	_, err = other.OpenToken("phone", a)
	require.ErrorIs(t, err, vault.ErrCorrupt)
	_, err = k.OpenToken("lid", a)
	require.ErrorIs(t, err, vault.ErrCorrupt)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	k := keys(t, vaulttest.New(t), "tacos")
	encrypted := func(data []byte) []byte {
		t.Helper()
		var out bytes.Buffer
		w, err := k.Encrypt(&out, "file", "menu.jpg")
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return out.Bytes()
	}
	read := func(r io.Reader, name string) ([]byte, error) {
		in, err := k.Decrypt(r, "file", name)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(in)
	}
	const segment = 64 << 10
	for _, size := range []int{0, 1, 1000, segment - 200, segment - 56, segment - 55, segment, 3*segment - 5, 1 << 20} {
		data := bytes.Repeat([]byte("x"), size)
		sealed := encrypted(data)
		require.EqualValues(t, size, vault.FileSize(int64(len(sealed))))
		got, err := read(iotest.OneByteReader(bytes.NewReader(sealed)), "menu.jpg")
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got))
	}
	sealed := encrypted(bytes.Repeat([]byte("x"), 3*segment))
	_, err := read(bytes.NewReader(sealed), "other.jpg")
	require.ErrorIs(t, err, vault.ErrCorrupt)
	_, err = read(bytes.NewReader(sealed[:2*segment]), "menu.jpg")
	require.ErrorIs(t, err, vault.ErrCorrupt, "cut off between two segments")
	_, err = read(bytes.NewReader(nil), "menu.jpg")
	require.ErrorIs(t, err, vault.ErrCorrupt)
	broken := errors.New("the disk broke")
	_, err = read(io.MultiReader(bytes.NewReader(sealed[:segment]), iotest.ErrReader(broken)), "menu.jpg")
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, vault.ErrCorrupt)
}

func TestAWrappedKeyBelongsToItsName(t *testing.T) {
	t.Parallel()
	store := &vault.Memory{}
	v := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)})
	keys(t, v, "tacos")
	wrapped, err := store.Get(t.Context(), vault.Name{Shop: "tacos", Purpose: vault.Records})
	require.NoError(t, err)
	for _, n := range []vault.Name{{Shop: "pizza", Purpose: vault.Records}, {Shop: "tacos", Purpose: vault.Sessions}} {
		_, err := store.PutIfAbsent(t.Context(), n, wrapped)
		require.NoError(t, err)
		_, err = v.Keys(t.Context(), n.Shop, n.Purpose)
		require.ErrorIs(t, err, vault.ErrCorrupt, n)
	}
	require.ErrorIs(t, v.Check(t.Context()), vault.ErrCorrupt)
}

func TestAnotherMasterKeyIsNoticed(t *testing.T) {
	t.Parallel()
	store := &vault.Memory{}
	keys(t, vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)}), "tacos")
	wrong := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 2)})
	require.ErrorIs(t, wrong.Check(t.Context()), vault.ErrUnknownMaster)
	_, err := wrong.Keys(t.Context(), "tacos", vault.Records)
	require.ErrorIs(t, err, vault.ErrUnknownMaster, "and no new key takes the place of the old")
	_, err = wrong.Rotate(t.Context())
	require.ErrorIs(t, err, vault.ErrUnknownMaster)
}

func TestKeysAreUnwrappedOnceForAWhile(t *testing.T) {
	t.Parallel()
	store := &counting{}
	now := time.Unix(0, 0)
	v := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1), Cached: 2, Now: func() time.Time { return now }})
	for range 3 {
		keys(t, v, "a")
	}
	require.Equal(t, 1, store.gets)
	keys(t, v, "b")
	keys(t, v, "a")
	keys(t, v, "c") // b goes
	keys(t, v, "a")
	require.Equal(t, 3, store.gets)
	keys(t, v, "b")
	require.Equal(t, 4, store.gets)

	require.NoError(t, vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)}).Shred(t.Context(), "a"))
	_, err := v.Existing(t.Context(), "a", vault.Records)
	require.NoError(t, err, "another process has not noticed yet")
	now = now.Add(vault.FreshFor + time.Second)
	_, err = v.Existing(t.Context(), "a", vault.Records)
	require.ErrorIs(t, err, vault.ErrNoKey)
}

type counting struct {
	vault.Memory
	gets int
}

func (c *counting) Get(ctx context.Context, n vault.Name) ([]byte, error) {
	c.gets++
	return c.Memory.Get(ctx, n)
}

// A rotation that is interrupted after every few keys, with programs making keys meanwhile, ends with every key under
// the new master key and every value readable.
func TestRotationIsResumableWhileKeysAreUsed(t *testing.T) {
	t.Parallel()
	store := &stopping{}
	before := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)})
	const shops = 1200 // several pages
	sealed := map[tenant.ShopID][]byte{}
	for i := range shops {
		shop := tenant.ShopID(fmt.Sprint("shop", i))
		b, err := keys(t, before, shop).Seal("text", "", []byte(shop))
		require.NoError(t, err)
		sealed[shop] = b
	}
	both := func() *vault.Vault {
		return vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 2), Previous: []vault.Master{vaulttest.Master(t, 1)}})
	}
	stop := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() { // a program that goes on, with the old key first
		v := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1), Previous: []vault.Master{vaulttest.Master(t, 2)}, Cached: 1})
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			shop := tenant.ShopID(fmt.Sprint("shop", i%shops))
			k, err := v.Keys(context.Background(), shop, vault.Records)
			if err == nil {
				_, err = k.Open("text", "", sealed[shop])
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	interruptions, rotated := 0, 0
	for {
		store.allow(400)
		r, err := both().Rotate(t.Context())
		rotated += r.Rotated
		if err == nil {
			require.Equal(t, shops, r.Keys)
			require.Equal(t, vaulttest.Master(t, 2).ID(), r.Current)
			break
		}
		require.ErrorIs(t, err, errStopped)
		interruptions++
	}
	close(stop)
	working.Wait()
	require.Equal(t, 2, interruptions)
	require.Equal(t, shops, rotated, "each was wrapped once")
	r, err := both().Rotate(t.Context())
	require.NoError(t, err)
	require.Zero(t, r.Rotated)

	after := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 2)})
	for shop, b := range sealed {
		opened, err := keys(t, after, shop).Open("text", "", b)
		require.NoError(t, err)
		require.Equal(t, string(shop), string(opened))
	}
	old := vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)})
	require.ErrorIs(t, old.Check(t.Context()), vault.ErrUnknownMaster)
}

var errStopped = errors.New("stopped")

// stopping allows so many replacements, then fails.
type stopping struct {
	vault.Memory
	left int
}

func (s *stopping) allow(n int) { s.left = n }

func (s *stopping) Replace(ctx context.Context, n vault.Name, from, to []byte) error {
	if s.left == 0 {
		return errStopped
	}
	s.left--
	return s.Memory.Replace(ctx, n, from, to)
}

func TestRotationSeesWhatOthersReplace(t *testing.T) {
	t.Parallel()
	store := &racing{}
	keys(t, vault.New(vault.Options{Store: store, Current: vaulttest.Master(t, 1)}), "tacos")
	o := vault.Options{Store: store, Current: vaulttest.Master(t, 2), Previous: []vault.Master{vaulttest.Master(t, 1)}}
	store.before = func() {
		_, err := vault.New(o).Rotate(t.Context())
		require.NoError(t, err)
	}
	r, err := vault.New(o).Rotate(t.Context())
	require.NoError(t, err)
	require.Equal(t, vault.Rotation{Keys: 1, Current: o.Current.ID()}, r, "another process was faster")
}

// racing does something before the first replacement.
type racing struct {
	vault.Memory
	before func()
}

func (r *racing) Replace(ctx context.Context, n vault.Name, from, to []byte) error {
	if before := r.before; before != nil {
		r.before = nil
		before()
	}
	return r.Memory.Replace(ctx, n, from, to)
}

func TestMasterKeys(t *testing.T) {
	t.Parallel()
	a, err := vault.ParseMaster(strings.Repeat("ab", 32))
	require.NoError(t, err)
	require.Len(t, a.ID(), 8)
	require.NotContains(t, strings.Repeat("ab", 32), a.ID(), "an id reveals nothing of the key")
	for _, wrong := range []string{"abab", strings.Repeat("zz", 32), strings.Repeat("ab", 33)} {
		_, err := vault.ParseMaster(wrong)
		require.Error(t, err)
		require.NotContains(t, err.Error(), wrong)
	}
	_, err = vault.ParseMaster("")
	require.Error(t, err)
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	_, err := vault.ReadMaster(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	first, err := vault.MasterFromFile(path)
	require.NoError(t, err)
	again, err := vault.MasterFromFile(path)
	require.NoError(t, err)
	require.Equal(t, first.ID(), again.ID())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing else holds the key")

	require.NoError(t, os.Chmod(path, 0o640))
	_, err = vault.MasterFromFile(path)
	require.ErrorContains(t, err, "may be read by others")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o600))
	_, err = vault.MasterFromFile(path)
	require.ErrorContains(t, err, "is damaged", "never replaced by a new one")
}

func TestOneKeyForAllWhoStartAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			m, err := vault.MasterFromFile(path)
			if err != nil {
				t.Error(err)
			}
			ids[i] = m.ID()
		})
	}
	all.Wait()
	require.Len(t, slices.Compact(ids), 1)
}

func FuzzOpen(f *testing.F) {
	k := keys(f, vaulttest.New(f), "tacos")
	sealed, err := k.SealText("text", "M1", []byte("hola"))
	require.NoError(f, err)
	f.Add(sealed)
	f.Add("s1.")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := k.OpenText("text", "M1", s); s != sealed && !errors.Is(err, vault.ErrCorrupt) {
			t.Errorf("%q opens as %q: %v", s, got, err)
		}
		if _, err := k.OpenToken("text", s); !errors.Is(err, vault.ErrCorrupt) {
			t.Errorf("%q is no token: %v", s, err)
		}
	})
}

func BenchmarkKeys(b *testing.B) {
	k := keys(b, vaulttest.New(b), "tacos")
	data := bytes.Repeat([]byte("x"), 100)
	sealed, err := k.SealText("text", "M1", data)
	require.NoError(b, err)
	token, err := k.Token("phone", "5491155550000")
	require.NoError(b, err)
	for name, op := range map[string]func() error{
		"seal":  func() error { _, err := k.SealText("text", "M1", data); return err },
		"open":  func() error { _, err := k.OpenText("text", "M1", sealed); return err },
		"token": func() error { _, err := k.Token("phone", "5491155550000"); return err },
		"named": func() error { _, err := k.OpenToken("phone", token); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := op(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
