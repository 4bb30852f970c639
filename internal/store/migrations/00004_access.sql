-- Roles that customers make, invitations, sign-in providers' identities, and what was
-- asked for how often. As in 00001.

-- +goose Up
CREATE TABLE roles (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL REFERENCES organizations (id),
    sequence        BIGINT NOT NULL UNIQUE, -- the order they were created in
    name            TEXT   NOT NULL,
    name_folded     TEXT   NOT NULL, -- without upper and lower case: no two are the same
    policies        TEXT   NOT NULL, -- JSON, in the order they were given in
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL, -- of the last change
    UNIQUE (organization_id, name_folded)
);

CREATE TABLE invitations (
    id                 TEXT   PRIMARY KEY,
    organization_id    TEXT   NOT NULL REFERENCES organizations (id),
    sequence           BIGINT NOT NULL UNIQUE, -- the order they were created in
    email              TEXT   NOT NULL, -- lower case
    created_at         BIGINT NOT NULL,
    expire_at          BIGINT NOT NULL,
    created_by_type    TEXT   NOT NULL,
    created_by_id      TEXT   NOT NULL,
    created_by_details TEXT   NOT NULL,
    mail               TEXT   NOT NULL, -- what became of the mail
    revision           BIGINT NOT NULL, -- of the last change
    UNIQUE (organization_id, email)
);
CREATE INDEX invitations_by_email ON invitations (email);

CREATE TABLE invitation_roles (
    invitation_id TEXT   NOT NULL REFERENCES invitations (id),
    role_id       TEXT   NOT NULL,
    sequence      BIGINT NOT NULL, -- the order they were given in
    PRIMARY KEY (invitation_id, role_id)
);
CREATE INDEX invitation_roles_by_role ON invitation_roles (role_id);

CREATE TABLE identities (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- Written behind, and kept for 30 days.
CREATE TABLE request_counts (
    organization_id TEXT   NOT NULL,
    actor           TEXT   NOT NULL, -- 'apiKey/<uuid>' or 'user/<uuid>'
    operation       TEXT   NOT NULL,
    resource        TEXT   NOT NULL,
    day             BIGINT NOT NULL, -- days since 1970 UTC
    requests        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, actor, operation, resource, day)
);
CREATE INDEX request_counts_by_day ON request_counts (day);

-- What an activity is about, with the name that it had then; empty for the organization.
ALTER TABLE activities ADD COLUMN target_type TEXT NOT NULL DEFAULT '';
ALTER TABLE activities ADD COLUMN target_id TEXT NOT NULL DEFAULT '';
ALTER TABLE activities ADD COLUMN target_name TEXT NOT NULL DEFAULT '';

-- Which invitation the link accepts; NULL for other links.
ALTER TABLE setup_links ADD COLUMN invitation_id TEXT REFERENCES invitations (id);

-- +goose Down
DELETE FROM setup_links WHERE invitation_id IS NOT NULL;
ALTER TABLE setup_links DROP COLUMN invitation_id;
ALTER TABLE activities DROP COLUMN target_name;
ALTER TABLE activities DROP COLUMN target_id;
ALTER TABLE activities DROP COLUMN target_type;
DROP TABLE request_counts;
DROP TABLE identities;
DROP TABLE invitation_roles;
DROP TABLE invitations;
DELETE FROM role_assignments WHERE role_id IN (SELECT id FROM roles);
DROP TABLE roles;
