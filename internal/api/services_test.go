package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// A service that is created with nothing but its name and place has the defaults, all that
// clients of the Cloud look for, and a password that is shown once; what is answered is what
// is shown and listed afterwards.
func TestServiceIsCreatedWithDefaults(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		made := h.admin.post("~/services", `{"name":"orders","provider":"aws","region":"us-east-1"}`).ok()
		id := made.text("result.service.id")
		s := h.state().Services[0]
		made.shows(map[string]string{
			"result.service.name": `"orders"`, "result.service.provider": `"aws"`, "result.service.region": `"us-east-1"`, "result.service.state": `"provisioning"`,
			"result.service.endpoints":          `[{"host":"` + s.Label() + `.example.com","port":9401,"protocol":"nativesecure","username":null},{"host":"` + s.Label() + `.example.com","port":9400,"protocol":"https","username":null}]`,
			"result.service.minReplicaMemoryGb": "8", "result.service.maxReplicaMemoryGb": "8", "result.service.minTotalMemoryGb": "24", "result.service.maxTotalMemoryGb": "24",
			"result.service.numReplicas": "1", "result.service.autoscalingMode": `"vertical"`, "result.service.idleScaling": "true", "result.service.idleTimeoutMinutes": "15",
			"result.service.ipAccessList": "[]", "result.service.createdAt": `"2026-03-01T12:00:30Z"`, "result.service.privateEndpointIds": "[]", "result.service.availablePrivateEndpointIds": "[]",
			"result.service.dataWarehouseId": inJSON(id), "result.service.isPrimary": "true", "result.service.isReadonly": "false", "result.service.releaseChannel": `"default"`,
			"result.service.hasTransparentDataEncryption": "false", "result.service.profile": `"v1-default"`, "result.service.tags": "[]", "result.service.enableCoreDumps": "true",
			"result.service.currentScaling": `{"effectiveAutoscalingMode":"vertical","effectiveIdleScaling":true,"effectiveIdleTimeoutMinutes":15,"effectiveMaxReplicaMemoryGb":8,` +
				`"effectiveMaxReplicas":1,"effectiveMinReplicaMemoryGb":8,"effectiveMinReplicas":1}`,
		})
		for _, absent := range []string{
			"tier", "byocId", "complianceType", "encryptionKey", "encryptionAssumedRoleIdentifier", "transparentDataEncryptionKeyId", "encryptionRoleId", "scalingSchedule",
			"minReplicas", "maxReplicas", "replicaMemoryGb", "stateMessage", "clickhouseVersion",
		} {
			if made.has("result.service." + absent) {
				t.Errorf("%s is shown: %v", absent, made.value("result.service."+absent))
			}
		}
		if role := made.text("result.service.iamRole"); !strings.HasPrefix(role, "arn:aws:iam::") {
			t.Errorf("iamRole is %s", role)
		}
		want := inJSON(made.value("result.service"))
		if got := inJSON(h.admin.get("~/services/" + id).ok().value("result")); got != want {
			t.Errorf("shown is  %s\nanswered %s", got, want)
		}
		if got := inJSON(h.admin.get("~/services").ok().value("result")); got != "["+want+"]" {
			t.Errorf("listed is %s\nanswered %s", got, want)
		}
		if password := cloud.NewSecret(made.text("result.password")); s.Password != cloud.HashServicePassword(password) || cloud.CheckPassword("", password.Reveal()) != nil {
			t.Error("what is kept of the password is not its hashes, or the password is a weak one")
		}
		h.run()
		h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.state": `"running"`, "result.clickhouseVersion": `"26.8.1.1"`, "result.endpoints.1.port": "9400"})
		h.recorded(id, "service_create by api", "service_running by system")
	})
}

// recorded fails the test unless these activities about the service are on record, oldest first.
func (h *house) recorded(service string, want ...string) {
	h.t.Helper()
	got := []string{}
	for _, a := range h.activities(h.id) {
		if a.Target.ID != service {
			continue
		}
		got = append(got, string(a.Type)+" by "+string(a.Actor.Type))
		if a.Target.Type != cloud.TargetService || a.Target.Name == "" {
			h.t.Errorf("the activity %s has the target %+v", a.Type, a.Target)
		}
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("on record is\n%q, want\n%q", got, want)
	}
	h.admin.get("~/activities").ok() // held against the document, whole
}

// All that can be asked of a service when it is created is kept and shown, in its order, and
// numbers may be written as 3.0.
func TestServiceIsCreatedAsAsked(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		made := h.admin.post("~/services", `{"name":"all of it","provider":"gcp","region":"us-east1","tier":"production","autoscalingMode":"vertical","minReplicaMemoryGb":16.0,
			"maxReplicaMemoryGb":120,"minTotalMemoryGb":24,"numReplicas":3.0,"idleScaling":false,"idleTimeoutMinutes":5.0,"isReadonly":false,"privatePreviewTermsChecked":true,
			"ipAccessList":[{"source":"203.0.113.7","description":"two"},{"source":"10.0.0.0/8"},{"source":"2001:db8::/32","description":"six"}],
			"tags":[{"key":"b","value":"1"},{"key":"a"},{"key":"b","value":"2"}],"releaseChannel":"slow","profile":"v1-highmem-xl","enableCoreDumps":false,
			"endpoints":[{"protocol":"mysql","enabled":false}],"privateEndpointIds":["psc-1","psc-2","psc-1"],"hasTransparentDataEncryption":false,"unknown":{"a":1}}`).ok()
		made.shows(map[string]string{
			"result.service.minReplicaMemoryGb": "16", "result.service.maxReplicaMemoryGb": "120", "result.service.numReplicas": "3", "result.service.minTotalMemoryGb": "48",
			"result.service.idleScaling": "false", "result.service.idleTimeoutMinutes": "5", "result.service.releaseChannel": `"slow"`, "result.service.profile": `"v1-highmem-xl"`,
			"result.service.ipAccessList":       `[{"description":"two","source":"203.0.113.7"},{"source":"10.0.0.0/8"},{"description":"six","source":"2001:db8::/32"}]`,
			"result.service.tags":               `[{"key":"b","value":"2"},{"key":"a"}]`,
			"result.service.enableCoreDumps":    "false",
			"result.service.privateEndpointIds": `["psc-1","psc-2"]`,
			"result.service.endpoints.2":        "null",
			// One replica is run, and that is what is said.
			"result.service.currentScaling.effectiveMinReplicas": "1", "result.service.currentScaling.effectiveMaxReplicaMemoryGb": "120",
		})
		h.admin.post("~/services", `{"name":"wide","provider":"azure","region":"eastus2","autoscalingMode":"horizontal","minReplicas":2,"maxReplicas":5,"minReplicaMemoryGb":32,"maxReplicaMemoryGb":32}`).ok().shows(map[string]string{
			"result.service.autoscalingMode": `"horizontal"`, "result.service.minReplicas": "2", "result.service.maxReplicas": "5", "result.service.replicaMemoryGb": "32",
			"result.service.numReplicas": "null", "result.service.minTotalMemoryGb": "null", "result.service.maxTotalMemoryGb": "null", "result.service.minReplicaMemoryGb": "32",
		})
		for body, memory := range map[string]string{
			`"minTotalMemoryGb":12,"maxTotalMemoryGb":12`:             "8 8",  // what clients send for the smallest service
			`"minTotalMemoryGb":24,"maxTotalMemoryGb":48`:             "8 16", // as the contract has it
			`"minTotalMemoryGb":1068.0,"maxTotalMemoryGb":1068`:       "356 356",
			`"minReplicaMemoryGb":64`:                                 "64 64", // where only the least is said, it is the most
			`"maxReplicaMemoryGb":64`:                                 "8 64",
			`"minReplicas":2,"maxReplicas":2,"minReplicaMemoryGb":12`: "12 12",
		} {
			a := h.admin.post("~/services", `{"name":"sized","provider":"aws","region":"us-east-1",`+body+`}`).ok()
			if got := inJSON(a.value("result.service.minReplicaMemoryGb")) + " " + inJSON(a.value("result.service.maxReplicaMemoryGb")); got != memory {
				t.Errorf("%s: replicas have %s GiB, want %s", body, got, memory)
			}
		}
	})
}

// Null and empty values of what cannot be done here are the same as absent ones; anything
// else is refused with the name of its field, and nothing is created: nothing is pretended.
func TestServiceThatCannotBeIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const place = `"name":"a","provider":"aws","region":"us-east-1"`
		for _, empty := range []string{
			`"dataWarehouseId":null,"backupId":null,"byocId":null,"isReadonly":null,"hasTransparentDataEncryption":null,"encryptionKey":null,"encryptionAssumedRoleIdentifier":null,"complianceType":null,
			"endpoints":null,"ipAccessList":null,"tags":null,"profile":null,"releaseChannel":null,"numReplicas":null,"idleScaling":null,"tier":null,"enableCoreDumps":null,"privateEndpointIds":null,"minTotalMemoryGb":null`,
			`"dataWarehouseId":"","backupId":"","byocId":"","isReadonly":false,"hasTransparentDataEncryption":false,"encryptionKey":"","encryptionAssumedRoleIdentifier":"","complianceType":"","tier":"","endpoints":[],"tags":[]`,
			`"tier":"development"`,
		} {
			h.admin.post("~/services", "{"+place+","+empty+"}").ok()
		}
		before := h.revision()
		for body, sentence := range map[string]string{
			place + `,"dataWarehouseId":"` + uuid.NewString() + `"`:                          `dataWarehouseId: expected none, because each service has its data to itself, got "`,
			place + `,"backupId":"` + uuid.NewString() + `"`:                                 `backupId: expected none, because there are no backups to begin with yet, got "`,
			place + `,"byocId":"x"`:                                                          `byocId: expected none, because there is no infrastructure in a cloud, got "x"`,
			place + `,"isReadonly":true`:                                                     `isReadonly: expected false, because each service has its data to itself, got true`,
			place + `,"hasTransparentDataEncryption":true`:                                   `hasTransparentDataEncryption: expected false, because disks are encrypted by whoever runs Gatehouse, got true`,
			place + `,"encryptionKey":"k"`:                                                   `encryptionKey: expected none, because disks are encrypted by whoever runs Gatehouse, got "k"`,
			place + `,"encryptionAssumedRoleIdentifier":"r"`:                                 `encryptionAssumedRoleIdentifier: expected none, because disks are encrypted by whoever runs Gatehouse, got "r"`,
			place + `,"complianceType":"hipaa"`:                                              `complianceType: expected none, because Gatehouse is not certified, got "hipaa"`,
			place + `,"endpoints":[{"protocol":"mysql","enabled":true}]`:                     `endpoints[0].enabled: expected false, because no engine here speaks the MySQL protocol, got true`,
			place + `,"endpoints":[{"protocol":"https","enabled":true}]`:                     `endpoints[0].protocol: expected one of mysql, got "https"`,
			`"name":"","provider":"aws","region":"us-east-1"`:                                `name: expected a name of 1 to 50 characters, got ""`,
			`"name":"` + strings.Repeat("é", 51) + `","provider":"aws","region":"us-east-1"`: `name: expected at most 50 characters, got 51`,
			`"name":"a","provider":"aws","region":"us-east1"`:                                `region: expected a region of aws, which are ap-northeast-1, ap-northeast-2, ap-south-1, ap-southeast-1, ap-southeast-2, ca-central-1, eu-central-1, eu-west-1, eu-west-2, il-central-1, us-east-1, us-east-2, us-west-2, got "us-east1"`,
			`"name":"a","provider":"hetzner","region":"us-east-1"`:                           `provider: expected one of gcp, aws, azure, got "hetzner"`,
			`"name":"a","provider":"aws","region":"mars-1"`:                                  `region: expected one of ap-northeast-1, ap-northeast-2, ap-south-1, ap-southeast-1, ap-southeast-2, ca-central-1, eu-central-1, eu-west-1, eu-west-2, il-central-1, us-east-1, us-east-2, us-west-2, us-east1, us-central1, europe-west2, europe-west4, asia-southeast1, asia-northeast1, eastus, eastus2, westus3, germanywestcentral, centralus, got "mars-1"`,
			`"name":"a","provider":"aws"`:                                                    `body: expected required property region to be present`,
			place + `,"minReplicaMemoryGb":9`:                                                `minReplicaMemoryGb: expected 8 to 356 in steps of 4, got 9`,
			place + `,"maxReplicaMemoryGb":360`:                                              `maxReplicaMemoryGb: expected 8 to 356 in steps of 4, got 360`,
			place + `,"minReplicaMemoryGb":16,"maxReplicaMemoryGb":8`:                        `minReplicaMemoryGb: expected at most maxReplicaMemoryGb, which is 8, got 16`,
			place + `,"minTotalMemoryGb":32`:                                                 `minTotalMemoryGb: expected 12 to 1068 in steps of 12, got 32`,
			place + `,"maxTotalMemoryGb":0`:                                                  `maxTotalMemoryGb: expected 12 to 1068 in steps of 12, got 0`,
			place + `,"numReplicas":0`:                                                       `numReplicas: expected 1 to 20 replicas, got 0`,
			place + `,"numReplicas":21`:                                                      `numReplicas: expected 1 to 20 replicas, got 21`,
			place + `,"numReplicas":1.5`:                                                     `numReplicas: expected integer, got 1.5`,
			place + `,"numReplicas":1e300`:                                                   `numReplicas: expected at most 9007199254740991, got 1e+300`,
			place + `,"numReplicas":2,"minReplicas":2,"maxReplicas":2`:                       `numReplicas: expected none beside minReplicas and maxReplicas, got 2`,
			place + `,"minReplicas":2`:                                                       `minReplicas: expected minReplicas and maxReplicas together, got only 2`,
			place + `,"minReplicas":2,"maxReplicas":3`:                                       `maxReplicas: expected minReplicas, which is 2, in the vertical mode, got 3`,
			place + `,"autoscalingMode":"horizontal","numReplicas":2`:                        `numReplicas: expected minReplicas and maxReplicas in the horizontal mode, got 2`,
			place + `,"autoscalingMode":"diagonal"`:                                          `autoscalingMode: expected one of vertical, horizontal, got "diagonal"`,
			place + `,"idleTimeoutMinutes":4`:                                                `idleTimeoutMinutes: expected 5 to 525600 minutes, got 4`,
			place + `,"idleTimeoutMinutes":999999999`:                                        `idleTimeoutMinutes: expected 5 to 525600 minutes, got 999999999`,
			place + `,"tier":"foo"`: `tier: expected one of development, production, dedicated_high_mem, dedicated_high_cpu, dedicated_standard, dedicated_standard_n2d_standard_4, ` +
				`dedicated_standard_n2d_standard_8, dedicated_standard_n2d_standard_32, dedicated_standard_n2d_standard_128, dedicated_standard_n2d_standard_32_16SSD, ` +
				`dedicated_standard_n2d_standard_64_24SSD, got "foo"`,
			place + `,"ipAccessList":[{"source":"here"}]`: `ipAccessList[0].source: expected an IPv4 or IPv6 address or CIDR range such as 203.0.113.0/24, got "here"`,
			place + `,"tags":[{"key":"a b"}]`:             `tags[0].key: expected 1 to 128 letters, digits, dots, dashes and underscores, got "a b"`,
			place + `,"tags":[{"key":"a","value":"ü"}]`:   `tags[0].value: expected at most 256 letters, digits, dots, dashes and underscores, got "ü"`,
			place + `,"profile":"v2-tiny"`:                `profile: expected one of `,
			place + `,"privateEndpointIds":[""]`:          `privateEndpointIds[0]: expected a name of 1 to 255 characters, got ""`,
			place + `,"backupId":5`:                       `backupId: expected string, got 5`,
		} {
			h.admin.post("~/services", "{"+body+"}").says(400, "BAD_REQUEST: ", sentence)
		}
		tags := make([]string, 51)
		for i := range tags {
			tags[i] = `{"key":"tag-` + strings.Repeat("x", i) + `"}`
		}
		h.admin.post("~/services", "{"+place+`,"tags":[`+strings.Join(tags, ",")+`]}`).says(400, "tags: expected at most 50 tags in all, got 51")
		h.admin.patch("~", `{"enableCoreDumps":false}`).ok()
		h.admin.post("~/services", "{"+place+`,"enableCoreDumps":true}`).says(400, "enableCoreDumps: expected false, because the organization has switched core dumps off, got true")
		if h.revision() != before+1 {
			t.Error("a refused request changed something")
		}
		h.admin.post("~/services", "{"+place+`}`).ok().shows(map[string]string{"result.service.enableCoreDumps": "false"})
	})
}

// Where only some regions are offered, the others are refused with the names of those.
func TestOnlyOfferedRegionsAreTaken(t *testing.T) {
	h := onSQLite(t, func(s *settings) { s.regions = []string{"eu-central-1", "us-east1"} })
	h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(400,
		`BAD_REQUEST: region: expected one that is offered here, which are eu-central-1 of aws, us-east1 of gcp, got "us-east-1"`)
	h.admin.post("~/services", `{"name":"a","provider":"aws","region":"eu-central-1"}`).ok()
	h.admin.post("~/services", `{"name":"a","provider":"gcp","region":"us-east1"}`).ok()
}

// As many services as the quota allows can be created, and the quota shows how many there
// are; deleting one makes room when it is gone.
func TestServiceQuotaIsEnforced(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		usage := func(want string) {
			t.Helper()
			h.admin.get("~/quotas/services-per-organization").ok().shows(map[string]string{"result.usage": want, "result.value": "2"})
		}
		usage("0")
		first := h.admin.service()
		h.admin.service()
		usage("2")
		full := `BAD_REQUEST: The organization has 2 services, which is its quota services-per-organization of 2: delete a service first`
		h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(400, full)
		h.admin.delete("~/services/" + first).ok()
		h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(400, full)
		h.run()
		usage("1")
		h.admin.service()
		h.another("Other").admin.service() // a quota of its own
	}, func(s *settings) { s.limits.Services = 2 })
}

// Where no service can run, none is created, and the sentence says why; those that there are
// can be seen and changed all the same.
func TestServiceIsNotCreatedWhereNoneCanRun(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		h.fleet.check = &cloud.Error{Code: cloud.Unavailable, Message: "The ClickHouse library is damaged: install it again"}
		h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(409, "CONFLICT: The ClickHouse library is damaged: install it again")
		h.admin.patch("~/services/"+id, `{"name":"renamed"}`).ok()
	})
	h := houseOnSQLite(t, withoutEngine)
	h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(409, "CONFLICT: No service can be created: this Gatehouse runs no ClickHouse engine")
	h.admin.get("~/services").ok().shows(map[string]string{"result": "[]"})
}

// Services have ports of their own from the range, which come back with a deletion; without
// a range they share ports.
func TestServicesHavePortsOfTheirOwn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first := h.admin.service()
		second := h.admin.service()
		h.admin.get("~/services/" + second).ok().shows(map[string]string{"result.endpoints.1.port": "9502", "result.endpoints.0.port": "9503"})
		h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1"}`).is(409,
			"CONFLICT: No service can be created: all ports from 9500 to 9504 are taken by services, and one needs two")
		h.admin.delete("~/services/" + first).ok()
		h.run()
		h.admin.get("~/services/" + h.admin.service()).ok().shows(map[string]string{"result.endpoints.1.port": "9500", "result.endpoints.0.port": "9501"})
	}, func(s *settings) { s.ports = control.PortRange{From: 9500, To: 9504} })
	h := houseOnSQLite(t, func(s *settings) { s.ports = control.PortRange{} })
	h.admin.service()
	h.admin.service()
	if services := h.state().Services; services[0].Ports != (cloud.ServicePorts{}) || services[0].Slot == services[1].Slot {
		t.Errorf("the services are %+v", services)
	}
}

// The list holds the services that all filters select, oldest first.
func TestServicesAreFilteredByTags(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		one := h.admin.service(`"name":"one"`, `"tags":[{"key":"env","value":"prod"},{"key":"active"}]`)
		two := h.admin.service(`"name":"two"`, `"tags":[{"key":"env","value":"test"},{"key":"active","value":"yes"}]`)
		three := h.admin.service(`"name":"three"`)
		for query, want := range map[string][]string{
			"":                                       {one, two, three},
			"?filter=tag:env%3Dprod":                 {one},
			"?filter=tag:env=prod":                   {one},
			"?filter=tag%3Aactive":                   {one, two},
			"?filter=tag:active=yes":                 {two},
			"?filter=tag:active=":                    {one},
			"?filter=":                               {one, two, three},
			"?filter=tag:Env":                        {},
			"?filter=tag:env=none":                   {},
			"?filter=tag:env=prod&filter=tag:active": {one},
			"?filter=tag:env=prod&filter=tag:env=test": {},
			"?filter=tag:active&filter=tag:env%3Dtest": {two},
		} {
			if got := h.admin.get("~/services" + query).ok().each("id"); !slices.Equal(got, want) {
				t.Errorf("%s selects %q, want %q", query, got, want)
			}
		}
		for _, wrong := range []string{"env=prod", "tag:", "tag:=x", "tag:a b", "name:one", "tag:a=b=c", "tag:env=prod,tag:active"} {
			h.admin.get("~/services?filter="+strings.ReplaceAll(wrong, " ", "%20")).is(400, "BAD_REQUEST: filter[0]: expected tag:Key=Value or tag:Key, got "+inJSON(wrong))
		}
		h.admin.get("~/services?filter=tag:active&filter=x").is(400, `BAD_REQUEST: filter[1]: expected tag:Key=Value or tag:Key, got "x"`)
	})
}

// A service that does not work as it should says why: what the fleet saw of it, else what
// keeps clients from reaching it.
func TestStateMessageSaysWhatIsWrong(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		message := func(want string) {
			t.Helper()
			h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.stateMessage": want})
		}
		message("null")
		h.fleet.problem = "Port 9400 is taken by another program."
		message(`"Port 9400 is taken by another program."`)
		h.observe(uuid.MustParse(id), func(s *cloud.Service) {
			s.State, s.Message = cloud.ServiceDegraded, "The server ended; it is being started again."
		})
		message(`"The server ended; it is being started again."`)
		h.fleet.problem = ""
		h.observe(uuid.MustParse(id), func(s *cloud.Service) { s.State, s.Message = cloud.ServiceFailed, "The disk is full." })
		message(`"The disk is full."`)
		h.admin.patch("~/services/"+id+"/state", `{"command":"start"}`).ok().shows(map[string]string{"result.state": `"starting"`, "result.stateMessage": "null"})
		h.run()
		message("null")
		h.recorded(id, "service_create by api", "service_degraded by system", "service_failed by system", "service_start by api", "service_running by system")
	})
}
