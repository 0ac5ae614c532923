package flow

import (
	"strings"
	"time"

	"recado/internal/flow/expr"
)

// TypeHTTP is the type of an HTTPNode.
const TypeHTTP NodeType = "http"

const (
	defaultHTTPTimeout = 10 * time.Second
	maxHTTPTimeout     = 30 * time.Second
	defaultMaxBytes    = 256 << 10
)

// HTTPNode calls a web service and waits for the result.
type HTTPNode struct {
	Base
	Method   string
	URL      *expr.Template
	Headers  []Header // sorted by name
	Secret   string   // name of the secret sent as authorisation; "" = none
	JSON     *Value   // nil = none
	Body     *expr.Template
	Timeout  time.Duration
	Retry    int
	Save     []Assign // expressions over status, headers, body
	WaitSay  Say
	MaxBytes int
	OnOK     Ref
	OnFail   Ref
}

// Header is one HTTP header.
type Header struct {
	Name  string
	Value *expr.Template
}

// Type returns TypeHTTP.
func (*HTTPNode) Type() NodeType { return TypeHTTP }

// Exits returns on_ok and on_fail.
func (n *HTTPNode) Exits() []Exit {
	return setExits(Exit{"on_ok", n.OnOK, brief}, Exit{"on_fail", n.OnFail, brief})
}

func decodeHTTP(o object, b Base) Node {
	n := &HTTPNode{
		Base: b, Method: o.str("method"), URL: o.url("url"), Secret: o.str("secret"),
		Timeout: min(o.durOr("timeout", defaultHTTPTimeout), maxHTTPTimeout), Retry: o.intOr("retry", 0),
		WaitSay: o.say("wait_say"), MaxBytes: o.intOr("max_bytes", defaultMaxBytes),
		OnFail: o.ref("on_fail", o.c.settings.GiveUp),
	}
	next := o.ref("next", End)
	n.OnOK = o.ref("on_ok", next)
	o.c.exists(o.place("secret"), o.c.reg.Secret, n.Secret, codeUnknownSecret)
	headers, _ := o.sub("headers")
	for _, name := range sortedKeys(headers.m) {
		n.Headers = append(n.Headers, Header{name, o.c.template(headers.place(name), headers.str(name))})
	}
	if o.has("json") {
		n.JSON = o.c.value(o.place("json"), o.m["json"])
	}
	if o.has("body") {
		n.Body = o.c.template(o.place("body"), o.str("body"))
	}
	if n.JSON != nil && n.Body != nil {
		o.c.issue(o.place("body"), codeBothBodies)
	}
	save, _ := o.sub("save")
	for _, name := range sortedKeys(save.m) {
		at := save.place(name)
		o.c.saves(at, name)
		n.Save = append(n.Save, Assign{name, &Value{prog: o.c.program(at, save.str(name), "status", "headers", "body")}})
	}
	return n
}

// url reads a web address. Its scheme and host must be written out, so that no
// variable decides which server the shop talks to.
func (o object) url(key string) *expr.Template {
	src, at := o.str(key), o.place(key)
	rest, secure := strings.CutPrefix(src, "https://")
	if !secure {
		var plain bool
		if rest, plain = strings.CutPrefix(src, "http://"); plain {
			o.c.issue(at, codeInsecureURL)
		}
	}
	host, _, _ := strings.Cut(rest, "/")
	if rest == src || host == "" || strings.ContainsAny(host, "{}@ ?#\\") {
		o.c.issue(at, codeBadURL, src)
	}
	return o.c.template(at, src)
}
