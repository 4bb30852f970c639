package control

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// ProviderSignIn is what a sign-in provider says of a person, and what its configuration
// makes of that. The provider has verified that the e-mail address is theirs.
type ProviderSignIn struct {
	Provider        string // its name in the configuration
	Issuer, Subject string
	Email           string // as cloud.ParseEmail returned it
	Name            string
	// Admitted reports whether people with such an address may join without an invitation.
	Admitted     bool
	Organization string   // id or name of that which they join; empty for the first
	DefaultRole  string   // name of the role of who joins so
	FollowGroups bool     // whether the roles are to be those of the groups
	Roles        []string // names of roles that the configuration gives to the groups
	CustomRoles  []string // names of groups, which are those of custom roles
}

// SignInWith begins a session for the person whom the provider knows. Somebody new becomes
// a person if they may join or are invited; else it returns Forbidden. The provider has
// asked for a second factor, or not: ours is for passwords.
func (c *Control) SignInWith(ctx context.Context, v Visitor, in ProviderSignIn) (signedIn SignedIn, err error) {
	var account cloud.Account
	err = c.commit(ctx, func(tx *store.Tx) (change, error) {
		if account, err = c.recognize(ctx, tx, v, in); err != nil {
			return change{}, err
		}
		if in.FollowGroups {
			if account.Person, err = c.followGroups(ctx, tx, account.Person, in); err != nil {
				return change{}, err
			}
		}
		return c.beginSession(ctx, tx, v, account, &signedIn)
	})
	if err != nil {
		return SignedIn{}, err
	}
	c.signIns.Know(v.Address, account.Email) // not what the provider calls them by now
	return signedIn, nil
}

// recognize returns the account of the person: that which signed in with the provider
// before, that with the e-mail address, or a new one.
func (c *Control) recognize(ctx context.Context, tx *store.Tx, v Visitor, in ProviderSignIn) (cloud.Account, error) {
	account, err := tx.AccountByIdentity(ctx, in.Issuer, in.Subject)
	if cloud.CodeOf(err) != cloud.NotFound {
		return account, err
	}
	account, err = tx.AccountByEmail(ctx, in.Email)
	switch {
	case cloud.CodeOf(err) == cloud.NotFound:
		account, err = c.welcome(ctx, tx, v, in)
	case err == nil:
		err = checkUnknown(ctx, tx, account, in)
	}
	if err != nil {
		return account, err
	}
	if err := tx.InsertIdentity(ctx, account.ID, cloud.Identity{Issuer: in.Issuer, Subject: in.Subject, CreatedAt: c.clock.Now()}); err != nil {
		return account, err
	}
	return account, c.recordOf(ctx, tx, account.Person, v.actor(account.Person), cloud.IdentityLinked)
}

// checkUnknown returns Forbidden when the provider knows the person as somebody else: it
// has given their address to another person, who must not become them.
func checkUnknown(ctx context.Context, tx *store.Tx, account cloud.Account, in ProviderSignIn) error {
	known, err := tx.HasIdentity(ctx, account.ID, in.Issuer)
	if err == nil && known {
		err = cloud.Errorf(cloud.Forbidden, "%s is the e-mail address of somebody whom the provider knew under another identity: ask an Admin", in.Email)
	}
	return err
}

// welcome makes a person of somebody who may join, or who is invited and can accept.
func (c *Control) welcome(ctx context.Context, tx *store.Tx, v Visitor, in ProviderSignIn) (cloud.Account, error) {
	now := c.clock.Now()
	invitations, err := tx.InvitationsTo(ctx, in.Email, now)
	if err != nil {
		return cloud.Account{}, err
	}
	if !in.Admitted && len(invitations) == 0 {
		return cloud.Account{}, cloud.Errorf(cloud.Forbidden, "There is nobody with the e-mail address %s here: ask an Admin for an invitation", in.Email)
	}
	account, err := tx.InsertPerson(ctx, cloud.Account{Person: cloud.Person{ID: uuid.New(), Email: in.Email, Name: in.name(), CreatedAt: now}})
	if err != nil || !in.Admitted {
		return account, err
	}
	organization, err := organizationNamed(ctx, tx.Reader, in.Organization)
	if err != nil {
		return account, err
	}
	roles, err := tx.PlainRoles(ctx, organization.ID)
	if err != nil {
		return account, err
	}
	account.Person, err = c.insertMember(ctx, tx, account.Person, v.actor(account.Person), organization.ID, c.defaultRole(roles, in))
	return account, err
}

// name returns a name that a person can have.
func (in ProviderSignIn) name() string {
	name := strings.TrimSpace(cloud.CleanText(in.Name, cloud.MaxNameLength))
	if name == "" {
		name, _, _ = strings.Cut(in.Email, "@")
	}
	return name
}

func (c *Control) defaultRole(roles []cloud.Role, in ProviderSignIn) []uuid.UUID {
	if i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.Name == in.DefaultRole }); i >= 0 {
		return []uuid.UUID{roles[i].ID}
	}
	c.log.Error("the default role of a sign-in provider does not exist; who joins has no role", "provider", in.Provider, "role", in.DefaultRole)
	return nil
}

// organizationNamed returns the organization with this id or name, the first for no name.
func organizationNamed(ctx context.Context, r store.Reader, name string) (cloud.Organization, error) {
	if name == "" {
		return firstOrganization(ctx, r)
	}
	all, err := r.Organizations(ctx)
	if err != nil {
		return cloud.Organization{}, err
	}
	for _, o := range all {
		if o.ID.String() == name || o.Name == name {
			return o, nil
		}
	}
	return cloud.Organization{}, cloud.Errorf(cloud.NotFound, "The sign-in provider is for the organization %q, which does not exist", name)
}

// followGroups gives a member the roles of their groups, or the default role when they
// give none. The last Admin stays what they are.
func (c *Control) followGroups(ctx context.Context, tx *store.Tx, person cloud.Person, in ProviderSignIn) (cloud.Person, error) {
	organization, err := organizationNamed(ctx, tx.Reader, in.Organization)
	if err != nil {
		return person, err
	}
	membership, is := person.In(organization.ID)
	if !is {
		return person, nil
	}
	roles, err := tx.PlainRoles(ctx, organization.ID)
	if err != nil {
		return person, err
	}
	ids := in.roleIDs(roles)
	if len(ids) == 0 {
		ids = c.defaultRole(roles, in)
	}
	if sameIDs(ids, membership.RoleIDs) {
		return person, nil
	}
	if isAdmin(organization.ID, roles, membership.RoleIDs) && !isAdmin(organization.ID, roles, ids) {
		others, _, err := c.admins(ctx, tx, organization.ID, person.ID)
		if err != nil {
			return person, err
		}
		if !others {
			c.log.WarnContext(ctx, "the groups of the last Admin do not give the role Admin; the roles stay", "provider", in.Provider, "person", person.Email)
			return person, nil
		}
	}
	membership.RoleIDs = ids
	if err := tx.DeleteResetLinks(ctx, person.ID); err != nil { // see endLinksOf
		return person, err
	}
	if err := tx.ReplaceMemberRoles(ctx, organization.ID, person.ID, ids); err != nil {
		return person, err
	}
	person = person.With(membership)
	actor := cloud.Actor{Type: cloud.ActorSystem, Details: "sign-in provider " + in.Provider}
	return person, c.record(ctx, tx, organization.ID, actor, aboutMember(person, cloud.MemberRolesChanged))
}

// roleIDs returns the roles that the groups give, in the order of the roles.
func (in ProviderSignIn) roleIDs(roles []cloud.Role) (ids []uuid.UUID) {
	for _, r := range roles {
		if slices.Contains(in.Roles, r.Name) || r.Type == cloud.CustomRole && slices.Contains(in.CustomRoles, r.Name) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func sameIDs(a, b []uuid.UUID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(id uuid.UUID) bool { return !slices.Contains(b, id) })
}
