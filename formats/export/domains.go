package export

import (
	"fmt"
	"strings"

	"smtpmatch/reconcile"
)

// domainRow is a row of Get-MgDomain.
type domainRow struct {
	ID         string `csv:"Id"`
	IsVerified string `csv:"IsVerified"`
}

// ReadDomains reads an export of Get-MgDomain: Id and IsVerified, as CSV or XLSX. Without IsVerified
// every listed domain is verified. rows is how many there are. The error is a [*Refusal] or what reading failed with.
func ReadDomains(path string) (domains reconcile.Domains, rows int, err error) {
	const cure = "Export again with:\nGet-MgDomain -All | Select-Object Id,IsVerified,AuthenticationType,IsInitial | Export-Csv .\\domains.csv -NoTypeInformation -Encoding UTF8"
	t, err := readSide(path)
	if err != nil {
		return nil, 0, err
	}
	list, err := unmarshalRows[domainRow](t)
	if err != nil {
		return nil, 0, refuse(t.name, "", err.Error()+".", cure)
	}
	domains = make(reconcile.Domains)
	tells := bind(schemaOf(domainRow{}), t.header).has("IsVerified")
	for i, d := range list {
		id := reconcile.Normalize(strings.TrimPrefix(reconcile.TrimBlank(d.ID), "'"))
		verified, ok := readBool(d.IsVerified)
		isVerified := verified == reconcile.Yes || !tells
		before, listed := domains[id]
		switch {
		case id == "":
			return nil, 0, refuse(t.name, "", fmt.Sprintf("row %d: Id: no domain.", t.rows[i].number), cure)
		case !ok:
			return nil, 0, refuse(t.name, "", fmt.Sprintf("row %d: IsVerified: %q is neither true nor false.", t.rows[i].number, d.IsVerified), cure)
		case listed && before != isVerified:
			return nil, 0, refuse(t.name, "", fmt.Sprintf("row %d: %s is listed twice, as verified and as not verified.", t.rows[i].number, id), cure)
		}
		domains[id] = isVerified
	}
	if len(domains) == 0 {
		return nil, 0, refuse(t.name, "", "no domain is in the file.", cure)
	}
	return domains, len(list), nil
}
