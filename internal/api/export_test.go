package api

// ToShownContent is what a history shows of a message.
var ToShownContent = toShownContent
