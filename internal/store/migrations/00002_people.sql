-- People, their sessions and the links by which they set a password. As in 00001.

-- +goose Up
CREATE TABLE users (
    id              TEXT   PRIMARY KEY,
    email           TEXT   NOT NULL UNIQUE, -- lower case
    name            TEXT   NOT NULL,
    password_hash   TEXT   NOT NULL, -- argon2id, PHC string format; empty without a password
    totp_secret     TEXT   NOT NULL, -- sealed; empty without a second factor
    totp_step       BIGINT NOT NULL, -- of the last code that was used
    recovery_hash   TEXT   NOT NULL, -- empty without a second factor
    created_at      BIGINT NOT NULL,
    last_sign_in_at BIGINT,          -- NULL for never
    revision        BIGINT NOT NULL  -- of the last change
);

CREATE TABLE memberships (
    organization_id TEXT   NOT NULL REFERENCES organizations (id),
    user_id         TEXT   NOT NULL REFERENCES users (id),
    joined_at       BIGINT NOT NULL,
    sequence        BIGINT NOT NULL UNIQUE, -- the order they were made in
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id, sequence);

CREATE TABLE sessions (
    id           TEXT   PRIMARY KEY,
    token_hash   TEXT   NOT NULL UNIQUE,
    user_id      TEXT   NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL, -- written behind
    expire_at    BIGINT NOT NULL,
    address      TEXT   NOT NULL,
    user_agent   TEXT   NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);

-- Whose password the link resets; NULL for the set-up of a new person.
ALTER TABLE setup_links ADD COLUMN user_id TEXT REFERENCES users (id);

-- +goose Down
DELETE FROM setup_links WHERE user_id IS NOT NULL;
ALTER TABLE setup_links DROP COLUMN user_id;
DROP TABLE sessions;
DROP TABLE memberships;
DELETE FROM role_assignments WHERE actor LIKE 'user/%';
DROP TABLE users;
