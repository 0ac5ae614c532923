// Command bare is the smallest bot there can be: whatsmeow with its store in
// memory, echoing every text. It is what Recado is measured against.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"recado/internal/wasim/wasimtest"
)

// Usage: bare <simulator's host:port> <root hex>; it prints its QR on stdout.
func main() {
	root, err := hex.DecodeString(os.Args[2])
	if err != nil {
		panic(err)
	}
	copy(whatsmeow.WACertPubKey[:], root)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", os.Args[1])
	}
	line := &http.Client{Transport: &http.Transport{DialContext: dial, DialTLSContext: dial}}
	c := whatsmeow.NewClient(wasimtest.NewDevice(), nil)
	c.SetWebsocketHTTPClient(line)
	c.SetPreLoginHTTPClient(line)
	c.AddEventHandler(func(evt any) {
		switch e := evt.(type) {
		case *events.QR:
			fmt.Println(e.Codes[0])
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
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	<-stop.Done()
	c.Disconnect()
}
