package reconcile

import "fmt"

// pageProxies is where Microsoft describes what becomes of proxyAddresses.
const pageProxies = "proxyaddresses-attribute-populate (KB 3190357)"

// inspect gives the findings that a record's own values show, by the contract's rules for addresses.
func (r *Record) inspect() []Finding {
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
	return list
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
