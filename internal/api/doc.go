// Package api is the HTTP side of Gatehouse: the ClickHouse Cloud API under /v1.
// Types, validation, OpenAPI document and reference page come from one place, the
// Go types of each resource's file.
package api
