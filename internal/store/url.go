package store

// CheckURL returns the *StartError by which Open would refuse the URL as it is
// written. It reaches for no database.
func CheckURL(url string) error {
	d, err := dialectOf(Options{URL: url})
	if _, ok := d.(postgres); err != nil || !ok {
		return err
	}
	db, err := d.open(Options{URL: url}, false) // a connection is made when it is needed
	if err != nil {
		return err
	}
	return db.Close()
}
