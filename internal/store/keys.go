package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const keyColumns = `id, organization_id, sequence, name, state, key_id_hash, key_id_suffix, secret_hash, expire_text, addresses,
	created_at, created_by_type, created_by_id, created_by_details, used_at`

const keyNotFound = "Key not found"

// Key returns a key of the organization with its roles, or NotFound.
func (r *Reader) Key(ctx context.Context, organization, id uuid.UUID) (cloud.Key, error) {
	row := r.q.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE organization_id = $1 AND id = $2`, organization.String(), id.String())
	k, err := found(row, scanKey, keyNotFound)
	if err != nil {
		return k, err
	}
	keys := []cloud.Key{k}
	rows, err := r.q.QueryContext(ctx, `SELECT role_id, actor FROM role_assignments WHERE organization_id = $1 AND actor = $2 ORDER BY sequence`,
		organization.String(), string(cloud.KeyActor(id)))
	if err != nil {
		return k, err
	}
	err = addRoles(keys, rows)
	return keys[0], err
}

// AllKeys returns the keys of all organizations with their roles, oldest first.
func (r *Reader) AllKeys(ctx context.Context) ([]cloud.Key, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys ORDER BY sequence`)
	if err != nil {
		return nil, err
	}
	keys, err := collect(rows, scanKey)
	if err != nil {
		return nil, err
	}
	rows, err = r.q.QueryContext(ctx, `SELECT role_id, actor FROM role_assignments ORDER BY sequence`)
	if err != nil {
		return nil, err
	}
	return keys, addRoles(keys, rows)
}

// CountKeys returns the number of keys of the organization.
func (r *Reader) CountKeys(ctx context.Context, organization uuid.UUID) (n int, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE organization_id = $1`, organization.String()).Scan(&n)
	return n, err
}

// KeyIDTaken reports whether a key of any organization has this key ID.
func (r *Reader) KeyIDTaken(ctx context.Context, keyID cloud.Hash) (bool, error) {
	var n int
	err := r.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE key_id_hash = $1`, keyID.String()).Scan(&n)
	return n > 0, err
}

func scanKey(scan func(...any) error) (k cloud.Key, err error) {
	var keyID, secret, expiry string
	var addresses sql.NullString
	var created int64
	var used sql.NullInt64
	err = scan(uuidColumn{&k.ID}, uuidColumn{&k.OrganizationID}, &k.Sequence, &k.Name, &k.State, &keyID, &k.Credential.Suffix, &secret,
		&expiry, &addresses, &created, &k.CreatedBy.Type, &k.CreatedBy.ID, &k.CreatedBy.Details, &used)
	if err != nil {
		return k, err
	}
	k.CreatedAt = time.UnixMilli(created).UTC()
	if used.Valid {
		k.UsedAt = time.UnixMilli(used.Int64).UTC()
	}
	if addresses.Valid {
		k.Addresses = cloud.AddressList{}
		if err := json.Unmarshal([]byte(addresses.String), &k.Addresses); err != nil {
			return k, err
		}
	}
	if k.Credential.KeyID, err = cloud.ParseHash("key_id_hash", keyID); err != nil {
		return k, err
	}
	if k.Credential.Secret, err = cloud.ParseHash("secret_hash", secret); err != nil {
		return k, err
	}
	k.Expiry, err = cloud.ParseExpiry("expire_text", expiry)
	return k, err
}

// addRoles reads (role, actor) rows into the keys they are about.
func addRoles(keys []cloud.Key, rows *sql.Rows) error {
	index := make(map[uuid.UUID]int, len(keys))
	for i, k := range keys {
		index[k.ID] = i
	}
	type assignment struct {
		role uuid.UUID
		key  uuid.UUID
	}
	assignments, err := collect(rows, func(scan func(...any) error) (a assignment, err error) {
		var actor string
		err = scan(uuidColumn{&a.role}, &actor)
		a.key, _ = cloud.ActorRef(actor).Key()
		return a, err
	})
	for _, a := range assignments {
		if i, ok := index[a.key]; ok {
			keys[i].RoleIDs = append(keys[i].RoleIDs, a.role)
		}
	}
	return err
}

// InsertKey adds a key with its roles and returns it with its place in the order.
func (t *Tx) InsertKey(ctx context.Context, k cloud.Key) (cloud.Key, error) {
	addresses, err := addressColumn(k.Addresses)
	if err != nil {
		return k, err
	}
	k.Sequence = t.next()
	_, err = t.exec(ctx, `INSERT INTO api_keys (id, organization_id, sequence, name, state, key_id_hash, key_id_suffix, secret_hash, expire_text,
		addresses, created_at, created_by_type, created_by_id, created_by_details, used_at, revision, expire_at, name_folded, suffix_folded, creator_folded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, $15, $16, $17, $18, $19)`,
		k.ID.String(), k.OrganizationID.String(), k.Sequence, k.Name, string(k.State), k.Credential.KeyID.String(), k.Credential.Suffix,
		k.Credential.Secret.String(), k.Expiry.String(), addresses, k.CreatedAt.UnixMilli(), string(k.CreatedBy.Type), k.CreatedBy.ID,
		k.CreatedBy.Details, t.revision, expiryColumn(k.Expiry), cloud.Fold(k.Name), cloud.Fold(k.Credential.Suffix), cloud.Fold(k.CreatedBy.Details))
	if err != nil {
		return k, err
	}
	return k, t.assignRoles(ctx, k.OrganizationID, cloud.KeyActor(k.ID), k.RoleIDs)
}

// UpdateKey writes everything of the key that can change, its roles included. It
// returns NotFound if there is no such key.
func (t *Tx) UpdateKey(ctx context.Context, k cloud.Key) error {
	addresses, err := addressColumn(k.Addresses)
	if err != nil {
		return err
	}
	err = t.execOne(ctx, keyNotFound, `UPDATE api_keys SET name = $3, state = $4, expire_text = $5, addresses = $6, revision = $7,
		expire_at = $8, name_folded = $9 WHERE organization_id = $1 AND id = $2`,
		k.OrganizationID.String(), k.ID.String(), k.Name, string(k.State), k.Expiry.String(), addresses, t.revision, expiryColumn(k.Expiry), cloud.Fold(k.Name))
	if err != nil {
		return err
	}
	if err := t.releaseRoles(ctx, k.OrganizationID, cloud.KeyActor(k.ID)); err != nil {
		return err
	}
	return t.assignRoles(ctx, k.OrganizationID, cloud.KeyActor(k.ID), k.RoleIDs)
}

// DeleteKey removes a key and its role assignments for good. It returns NotFound
// if there is no such key.
func (t *Tx) DeleteKey(ctx context.Context, k cloud.Key) error {
	if err := t.releaseRoles(ctx, k.OrganizationID, cloud.KeyActor(k.ID)); err != nil {
		return err
	}
	return t.execOne(ctx, keyNotFound, `DELETE FROM api_keys WHERE organization_id = $1 AND id = $2`, k.OrganizationID.String(), k.ID.String())
}

// MarkUsed writes the last uses of keys. It is no change: it has no revision and
// no activity. A use is never replaced by an earlier one, and a key that is gone is
// passed over.
func (s *Store) MarkUsed(ctx context.Context, used map[uuid.UUID]time.Time) error {
	_, err := s.write(ctx, 0, func(t *Tx) error {
		for id, at := range used {
			_, err := t.exec(ctx, `UPDATE api_keys SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)`, id.String(), at.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func addressColumn(l cloud.AddressList) (any, error) {
	if l.Anywhere() {
		return nil, nil
	}
	text, err := json.Marshal(l)
	return string(text), err
}

// expiryColumn returns the first millisecond at which the key has expired, NULL for never.
func expiryColumn(e cloud.Expiry) any {
	if e.Never() {
		return nil
	}
	return ceilMilli(e.Time())
}
