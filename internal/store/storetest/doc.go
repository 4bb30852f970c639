// Package storetest holds the suite that the store must pass in both dialects, and
// what other tests need of it: an empty store in SQLite or in a real PostgreSQL.
package storetest
