package export

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// ReadTenant reads the switches of the tenant from the JSON of Get-MgDirectoryOnPremiseSynchronization,
// or of its features alone. Keys count in any case and at any depth; a missing switch has Microsoft's
// default. The findings say what else the switches mean. The error is a [*Refusal] or what reading
// failed with.
func ReadTenant(path string) (reconcile.Tenant, []reconcile.Finding, error) {
	const cure = "Export again with:\nGet-MgDirectoryOnPremiseSynchronization | ConvertTo-Json -Depth 5 | Set-Content .\\tenant.json -Encoding UTF8"
	tenant := reconcile.DefaultTenant()
	name := filepath.Base(path)
	text, err := os.ReadFile(path)
	if err != nil {
		return tenant, nil, err
	}
	decoded, err := decodeAll(text)
	if err != nil {
		return tenant, nil, refuse(name, "", err.Error()+".", cure)
	}
	var content any
	if err := json.Unmarshal(decoded, &content); err != nil {
		return tenant, nil, refuse(name, notTenant, "no valid JSON: "+err.Error()+".", cure)
	}
	switches := tenantSwitches{known: tenantFields(&tenant)}
	if switches.read(content); switches.mistake != "" {
		return tenant, nil, refuse(name, "", switches.mistake, cure)
	}
	if !switches.any {
		return tenant, nil, refuse(name, notTenant, "none of the tenant's switches is in the file (SoftMatchOnUpnEnabled and its like).", cure)
	}
	beside, err := readCollected(path)
	if err != nil {
		return tenant, nil, err
	}
	if changed := beside.isChanged(hashOf(text)); changed != "" {
		return tenant, nil, refuse(name, "Changed", changed, collectAgain)
	}
	return tenant, resilienceFindings(name, &tenant), nil
}

// notTenant is the code of JSON that holds no switches of a tenant.
const notTenant = "NotTenant"

// tenantFields are the switches by their names in lower case.
func tenantFields(t *reconcile.Tenant) map[string]*bool {
	return map[string]*bool{
		"softmatchonupnenabled":                                &t.SoftMatchOnUPN,
		"blocksoftmatchenabled":                                &t.BlockSoftMatch,
		"blockcloudobjecttakeoverthroughhardmatchenabled":      &t.BlockHardMatch,
		"allowonpremupdateofonpremisesobjectidentifierenabled": &t.AllowIdentifierUpdate,
		"quarantineuponupnconflictenabled":                     &t.QuarantineUPN,
		"quarantineuponproxyaddressesconflictenabled":          &t.QuarantineProxies,
	}
}

type tenantSwitches struct {
	known   map[string]*bool
	any     bool
	mistake string
}

// read takes the switches from JSON, in the order of their keys so that the result does not depend on
// chance.
func (s *tenantSwitches) read(content any) {
	switch v := content.(type) {
	case []any:
		for _, item := range v {
			s.read(item)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			s.readKey(key, v[key])
		}
	}
}

func (s *tenantSwitches) readKey(key string, value any) {
	field, known := s.known[strings.ToLower(key)]
	s.any = s.any || known || isFeature(key, value)
	if !known || value == nil {
		s.read(value)
		return
	}
	on, ok := value.(bool)
	if word, isText := value.(string); isText {
		f, isWord := readBool(word)
		on, ok = f == reconcile.Yes, isWord && f != reconcile.Unknown
	}
	if !ok {
		s.mistake = fmt.Sprintf("%s: %v is neither true nor false.", key, value)
		return
	}
	*field = on
}

// isFeature says whether the key shows that the file is about the tenant's features, though it may name
// none of the switches: those that are missing have their defaults.
func isFeature(key string, value any) bool {
	if _, isObject := value.(map[string]any); isObject {
		return strings.EqualFold(key, "features")
	}
	_, isSwitch := value.(bool)
	return isSwitch && strings.HasSuffix(strings.ToLower(key), "enabled")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// resilienceFindings says what would fail if duplicate attribute resiliency were really off.
func resilienceFindings(file string, t *reconcile.Tenant) []reconcile.Finding {
	if t.QuarantineUPN && t.QuarantineProxies {
		return nil
	}
	return []reconcile.Finding{{
		File: file, Severity: reconcile.SeverityWarn, Code: "ResiliencyOff",
		Text:   "The switches say that duplicate attribute resiliency is off; it cannot be turned off since 2016, so it is taken as on. If it were off, every object with a quarantined value would fail with AttributeValueMustBeUnique instead.",
		Source: "how-to-connect-syncservice-duplicate-attribute-resiliency",
	}}
}
