package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/cluster"
	"recado/internal/tenant"
)

// LeaseOptions are the settings of Leases. Node, Process and Log are required; the times are for tests.
type LeaseOptions struct {
	Node    string // the same after a restart, of one running process only
	Process string // a new one at every start
	Log     *slog.Logger

	Renew time.Duration // how often the lease is renewed; 0 = 2 s
	Fence time.Duration // without renewal for so long everything is lost; 0 = 7 s
	Grace time.Duration // without renewal for so long others may take over; 0 = 22 s: a lease of 10 s, gone for 12 s

	// Spacing is how long after an owner's connect the next owner of the shop waits with its own; 0 = not at all.
	Spacing time.Duration

	Now func() time.Time // nil: time.Now, whose monotonic part counts
}

func (o LeaseOptions) withDefaults() LeaseOptions {
	o.Renew = cmp.Or(o.Renew, 2*time.Second)
	o.Fence = cmp.Or(o.Fence, 7*time.Second)
	o.Grace = cmp.Or(o.Grace, 22*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Leases implements cluster.Leases for all nodes.
//
// A node has one lease, recado:node:{<node>}, that Run renews. A shop's owner is recorded in
// session:shop:{<shopId>}:owner: node, epoch, state (held, free), since and not_before. A record counts as long as the lease of
// its node: when that key has expired, every node may take the shop. The owner itself stops long before, by its own clock and
// counted from before it asked for the renewal, so that no two clocks have to agree.
//
// A process that was killed and starts again under its name has its shops back at once: by taking over the node's lease it
// ends every write that its predecessor may still try.
type Leases struct {
	conn                            rueidis.Client
	o                               LeaseOptions
	node, leave, own, free, connect *rueidis.Lua

	acquiring sync.Mutex // one at a time: two would take the shop from each other

	mu       sync.Mutex
	renewed  time.Time // before the last renewal that succeeded; zero: none
	entered  bool      // the predecessor's lease was taken over
	replaced bool      // by our successor
	held     map[tenant.ShopID]heldLease
	served   map[tenant.ShopID]bool // held before: a node need not wait for its own last connect
}

type heldLease struct {
	lease cluster.Lease
	lost  chan struct{}
}

var (
	_ cluster.Leases      = (*Leases)(nil)
	_ cluster.ConnectGate = (*Leases)(nil)

	// ErrReplaced means that another process runs under the name of this node.
	ErrReplaced   = errors.New("another process is this node now")
	errNotRenewed = errors.New("this node's lease is not renewed")
)

// Leases returns the leases of this Redis. Without Run they last for Fence.
func (c *Client) Leases(o LeaseOptions) *Leases {
	return &Leases{
		conn: c.conn, o: o.withDefaults(), held: make(map[tenant.ShopID]heldLease), served: make(map[tenant.ShopID]bool),
		node: lua("lease_node"), leave: lua("lease_leave"), own: lua("lease_own"), free: lua("lease_free"), connect: lua("lease_connect"),
	}
}

// Acquire implements cluster.Leases.
func (l *Leases) Acquire(ctx context.Context, shop tenant.ShopID) (cluster.Lease, error) {
	l.acquiring.Lock()
	defer l.acquiring.Unlock()
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if lease, ok := l.current(shop); ok {
		return lease, nil
	}
	if !l.Valid() {
		if err := l.renew(ctx); err != nil {
			return cluster.Lease{}, err
		}
	}
	epoch, wait, err := l.takeShop(ctx, shop)
	if err != nil {
		return cluster.Lease{}, fmt.Errorf("take shop: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.sureLocked() { // it took too long: the next attempt gets a new epoch
		return cluster.Lease{}, errNotRenewed
	}
	lost := make(chan struct{})
	h := heldLease{lease: cluster.Lease{Shop: shop, Node: l.o.Node, Epoch: epoch, Lost: lost, Clock: l}, lost: lost}
	if wait > 0 && !l.served[shop] {
		h.lease.NotBefore = l.o.Now().Add(min(wait, l.o.Spacing))
	}
	l.held[shop], l.served[shop] = h, true
	return h.lease, nil
}

func (l *Leases) current(shop tenant.ShopID) (cluster.Lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, ok := l.held[shop]
	return h.lease, ok
}

// takeShop makes this node the owner unless another one may be alive. The node must wait before it connects.
func (l *Leases) takeShop(ctx context.Context, shop tenant.ShopID) (epoch cluster.Epoch, wait time.Duration, err error) {
	for dead := ""; ; {
		reply, err := l.own.Exec(ctx, l.conn, []string{ownerKey(shop)}, []string{l.o.Node, dead}).AsStrSlice()
		switch {
		case err != nil:
			return 0, 0, err
		case len(reply) == 3:
			epoch, err := strconv.ParseInt(reply[0], 10, 64)
			if err != nil {
				return 0, 0, err
			}
			ms, err := strconv.ParseInt(reply[2], 10, 64)
			return cluster.Epoch(epoch), time.Duration(ms) * time.Millisecond, err
		case len(reply) != 2:
			return 0, 0, fmt.Errorf("unknown answer %q", reply)
		}
		alive, err := l.conn.Do(ctx, l.conn.B().Exists().Key(nodeKey(reply[1])).Build()).AsBool()
		if err != nil {
			return 0, 0, err
		}
		if alive {
			return 0, 0, cluster.ErrOwned
		}
		dead = reply[0]
	}
}

// BeforeConnect implements cluster.ConnectGate.
func (l *Leases) BeforeConnect(ctx context.Context, lease cluster.Lease) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	args := []string{l.o.Node, strconv.FormatInt(int64(lease.Epoch), 10), strconv.FormatInt(l.o.Spacing.Milliseconds(), 10)}
	owns, err := l.connect.Exec(ctx, l.conn, []string{ownerKey(lease.Shop)}, args).AsBool()
	if err != nil {
		return fmt.Errorf("record a connect: %w", err)
	}
	if !owns {
		return cluster.ErrOwned
	}
	return nil
}

// Release implements cluster.Leases. The lease is lost also when Redis cannot be reached: then others wait for Grace.
func (l *Leases) Release(ctx context.Context, lease cluster.Lease) error {
	l.mu.Lock()
	h, ok := l.held[lease.Shop]
	if ok = ok && h.lease.Epoch == lease.Epoch; ok {
		delete(l.held, lease.Shop)
		close(h.lost)
	}
	l.mu.Unlock()
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	args := []string{l.o.Node, strconv.FormatInt(int64(lease.Epoch), 10)}
	if err := l.free.Exec(ctx, l.conn, []string{ownerKey(lease.Shop)}, args).Error(); err != nil {
		return fmt.Errorf("release shop: %w", err)
	}
	return nil
}

// Close gives the node's lease up: others may take the shops that it has not released at once. Run has ended.
func (l *Leases) Close(ctx context.Context) error {
	l.dropAll()
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := l.leave.Exec(ctx, l.conn, []string{nodeKey(l.o.Node)}, []string{l.o.Process}).Error(); err != nil {
		return fmt.Errorf("give up node's lease: %w", err)
	}
	return nil
}

func ownerKey(shop tenant.ShopID) string { return shopPrefix + string(shop) + "}:owner" }

func nodeKey(node string) string { return "recado:node:{" + node + "}" }
