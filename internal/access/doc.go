// Package access knows who is asking and what they may do: credentials, sessions,
// policies, address lists and request limits. All of it is in memory; nothing on the
// way of a request does I/O or takes longer when there are more keys.
package access
