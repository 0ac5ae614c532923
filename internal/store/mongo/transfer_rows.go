package mongo

import (
	"cmp"
	"slices"
	"strconv"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// What each document tells, and how it is made of a row.

func some[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func tellKey(d keyDoc) migrate.VaultKey {
	return migrate.VaultKey{Shop: string(d.Shop), Purpose: string(d.Purpose), Wrapped: some(d.Wrapped)}
}

func takeKey(r migrate.VaultKey) keyDoc {
	n := vault.Name{Shop: tenant.ShopID(r.Shop), Purpose: vault.Purpose(r.Purpose)}
	return keyDoc{ID: keyID(n), Shop: n.Shop, Purpose: n.Purpose, Wrapped: r.Wrapped}
}

func tellShop(d shopDoc) migrate.Shop {
	s := d.shop()
	return migrate.Shop{
		ID: string(s.ID), Name: s.Name, Connected: s.WhatsApp.Connected, Number: s.WhatsApp.Number,
		LastConnection: millis(s.WhatsApp.LastConnection), CreatedAt: millis(s.CreatedAt),
	}
}

func takeShop(r migrate.Shop) shopDoc {
	w := tenant.WhatsApp{Connected: r.Connected, Number: r.Number, LastConnection: moment(r.LastConnection)}
	return shopDoc{ID: tenant.ShopID(r.ID), Name: r.Name, WhatsApp: whatsAppOf(w), CreatedAt: moment(r.CreatedAt)}
}

func tellUser(d userDoc) migrate.User {
	u := migrate.User{
		ID: string(d.ID), Email: d.Email, Name: d.Name, Admin: d.Admin, PasswordHash: d.PasswordHash, CreatedAt: millis(d.CreatedAt),
	}
	for _, m := range d.Shops {
		u.Shops = append(u.Shops, migrate.Membership{Shop: string(m.Shop), Role: string(m.Role)})
	}
	slices.SortFunc(u.Shops, func(a, b migrate.Membership) int { return cmp.Compare(a.Shop, b.Shop) })
	return u
}

// takeUser does not mark the first administrator: the mark decides a race for
// being the first, and there is one now.
func takeUser(r migrate.User) userDoc {
	d := userDoc{
		ID: tenant.UserID(r.ID), Email: r.Email, Name: r.Name, Admin: r.Admin, PasswordHash: r.PasswordHash,
		Shops: []memberDoc{}, CreatedAt: moment(r.CreatedAt),
	}
	for _, m := range r.Shops {
		d.Shops = append(d.Shops, memberDoc{tenant.ShopID(m.Shop), tenant.Role(m.Role)})
	}
	return d
}

func tellLogin(d loginDoc) migrate.Login {
	return migrate.Login{
		ID: string(d.ID), User: string(d.User), Hash: some(d.Hash), CreatedAt: millis(d.CreatedAt), UsedAt: millis(d.UsedAt), ExpiresAt: millis(d.ExpiresAt),
	}
}

func takeLogin(r migrate.Login) loginDoc {
	return loginDoc{
		ID: tenant.LoginID(r.ID), User: tenant.UserID(r.User), Hash: r.Hash,
		CreatedAt: moment(r.CreatedAt), UsedAt: moment(r.UsedAt), ExpiresAt: moment(r.ExpiresAt),
	}
}

func tellAPIKey(d apiKeyDoc) migrate.APIKey {
	return migrate.APIKey{
		ID: d.ID, Shop: string(d.Shop), Name: d.Name, Role: string(d.Role), Prefix: d.Prefix, Hash: some(d.Hash),
		CreatedBy: string(d.CreatedBy), CreatedAt: millis(d.CreatedAt), LastUsed: millis(d.LastUsed),
	}
}

func takeAPIKey(r migrate.APIKey) apiKeyDoc {
	return apiKeyDoc{
		ID: r.ID, Shop: tenant.ShopID(r.Shop), Name: r.Name, Role: tenant.Role(r.Role), Prefix: r.Prefix, Hash: r.Hash,
		CreatedBy: tenant.UserID(r.CreatedBy), CreatedAt: moment(r.CreatedAt), LastUsed: moment(r.LastUsed),
	}
}

func tellChannel(d channelDoc) migrate.Channel {
	return migrate.Channel{
		Shop: string(d.Shop), Type: string(d.Type), Enabled: d.Enabled, Status: string(d.Status), Reason: string(d.Reason), Number: d.Number,
		Name: d.Name, LastConnection: millis(d.LastConnection), CreatedAt: millis(d.CreatedAt), UpdatedAt: millis(d.UpdatedAt),
	}
}

func takeChannel(r migrate.Channel) channelDoc {
	k := channel.Key{Shop: tenant.ShopID(r.Shop), Type: channel.Type(r.Type)}
	return channelDoc{
		Key: channelKey(k), Shop: k.Shop, Type: k.Type, Enabled: r.Enabled, Status: channel.Status(r.Status), Reason: channel.Reason(r.Reason),
		Number: r.Number, Name: r.Name, LastConnection: moment(r.LastConnection), CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

func tellFlow(d flowDoc) migrate.Flow {
	return migrate.Flow{
		Shop: string(d.Shop), Flow: string(d.Flow), Number: int64(d.Number), Doc: d.Doc, Hash: d.Hash,
		PublishedAt: millis(d.PublishedAt), PublishedBy: d.PublishedBy,
	}
}

func takeFlow(r migrate.Flow) flowDoc {
	shop, id, n := tenant.ShopID(r.Shop), flow.ID(r.Flow), int(r.Number)
	return flowDoc{
		Key: flowKey(shop, id, n), Shop: shop, Flow: id, Number: n, Doc: r.Doc, Hash: r.Hash,
		PublishedAt: moment(r.PublishedAt), PublishedBy: r.PublishedBy,
	}
}

func tellCurrent(d pointerDoc) migrate.CurrentFlow {
	return migrate.CurrentFlow{Shop: string(d.Shop), Flow: string(d.Flow), Number: int64(d.Number)}
}

func takeCurrent(r migrate.CurrentFlow) pointerDoc {
	return pointerDoc{r.Shop, tenant.ShopID(r.Shop), flow.ID(r.Flow), int(r.Number)}
}

func tellFurther(d pointerDoc) migrate.FurtherFlow { return migrate.FurtherFlow(tellCurrent(d)) }

func takeFurther(r migrate.FurtherFlow) pointerDoc {
	return pointerDoc{key(r.Shop, r.Flow), tenant.ShopID(r.Shop), flow.ID(r.Flow), int(r.Number)}
}

func tellSetting(d sectionDoc) migrate.Setting {
	return migrate.Setting{Shop: string(d.Shop), Section: d.Section, Data: some(d.Data)}
}

func takeSetting(r migrate.Setting) sectionDoc {
	return sectionDoc{key(r.Shop, r.Section), tenant.ShopID(r.Shop), r.Section, append([]byte{}, r.Data...)}
}

func tellOwner(d ownerDoc) migrate.Owner {
	return migrate.Owner{Shop: string(d.Shop), Epoch: int64(d.Epoch)}
}

func takeOwner(r migrate.Owner) ownerDoc {
	return ownerDoc{tenant.ShopID(r.Shop), cluster.Epoch(r.Epoch)}
}

func tellContact(d contactDoc) migrate.Contact {
	return migrate.Contact{
		Shop: string(d.Shop), ID: string(d.ID), LID: d.LID, Phone: d.Phone, Group: d.Group, Aliases: some(d.Aliases), Name: d.Name,
		Language: d.Language, Tags: some(d.Tags), Vars: d.Vars, Fields: d.Fields, CreatedAt: d.CreatedAt,
	}
}

func takeContact(r migrate.Contact) contactDoc {
	return contactDoc{
		Key: key(r.Shop, r.ID), Shop: tenant.ShopID(r.Shop), ID: contact.ID(r.ID), LID: r.LID, Phone: r.Phone, Group: r.Group,
		Aliases: r.Aliases, Name: r.Name, Language: r.Language, Tags: append([]string{}, r.Tags...), Vars: r.Vars, Fields: r.Fields,
		CreatedAt: r.CreatedAt,
	}
}

func tellAlias(d aliasDoc) migrate.Alias {
	shop := string(d.Shop)
	return migrate.Alias{Shop: shop, Alias: d.Key[len(shop)+1:], Contact: string(d.Contact)}
}

func takeAlias(r migrate.Alias) aliasDoc {
	return aliasDoc{aliasKey(tenant.ShopID(r.Shop), r.Alias), tenant.ShopID(r.Shop), contact.ID(r.Contact)}
}

func tellConversation(d convDoc) migrate.Conversation {
	return migrate.Conversation{
		Shop: string(d.Shop), ID: string(d.ID), Channel: string(d.Channel), Contact: string(d.Contact), Rev: d.Rev, Top: d.Top,
		Run: some([]byte(d.Run)), Paused: d.Paused, Attention: d.Attention, Unread: int64(d.Unread), WindowUntil: d.WindowUntil,
		LastID: d.LastID, LastDir: d.LastDir, LastKind: d.LastKind, LastTxt: d.LastText, LastAt: d.LastAt, CreatedAt: d.CreatedAt,
	}
}

// takeConversation numbers the outbox like the history. The epoch follows when
// an owner adopts the shop.
func takeConversation(r migrate.Conversation) convDoc {
	shop, id := tenant.ShopID(r.Shop), conversation.ID(r.ID)
	return convDoc{
		Key: convKey(shop, id), Shop: shop, ID: id, Channel: message.ChannelType(r.Channel), Contact: contact.ID(r.Contact),
		CreatedAt: r.CreatedAt, Rev: r.Rev, Run: string(r.Run), Paused: r.Paused, Attention: r.Attention, Ord: r.Top,
		Seen: []int64{}, Effects: []effectDoc{}, Absorbed: []string{}, Top: r.Top, Unread: int(r.Unread), WindowUntil: r.WindowUntil,
		LastAt: r.LastAt, LastID: r.LastID, LastDir: r.LastDir, LastKind: r.LastKind, LastText: r.LastTxt,
	}
}

func tellTimer(d timerDoc) migrate.Timer {
	return migrate.Timer{Shop: string(d.Shop), Conv: string(d.Conv), Token: d.Token, Due: d.Due}
}

func takeTimer(r migrate.Timer) timerDoc {
	return timerDoc{key(r.Shop, r.Conv, r.Token), tenant.ShopID(r.Shop), conversation.ID(r.Conv), r.Token, r.Due}
}

func tellCall(d callDoc) migrate.Call {
	return migrate.Call{Shop: string(d.Shop), Key: d.Key, Conv: string(d.Conv), Request: d.Request, At: d.At}
}

func takeCall(r migrate.Call) callDoc {
	shop := tenant.ShopID(r.Shop)
	return callDoc{callKey(shop, r.Key), shop, r.Key, conversation.ID(r.Conv), r.Request, r.At}
}

func tellTrace(d traceDoc) migrate.Trace {
	return migrate.Trace{Shop: string(d.Shop), Conv: string(d.Conv), Rev: d.Rev, At: d.At, Data: d.Data}
}

func takeTrace(r migrate.Trace) traceDoc {
	id := key(r.Shop, r.Conv, strconv.FormatInt(r.Rev, 10))
	return traceDoc{id, tenant.ShopID(r.Shop), conversation.ID(r.Conv), r.Rev, r.At, r.Data}
}

func tellAsset(d assetDoc) migrate.Asset {
	return migrate.Asset{Shop: string(d.Shop), Name: d.Name, MIME: d.MIME, Size: d.Size, Content: d.Content, CreatedAt: d.CreatedAt}
}

func takeAsset(r migrate.Asset) assetDoc {
	shop := tenant.ShopID(r.Shop)
	return assetDoc{
		Key: assetKey(shop, r.Name), Shop: shop, Name: r.Name, MIME: r.MIME, Size: r.Size, Content: r.Content, CreatedAt: r.CreatedAt,
	}
}

func tellPiece(d pieceDoc) migrate.Piece {
	return migrate.Piece{Shop: string(d.Shop), Content: d.Content, I: int64(d.I), Data: some(d.Data)}
}

func takePiece(r migrate.Piece) pieceDoc {
	id := key(r.Shop, r.Content, strconv.FormatInt(r.I, 10))
	return pieceDoc{id, tenant.ShopID(r.Shop), r.Content, int(r.I), r.Data}
}
