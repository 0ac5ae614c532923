package signalstore

import "recado/internal/signalstore/kv"

// ride is a value on its way to the back end.
type ride struct {
	item
	urgent   bool
	ifAbsent bool
}

// rideBit tells the versions of waiting values, numbered by the device, from revisions.
const rideBit = 1 << 63

func (it item) riding() bool { return it.version&rideBit != 0 }

func (r ride) seq() uint64 { return r.version &^ rideBit }

// More than this much waiting is stored at once: it would be too much to lose or to remember.
const (
	maxRiding     = 256
	maxRidingSize = 64 << 10
)

// wait puts the unit's writes among the waiting ones and reports whether they have become too many. The caller holds the
// unit's mutex.
func (d *Device) wait(u *unit) (full bool, err error) {
	tell, full, err := d.waitLocked(u)
	for _, fn := range tell {
		fn()
	}
	return full, err
}

func (d *Device) waitLocked(u *unit) (tell []func(), full bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, false, d.err
	}
	if d.changed(u) {
		return nil, false, kv.ErrConflict
	}
	for ref := range d.riding {
		if kv.InAny(u.drops, ref) {
			d.unride(ref)
		}
	}
	for ref, w := range u.writes {
		d.ride(ref, w)
	}
	full = d.paired && (len(d.riding) > maxRiding || d.rideSize > maxRidingSize)
	return u.stored(), full, nil
}

func (d *Device) ride(ref kv.Ref, w ride) {
	old, waiting := d.riding[ref]
	if waiting && w.ifAbsent && old.data != nil {
		return
	}
	d.unride(ref)
	if d.riding == nil {
		d.riding = make(map[kv.Ref]ride)
	}
	d.rideSeq++
	w.version = rideBit | d.rideSeq
	d.riding[ref] = w
	d.rideSize += w.size(ref)
}

func (d *Device) unride(ref kv.Ref) {
	if old, ok := d.riding[ref]; ok {
		d.rideSize -= old.size(ref)
		delete(d.riding, ref)
	}
}

func (r ride) size(ref kv.Ref) int { return len(ref.Field) + len(r.data) }
