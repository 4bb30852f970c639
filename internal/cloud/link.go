package cloud

// LinkKind says what a one-time link is for.
type LinkKind string

// The kinds of links.
const (
	LinkSetup      LinkKind = "setup"      // sets up the first person
	LinkReset      LinkKind = "reset"      // of a password
	LinkInvitation LinkKind = "invitation" // accepts an invitation
)

// Link is what a one-time link says of itself to whoever has it.
type Link struct {
	Kind         LinkKind
	Email        string // whose password is reset, or who is invited
	Organization string // its name
	Roles        []string
	// HasAccount reports whether the invited person can sign in already.
	HasAccount bool
}
