package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"recado/internal/i18n"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// Member is one of a shop's users.
type Member struct {
	ID    tenant.UserID `json:"id"`
	Email string        `json:"email"`
	Name  string        `json:"name"`
	Role  tenant.Role   `json:"role" enum:"owner,agent,viewer"`
}

func toMember(m tenant.Member) Member {
	return Member{ID: m.User, Email: m.Email, Name: m.Name, Role: m.Role}
}

type newMemberInput struct {
	ShopPath
	Body struct {
		Email    string      `json:"email" minLength:"3" maxLength:"254"`
		Name     string      `json:"name" minLength:"1" maxLength:"100"`
		Password string      `json:"password" minLength:"8" maxLength:"256" format:"password" doc:"8 to 256 bytes. The user can change it."`
		Role     tenant.Role `json:"role" enum:"owner,agent,viewer"`
	}
}

type memberReply struct{ Body Member }

type membersReply struct {
	Body struct {
		Users []Member `json:"users" nullable:"false"`
	}
}

type MemberPath struct {
	ShopPath
	User tenant.UserID `path:"userId" maxLength:"64"`
}

type roleInput struct {
	MemberPath
	Body struct {
		Role tenant.Role `json:"role" enum:"owner,agent,viewer"`
	}
}

type findInput struct {
	Email string `query:"email" required:"true" maxLength:"254"`
}

func (s *server) userRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/users", id: "listUsers", tag: "users", may: tenant.ManageUsers,
		summary: "List the shop's users",
	}, s.listMembers)
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/users", id: "createUser", tag: "users", may: tenant.ManageUsers,
		status: http.StatusCreated, summary: "Create a user of the shop",
		doc: "409 email_taken when there is an account with that e-mail; an administrator can add it to the shop with PUT.",
	}, s.createMember)
	handle(s, route{
		method: http.MethodPut, path: "/api/shops/{shopId}/users/{userId}", id: "setUserRole", tag: "users", may: tenant.ManageUsers,
		summary: "Change a user's role", doc: "An administrator may name any user, who is added to the shop.",
	}, s.setRole)
	handle(s, route{
		method: http.MethodDelete, path: "/api/shops/{shopId}/users/{userId}", id: "removeUser", tag: "users", may: tenant.ManageUsers,
		status: http.StatusNoContent, summary: "Remove a user from the shop",
		doc: "The account goes with its last shop. 409 last_owner when the shop would have no owner, unless an administrator asks.",
	}, s.removeMember)
	handle(s, route{
		method: http.MethodGet, path: "/api/users", id: "findUser", tag: "users", may: tenant.ListUsers,
		summary: "Find a user by e-mail (administrators)",
	}, s.findUser)
}

func (s *server) listMembers(ctx context.Context, _ identity, in *ShopPath) (*membersReply, error) {
	list, err := s.Store.Members(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	out := &membersReply{}
	out.Body.Users = make([]Member, 0, len(list))
	for _, m := range list {
		out.Body.Users = append(out.Body.Users, toMember(m))
	}
	return out, nil
}

func (s *server) createMember(ctx context.Context, _ identity, in *newMemberInput) (*memberReply, error) {
	b := in.Body
	m, err := s.Auth.CreateMember(ctx, in.Shop, b.Role, auth.NewUser{Email: b.Email, Name: b.Name, Password: b.Password})
	if err != nil {
		return nil, fieldError(conflict(err, i18n.EmailTaken))
	}
	return &memberReply{Body: toMember(m)}, nil
}

func (s *server) setRole(ctx context.Context, c identity, in *roleInput) (*memberReply, error) {
	list, err := s.Store.Members(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(m tenant.Member) bool { return m.User == in.User })
	var m tenant.Member
	switch {
	case i >= 0:
		m = list[i]
		if in.Body.Role != tenant.Owner && !c.Admin && lastOwner(list, in.User) {
			return nil, refuse(http.StatusConflict, i18n.LastOwner)
		}
	case c.Admin:
		u, _, err := s.Store.User(ctx, in.User)
		if err != nil {
			return nil, err
		}
		m = tenant.Member{User: u.ID, Email: u.Email, Name: u.Name}
	default: // an owner may not even learn whether the user exists
		return nil, tenant.ErrNotFound
	}
	m.Role = in.Body.Role
	if err := s.Store.PutMember(ctx, in.Shop, m.User, m.Role); err != nil {
		return nil, err
	}
	s.announce(ctx, in.Shop, string(m.User))
	return &memberReply{Body: toMember(m)}, nil
}

func (s *server) removeMember(ctx context.Context, c identity, in *MemberPath) (*nothing, error) {
	if !c.Admin {
		list, err := s.Store.Members(ctx, in.Shop)
		if err != nil {
			return nil, err
		}
		if lastOwner(list, in.User) {
			return nil, refuse(http.StatusConflict, i18n.LastOwner)
		}
	}
	if err := s.Store.RemoveMember(ctx, in.Shop, in.User); err != nil {
		return nil, err
	}
	s.announce(ctx, in.Shop, string(in.User))
	return nil, nil
}

// lastOwner reports whether the user is the only owner. Two owners who remove
// each other in the same moment can still leave none; an administrator mends that.
func lastOwner(list []tenant.Member, user tenant.UserID) bool {
	is := false
	for _, m := range list {
		if m.Role != tenant.Owner {
			continue
		}
		if m.User != user {
			return false
		}
		is = true
	}
	return is
}

func (s *server) findUser(ctx context.Context, _ identity, in *findInput) (*me, error) {
	email, err := tenant.ParseEmail(in.Email)
	if err != nil {
		return nil, invalid("query.email", err.Error())
	}
	u, shops, err := s.Store.UserByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	return &me{Body: toUser(u, shops)}, nil
}

// typed names the field of what a person typed and tenant refuses.
func fieldError(err error) error {
	for cause, field := range map[error]string{
		tenant.ErrEmail: "body.email", tenant.ErrName: "body.name", tenant.ErrPassword: "body.password", tenant.ErrShopID: "body.shopId",
	} {
		if errors.Is(err, cause) {
			return invalid(field, cause.Error())
		}
	}
	return err
}
