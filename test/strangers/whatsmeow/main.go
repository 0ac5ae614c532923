// Command whatsmeow is an echo bot on unmodified whatsmeow with its store in
// memory. Tests run it as a process of its own, built without the race detector;
// benchmarks measure Recado against it.
//
// Usage: whatsmeow <host:port of the simulator> <root hex>. It prints JSON lines
// {"event":"qr","qr":…}, {"event":"open"} and {"event":"close"}, and ends on
// SIGTERM.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"recado/internal/wasim/wasimtest"
)

func main() {
	root, err := hex.DecodeString(os.Args[2])
	if err != nil {
		panic(err)
	}
	copy(whatsmeow.WACertPubKey[:], root)
	client := &http.Client{Transport: wasimtest.Transport(os.Args[1])}
	c := whatsmeow.NewClient(wasimtest.NewDevice(), nil)
	c.SetWebsocketHTTPClient(client)
	c.SetPreLoginHTTPClient(client)
	c.AddEventHandler(func(evt any) {
		switch e := evt.(type) {
		case *events.QR:
			emit(map[string]string{"event": "qr", "qr": e.Codes[0]})
		case *events.Connected:
			emit(map[string]string{"event": "open"})
		case *events.Disconnected:
			emit(map[string]string{"event": "close"})
		case *events.Message:
			text := e.Message.GetConversation()
			if e.Info.IsFromMe || text == "" {
				return
			}
			reply := "eco " + text
			if _, err := c.SendMessage(context.Background(), e.Info.Chat, &waE2E.Message{Conversation: &reply}); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	})
	if err := c.Connect(); err != nil {
		panic(err)
	}
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	<-stop.Done()
	c.Disconnect()
}

func emit(event map[string]string) {
	if err := json.NewEncoder(os.Stdout).Encode(event); err != nil {
		panic(err) // without its output the program is of no use
	}
}
