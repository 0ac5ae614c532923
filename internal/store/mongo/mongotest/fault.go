package mongotest

import "go.mongodb.org/mongo-driver/v2/bson"

// Fault is what happens to a command; the zero value is no fault.
type Fault struct {
	kind fault
	code int32
}

type fault int

const (
	none fault = iota
	refused
	lost
	hungUp
	unconfirmed
)

// Codes of the errors of an election.
const (
	ShutdownInProgress    = 91
	PrimarySteppedDown    = 189
	NotWritablePrimary    = 10107
	InterruptedAtShutdown = 11600
)

var names = map[int32]string{
	ShutdownInProgress: "ShutdownInProgress", PrimarySteppedDown: "PrimarySteppedDown",
	NotWritablePrimary: "NotWritablePrimary", InterruptedAtShutdown: "InterruptedAtShutdown",
}

// Refused answers the error of that code before anything happens.
func Refused(code int32) Fault { return Fault{refused, code} }

// Lost has the command carried out and answers the error of that code.
func Lost(code int32) Fault { return Fault{lost, code} }

// HungUp has the command carried out and closes the connection.
func HungUp() Fault { return Fault{kind: hungUp} }

// Unconfirmed has the command carried out and adds to its answer that no majority
// has confirmed it.
func Unconfirmed() Fault { return Fault{unconfirmed, ShutdownInProgress} }

var retryable = bson.E{Key: "errorLabels", Value: bson.A{"RetryableWriteError"}}

func (f Fault) failure() bson.D {
	return bson.D{
		{Key: "ok", Value: float64(0)},
		{Key: "code", Value: f.code},
		{Key: "codeName", Value: names[f.code]},
		{Key: "errmsg", Value: "not primary: " + names[f.code]},
		retryable,
	}
}

func (f Fault) concern() bson.D {
	return bson.D{{Key: "writeConcernError", Value: bson.D{
		{Key: "code", Value: f.code}, {Key: "codeName", Value: names[f.code]}, {Key: "errmsg", Value: "Replication is being shut down"}, retryable,
	}}, retryable}
}
