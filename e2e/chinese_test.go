package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A browser that prefers Chinese is spoken to in Chinese, from the first page on, and
// whoever prefers another language chooses it and keeps it.
func TestConsoleSpeaksChinese(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	a.key(newKey{Name: "ci-deploy", ExpireAt: later(30)}, "Member", "Basic service API reader")
	a.key(newKey{Name: "每日备份", State: "disabled"}, "Admin")
	a.key(newKey{Name: "grafana-reader", ExpireAt: later(3)}, "Org API reader")

	look := Look{Locale: "zh-CN"}
	p := browse(t, g.URL, look)
	p.Goto("/sign-in")
	p.Find("heading", "登录")
	inChinese(p, "sign-in")
	p.Type(adaMail)
	p.Press("Tab")
	p.Type(adaPassword)
	p.Press("Enter")
	p.See("ci-deploy", "已禁用")
	inChinese(p, "keys")
	for _, page := range []string{"audit", "settings", "services"} {
		p.Goto(a.path(page))
		p.Settle()
		inChinese(p, page)
	}
	p.Goto("/profile")
	p.See(adaMail)
	inChinese(p, "profile")

	p.Goto(a.path("keys"))
	p.See("ci-deploy")
	p.Click("button", "新建 API 密钥")
	d := p.Within("dialog", "新建 API 密钥")
	d.Fill("名称", "terraform")
	inChinese(p, "new-key")
	d.Click("button", "生成 API 密钥")
	d = p.Within("dialog", "API 密钥已生成")
	inChinese(p, "secret")
	p.Download(func() { d.Click("button", "下载 .env") })
	d.Click("button", "完成")
	p.DontFind("dialog", "")
	p.Click("button", "“ci-deploy”的操作")
	p.Click("menuitem", "删除")
	p.Find("dialog", "")
	inChinese(p, "delete")
	p.Press("Escape")
	p.DontFind("dialog", "")

	// The choice outlives the tab.
	p.Click("button", "个人菜单 Ada Lovelace "+adaMail)
	p.Click("menuitemradio", "English")
	p.Find("heading", "API Keys")
	if lang := Eval[string](p, "document.documentElement.lang"); lang != "en" {
		t.Errorf("the page says that its language is %q", lang)
	}
	p.Reload()
	p.Find("heading", "API Keys")
	p.Click("button", "Profile menu Ada Lovelace "+adaMail)
	p.Click("menuitemradio", "简体中文")
	p.Find("heading", "API 密钥")
}

// inChinese checks that nothing on the page is left in the language of programs, but for
// what somebody else has called so, and looks at it on a wide screen and on a phone.
func inChinese(p *Page, name string, called ...string) {
	p.t.Helper()
	if lang := Eval[string](p, "document.documentElement.lang"); lang != "zh-CN" {
		p.t.Errorf("%s says that its language is %q", name, lang)
	}
	if names := untranslated.FindAllString(p.Text(), -1); names != nil {
		p.t.Errorf("%s shows names of texts in place of texts: %q", name, names)
	}
	text := untranslatable.Replace(p.Text())
	// What says of itself that it is English is ClickHouse's, such as the descriptions of settings.
	english := Eval[[]string](p, `[...document.querySelectorAll("body [lang=en]")].map((e) => e.innerText).filter(Boolean)`)
	for _, own := range slices.Concat(called, english) {
		text = strings.ReplaceAll(text, own, "")
	}
	if words := inEnglish.FindAllString(technical.ReplaceAllString(text, ""), -1); words != nil {
		p.t.Errorf("%s says in English %q", name, words)
	}
	before := p.look
	for _, screen := range []Screen{Desktop, Phone} {
		p.Emulate(Look{Screen: screen, Locale: "zh-CN", Dark: screen.Phone})
		p.Screenshot("chinese/" + name + "-" + p.look.String())
		if wide := p.Overflow(); wide > 0 {
			p.t.Errorf("%s is %d pixels wider than a %s", name, wide, screen.Name)
		}
	}
	p.Emulate(before)
}

// untranslated is how i18next shows a text that it has not.
var untranslated = regexp.MustCompile(`\b(common|shell|account|signIn|setup|profile|keys|keyForm|audit|settings|users|invitation|roles|access|permissions|services|addresses)[.:][a-zA-Z]+|\{\{|\}\}`)

// inEnglish is two English words or more: what has one may be a name.
var inEnglish = regexp.MustCompile(`[A-Za-z]{2,}(?:[ ’'][a-z]{2,})+`)

// technical is the name of a permission, an id, or an option of a command with what it takes.
var technical = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[a-z-]+:[a-z-]+:[a-z-]+|--(user|cacert) \S+|'SELECT version\(\)'`)

// untranslatable takes out what is English in every language: names of people, roles and
// programs, and commands.
var untranslatable = strings.NewReplacer(
	"Ada Lovelace", "", "Grace Hopper", "", theOrganization, "", "Key readers", "", "ci-deploy", "", "grafana-reader", "", adaMail, "", graceMail, "",
	"Org API reader", "", "Basic service API reader", "", "Service API reader", "", "Service API admin", "", "Service reader", "", "Service admin", "",
	"Terraform curl", "", "curl clickhouse-client Python Go JDBC Node.js", "", "HTTPS localhost", "",
)
