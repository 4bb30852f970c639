package mailtest

import (
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"
)

// Message is a mail that a server has taken.
type Message struct {
	// What was said about it.
	Sender     string   // of MAIL FROM
	Recipients []string // of RCPT TO
	User       string   // who signed in; empty when nobody did
	Hello      string   // how the client introduced itself
	Encrypted  bool     // whether it came through TLS
	UTF8       bool     // whether it asked for SMTPUTF8

	// What is in it, decoded.
	From    string // such as "Gatehouse" <gatehouse@example.com>
	To      string
	Subject string
	Header  netmail.Header // as it came
	Text    string         // of the first text/plain part, its lines ended by \n
	HTML    string         // of the first text/html part, likewise
	Types   []string       // of the whole and of each part, in order, without parameters
	Raw     string         // all of it, as it came
}

var reference = regexp.MustCompile(`(?i)<a\s[^>]*href="([^"]*)"`)

// Links returns where the HTML leads to, in order.
func (m Message) Links() []string {
	var links []string
	for _, match := range reference.FindAllStringSubmatch(m.HTML, -1) {
		links = append(links, html.UnescapeString(match[1]))
	}
	return links
}

// parse fills in what is in the message.
func (m *Message) parse() error {
	read, err := netmail.ReadMessage(strings.NewReader(m.Raw))
	if err != nil {
		return err
	}
	m.Header = read.Header
	words := new(mime.WordDecoder)
	for name, value := range map[string]*string{"From": &m.From, "To": &m.To, "Subject": &m.Subject} {
		if n := len(m.Header[name]); n != 1 {
			return fmt.Errorf("there are %d %s", n, name)
		}
		if *value, err = words.DecodeHeader(m.Header.Get(name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return m.parsePart(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), read.Body)
}

func (m *Message) parsePart(contentType, encoding string, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("the type %q: %w", contentType, err)
	}
	m.Types = append(m.Types, kind)
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.parsePart(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "", "7bit", "8bit":
	default:
		return fmt.Errorf("the encoding %q is not known here", encoding)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	switch {
	case kind == "text/plain" && m.Text == "":
		m.Text = text
	case kind == "text/html" && m.HTML == "":
		m.HTML = text
	}
	return nil
}
