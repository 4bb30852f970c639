package mail

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Server is a mail server, how it is spoken to and as whom. The zero value is none.
type Server struct {
	host       string // a name in lower case, or an address without brackets
	port       uint16
	user       string // empty when the server asks for none
	encryption encryption
}

// encryption says how the connection to a server is protected.
type encryption int

const (
	startTLS    encryption = iota // STARTTLS, or nothing is handed over (RFC 3207)
	implicitTLS                   // TLS from the first byte (RFC 8314, section 3.3)
	offeredTLS                    // STARTTLS when the server has it: for this machine only
	noTLS
)

// The ports of RFC 6409 and RFC 8314.
const (
	submissionPort  = 587
	submissionsPort = 465
)

// maxUserLength is the longest name of a server's user, in characters.
const maxUserLength = 255

// ParseServer reads a server's URL:
//
//	smtp://mail.example.com         port 587, and STARTTLS or nothing
//	smtps://user@mail.example.com   port 465, TLS from the first byte, and a user to sign in as
//	smtp://localhost:25             on this machine: STARTTLS when it is offered
//	smtp://10.0.0.9?starttls=off    in the clear
//	smtp://localhost?starttls=required
//
// It returns Invalid, which names the field and the value without what could be a
// password in it. A user whose password would travel in the clear to another machine
// is refused too.
func ParseServer(field, text string) (Server, error) {
	wrong := func(expected string) (Server, error) {
		return Server{}, cloud.Errorf(cloud.Invalid, "%s: expected %s, got %q", field, expected, withoutPassword(text))
	}
	const expected = "a URL such as smtp://mail.example.com:587 or smtps://user@mail.example.com"
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Opaque != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return wrong(expected) // without err, which repeats the text
	}
	s := Server{encryption: startTLS, port: submissionPort}
	if s.host = parseHost(u.Hostname()); s.host == "" {
		return wrong(expected + ", with the name or the address of a host")
	}
	switch {
	case u.Scheme == "smtps":
		s.encryption, s.port = implicitTLS, submissionsPort
	case s.local():
		s.encryption = offeredTLS
	}
	if text := u.Port(); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return wrong(expected + ", with a port of 1 to 65535")
		}
		s.port = uint16(port)
	}
	if u.User != nil {
		if _, has := u.User.Password(); has {
			return wrong("a URL without a password, which belongs into a file named with --smtp-password-file or into GATEHOUSE_SMTP_PASSWORD")
		}
		s.user = u.User.Username()
		if s.user == "" || s.user != cloud.CleanText(s.user, maxUserLength) {
			return wrong(expected + ", with a user of 1 to 255 printable characters")
		}
	}
	settings, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(settings) > 1 || len(settings) == 1 && len(settings["starttls"]) != 1 {
		return wrong("nothing but starttls=required or starttls=off after the question mark")
	}
	switch how, has := settings.Get("starttls"), len(settings) == 1; {
	case !has:
	case s.encryption == implicitTLS:
		return wrong("smtps without starttls: it speaks TLS from the first byte")
	case how == "required":
		s.encryption = startTLS
	case how == "off":
		s.encryption = noTLS
	default:
		return wrong("starttls=required or starttls=off after the question mark")
	}
	if s.user != "" && s.encryption == noTLS && !s.local() {
		return wrong("no user together with starttls=off, because the password would travel in the clear")
	}
	return s, nil
}

// String returns the URL, which ParseServer reads as the same server.
func (s Server) String() string {
	u := url.URL{Scheme: "smtp", Host: s.address()}
	if s.encryption == implicitTLS {
		u.Scheme = "smtps"
	}
	if s.user != "" {
		u.User = url.User(s.user)
	}
	switch {
	case s.encryption == noTLS:
		u.RawQuery = "starttls=off"
	case s.encryption == startTLS && s.local():
		u.RawQuery = "starttls=required"
	}
	return u.String()
}

func (s Server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(int(s.port))) }

// local reports whether the server is said to be on this machine.
func (s Server) local() bool {
	address, err := netip.ParseAddr(s.host)
	return s.host == "localhost" || err == nil && address.IsLoopback()
}

// hostName is what a name in the DNS looks like, with the underscores that some have.
var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$`)

// parseHost returns the host as it is kept, or nothing if it is none.
func parseHost(text string) string {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		return address.Unmap().String()
	}
	text = strings.ToLower(text)
	if len(text) > 253 || !hostName.MatchString(text) {
		return ""
	}
	return text
}

// withoutPassword returns the URL for an error. Whatever is wrong with it, nothing is
// left of what could be a password: what stands between a colon and the last @, in
// place of a port, or behind the host.
func withoutPassword(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	if found {
		scheme += "://"
	} else {
		scheme, rest = "", text
	}
	at := strings.LastIndexByte(rest, '@') + 1
	user, host := rest[:at], rest[at:]
	if name, _, has := strings.Cut(user, ":"); has {
		user = name + ":…@"
	}
	if end := strings.IndexAny(host, "/?#"); end >= 0 && end+1 < len(host) {
		host = host[:end+1] + "…"
	}
	address, port, _ := cutHost(host)
	if strings.Trim(port, "0123456789/?#…") != "" {
		host = address + ":…"
	}
	return scheme + user + host
}

// cutHost cuts at the colon of the port, which is none of those inside of brackets.
func cutHost(text string) (host, port string, found bool) {
	start := 0
	if strings.HasPrefix(text, "[") {
		start = max(strings.IndexByte(text, ']'), 0)
	}
	host, port, found = strings.Cut(text[start:], ":")
	return text[:start] + host, port, found
}
