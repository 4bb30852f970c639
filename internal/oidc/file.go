package oidc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// providersFile is the file of the operator.
type providersFile struct {
	Providers []entry `yaml:"providers"`
}

// entry is a provider as the file has it.
type entry struct {
	ID               string            `yaml:"id"`
	Name             string            `yaml:"name"`
	Issuer           string            `yaml:"issuer"`
	ClientID         string            `yaml:"clientId"`
	ClientSecretFile string            `yaml:"clientSecretFile"`
	ClientSecretEnv  string            `yaml:"clientSecretEnv"`
	Scopes           []string          `yaml:"scopes"`
	AllowedDomains   []string          `yaml:"allowedDomains"`
	DefaultRole      string            `yaml:"defaultRole"`
	Organization     string            `yaml:"organization"`
	GroupsClaim      string            `yaml:"groupsClaim"`
	GroupRoles       map[string]string `yaml:"groupRoles"`
}

// maxFileSize is the largest file of providers, in bytes.
const maxFileSize = 1 << 20

// ReadProviders reads the file of the operator, and the secrets it names: files, and
// environment variables by getenv. It returns Invalid, naming file, field and value, or
// file and line, if anything in it is not as it should be, and never repeats what could
// be a secret that was written there by mistake.
func ReadProviders(path string, getenv func(string) string) ([]Provider, error) {
	text, err := readUpTo(path, maxFileSize)
	if err != nil {
		return nil, fmt.Errorf("the sign-in providers %s cannot be read: %w", path, pathless(err))
	}
	file, err := decode(text)
	if err != nil {
		return nil, cloud.Errorf(cloud.Invalid, "%s: %s", path, err.Error())
	}
	if len(file.Providers) == 0 {
		return nil, cloud.Errorf(cloud.Invalid, "%s: providers: expected at least one provider, got none", path)
	}
	providers := make([]Provider, 0, len(file.Providers))
	for i, e := range file.Providers {
		field := fmt.Sprintf("%s: providers[%d].", path, i)
		provider, err := e.provider(field, getenv)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(providers, func(p Provider) bool { return p.ID == provider.ID }) {
			return nil, cloud.Errorf(cloud.Invalid, "%sid: expected one that no other provider has, got %q again", field, provider.ID)
		}
		if slices.ContainsFunc(providers, func(p Provider) bool { return cloud.Fold(p.Name) == cloud.Fold(provider.Name) }) {
			return nil, cloud.Errorf(cloud.Invalid, "%sname: expected one that no other provider has, got %q again", field, provider.Name)
		}
		providers = append(providers, provider)
	}
	return providers, nil
}

// readUpTo returns a whole file of at most limit bytes.
func readUpTo(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it is only read
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("it is larger than %d bytes", limit)
	}
	return text, err
}

// pathless returns the error without the path that the sentence before it has, or does not show.
func pathless(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// decode reads the text strictly.
func decode(text []byte) (providersFile, error) {
	var file, more providersFile
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return file, errors.New(syntaxCause(err))
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return file, errors.New("expected one document, got more")
	}
	return file, nil
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field ([A-Za-z]{1,40}) not found in type `)
	twice        = regexp.MustCompile(`^line (\d+): mapping key "([A-Za-z]{1,40})" already defined`)
	wrongType    = regexp.MustCompile(`^line (\d+): cannot unmarshal .* into (\S+)$`)
	atLine       = regexp.MustCompile(`line (\d+)`)
)

// syntaxCause says where the file is wrong. What the YAML library says may repeat a
// piece of the file.
func syntaxCause(err error) string {
	var typeError *yaml.TypeError
	if !errors.As(err, &typeError) {
		if m := atLine.FindStringSubmatch(err.Error()); m != nil {
			return "line " + m[1] + ": expected YAML"
		}
		return "expected YAML"
	}
	first := typeError.Errors[0]
	if m := unknownField.FindStringSubmatch(first); m != nil {
		if m[2] == "clientSecret" {
			return "line " + m[1] + ": clientSecret: the secret does not belong into this file: " +
				"name a file with clientSecretFile, or an environment variable with clientSecretEnv"
		}
		return "line " + m[1] + ": there is no field " + m[2]
	}
	if m := twice.FindStringSubmatch(first); m != nil {
		return "line " + m[1] + ": " + m[2] + " is there twice"
	}
	if m := wrongType.FindStringSubmatch(first); m != nil {
		return "line " + m[1] + ": expected " + kindOf(m[2])
	}
	if m := atLine.FindStringSubmatch(first); m != nil {
		return "line " + m[1] + ": expected a list of providers, each with its fields, none twice"
	}
	return "expected a list of providers, each with its fields"
}

// kindOf says what a Go type is in YAML.
func kindOf(goType string) string {
	switch goType {
	case "string":
		return "a text"
	case "[]string":
		return "a list of texts"
	case "map[string]string":
		return "a role for each group"
	case "[]oidc.entry":
		return "a list of providers"
	default:
		return "fields and their values"
	}
}
