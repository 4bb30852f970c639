-- Services and where the gateway listens for each. As in 00001.

-- +goose Up
CREATE TABLE services (
    id                   TEXT   PRIMARY KEY,
    organization_id      TEXT   NOT NULL REFERENCES organizations (id),
    sequence             BIGINT NOT NULL UNIQUE, -- the order they were created in
    name                 TEXT   NOT NULL,
    provider             TEXT   NOT NULL,
    region               TEXT   NOT NULL,
    created_at           BIGINT NOT NULL,
    goal                 TEXT   NOT NULL CHECK (goal IN ('running', 'idle', 'stopped', 'deleted')),
    state                TEXT   NOT NULL,
    state_since          BIGINT NOT NULL,
    message              TEXT   NOT NULL, -- why it is degraded or has failed; else empty
    version              TEXT   NOT NULL, -- empty before the first start
    slot                 BIGINT NOT NULL UNIQUE CHECK (slot > 0), -- its user on the system comes of it
    password_sha256      TEXT   NOT NULL,
    password_double_sha1 TEXT   NOT NULL, -- hexadecimal digits; empty where it is not known
    config               TEXT   NOT NULL, -- JSON
    revision             BIGINT NOT NULL  -- of the last change
);
CREATE INDEX services_in_order ON services (organization_id, sequence);

-- No port is given twice, whatever the protocol.
CREATE TABLE service_ports (
    port       BIGINT NOT NULL PRIMARY KEY CHECK (port BETWEEN 1 AND 65535),
    service_id TEXT   NOT NULL REFERENCES services (id),
    protocol   TEXT   NOT NULL CHECK (protocol IN ('https', 'native')),
    UNIQUE (service_id, protocol)
);

-- What a version of ClickHouse can be told, as it says itself: kept for services that rest.
CREATE TABLE engine_settings (
    version  TEXT PRIMARY KEY,
    settings TEXT NOT NULL -- JSON
);

-- What happened to a service or a key, newest first.
CREATE INDEX activities_by_target ON activities (target_id, organization_id, sequence);
DROP INDEX activities_by_key;
CREATE INDEX activities_by_key ON activities (target_key_id, organization_id, sequence);

-- +goose Down
DROP INDEX activities_by_key;
CREATE INDEX activities_by_key ON activities (target_key_id);
DROP INDEX activities_by_target;
DROP TABLE engine_settings;
DROP TABLE service_ports;
DROP TABLE services;
