package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/internal/app"
	"recado/internal/flow/examples"
)

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCommandLine is what a person types and what they get.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	doc, _ := examples.Get("tacos")
	good := file(t, "tacos.json", string(doc))
	bad := file(t, "bad.json", strings.Replace(string(doc), `"start": "`, `"start": "nowhere_`, 1))
	folder := filepath.Dir(good)
	chat := filepath.Join(folder, "a.chat")
	if err := os.WriteFile(chat, []byte("flow tacos.json\ncontact \"Ana\"\n> hola\n<~ *Tacos Lupita*\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(folder, "b.chat")
	if err := os.WriteFile(wrong, []byte("flow tacos.json\ncontact \"Ana\"\n> hola\n< no\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	orders := file(t, "orders.json", `{"format":"recado-flow/1","id":"orders","name":"O","locale":"en","start":"ask","triggers":[{"on":"any_message"}],
		"nodes":{"ask":{"type":"ask","say":"?","as":"text","save":"x","next":"pay"},"pay":{"type":"call","flow":"pay"}}}`)
	pay := file(t, "pay.json", `{"format":"recado-flow/1","id":"pay","name":"P","locale":"en","start":"ask",
		"nodes":{"ask":{"type":"ask","say":"How much?","as":"money","save":"x","next":"send"},
		"send":{"type":"http","method":"POST","url":"https://pos.example/pay","on_ok":"@end","on_fail":"@end"}}}`)
	circle := file(t, "circle.json", `{"format":"recado-flow/1","id":"pay","name":"P","locale":"en","start":"a","nodes":{"a":{"type":"call","flow":"orders"}}}`)
	for name, c := range map[string]struct {
		args []string
		env  []string
		code int
		want []string
	}{
		"nothing":              {nil, nil, 0, []string{"serve", "demo", "wasim", "flow", "version", "config"}},
		"help":                 {[]string{"help"}, nil, 0, []string{"serve"}},
		"help of a command":    {[]string{"help", "wasim"}, nil, 0, []string{"--listen"}},
		"--help":               {[]string{"serve", "--help"}, nil, 0, []string{"--http-addr"}},
		"version":              {[]string{"version"}, nil, 0, []string{"recado "}},
		"config":               {[]string{"config"}, []string{"RECADO_ADMIN_EMAIL=a@b.c", "RECADO_ADMIN_PASSWORD=sésamo-ábrete"}, 0, []string{"RECADO_HTTP_ADDR=:8080", "RECADO_ADMIN_PASSWORD=***"}},
		"config that is wrong": {[]string{"config"}, []string{"RECADO_HTTP_ADDR=x"}, 2, []string{"RECADO_HTTP_ADDR"}},
		"unknown command":      {[]string{"sreve"}, nil, 2, []string{"sreve"}},
		"unknown flag":         {[]string{"serve", "--prot=1"}, nil, 2, []string{"--prot"}},
		"unknown setting":      {[]string{"version"}, []string{"RECADO_PROT=1"}, 2, []string{"RECADO_PROT"}},
		"wrong settings":       {[]string{"serve"}, []string{"RECADO_HTTP_ADDR=x", "RECADO_RECONNECT_DELAY=0s"}, 2, []string{"RECADO_HTTP_ADDR", "RECADO_RECONNECT_DELAY"}},
		"wasim in public":      {[]string{"wasim", "--listen", "0.0.0.0:0"}, nil, 1, []string{"loopback"}},
		"validate":             {[]string{"flow", "validate", good}, nil, 0, []string{"ok"}},
		"validate a bad one":   {[]string{"flow", "validate", "--lang", "en", good, bad}, nil, 1, []string{"bad.json: error: start"}},
		"validate together":    {[]string{"flow", "validate", orders, pay}, nil, 0, []string{"flow orders with 2 nodes", "flow pay with 2 nodes"}},
		"validate a caller":    {[]string{"flow", "validate", orders}, nil, 0, []string{"ok"}},
		"validate a circle":    {[]string{"flow", "validate", "--lang", "en", orders, circle}, nil, 1, []string{"[call_cycle]"}},
		"validate a missing":   {[]string{"flow", "validate", "/nowhere.json"}, nil, 2, []string{"/nowhere.json"}},
		"test":                 {[]string{"flow", "test", "--cover", chat}, nil, 0, []string{"a.chat: ok", "%"}},
		"test of nothing":      {[]string{"flow", "test", t.TempDir()}, nil, 1, []string{"no *.chat files"}},
		"test that fails":      {[]string{"flow", "test", wrong}, nil, 1, []string{"b.chat:", "no"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			code := app.Main(t.Context(), c.args, c.env, &out, &errs)
			all := out.String() + errs.String()
			if code != c.code {
				t.Errorf("exit code %d, want %d:\n%s", code, c.code, all)
			}
			for _, w := range c.want {
				if !strings.Contains(all, w) {
					t.Errorf("no %q in:\n%s", w, all)
				}
			}
			if strings.Contains(all, "sésamo") {
				t.Error("a password is printed")
			}
		})
	}
}
