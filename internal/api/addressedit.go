package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// ipAccessListPatch is OpenAPI schema IpAccessListPatch.
type ipAccessListPatch struct {
	Add    []ipEntry `json:"add,omitempty" doc:"Entries to add at the end, after remove was carried out. One whose source is there takes its place."`
	Remove []ipEntry `json:"remove,omitempty" doc:"Entries to remove, found by their sources alone."`
}

// ipAccessListEdit is an ipAccessListPatch, or a whole list, which some clients of the Cloud
// send in its place.
type ipAccessListEdit struct {
	patch ipAccessListPatch
	list  *[]ipEntry
	wrong error
}

// Schema implements huma.SchemaProvider. The schema is told to readers only, for huma would
// refuse the list.
func (ipAccessListEdit) Schema(r huma.Registry) *huma.Schema {
	ref := r.Schema(reflect.TypeFor[ipAccessListPatch](), true, "")
	return &huma.Schema{Extensions: map[string]any{"allOf": []*huma.Schema{ref}}}
}

// UnmarshalJSON implements json.Unmarshaler. What is wrong is said by read, which can say more.
func (e *ipAccessListEdit) UnmarshalJSON(data []byte) error {
	var into any = &e.patch
	if bytes.HasPrefix(data, []byte("[")) {
		e.list = &[]ipEntry{}
		into = e.list
	}
	if json.Unmarshal(data, into) != nil {
		e.wrong = cloud.Errorf(cloud.Invalid, "ipAccessList: expected an object with the lists add and remove, or a list, of objects with the texts source and description")
	}
	return nil
}

// read returns the list that replaces the one that there is, or what is added and removed.
func (e *ipAccessListEdit) read() (list *cloud.AddressList, add, remove []cloud.AddressEntry, err error) {
	if e.wrong != nil {
		return nil, nil, nil, e.wrong
	}
	if e.list != nil {
		list, err = readAddresses(e.list)
		return list, nil, nil, err
	}
	return nil, entriesOf(e.patch.Add), entriesOf(e.patch.Remove), nil
}

func entriesOf(in []ipEntry) (out []cloud.AddressEntry) {
	for _, e := range in {
		out = append(out, cloud.AddressEntry(e))
	}
	return out
}
