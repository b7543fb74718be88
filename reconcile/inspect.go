package reconcile

import "fmt"

// pageProxies is where Microsoft describes what becomes of proxyAddresses.
const pageProxies = "proxyaddresses-attribute-populate (KB 3190357)"

// Inspect gives the findings that a record's own values show: what Entra discards of its addresses, and
// what is no mistake of a file but one of the directory.
func (r *Record) Inspect() []Finding {
	var list []Finding
	if !isJudged(r) {
		list = append(list, r.finding("ObjectClass", SeverityWarn, "NotJudged", r.Class,
			"Objects of this class are not judged yet. Its addresses count in conflicts.", ""))
	}
	primaries := 0
	for _, value := range r.ProxyAddresses {
		kind, _ := parseProxy(value, r.PrefixesStripped)
		switch kind {
		case proxyPrimary:
			primaries++
		case proxyNoPrefix:
			list = append(list, r.finding(r.proxyColumn(), SeverityWarn, "NoPrefix", value,
				"A value without a type prefix is no address: Entra discards it. Write smtp: or SMTP: before it.", pageProxies))
		case proxyBlank:
			list = append(list, r.finding(r.proxyColumn(), SeverityWarn, "Blank", value,
				"A blank after the prefix or inside: Entra discards the value. Take the blank out.", pageProxies))
		}
	}
	if primaries > 1 {
		list = append(list, r.finding(r.proxyColumn(), SeverityWarn, "TwoPrimaries", "",
			fmt.Sprintf("%d values begin with SMTP:. The first is taken as the primary; leave one.", primaries), pageProxies))
	}
	return append(list, r.inspectPrimary()...)
}

// inspectPrimary holds mail and proxyAddresses against each other: an object with addresses has one
// primary, and mail is one of its addresses.
func (r *Record) inspectPrimary() (list []Finding) {
	mail := Normalize(CleanAddress(r.Mail))
	addresses, primary, listed := false, false, false
	for _, value := range r.ProxyAddresses {
		kind, address := parseProxy(value, r.PrefixesStripped)
		if kind == proxyPrimary || kind == proxyAlias {
			addresses = true
			primary = primary || kind == proxyPrimary
			listed = listed || Normalize(address) == mail
		}
	}
	if addresses && !primary && !r.PrefixesStripped {
		list = append(list, r.finding(r.proxyColumn(), SeverityWarn, "NoPrimary", "",
			"The object has addresses, and none begins with SMTP:, so it has no primary and matches nobody by address.", pageProxies))
	}
	if addresses && mail != "" && !listed {
		list = append(list, r.finding(r.mailColumn(), SeverityWarn, "MailNotListed", r.Mail,
			"mail is not among the object's proxyAddresses: one of the two is wrong.", pageProxies))
	}
	return list
}

func (r *Record) mailColumn() string {
	if r.Side == Cloud {
		return "Mail"
	}
	return "mail"
}

func (r *Record) proxyColumn() string {
	if r.Side == Cloud {
		return "ProxyAddresses"
	}
	return "proxyAddresses"
}

func (r *Record) finding(column string, severity Severity, code, value, text, source string) Finding {
	return Finding{
		File: r.Source, Row: r.Row, Column: column, Severity: severity,
		Code: code, Value: value, Text: text, Source: source,
	}
}
