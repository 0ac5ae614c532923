package wasim

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Location is a place, in degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

func composeLocation(_ *phone, d *Draft, _ *account) (*waE2E.Message, error) {
	return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
		DegreesLatitude: &d.Location.Latitude, DegreesLongitude: &d.Location.Longitude,
		Name: nonEmpty(d.Location.Name), Address: nonEmpty(d.Location.Address),
	}}, nil
}

func renderLocation(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	l := m.GetLocationMessage()
	if l == nil {
		return false
	}
	b.Kind, b.Text = KindLocation, l.GetName()
	b.Location = &Location{Latitude: l.GetDegreesLatitude(), Longitude: l.GetDegreesLongitude(), Name: l.GetName(), Address: l.GetAddress()}
	return true
}
