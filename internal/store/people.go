package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	accountColumns = `id, email, name, password_hash, totp_secret, totp_step, recovery_hash, created_at, last_sign_in_at`

	personNotFound = "Person not found"
)

// HasPeople reports whether anybody has been set up.
func (r *Reader) HasPeople(ctx context.Context) (has bool, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users)`).Scan(&has)
	return has, err
}

// People returns all people with their memberships, oldest first.
func (r *Reader) People(ctx context.Context) ([]cloud.Person, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+accountColumns+` FROM users ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	people, err := collect(rows, scanPerson)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	of, err := r.memberships(ctx, `SELECT user_id, organization_id, joined_at, sequence FROM memberships ORDER BY sequence`,
		`SELECT actor, organization_id, role_id FROM role_assignments WHERE actor LIKE 'user/%' ORDER BY sequence`)
	for i := range people {
		people[i].Memberships = of[people[i].ID]
	}
	return people, err
}

// Account returns a person with what proves them, or NotFound.
func (r *Reader) Account(ctx context.Context, id uuid.UUID) (cloud.Account, error) {
	return r.account(ctx, `SELECT `+accountColumns+` FROM users WHERE id = $1`, id.String())
}

// AccountByEmail returns the person with this e-mail address, which
// cloud.ParseEmail returned, or NotFound.
func (r *Reader) AccountByEmail(ctx context.Context, email string) (cloud.Account, error) {
	return r.account(ctx, `SELECT `+accountColumns+` FROM users WHERE email = $1`, email)
}

func (r *Reader) account(ctx context.Context, query, arg string) (cloud.Account, error) {
	a, err := found(r.q.QueryRowContext(ctx, query, arg), scanAccount, personNotFound)
	if err != nil {
		return a, err
	}
	of, err := r.memberships(ctx, `SELECT user_id, organization_id, joined_at, sequence FROM memberships WHERE user_id = $1 ORDER BY sequence`,
		`SELECT actor, organization_id, role_id FROM role_assignments
			WHERE actor = 'user/' || $1 AND organization_id IN (SELECT organization_id FROM memberships WHERE user_id = $1) ORDER BY sequence`, a.ID.String())
	a.Memberships = of[a.ID]
	return a, err
}

// CanSignIn reports whether the person has a password or is known to a sign-in provider.
func (r *Reader) CanSignIn(ctx context.Context, person uuid.UUID) (can bool, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users u WHERE u.id = $1
		AND (u.password_hash <> '' OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id)))`, person.String()).Scan(&can)
	return can, err
}

func scanPerson(scan func(...any) error) (cloud.Person, error) {
	a, err := scanAccount(scan)
	return a.Person, err
}

func scanAccount(scan func(...any) error) (a cloud.Account, err error) {
	var recovery string
	var created int64
	var signedIn sql.NullInt64
	err = scan(uuidColumn{&a.ID}, &a.Email, &a.Name, &a.PasswordHash, &a.TOTPSecret, &a.TOTPStep, &recovery, &created, &signedIn)
	if err != nil {
		return a, err
	}
	a.CreatedAt = time.UnixMilli(created).UTC()
	if signedIn.Valid {
		a.LastSignInAt = time.UnixMilli(signedIn.Int64).UTC()
	}
	a.SecondFactor = a.TOTPSecret != ""
	if recovery != "" {
		a.Recovery, err = cloud.ParseHash("recovery_hash", recovery)
	}
	return a, err
}

// memberships reads rows of both queries: those of people by their ids.
func (r *Reader) memberships(ctx context.Context, members, roles string, args ...any) (map[uuid.UUID][]cloud.Membership, error) {
	rows, err := r.q.QueryContext(ctx, members, args...)
	if err != nil {
		return nil, err
	}
	type membership struct {
		person uuid.UUID
		cloud.Membership
	}
	all, err := collect(rows, func(scan func(...any) error) (m membership, err error) {
		var joined int64
		err = scan(uuidColumn{&m.person}, uuidColumn{&m.OrganizationID}, &joined, &m.Sequence)
		m.JoinedAt = time.UnixMilli(joined).UTC()
		return m, err
	})
	if err != nil {
		return nil, err
	}
	if rows, err = r.q.QueryContext(ctx, roles, args...); err != nil {
		return nil, err
	}
	type place struct{ person, organization uuid.UUID }
	assigned := map[place][]uuid.UUID{}
	_, err = collect(rows, func(scan func(...any) error) (role uuid.UUID, err error) {
		var actor cloud.ActorRef
		var organization uuid.UUID
		err = scan(&actor, uuidColumn{&organization}, uuidColumn{&role})
		person, _ := actor.Person()
		assigned[place{person, organization}] = append(assigned[place{person, organization}], role)
		return role, err
	})
	of := map[uuid.UUID][]cloud.Membership{}
	for _, m := range all {
		m.RoleIDs = assigned[place{m.person, m.OrganizationID}]
		of[m.person] = append(of[m.person], m.Membership)
	}
	return of, err
}

// InsertPerson adds a person with their memberships and roles, and returns them with
// the places of the memberships in the order.
func (t *Tx) InsertPerson(ctx context.Context, a cloud.Account) (cloud.Account, error) {
	_, err := t.exec(ctx, `INSERT INTO users (`+accountColumns+`, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID.String(), a.Email, a.Name, a.PasswordHash, a.TOTPSecret, a.TOTPStep, recoveryColumn(a), a.CreatedAt.UnixMilli(), instantColumn(a.LastSignInAt), t.revision)
	if err != nil {
		return a, err
	}
	for i := range a.Memberships {
		if a.Memberships[i], err = t.InsertMembership(ctx, a.ID, a.Memberships[i]); err != nil {
			return a, err
		}
	}
	return a, nil
}

// UpdateAccount writes the name of a person, what proves them and when they signed in
// last. It returns NotFound if there is no such person.
func (t *Tx) UpdateAccount(ctx context.Context, a cloud.Account) error {
	return t.execOne(ctx, personNotFound, `UPDATE users SET name = $2, password_hash = $3, totp_secret = $4, totp_step = $5, recovery_hash = $6,
		last_sign_in_at = $7, revision = $8 WHERE id = $1`,
		a.ID.String(), a.Name, a.PasswordHash, a.TOTPSecret, a.TOTPStep, recoveryColumn(a), instantColumn(a.LastSignInAt), t.revision)
}

func recoveryColumn(a cloud.Account) string {
	if a.Recovery == (cloud.Hash{}) {
		return ""
	}
	return a.Recovery.String()
}

// instantColumn returns NULL for the zero time.
func instantColumn(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixMilli()
}
