package export

import (
	"fmt"

	"smtpmatch/reconcile"
)

// domainRow is a row of Get-MgDomain.
type domainRow struct {
	ID         string `csv:"Id"`
	IsVerified string `csv:"IsVerified"`
}

// ReadDomains reads an export of Get-MgDomain: Id and IsVerified, as CSV or XLSX. Without IsVerified
// every listed domain is verified. The error is a [*Refusal] or what reading failed with.
func ReadDomains(path string) (reconcile.Domains, error) {
	const cure = "Export again with:\nGet-MgDomain -All | Select-Object Id,IsVerified,AuthenticationType,IsInitial | Export-Csv .\\domains.csv -NoTypeInformation -Encoding UTF8"
	t, err := readSide(path)
	if err != nil {
		return nil, err
	}
	list, err := unmarshalRows[domainRow](t)
	if err != nil {
		return nil, refuse(t.name, err.Error()+".", cure)
	}
	domains := make(reconcile.Domains)
	tells := bind(schemaOf(domainRow{}), t.header).has("IsVerified")
	for i, d := range list {
		id := reconcile.Normalize(d.ID)
		verified, ok := readBool(d.IsVerified)
		switch {
		case id == "":
			return nil, refuse(t.name, fmt.Sprintf("row %d: Id: no domain.", t.rows[i].number), cure)
		case !ok:
			return nil, refuse(t.name, fmt.Sprintf("row %d: IsVerified: %q is neither true nor false.", t.rows[i].number, d.IsVerified), cure)
		}
		domains[id] = domains[id] || verified == reconcile.Yes || !tells
	}
	if len(domains) == 0 {
		return nil, refuse(t.name, "no domain is in the file.", cure)
	}
	return domains, nil
}
