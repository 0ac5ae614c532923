package engine

import "recado/internal/i18n"

// The engine's own sentences. All others are the author's.
var (
	sayWhich     = i18n.Must("engine.which")
	sayMore      = i18n.Must("engine.more_options")
	sayFirstPage = i18n.Must("engine.first_page")
	sayNotAsText = i18n.Must("engine.text_only")
	sayHuman     = i18n.Must("engine.human")
	sayTooLong   = i18n.Must("engine.too_long")
	sayOldTap    = i18n.Must("engine.old_tap")
	sayLate      = i18n.Must("engine.late")
	saySwitch    = i18n.Must("engine.switch")
	sayReturn    = i18n.Must("engine.return")
	sayGoOn      = i18n.Must("engine.go_on")
	sayAnew      = i18n.Must("engine.start_over")
	sayLeave     = i18n.Must("engine.no_thanks")
	sayRestart   = i18n.Must("engine.restart")
	sayOptedOut  = i18n.Must("engine.opted_out")
	sayOptedIn   = i18n.Must("engine.opted_in")
)
