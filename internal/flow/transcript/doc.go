// Package transcript reads, runs and updates *.chat files: golden transcripts of
// conversations with a flow. A transcript is a test and a specification that a
// shop owner can read; the conformance corpus of the engine is made of them.
//
//	flow pedidos.json   tz America/Mexico_City   at 2026-11-23 10:00   lang es
//	contact "José Pérez" tags=vip
//	hours mon-fri 09:00-18:00
//
//	> hola
//	< Hola José 👋 ¿Qué se te antoja?|1. Hacer pedido|2. Ver la carta
//	+ 20m
//	< ¿Sigues ahí? 😊
//	> PEDÍDO
//	< ¿A nombre de quién?
//	? node=nombre
//
// A line begins with what it is:
//
//	>    the customer writes; "|" is a line break, "\|" a bar. In brackets:
//	     [image foto.jpg "caption"] [voice] [video "caption"] [document x.pdf] [sticker] [audio]
//	     [location 19.4,-99.1 "Casa"] [contact "Ana" 5215512345678] [tap id] [vote "Label" "Label"]
//	     [vote-unknown "Label"] [react 👍] [edit "new text"] [delete] [unsupported];
//	     in front of any message: [same-id] [offline 3h] [quote n] [group] [mention] [ad id] [race]
//	     (quote n: the n-th last message of the bot, from 1; race: two workers handle it at once)
//	>+   a further message right after: both are one input, in the order they were written
//	<    the bot says exactly this; files, polls and buttons as it sends them
//	<~   the bot says something like this: * stands for anything
//	<!   the bot says nothing
//	+    time passes (20m, 2h, 1d, or "to 18:00"); timers fire meanwhile
//	?    state: node=, status=, paused=, flow=, version=, vars name=value …, tags, event kind name
//	*    an effect other than a message: handoff, notify, contact, http, and words it must hold
//	~    the answer of a web service: http METHOD url -> 201 {"json":1} | -> timeout | -> after 5s 200 {}
//	!    anything else that happens: human, resume, pause, stop, start flow, goto node, tag +x, event name {json},
//	     republish file.json, refused file.json code [path] (it cannot be published), forget flow (its old versions), forget-flow flow, retract, redeliver, crash,
//	     hold, release, clock -2s, late-timer, late-result
//	#    a comment, also behind two blanks at the end of a line
//
// Every transcript runs in three modes: plain; with the state marshalled and
// unmarshalled between any two steps; and also with every step repeated (a crash
// before the commit), every effect carried out twice (a crash after it) and every
// input delivered twice, answers of web services too. All runs must agree.
package transcript
