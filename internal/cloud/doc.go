// Package cloud holds the nouns of Gatehouse and their rules: Organization,
// Key, Person, Session, Role, Policy, Activity, Quota and Error. It says what the
// product is and can be read in one sitting. It does no I/O and imports nothing of the house.
package cloud
