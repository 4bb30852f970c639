package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Jail is what the operator wants to keep the process of one service from the files
// and processes of the others, of Gatehouse and of the machine.
//
// Grants are no such thing: ClickHouse has too many ways to a file. The jail is made
// by the kernel before any code of ClickHouse runs, and nothing inside can open it.
//
// The network stays open in every jail, since url(), s3() and dictionaries need it: a
// service can reach what its machine can reach, the loopback interface too, where
// everything of ours asks for a password.
//
// Landlock alone does not hide whether a file exists and how large it is, and lets a
// process that runs as Gatehouse's user change the mode and times of files of that
// user; a user of its own alone may read what every user of the machine may read.
// Neither matters where both are in force.
type Jail string

// The jails.
const (
	JailAuto     Jail = "auto"     // all there is
	JailLandlock Jail = "landlock" // Landlock alone (landlock(7)): Linux 5.19 or newer
	JailUID      Jail = "uid"      // a user of its own for each service alone: Gatehouse runs as root
	JailNone     Jail = "none"     // nothing: whoever may query a service may read what Gatehouse may read
)

// BaseUID is the first of the users that services run as; the service in slot n has
// BaseUID + n, and a group of the same number. The range belongs to nobody: it is
// above what systemd and containers hand out (systemd, UIDS-GIDS.md), and below 2³¹.
const BaseUID = 2_100_000_000

// Slots is how many such users there are.
const Slots = 1_000_000

// JailReport says which jails there can be here.
type JailReport struct {
	Landlock   int    // the version of Landlock that the kernel has; 0 when it cannot be used
	NoLandlock string // why it cannot
	UID        bool   // whether each service can have a user of its own
	NoUID      string // why it cannot
}

// Jails returns which jails there can be for services below dir, the data folder.
// files are what every service must reach besides: the binary or the library.
func Jails(dir string, files ...string) JailReport {
	var report JailReport
	report.Landlock, report.NoLandlock = landlockVersion()
	if err := usersPossible(); err != nil {
		report.NoUID = err.Error()
		return report
	}
	for _, path := range append([]string{dir}, files...) {
		if err := Traversable(path, BaseUID); err != nil {
			report.NoUID = err.Error()
			return report
		}
	}
	report.UID = true
	return report
}

// Confinement is the jail that is in force.
type Confinement struct {
	Landlock bool
	UID      bool
}

// String says it in words.
func (c Confinement) String() string {
	var of []string
	if c.Landlock {
		of = append(of, "Landlock")
	}
	if c.UID {
		of = append(of, "a user of its own")
	}
	if of == nil {
		return "none"
	}
	return strings.Join(of, " and ")
}

// Choose returns what is in force when the operator wants want. Its error is one
// sentence for the operator: services must not be started then.
func (r JailReport) Choose(want Jail) (Confinement, error) {
	all := Confinement{Landlock: r.Landlock > 0, UID: r.UID}
	switch want {
	case JailNone:
		return Confinement{}, nil
	case JailLandlock:
		if !all.Landlock {
			return Confinement{}, fmt.Errorf("--jail landlock is not possible here: %s", r.NoLandlock)
		}
		return Confinement{Landlock: true}, nil
	case JailUID:
		if !all.UID {
			return Confinement{}, fmt.Errorf("--jail uid is not possible here: %s", r.NoUID)
		}
		return Confinement{UID: true}, nil
	case JailAuto, "":
		if all == (Confinement{}) {
			return all, fmt.Errorf("nothing here keeps one service from the files of another (no Landlock: %s; no user for each service: %s): change one of these, or say --jail none if everybody who may query a service may read what Gatehouse may read", r.NoLandlock, r.NoUID)
		}
		return all, nil
	default:
		return Confinement{}, fmt.Errorf("--jail %q is no jail: choose auto, landlock, uid or none", want)
	}
}

// confine is what a process can reach once it has entered. Paths are absolute; what
// is below a folder is meant too. A path of ReadOnly or Devices that is not there is
// passed over.
type confine struct {
	Landlock  bool     // whether Landlock holds it; without, only its user does
	UID       int      // the user that it runs as already, 0: any
	Run       []string // files to read and to run
	ReadOnly  []string // to read
	ReadWrite []string // folders to read and to change in every way but run
	Devices   []string // devices to read, to write and to control
	Keep      []int    // descriptors that it takes along besides 0, 1 and 2; all others are closed
}

// errConfined says that a process is not as confined as it should be.
var errConfined = errors.New("the jail does not hold")

// confinedMarker is in the environment of a process that has entered its jail.
const confinedMarker = "GATEHOUSE_CONFINED"

// newConfine returns what an engine needs besides its own folders readWrite: run is
// its binary, or its library.
func newConfine(in Confinement, uid int, run string, readWrite ...string) confine {
	return confine{
		Landlock: in.Landlock, UID: uid,
		Run:       []string{run},
		ReadOnly:  systemPaths,
		ReadWrite: readWrite,
		Devices:   systemDevices,
	}
}

// systemPaths are what every engine reads of its machine, and nothing that is secret.
// Of other processes, /proc shows the command line and figures: what else is there
// needs the right to trace them, which Landlock and another user refuse. Landlock knows
// a file, not its name: one that is replaced, as resolv.conf may be, is out of reach
// until the next start, unless the folder it is in is on the list.
var systemPaths = []string{
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", // libraries
	"/proc", "/sys/devices", "/sys/class", "/sys/block", "/sys/fs/cgroup", // its figures and limits
	"/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone", // time zones
	"/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted", "/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/ssl/openssl.cnf", // whom to trust
	"/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", // names of hosts
	"/dev/urandom", "/dev/random",
}

// systemDevices are harmless whoever writes to them. Terminals are not among them:
// who may open /dev/pts may type into those of others.
var systemDevices = []string{"/dev/null", "/dev/zero"}
