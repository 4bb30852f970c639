-- Written in the SQL that SQLite and PostgreSQL both understand. Instants are
-- milliseconds since 1970 UTC, ids are lower-case UUIDs, hashes are Base64.

-- +goose Up
CREATE TABLE control_state (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    revision BIGINT  NOT NULL, -- grows by one with each committed change
    epoch    BIGINT  NOT NULL  -- grows by one with each process that takes the store over
);
INSERT INTO control_state (id, revision, epoch) VALUES (1, 0, 0);

CREATE TABLE organizations (
    id                TEXT    PRIMARY KEY,
    name              TEXT    NOT NULL,
    created_at        BIGINT  NOT NULL,
    enable_core_dumps BOOLEAN NOT NULL,
    private_endpoints TEXT    NOT NULL, -- JSON
    revision          BIGINT  NOT NULL  -- of the last change
);

CREATE TABLE api_keys (
    id                 TEXT   PRIMARY KEY,
    organization_id    TEXT   NOT NULL REFERENCES organizations (id),
    sequence           BIGINT NOT NULL UNIQUE, -- the order they were created in
    name               TEXT   NOT NULL,
    state              TEXT   NOT NULL CHECK (state IN ('enabled', 'disabled')),
    key_id_hash        TEXT   NOT NULL UNIQUE,
    key_id_suffix      TEXT   NOT NULL,
    secret_hash        TEXT   NOT NULL,
    expire_text        TEXT   NOT NULL, -- as the client wrote it; empty for never
    addresses          TEXT,            -- JSON; NULL for anywhere
    created_at         BIGINT NOT NULL,
    created_by_type    TEXT   NOT NULL,
    created_by_id      TEXT   NOT NULL,
    created_by_details TEXT   NOT NULL,
    used_at            BIGINT,          -- NULL for never; written behind
    revision           BIGINT NOT NULL  -- of the last change
);
CREATE INDEX api_keys_in_order ON api_keys (organization_id, sequence);

CREATE TABLE role_assignments (
    organization_id TEXT   NOT NULL REFERENCES organizations (id),
    role_id         TEXT   NOT NULL,
    actor           TEXT   NOT NULL, -- 'apiKey/<uuid>' or 'user/<uuid>'
    sequence        BIGINT NOT NULL, -- the order they were made in
    PRIMARY KEY (organization_id, role_id, actor)
);
CREATE INDEX role_assignments_by_actor ON role_assignments (organization_id, actor, sequence);

CREATE TABLE activities (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL REFERENCES organizations (id),
    sequence        BIGINT NOT NULL UNIQUE,
    revision        BIGINT NOT NULL, -- of the change it records
    created_at      BIGINT NOT NULL,
    type            TEXT   NOT NULL,
    actor_type      TEXT   NOT NULL,
    actor_id        TEXT   NOT NULL,
    actor_details   TEXT   NOT NULL,
    actor_address   TEXT   NOT NULL,
    user_agent      TEXT   NOT NULL,
    target_key_id   TEXT   NOT NULL,
    key_update      TEXT   NOT NULL
);
CREATE INDEX activities_in_order ON activities (organization_id, sequence);
CREATE INDEX activities_in_time ON activities (organization_id, created_at);
CREATE INDEX activities_by_key ON activities (target_key_id);

CREATE TABLE setup_links (
    token_hash TEXT   PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expire_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE setup_links;
DROP TABLE activities;
DROP TABLE role_assignments;
DROP TABLE api_keys;
DROP TABLE organizations;
DROP TABLE control_state;
