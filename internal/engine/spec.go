package engine

import (
	"fmt"
	"log/slog"

	"github.com/google/uuid"
)

// Spec describes one server. It is passed at each start and at each change; an
// engine keeps no secret on disk but what the official server reads.
type Spec struct {
	// Service is whose server this is: an adopted process must say the same.
	Service uuid.UUID
	// Dir is the absolute path of the data folder, which this server has for itself.
	Dir string
	// UID and GID are the user and group of the process; 0 stands for those of Gatehouse.
	// Only root can choose others. Every folder above Dir must let others pass (mode o+x).
	UID, GID int
	// MemoryBytes is how much memory the server may take; 0 is no limit of ours.
	MemoryBytes int64
	// PasswordSHA256 is the SHA-256 of the password of `default`.
	PasswordSHA256 [32]byte
	// PasswordDoubleSHA1 is SHA1(SHA1(password)), by which MySQL clients log in; zero
	// for none. It is for engines that speak MySQL, see Capabilities.
	PasswordDoubleSHA1 [20]byte
	// Settings are those of the profile of `default`, by name. Values are written as
	// ClickHouse reads them: "4", "1.5", "deflate".
	Settings map[string]string
	// ServerSettings are those of the server, by name; a dot leads into a section.
	ServerSettings map[string]string
	// CoreDumps lets the kernel write the memory of a process of the server to a core when it
	// dies (core(5)). Where it goes is the machine's to say, and it holds data of the service.
	CoreDumps bool
	// LastVersion is that of the ClickHouse which is known to have run here last; empty where
	// that is not known. What the data folder says itself counts more.
	LastVersion string
	// Jail says by what the process is kept from the files of others.
	Jail Jail
}

// Format implements fmt.Formatter, so that no verb prints a password's hash.
func (s Spec) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "engine %s in %s", s.Service, s.Dir) }

// LogValue implements slog.LogValuer.
func (s Spec) LogValue() slog.Value {
	return slog.GroupValue(slog.String("service", s.Service.String()), slog.String("dir", s.Dir), slog.Int("uid", s.UID),
		slog.Int64("memory", s.MemoryBytes))
}

// MarshalText implements encoding.TextMarshaler, so that no encoder prints a password's hash.
func (s Spec) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%v", s), nil }
