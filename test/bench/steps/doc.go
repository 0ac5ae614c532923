package main

import (
	"fmt"
	"strings"
)

// menuDoc is a flow of 20 nodes: a greeting, a menu, a name and a number to
// give, and texts that lead back to the menu.
func menuDoc() string {
	const doc = `{"format":"recado-flow/1","id":"bench","name":"Bench","locale":"es-MX","start":"saludo",
	"triggers":[{"on":"any_message"}],
	"nodes":{
	"saludo":{"type":"message","say":"Hola 👋","next":"menu"},
	"menu":{"type":"menu","say":"¿Qué se te antoja?","options":[
	 {"id":"pedir","label":"Hacer pedido","next":"nombre"},{"id":"carta","label":"Ver la carta","next":"m0"},
	 {"id":"estado","label":"¿Dónde va mi pedido?","next":"m1"},{"id":"persona","label":"Hablar con alguien","next":"@human"}]},
	"nombre":{"type":"ask","say":"¿A nombre de quién?","as":"name","save":"cliente","next":"cuantos"},
	"cuantos":{"type":"ask","say":"¿Cuántos?","as":"number","save":"cuantos","next":"gracias"},
	"gracias":{"type":"message","say":"¡Gracias, {{ cliente }}!","next":"menu"}`
	var b strings.Builder
	b.WriteString(doc)
	for i := range 15 {
		fmt.Fprintf(&b, `,"m%d":{"type":"message","say":"Texto número %d.","next":"menu"}`, i, i)
	}
	return b.String() + "}}"
}

// bigDoc is a flow of n nodes: menus of four, asks and texts, each with an expression.
func bigDoc(n int) string {
	var b strings.Builder
	b.WriteString(`{"format":"recado-flow/1","id":"big","name":"Big","locale":"es-MX","start":"n0","triggers":[{"on":"any_message"}],
	"vars":{"x":{"type":"number"},"nombre":{"type":"text"}},"nodes":{`)
	next := func(i int) int { return i % n }
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, `"n%d":{"type":"menu","say":"Hola {{ nombre ?? 'tú' }}, van {{ x + 1 }}","options":[`, i)
			for j := range 4 {
				if j > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, `{"id":"o%d","label":"Opción %d de %d","also":["palabra %d"],"next":"n%d"}`, j, j+1, i, j, next(i+j+1))
			}
			b.WriteString(`]}`)
		case 1:
			fmt.Fprintf(&b, `"n%d":{"type":"ask","say":"¿Cuánto, {{ nombre }}?","as":"number","save":"x","min":0,"check":"answer < 1000","next":"n%d"}`, i, next(i+1))
		default:
			fmt.Fprintf(&b, `"n%d":{"type":"message","say":"Van {{ x }} de %d.","next":"n%d"}`, i, n, next(i+1))
		}
	}
	return b.String() + "}}"
}
