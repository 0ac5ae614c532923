package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/examples"
	"recado/internal/message"
	"recado/internal/tenant"
)

// The identity of effects is stored and sent: it must never change.
func TestKeyAndMessageID(t *testing.T) {
	t.Parallel()
	key := engine.Key("demo", "c1", "1", 7, 2)
	if want := "EUXUFSZ74AJDMRS44D5JTAC2IZ"; key != want {
		t.Errorf("key %s, want %s", key, want)
	}
	if id, want := engine.MessageID(key), "3EB08E4936A386AE96E853"; id != want {
		t.Errorf("message id %s, want %s", id, want)
	}
	seen := map[string]string{}
	for _, shop := range []string{"a", "b"} {
		for _, conv := range []string{"c", "d"} {
			for seq := range int64(3) {
				for k := range 3 {
					key := engine.Key(tenant.ShopID(shop), conv, "1", seq, k)
					if at, twice := seen[key]; twice {
						t.Fatalf("%s repeats %s", key, at)
					}
					seen[key] = fmt.Sprint(shop, conv, seq, k)
				}
			}
		}
	}
}

func TestInputsThroughJSON(t *testing.T) {
	t.Parallel()
	for _, in := range []engine.Input{
		&engine.Message{ID: "A", At: 5, Content: message.Content{Kind: message.Text, Text: "hola <b>"}, Also: []message.Content{{Kind: message.Image, Media: &message.Media{Caption: "x"}}}, Quoted: "B", Offline: true},
		&engine.Timer{Token: "T"},
		&engine.Result{Effect: "K", OK: true, Code: 201, Headers: map[string]string{"a": "b"}, Body: json.RawMessage(`{"a":1}`)},
		&engine.HumanSent{At: 5, By: "u"},
		&engine.HumanSent{},
		&engine.Command{Do: engine.GotoNode, By: "u", Flow: "f", Node: "n"},
		&engine.ExternalEvent{Name: "pago", Data: map[string]any{"a": []any{1.5, nil, "x"}}},
	} {
		b, err := engine.EncodeInput(in)
		if err != nil {
			t.Fatal(err)
		}
		back, err := engine.DecodeInput(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !reflect.DeepEqual(in, back) {
			t.Errorf("%#v became %#v", in, back)
		}
	}
	for _, bad := range []string{``, `{}`, `{"type":"zz"}`, `[]`, `{"type":"timer","token":5}`} {
		if in, err := engine.DecodeInput([]byte(bad)); err == nil {
			t.Errorf("%s was read as %#v", bad, in)
		}
	}
}

func TestEffectsThroughJSON(t *testing.T) {
	t.Parallel()
	for _, do := range []engine.Action{
		&engine.Send{Content: message.Content{Kind: message.Text, Text: "hola"}, NotBefore: 5, Typing: true, Epoch: 2, Flow: "f", Node: "n", Render: "list", Choices: []engine.Choice{{ID: "a", Label: "A", Hint: "h"}}},
		&engine.SetTimer{Token: "T", Due: 9},
		&engine.CancelTimer{Token: "T"},
		&engine.ContactPatch{Vars: map[string]any{"a": 1.0, "b": nil}, AddTags: []string{"vip"}, Marketing: "opt_out"},
		&engine.Handoff{Queue: "q", Note: "n", Reason: "flow"},
		&engine.Notify{To: "owner", Text: "x", Reason: "flow"},
		&engine.HTTP{Method: "POST", URL: "https://x", Body: json.RawMessage(`{"a":1}`), Timeout: time.Second, Retry: 1, MaxBytes: 10},
	} {
		e := engine.Effect{Key: "K", Do: do}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back engine.Effect
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !reflect.DeepEqual(e, back) {
			t.Errorf("%#v became %#v", e, back)
		}
	}
	for _, bad := range []string{`{"key":"K","type":"zz","do":{}}`, `{"key":"K","type":"send","do":5}`, `5`} {
		if err := json.Unmarshal([]byte(bad), new(engine.Effect)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestNothingHappensWithoutAFlow(t *testing.T) {
	t.Parallel()
	run, effects, _ := engine.Step(noDefs{}, engine.Run{}, &engine.Message{ID: "A", Content: message.Content{Kind: message.Text, Text: "hola"}}, engine.Env{Now: time.Unix(1e9, 0)})
	if len(effects) != 0 || run.Seq != 1 || run.Status != engine.StatusIdle {
		t.Errorf("%+v %v", run, effects)
	}
	for _, in := range []engine.Input{nil, (*engine.Message)(nil), (*engine.Timer)(nil), &engine.Command{}, &engine.Message{}} {
		if _, effects, events := engine.Step(noDefs{}, engine.Run{}, in, engine.Env{}); len(effects) > 0 {
			t.Errorf("%#v: %v %v", in, effects, events)
		}
	}
}

// A run refers to a flow that exists nowhere: a person takes over, once.
func TestFlowIsGone(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"x"}`))
	k.says("hola")
	k.defs = noDefs{}
	k.says("hola")
	if k.run.Paused == nil || !k.event(engine.LimitHit, "version_gone") {
		t.Errorf("%+v %v", k.run, k.events)
	}
	k.want(k.says("hola"))
}

func TestInputsOfARunAreLimited(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"menu","say":"¿?","options":[{"id":"x","label":"X","next":"a"},{"id":"y","label":"Y","next":"a"}]}`, `"settings":{"expire":"9d"}`))
	k.says("hola")
	for i := range engine.MaxInputs + 5 {
		k.env.Now = k.env.Now.Add(10 * time.Minute)
		k.says([]string{"1", "2"}[i%2])
		if k.event(engine.LimitHit, "inputs") {
			if i < engine.MaxInputs-3 {
				t.Errorf("after %d inputs", i)
			}
			return
		}
	}
	t.Error("never limited")
}

func TestVariablesAreLimited(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"x","next":"b"},"b":{"type":"ask","say":"¿?","as":"text","save":"y","next":"c"},"c":{"type":"ask","say":"¿?","as":"text","save":"z","next":"d"},"d":{"type":"ask","say":"¿?","as":"text","save":"w","next":"a"}`))
	k.says("hola")
	for i := range 4 {
		k.says(fmt.Sprint(i, strings.Repeat("𝒳", 4000))) // 16 000 bytes each
	}
	if !k.event(engine.LimitHit, "vars") || k.run.Paused == nil {
		t.Errorf("%v", k.events)
	}
	if n := len(mustJSON(t, k.run)); n > engine.MaxState {
		t.Errorf("%d bytes", n)
	}
}

// Whatever waits for a result is bounded too.
func TestDeferredMessagesAreLimited(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"delay","for":"1h","next":"b"},"b":{"type":"ask","say":"¿?","as":"text","save":"x"}`))
	k.says("hola")
	for i := range 3 * engine.MaxDeferred {
		k.says(fmt.Sprint(i, strings.Repeat("<", 4000)))
	}
	if n := len(k.run.Deferred); n > engine.MaxDeferred {
		t.Errorf("%d messages wait", n)
	}
	if n := len(mustJSON(t, k.run)); n > engine.MaxState {
		t.Errorf("%d bytes", n)
	}
}

// Pauses between bubbles add up, and a nudge waits for the shop's morning.
func TestPace(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"message","say":["uno","dos","tres"]}`, `"settings":{"pace_ms":800}`))
	k.says("hola")
	var pauses []time.Duration
	for _, e := range k.did {
		if s, ok := e.Do.(*engine.Send); ok && s.NotBefore != 0 {
			pauses = append(pauses, s.NotBefore.Sub(engine.At(k.env.Now)))
		}
	}
	if !reflect.DeepEqual(pauses, []time.Duration{800 * time.Millisecond, 1600 * time.Millisecond}) {
		t.Errorf("pauses %v", pauses)
	}
}

// What is typed shows as typing unless the node or the flow says otherwise; so
// does a short delay that asks for it.
func TestTyping(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		nodes, settings string
		said, waits     bool
	}{
		"as usual":         {`"a":{"type":"message","say":"uno"}`, ``, true, false},
		"not this message": {`"a":{"type":"message","say":"uno","typing":false}`, ``, false, false},
		"not this flow":    {`"a":{"type":"message","say":"uno"}`, `"settings":{"typing":false}`, false, false},
		"a short delay":    {`"a":{"type":"message","say":"uno","next":"b"},"b":{"type":"delay","for":"20s","typing":true}`, ``, true, true},
		"a plain delay":    {`"a":{"type":"message","say":"uno","next":"b"},"b":{"type":"delay","for":"20s"}`, ``, true, false},
		"a long delay":     {`"a":{"type":"message","say":"uno","next":"b"},"b":{"type":"delay","for":"31s","typing":true}`, ``, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := begin(t, doc(c.nodes, c.settings))
			k.says("hola")
			for _, e := range k.did {
				if s, ok := e.Do.(*engine.Send); ok && s.Typing != c.said {
					t.Errorf("%q: typing %t", s.Content.Text, s.Typing)
				}
			}
			if w := k.run.Wait; (w != nil && w.Typing) != c.waits {
				t.Errorf("waits %+v", w)
			}
		})
	}
}

// One timer serves a conversation: a reply does not write another, an earlier
// moment replaces it, the end takes it away.
func TestTimers(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"number","save":"x","next":"b"},"b":{"type":"ask","say":"¿Y?","as":"number","save":"y","nudges":[{"after":"5m","say":"¿Sigues?"}]}`, `"settings":{"expire":"2h"}`))
	count := func() (set, cancelled int) {
		for _, e := range k.did {
			switch e.Do.(type) {
			case *engine.SetTimer:
				set++
			case *engine.CancelTimer:
				cancelled++
			}
		}
		return set, cancelled
	}
	k.says("hola")
	if set, cancelled := count(); set != 1 || cancelled != 0 {
		t.Errorf("at the start %d set, %d cancelled", set, cancelled)
	}
	k.says("no sé")
	if set, cancelled := count(); set != 0 || cancelled != 0 {
		t.Errorf("at a reply %d set, %d cancelled", set, cancelled)
	}
	k.says("1")
	if set, cancelled := count(); set != 1 || cancelled != 1 {
		t.Errorf("for a nudge %d set, %d cancelled", set, cancelled)
	}
	old := k.run.Timer.Token
	k.env.Now = k.run.Timer.Due.Time().Add(-time.Second)
	k.want(k.step(&engine.Timer{Token: old})) // early: the clock went back
	if k.run.Timer == nil || k.run.Timer.Token == old {
		t.Fatalf("not set again: %+v", k.run.Timer)
	}
	k.env.Now = k.run.Timer.Due.Time()
	k.want(k.step(&engine.Timer{Token: old})) // stale
	k.want(k.step(&engine.Timer{Token: k.run.Timer.Token}), "¿Sigues?")
	k.says("2")
	if set, cancelled := count(); set != 0 || cancelled != 1 || k.run.Timer != nil {
		t.Errorf("at the end %d set, %d cancelled, %+v", set, cancelled, k.run.Timer)
	}
}

// Sends carry the epoch: those that a person interrupts are recognisable as old.
func TestEpoch(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"x"}`))
	k.says("hola")
	before := k.run.Epoch
	k.step(&engine.HumanSent{})
	if k.run.Epoch <= before {
		t.Error("a person's message must make older sends stale")
	}
	before = k.run.Epoch
	k.step(&engine.Command{Do: engine.Resume})
	k.says("STOP")
	for _, e := range k.did {
		if s, ok := e.Do.(*engine.Send); ok && s.Epoch < k.run.Epoch {
			t.Error("the confirmation itself would be recalled")
		}
	}
	if k.run.Epoch <= before {
		t.Error("an opt-out must make older sends stale")
	}
}

func TestCollectWait(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"number","save":"n","next":"b"},"b":{"type":"ask","say":"¿?","as":"text","save":"x","collect":"8s","next":"c"},"c":{"type":"ask","say":"¿?","as":"text","save":"y","next":"d"},"d":{"type":"menu","say":"¿?","options":[{"id":"x","label":"X"}]}`, `"settings":{"collect":"3s"}`))
	var got []time.Duration
	for _, text := range []string{"hola", "5", "a", "b", "1"} {
		got = append(got, engine.CollectWait(k.defs, k.run))
		k.says(text)
	}
	if want := []time.Duration{0, 0, 8 * time.Second, 3 * time.Second, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Nine messages that waited at the server are one input.
func TestMergeMessages(t *testing.T) {
	t.Parallel()
	var ms []*engine.Message
	for i := range 9 {
		ms = append(ms, &engine.Message{ID: fmt.Sprint("IN", i), At: engine.Instant(1000 + i), Content: message.Content{Kind: message.Text, Text: fmt.Sprint("línea ", i)}})
	}
	k := begin(t, doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"x","next":"b"},"b":{"type":"end","say":"{{ x }}"}`))
	k.says("hola")
	k.want(k.step(engine.MergeMessages(ms)), "línea 0\nlínea 1\nlínea 2\nlínea 3\nlínea 4\nlínea 5\nlínea 6\nlínea 7\nlínea 8")
	if len(ms[0].Also) != 0 {
		t.Error("the first message was changed")
	}
	if engine.MergeMessages(nil) != nil {
		t.Error("nothing together is something")
	}
	if (&engine.Message{Content: message.Content{Kind: message.ChoiceKind}}).Mergeable() {
		t.Error("a tap stands for itself")
	}
}

// PreviewMigration says before publishing what Step does after it.
func TestPreviewMigration(t *testing.T) {
	t.Parallel()
	v1 := `"a":{"type":"menu","say":"¿?","options":[{"id":"x","label":"X","next":"b"},{"id":"y","label":"Y","next":"b"}]},"b":{"type":"ask","say":"¿?","as":"text","save":"t"}`
	for name, c := range map[string]struct {
		next string
		want engine.MigrationOutcome
	}{
		"text":    {strings.ReplaceAll(v1, "¿?", "¿Qué?"), engine.RunMigrates},
		"renamed": {strings.ReplaceAll(strings.Replace(v1, `"a":{`, `"z":{"was":["a"],`, 1), `"start":"a"`, `"start":"z"`), engine.RunMigrates},
		"option":  {strings.Replace(v1, `{"id":"y","label":"Y","next":"b"}`, `{"id":"q","label":"Y","next":"b"}`, 1), engine.RunFinishes},
		"type":    {`"a":{"type":"ask","say":"¿?","as":"text","save":"t"}`, engine.RunFinishes},
	} {
		k := begin(t, doc(v1))
		k.says("hola")
		d := strings.Replace(doc(c.next), `"start":"a"`, `"start":"`+map[bool]string{true: "z", false: "a"}[name == "renamed"]+`"`, 1)
		next := compile(t, d).def.WithVersion(2)
		if got := engine.PreviewMigration(k.defs, k.run, next); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	k := begin(t, doc(v1))
	if got := engine.PreviewMigration(k.defs, k.run, compile(t, doc(v1)).def.WithVersion(2)); got != engine.RunUntouched {
		t.Errorf("no run: %s", got)
	}
	k.says("hola")
	if got := engine.PreviewMigration(k.defs, k.run, compile(t, doc(v1, `"settings":{"on_new_version":"restart"}`)).def.WithVersion(2)); got != engine.RunRestarts {
		t.Errorf("restart: %s", got)
	}
	other := compile(t, strings.Replace(doc(`"z":{"type":"ask","say":"¿?","as":"text","save":"t"}`), `"start":"a"`, `"start":"z"`, 1)).def.WithVersion(2)
	if got := engine.PreviewMigration(forgetful{k.defs}, k.run, other); got != engine.RunLost {
		t.Errorf("its version is gone and it fits nowhere: %s", got)
	}
}

// forgetful are flows of which only the published version can be read.
type forgetful struct{ flow.Defs }

func (forgetful) Version(flow.ID, int) (*flow.Def, bool) { return nil, false }

// TestSupported holds the table of features against the node types of the format: a new
// type is either in the table or reserved here.
func TestSupported(t *testing.T) {
	t.Parallel()
	reserved := []flow.NodeType{flow.TypeAIReply, flow.TypeAIAgent, flow.TypeTemplate, flow.TypeCatalog, flow.TypeOrder}
	for _, typ := range flow.NodeTypes() {
		if engine.Supported(flow.NodeFeature(typ)) == slices.Contains(reserved, typ) {
			t.Errorf("%s: supported %v, reserved %v", typ, engine.Supported(flow.NodeFeature(typ)), slices.Contains(reserved, typ))
		}
	}
}

// What shops start from can be published on the engine as it is.
func TestExamplesArePublishable(t *testing.T) {
	t.Parallel()
	for _, name := range examples.Names() {
		doc, _ := examples.Get(name)
		if def, issues := flow.Compile(doc, flow.Registry{Supports: engine.Supported}); def == nil {
			t.Errorf("%s: %+v", name, issues)
		}
	}
}

// The same document and inputs give the same bytes, in this and every other process.
func TestStepIsAFunction(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 3 {
		k := begin(t, benchDoc())
		var all []byte
		for _, text := range []string{"hola", "1", "Ana", "3", "2", "hola", "99"} {
			k.says(text)
			all = append(append(all, mustJSON(t, k.run)...), mustJSON(t, k.did)...)
		}
		if first == nil {
			first = all
		}
		if !bytes.Equal(first, all) {
			t.Fatal("differs")
		}
	}
}

type noDefs struct{}

func (noDefs) Published(flow.ID) (*flow.Def, bool)    { return nil, false }
func (noDefs) Version(flow.ID, int) (*flow.Def, bool) { return nil, false }
func (noDefs) Flows() []*flow.Def                     { return nil }

// A customer who writes a hundred times in a minute is answered a hundred times.
func TestEveryMessageIsAnswered(t *testing.T) {
	t.Parallel()
	k := begin(t, doc(`"a":{"type":"message","say":["Recibido.","Gracias."]}`))
	for i := range 250 {
		k.n++
		k.env.Now = k.env.Now.Add(300 * time.Millisecond)
		said := k.step(&engine.Message{ID: fmt.Sprint("IN", i), At: engine.At(k.env.Now), Content: message.Content{Kind: message.Text, Text: []string{"hola", fmt.Sprint("mensaje número ", i)}[i%2]}})
		if len(said) != 2 {
			t.Fatalf("message %d: %q %v", i, said, k.events)
		}
	}
}
