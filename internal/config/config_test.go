package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recado/internal/config"

	"github.com/alecthomas/kong"
)

// load does what the program does with its command line.
func load(t *testing.T, environ []string, args ...string) (*config.Config, *config.Sources, error) {
	t.Helper()
	s, err := config.Open(environ)
	if err != nil {
		return nil, nil, err
	}
	var c config.Config
	k, err := kong.New(&c, kong.Resolvers(s.Resolver()), kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Parse(args); err != nil {
		return nil, nil, err
	}
	return &c, s, c.Validate()
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recado.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return "RECADO_CONFIG=" + path
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTPAddr != ":8080" || c.DataDir != "./data" || c.MaxReconnectAttempts != 10 || c.ReconnectDelay != 2*time.Second {
		t.Errorf("got %+v", c)
	}
}

func TestTheLaterIsTheStronger(t *testing.T) {
	t.Parallel()
	f := file(t, "http_addr: ':1'\nRECADO_DATA_DIR: /from-file\nreconnect_delay: 3s\n")
	c, _, err := load(t, []string{f, "RECADO_HTTP_ADDR=:2", "RECADO_RECONNECT_DELAY=4s"}, "--http-addr=:3")
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTPAddr != ":3" || c.ReconnectDelay != 4*time.Second || c.DataDir != "/from-file" {
		t.Errorf("got %+v", c)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	hex64 := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		env  []string
		args []string
		want []string // every one is named
	}{
		"unknown in the environment": {env: []string{"RECADO_HTP_ADDR=:1", "RECADO_X=1"}, want: []string{"RECADO_HTP_ADDR", "RECADO_X"}},
		"unknown in the file":        {env: []string{file(t, "htp_addr: ':1'")}, want: []string{"htp_addr"}},
		"nested in the file":         {env: []string{file(t, "http_addr: {a: 1}")}, want: []string{"RECADO_HTTP_ADDR"}},
		"file is missing":            {env: []string{"RECADO_CONFIG=/nowhere.yaml"}, want: []string{"RECADO_CONFIG"}},
		"file is no map":             {env: []string{file(t, "- 1")}, want: []string{"RECADO_CONFIG"}},
		"unknown flag":               {args: []string{"--htp-addr=:1"}, want: []string{"htp-addr"}},
		"several at once": {
			env: []string{
				"RECADO_HTTP_ADDR=8080", "RECADO_MAX_RECONNECT_ATTEMPTS=0", "RECADO_RECONNECT_DELAY=0s", "RECADO_WHATSAPP_ROOT=xyz",
				"RECADO_WHATSAPP_URL=http://x", "RECADO_ADMIN_EMAIL=a@b.c",
			},
			want: []string{"RECADO_HTTP_ADDR", "RECADO_MAX_RECONNECT_ATTEMPTS", "RECADO_RECONNECT_DELAY", "RECADO_WHATSAPP_ROOT", "RECADO_WHATSAPP_URL", "RECADO_ADMIN_EMAIL"},
		},
		"simulator without root":     {env: []string{"RECADO_WHATSAPP_URL=ws://127.0.0.1:1/ws/chat"}, want: []string{"RECADO_WHATSAPP_URL"}},
		"redis without a secret key": {env: []string{"RECADO_REDIS_URL=redis://127.0.0.1:6379"}, want: []string{"RECADO_SECRET_KEY"}},
		"mongo without a secret key": {env: []string{"RECADO_MONGODB_URI=mongodb://127.0.0.1"}, want: []string{"RECADO_SECRET_KEY"}},
		"previous key alone":         {env: []string{"RECADO_SECRET_KEY_PREVIOUS=" + hex64}, want: []string{"RECADO_SECRET_KEY_PREVIOUS"}},
		"previous key is no key":     {env: []string{"RECADO_SECRET_KEY=" + hex64, "RECADO_SECRET_KEY_PREVIOUS=p4ss"}, want: []string{"RECADO_SECRET_KEY_PREVIOUS"}},
		"wrong scheme":               {env: []string{"RECADO_REDIS_URL=http://u:p4ss@h", "RECADO_SECRET_KEY=" + hex64}, want: []string{"RECADO_REDIS_URL"}},
		"short password":             {env: []string{"RECADO_ADMIN_EMAIL=a@b.c", "RECADO_ADMIN_PASSWORD=short"}, want: []string{"RECADO_ADMIN_PASSWORD"}},
		"not a number":               {env: []string{"RECADO_MAX_RECONNECT_ATTEMPTS=many"}, want: []string{"max-reconnect-attempts"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, c.env, c.args...)
			if err == nil {
				t.Fatal("it would start")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not name %s", err, w)
				}
			}
			if strings.Contains(err.Error(), "p4ss") {
				t.Errorf("a password is shown: %q", err)
			}
		})
	}
}

func TestTestSettingsAreNotOurs(t *testing.T) {
	t.Parallel()
	if _, _, err := load(t, []string{"RECADO_TEST_MONGODB_URI=mongodb://127.0.0.1"}); err != nil {
		t.Error(err)
	}
}

func TestPrintHidesSecretsAndNamesSources(t *testing.T) {
	t.Parallel()
	env := []string{
		file(t, "data_dir: /srv/recado"), "RECADO_ADMIN_EMAIL=a@b.c", "RECADO_ADMIN_PASSWORD=correct horse",
		"RECADO_REDIS_URL=redis://:hunter2@h:1", "RECADO_SECRET_KEY=" + strings.Repeat("ab", 32),
		"RECADO_SECRET_KEY_PREVIOUS=" + strings.Repeat("cd", 32),
	}
	c, s, err := load(t, env, "--log-level=debug")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Print(&b, s); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"correct horse", "hunter2", "abab", "cdcd"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("%q is printed", secret)
		}
	}
	for _, want := range []string{
		"RECADO_DATA_DIR=/srv/recado\n  default: ./data\n  source:  file", "RECADO_ADMIN_PASSWORD=***\n  default: none\n  source:  environment",
		"RECADO_LOG_LEVEL=debug\n  default: info\n  source:  flag", "RECADO_HTTP_ADDR=:8080\n  default: :8080\n  source:  default",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("missing %q in\n%s", want, b.String())
		}
	}
}
