package wasim_test

import (
	"context"
	"slices"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// TestVotes: an unmodified client reads the votes in its poll, whichever way the
// voter is addressed.
func TestVotes(t *testing.T) {
	t.Parallel()
	for _, mode := range []wasim.Addressing{wasim.ByLID, wasim.ByPN} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			sim := wasimtest.Start(t, wasim.Options{})
			shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
			ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Addressing: mode})
			c := sim.Client(wasimtest.NewDevice())
			c.Link(shop)
			ana.Say(shopNumber, "hola")
			chat := c.Text("hola").Info.Chat
			options := []string{"now", "later", "never"}
			poll, err := c.SendMessage(context.Background(), chat, c.BuildPollCreation("When?", options, 0))
			if err != nil {
				t.Fatal(err)
			}
			ana.WaitFor("the poll", func(screen []wasim.ScreenMessage) bool {
				return slices.ContainsFunc(screen, func(b wasim.ScreenMessage) bool { return b.ID == poll.ID })
			})
			for _, chosen := range [][]string{{"later"}, {"now", "never"}, {}} {
				id := ana.Send(wasim.Draft{To: shopNumber, Vote: &wasim.Vote{ID: poll.ID, Options: chosen}})
				m := wasimtest.Await(c, func(m *events.Message) bool { return m.Info.ID == id })
				vote, err := c.DecryptPollVote(context.Background(), m)
				if err != nil {
					t.Fatalf("%q: %v", chosen, err)
				}
				if !slices.EqualFunc(vote.GetSelectedOptions(), whatsmeow.HashPollOptions(chosen), func(a, b []byte) bool { return string(a) == string(b) }) {
					t.Errorf("%q arrives as %x", chosen, vote.GetSelectedOptions())
				}
			}
			for _, v := range []wasim.Vote{{ID: "NOPE"}, {ID: poll.ID, Options: []string{"perhaps"}}, {}} {
				if _, err := sim.Send(context.Background(), anaNumber, wasim.Draft{To: shopNumber, Vote: &v}); err == nil {
					t.Errorf("%+v was sent", v)
				}
			}
			ana.AssertClean()
			sim.AssertKnown()
		})
	}
}

// TestCalls: linked devices hear a call ring and how it ends.
func TestCalls(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	c := sim.Client(wasimtest.NewDevice())
	c.Link(shop)
	for end, reason := range map[string]string{"": "timeout", "missed": "timeout", "answered": "accepted_elsewhere", "declined": "rejected_elsewhere"} {
		id, err := sim.Ring(context.Background(), anaNumber, wasim.Call{To: shopNumber, Video: end == "", End: end})
		if err != nil {
			t.Fatal(err)
		}
		offer := wasimtest.Await(c, func(e *events.CallOffer) bool { return e.CallID == id })
		if offer.CallCreator.Server != types.HiddenUserServer || offer.CallCreatorAlt.User != anaNumber {
			t.Errorf("called by %s, %s", offer.CallCreator, offer.CallCreatorAlt)
		}
		if _, video := offer.Data.GetOptionalChildByTag("video"); video != (end == "") {
			t.Errorf("video %v", video)
		}
		if over := wasimtest.Await(c, func(e *events.CallTerminate) bool { return e.CallID == id }); over.Reason != reason {
			t.Errorf("%q ends with %q", end, over.Reason)
		}
	}
	if _, err := sim.Ring(context.Background(), anaNumber, wasim.Call{To: shopNumber, End: "engaged"}); err == nil {
		t.Error("an unknown end was accepted")
	}
	if _, err := sim.Ring(context.Background(), anaNumber, wasim.Call{To: "1"}); err == nil {
		t.Error("nobody was called")
	}
	sim.AssertKnown()
}
