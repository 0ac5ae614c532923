package expr_test

import (
	"fmt"
	"time"

	"recado/internal/flow/expr"
)

// A template reads variables and never fails: a missing one is a warning.
func ExampleTemplate_Render() {
	t, err := expr.Parse(`Hola {{ contact.first_name ?? "qué tal" }}, son {{ money(total) }} {{ adios }}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	scope := expr.Scope{
		Lookup: expr.Vars(map[string]any{"contact": map[string]any{"first_name": "Ana"}, "total": 7500.0}),
		Locale: "es-MX", Now: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC),
	}
	text, warnings := t.Render(&scope, expr.Chat)
	fmt.Printf("%q\n", text)
	fmt.Println(warnings[0].Code, warnings[0].What)
	// Output:
	// "Hola Ana, son $75.00 "
	// unknown adios
}

// A program is checked when it is compiled: only allowed constructs, within the limits.
func ExampleCompile() {
	p, err := expr.Compile(`cuantos > 2 and "vip" in contact.tags`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Names())
	v, err := p.Eval(&expr.Scope{Lookup: expr.Vars(map[string]any{"cuantos": 3.0, "contact": map[string]any{"tags": []any{"vip"}}})})
	fmt.Println(v, err)
	_, err = expr.Compile(`filter(lista, # > 2)`)
	fmt.Println(err)
	// Output:
	// [contact.tags cuantos]
	// true <nil>
	// unknown_func: filter at 0 in "filter(lista, # > 2)"
}
