package cloud

import (
	"fmt"
	"slices"
	"strings"
)

// ServicePatch changes what is not nil (OpenAPI schema ServicePatchRequest).
type ServicePatch struct {
	Name *string
	// Addresses replace the whole list, and come before AddAddresses and RemoveAddresses.
	Addresses *AddressList
	// AddAddresses come after RemoveAddresses, which are found by their sources alone, and
	// keep their order at the end of the list.
	AddAddresses    []AddressEntry
	RemoveAddresses []AddressEntry
	// AddEndpointIDs come after RemoveEndpointIDs.
	AddEndpointIDs    []string
	RemoveEndpointIDs []string
	ReleaseChannel    *ReleaseChannel
	// AddTags come after RemoveTags, which are found by their keys alone.
	AddTags         []Tag
	RemoveTags      []Tag
	EnableCoreDumps *bool
}

// Apply changes the service of the organization, or returns Invalid, which names field and
// value. An error may leave the service half changed.
func (p ServicePatch) Apply(s *Service, o Organization) (err error) {
	if p.Name != nil {
		if err := CheckServiceName("name", *p.Name); err != nil {
			return err
		}
		s.Name = *p.Name
	}
	if p.Addresses != nil {
		s.Addresses = *p.Addresses
	}
	if s.Addresses, err = editAddresses(s.Addresses, p.AddAddresses, p.RemoveAddresses); err != nil {
		return err
	}
	if s.PrivateEndpointIDs, err = editEndpointIDs("privateEndpointIds.add", s.PrivateEndpointIDs, p.AddEndpointIDs, p.RemoveEndpointIDs); err != nil {
		return err
	}
	if s.Tags, err = editTags(s.Tags, p.AddTags, p.RemoveTags); err != nil {
		return err
	}
	if p.ReleaseChannel != nil {
		s.ReleaseChannel = *p.ReleaseChannel
	}
	if p.EnableCoreDumps == nil {
		return nil
	}
	s.EnableCoreDumps = *p.EnableCoreDumps
	return checkCoreDumps(o, p.EnableCoreDumps)
}

// editAddresses removes entries by their sources and then adds others at the end; one whose
// source is there still takes its place.
func editAddresses(list AddressList, add, remove []AddressEntry) (AddressList, error) {
	added, err := ParseAddressList("ipAccessList.add", slices.Concat([]AddressEntry{}, add))
	if err != nil {
		return nil, err
	}
	edited := AddressList{} // never nil, which would let everybody in
	for _, e := range list {
		if !slices.ContainsFunc(remove, sameSource(e)) {
			edited = append(edited, e)
		}
	}
	kept := len(edited)
	for _, a := range added {
		if i := slices.IndexFunc(edited[:kept], sameSource(a)); i >= 0 {
			edited[i] = a
			continue
		}
		edited = append(edited, a)
	}
	if len(edited) > MaxAddressEntries {
		return nil, Errorf(Invalid, "ipAccessList.add: expected at most %d entries in all, got %d", MaxAddressEntries, len(edited))
	}
	return edited, nil
}

func sameSource(e AddressEntry) func(AddressEntry) bool {
	return func(other AddressEntry) bool { return other.Source == e.Source }
}

// editEndpointIDs removes ids and then adds those that are not there at the end.
func editEndpointIDs(field string, ids, add, remove []string) ([]string, error) {
	edited := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(remove, id) })
	for i, id := range add {
		if err := CheckName(fmt.Sprintf("%s[%d]", field, i), id); err != nil {
			return nil, err
		}
		if !slices.Contains(edited, id) {
			edited = append(edited, id)
		}
		if len(edited) > MaxPrivateEndpoints {
			return nil, Errorf(Invalid, "%s: expected at most %d private endpoints in all, got more", field, MaxPrivateEndpoints)
		}
	}
	return edited, nil
}

// listed joins texts as a sentence lists them.
func listed(texts []string) string { return strings.Join(texts, ", ") }
