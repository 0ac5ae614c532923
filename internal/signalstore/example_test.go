package signalstore_test

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow/types"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

// A device is opened by the owner of a shop, given to whatsmeow, and closed before the next owner opens it.
func Example() {
	ctx := context.Background()
	store := signalstore.New(kv.NewMemory(), signalstore.Options{})
	key := kv.DeviceKey{Shop: "taqueria", Channel: message.WhatsAppBaileys}

	device, err := store.Open(ctx, key, 1) // the epoch of the owner's lease
	if err != nil {
		panic(err)
	}
	fmt.Println("paired:", device.Paired())

	// whatsmeow fills these in when a phone has scanned the code, and saves.
	w := device.Whatsmeow()
	id := types.NewADJID("5491100000000", 0, 7)
	w.ID = &id
	if err := w.Save(ctx); err != nil {
		panic(err)
	}
	fmt.Println("paired:", device.Paired())
	if err := device.Close(ctx); err != nil {
		panic(err)
	}

	if device, err = store.Open(ctx, key, 2); err != nil {
		panic(err)
	}
	fmt.Println("same device:", *device.Whatsmeow().ID == id)
	// Output:
	// paired: false
	// paired: true
	// same device: true
}
