package contract

// Parse is parse, for tests.
var Parse = parse
