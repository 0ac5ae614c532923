package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const contactColumns = `c.shop, c.id, c.lid, c.phone, c.grp, c.aliases, c.name, c.language, c.tags, c.vars, c.fields, c.created_at`

// contactInto returns Scan targets for contactColumns, and a function to call after Scan.
func contactInto(c *contact.Contact) (dest []any, finish func() error) {
	var aliases, tags, vars, fields string
	dest = []any{
		&c.Shop, &c.ID, &c.Peer.LID, &c.Peer.Phone, &c.Peer.Group, &aliases, &c.Name, &c.Language,
		&tags, &vars, &fields,
		timeInto{&c.CreatedAt},
	}
	return dest, func() error {
		c.Aliases = strings.Fields(aliases)
		err := errors.Join(decode(tags, &c.Tags), decode(vars, &c.Vars), decode(fields, &c.Fields))
		if err != nil {
			return fmt.Errorf("contact %s: %w", c.ID, err)
		}
		return nil
	}
}

func scanContact(s scanner) (c contact.Contact, err error) {
	dest, finish := contactInto(&c)
	if err := s.Scan(dest...); err != nil {
		return c, or(err, conversation.ErrNotFound)
	}
	return c, finish()
}

const (
	// selectByAlias finds the contact behind one alias.
	selectByAlias = `SELECT ` + contactColumns + ` FROM contact_aliases a
		JOIN contacts c ON c.shop = a.shop AND c.id = a.contact WHERE a.shop = ? AND a.alias = ?`

	// selectKnown finds the contacts behind two aliases, the one whose conversation moved last first.
	selectKnown = `SELECT DISTINCT ` + contactColumns + ` FROM contact_aliases a
		JOIN contacts c ON c.shop = a.shop AND c.id = a.contact
		WHERE a.shop = ?1 AND a.alias IN (?2, ?3)
		ORDER BY (SELECT max(last_at) FROM conversations v WHERE v.shop = c.shop AND v.contact = c.id) DESC`
)

// known returns the contacts that have one of peer's keys. Nearly always that
// is one contact with all of them.
func lookUp(ctx context.Context, tx *native.Conn, shop tenant.ShopID, peer message.Peer) ([]contact.Contact, error) {
	keys := peer.Keys()
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: the peer has no address", message.ErrContent)
	}
	c, err := scanContact(tx.QueryRowContext(ctx, selectByAlias, shop, keys[0]))
	unknown := errors.Is(err, conversation.ErrNotFound)
	switch {
	case err != nil && !unknown:
		return nil, err
	case !unknown && !slices.ContainsFunc(keys, func(k string) bool { return !slices.Contains(c.Aliases, k) }):
		return []contact.Contact{c}, nil
	case unknown && len(keys) == 1:
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, selectKnown, shop, keys[0], keys[1])
	return collect(rows, err, scanContact)
}

// recognize returns the contact that peer is, found, created or merged, and the
// conversations that a merge ended.
func recognize(ctx context.Context, tx *native.Conn, shop tenant.ShopID, peer message.Peer, name string, now int64) (contact.Contact, []conversation.ID, error) {
	known, err := lookUp(ctx, tx, shop, peer)
	if err != nil {
		return contact.Contact{}, nil, err
	}
	id := contact.Identify(peer, known)
	c := contact.Contact{Shop: shop, CreatedAt: moment(now)}
	if id.Keep >= 0 {
		c = known[id.Keep]
	} else {
		c.ID = contact.NewID()
	}
	var merged []conversation.ID
	if id.Absorb >= 0 {
		if merged, err = absorb(ctx, tx, c, known[id.Absorb]); err != nil {
			return c, nil, err
		}
		c = c.Merge(known[id.Absorb])
	}
	c, changed := c.Observe(peer, name)
	if !changed && id.Absorb < 0 && len(id.Claim) == 0 {
		return c, nil, nil
	}
	return c, merged, putContact(ctx, tx, c)
}

// putContact writes a contact and its aliases, which other contacts lose.
func putContact(ctx context.Context, tx *native.Conn, c contact.Contact) error {
	tags, vars, fields, err := facts(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `REPLACE INTO contacts (shop, id, lid, phone, grp, aliases, name, language, tags, vars, fields, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Shop, c.ID, c.Peer.LID, c.Peer.Phone, c.Peer.Group,
		strings.Join(c.Aliases, " "), c.Name, c.Language, tags, vars, fields, millis(c.CreatedAt))
	if err != nil {
		return err
	}
	for _, alias := range c.Aliases {
		if err := claim(ctx, tx, c, alias); err != nil {
			return err
		}
	}
	return nil
}

// claim makes alias lead to c. Another contact that had it loses it: a phone number changed hands.
func claim(ctx context.Context, tx *native.Conn, c contact.Contact, alias string) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+contactColumns+` FROM contact_aliases a
		JOIN contacts c ON c.shop = a.shop AND c.id = a.contact
		WHERE a.shop = ? AND a.alias = ? AND a.contact <> ?`, c.Shop, alias, c.ID)
	losers, err := collect(rows, err, scanContact)
	if err != nil {
		return err
	}
	for _, l := range losers {
		l = l.RemoveAlias(alias)
		_, err := tx.ExecContext(ctx, `UPDATE contacts SET aliases = ?, phone = ?, lid = ? WHERE shop = ? AND id = ?`,
			strings.Join(l.Aliases, " "), l.Peer.Phone, l.Peer.LID, l.Shop, l.ID)
		if err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `REPLACE INTO contact_aliases (shop, alias, contact) VALUES (?, ?, ?)`, c.Shop, alias, c.ID)
	return err
}

// facts are a contact's columns that are JSON.
func facts(c contact.Contact) (tags, vars, fields string, err error) {
	var errs [3]error
	if len(c.Tags) > 0 {
		tags, errs[0] = encode(c.Tags)
	}
	if len(c.Vars) > 0 {
		vars, errs[1] = encode(c.Vars)
	}
	if len(c.Fields) > 0 {
		fields, errs[2] = encode(c.Fields)
	}
	return tags, vars, fields, errors.Join(errs[:]...)
}

// patchContact applies a flow's changes to the contact, in order.
func patchContact(ctx context.Context, tx *native.Conn, shop tenant.ShopID, id contact.ID, patches []contact.Patch) error {
	c, err := scanContact(tx.QueryRowContext(ctx, `SELECT `+contactColumns+` FROM contacts c WHERE c.shop = ? AND c.id = ?`, shop, id))
	if err != nil {
		return err
	}
	for _, p := range patches {
		c = c.Apply(p)
	}
	tags, vars, fields, err := facts(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE contacts SET language = ?, tags = ?, vars = ?, fields = ? WHERE shop = ? AND id = ?`,
		c.Language, tags, vars, fields, shop, id)
	return err
}
