package mail

import (
	"crypto/rand"
	"embed"
	"errors"
	htmltemplate "html/template"
	netmail "net/mail"
	"net/url"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// letter is what the templates may say.
type letter struct {
	To           string
	Name         string // of who gets it; may be empty
	Organization string
	InvitedBy    string
	Link         string
	ExpireAt     time.Time
	Subject      string // of the mail, once it is made
}

// Product is what sends the mail.
func (*letter) Product() string { return product }

// Site is the Gatehouse that the link leads to, as there may be several.
func (l *letter) Site() string {
	u, _ := url.Parse(l.Link) // checked before
	return u.Host
}

// Until is the end of the link's life, in a form that nobody reads the other way round.
func (l *letter) Until() string { return l.ExpireAt.UTC().Format("2 January 2006, 15:04 UTC") }

// secret is the part of the link that must not be seen by others.
func (l *letter) secret() string {
	if _, secret, found := strings.Cut(l.Link, "#"); found {
		return secret
	}
	return l.Link
}

//go:embed templates
var templates embed.FS

var (
	texts = texttemplate.Must(texttemplate.ParseFS(templates, "templates/*.txt"))
	pages = htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/*.html"))
)

// compose checks and tidies the letter and writes the message.
func (s *Sender) compose(kind string, l *letter) (*gomail.Msg, error) {
	to, err := cloud.ParseEmail("email", l.To)
	if err != nil {
		return nil, err
	}
	if !isLink(l.Link) {
		return nil, errors.New("the link of a mail is no absolute URL of http or https") // and must not be shown
	}
	l.To, l.Name, l.Organization, l.InvitedBy = to, oneLine(l.Name), oneLine(l.Organization), oneLine(l.InvitedBy)

	var subject, text, page strings.Builder
	if err := texts.ExecuteTemplate(&subject, kind+".subject", l); err != nil {
		return nil, err
	}
	l.Subject = subject.String()
	if err := texts.ExecuteTemplate(&text, kind+".txt", l); err != nil {
		return nil, err
	}
	if err := pages.ExecuteTemplate(&page, kind+".html", l); err != nil {
		return nil, err
	}

	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	m.ToMailAddress(&netmail.Address{Address: to})
	m.Subject(l.Subject)
	m.SetDateWithValue(s.clock.Now())
	_, domain, _ := strings.Cut(s.from.Address, "@")
	m.SetMessageIDWithValue(rand.Text() + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: do not answer that you are on holiday
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	m.AddAlternativeString(gomail.TypeTextHTML, page.String())
	return m, nil
}

// oneLine returns a name as it stands in a sentence: nothing in it begins a line, acts
// on the text around it, or is longer than a name.
func oneLine(name string) string {
	return cloud.CleanText(strings.Join(strings.Fields(name), " "), cloud.MaxNameLength)
}

// isLink reports whether a mail can carry the link as it is.
func isLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.String() == link &&
		!strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' })
}
