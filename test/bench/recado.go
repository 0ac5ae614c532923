package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
)

// recado is a server of ours and who signed in to it.
type recado struct {
	b     *bench
	child *child
	base  string
	token string
	env   []string
}

const (
	admin    = "admin@example.com"
	password = "only for this run"
)

const echo = `{"format":"recado-flow/1","id":"eco","name":"Eco","locale":"es-MX","start":"eco","triggers":[{"on":"any_message"}],
 "nodes":{"eco":{"type":"message","say":"eco {{ message.text }}","next":"@end"}}}`

func (b *bench) recado(name string, env ...string) (*recado, error) {
	addr := freeAddr()
	r := &recado{b: b, base: "http://" + addr, env: append([]string{
		"RECADO_HTTP_ADDR=" + addr, "RECADO_DATA_DIR=" + filepath.Join(b.dir, name),
		"RECADO_WHATSAPP_URL=ws://" + b.addr + "/ws/chat", "RECADO_WHATSAPP_ROOT=" + b.root,
		"RECADO_ADMIN_EMAIL=" + admin, "RECADO_ADMIN_PASSWORD=" + password, "RECADO_RESTORE_PER_SECOND=1000",
	}, env...)}
	return r, r.start()
}

// start starts the process, or starts it again on the same data.
func (r *recado) start() (err error) {
	if r.child, err = r.b.start(r.env, "recado", "serve"); err != nil {
		return err
	}
	r.child.base = r.base
	if err := until(60*time.Second, func() bool { return call("GET", r.base+"/readyz", "", nil, nil) == nil }); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	var grant struct{ AccessToken string }
	if err := call("POST", r.base+"/api/auth/login", "", map[string]string{"email": admin, "password": password}, &grant); err != nil {
		return err
	}
	r.token = grant.AccessToken
	return nil
}

func (r *recado) call(method, path string, body, into any) error {
	return call(method, r.base+path, r.token, body, into)
}

func (r *recado) shop(id string) error {
	if err := r.call("POST", "/api/shops", map[string]string{"shopId": id, "name": id}, nil); err != nil {
		return err
	}
	return r.call("PUT", "/api/shops/"+id+"/flow", map[string]any{"definition": json.RawMessage(echo)}, nil)
}

// activate returns the QR.
func (r *recado) activate(shop string) (string, error) {
	var reply struct{ QR string }
	err := r.call("POST", "/api/whatsapp/activate", map[string]string{"shopId": shop}, &reply)
	if err == nil && reply.QR == "" {
		err = fmt.Errorf("%s got no QR", shop)
	}
	return reply.QR, err
}

// link makes the shop's phone and links it.
func (r *recado) link(shop, number string) error {
	if err := r.b.phone(number); err != nil {
		return err
	}
	qr, err := r.activate(shop)
	if err != nil {
		return err
	}
	if err := r.b.post("/v1/phones/"+number+"/scan", map[string]string{"qr": qr}); err != nil {
		return err
	}
	return until(time.Minute, func() bool {
		var st struct{ Status string }
		return r.call("GET", "/api/whatsapp/status?shopId="+shop, nil, &st) == nil && st.Status == "active"
	})
}
