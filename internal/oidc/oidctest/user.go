package oidctest

// User is somebody who can sign in.
type User struct {
	Subject       string   `json:"subject"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"emailVerified"`
	Name          string   `json:"name"`
	Groups        []string `json:"groups"` // the claim groups, for who asks for the scope groups
	// Claims are added as they are: those of the same name as above count where that one is empty.
	Claims map[string]any `json:"claims"`
}
