package signalstoretest

import (
	"testing"
)

var storeTests = map[string]func(*testing.T, *world){
	"nothing is stored before the pairing":                      storedByPairing,
	"credentials come back":                                     credentialsComeBack,
	"a conversation goes on after a restart":                    conversationSurvives,
	"a conversation goes on after a kill at any point":          killedAnywhere,
	"a message decrypted but not handled is kept":               unhandledIsKept,
	"a failed decryption leaves no trace":                       failedDecryption,
	"an apply that fails breaks the device and changes nothing": failedApply,
	"an apply that fails once is done once":                     lostAnswer,
	"a decryption that meets a write runs again":                decryptionRepeats,
	"a send that meets a decryption runs again":                 sendRepeats,
	"a reply from another goroutine never breaks the ratchet":   ratchetRace,
	"a send that is encrypted for nobody fails":                 sendToNobody,
	"a retry without a unit keeps its session":                  retryHolds,
	"a warm message costs no read and one apply":                warmMessage,
	"a stale owner can do nothing":                              staleOwner,
	"an open device is not opened twice":                        openedOnce,
	"a cancelled caller breaks nothing":                         cancelledCaller,
	"an unlinked device is kept, then swept":                    unlinked,
	"linking again replaces everything":                         linkedAgain,
	"destroying works on open and closed devices":               destroyed,
	"a damaged value stops one shop":                            damagedValue,
	"a value moved elsewhere is refused":                        movedValue,
	"a device without its credentials is refused":               lostCredentials,
	"what rides along is visible at once and flushed":           ridesAlong,
	"too much riding along is stored":                           ridesTooMany,
	"a small cache gives the same answers":                      smallCache,
	"prekey ids are never given twice":                          preKeyIDs,
	"an identity change is reported once":                       identityChange,
	"strange names are names":                                   strangeNames,
	"the LID map belongs to one device":                         lidMapIsolated,
	"concurrent use of one device is consistent":                concurrentUse,
}
