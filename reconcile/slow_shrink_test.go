package reconcile_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// shrink takes away whatever can be taken away from the tenant so that it still fails.
func shrink(t *slowTenant, fails func(*slowTenant) bool) *slowTenant {
	for again := true; again; {
		again = false
		for _, smaller := range smallerTenants(t) {
			if fails(smaller) {
				t, again = smaller, true
				break
			}
		}
	}
	return t
}

// smallerTenants are the tenant without one record, or without one value of one record.
func smallerTenants(t *slowTenant) []*slowTenant {
	var all []*slowTenant
	for i := range t.ad {
		all = append(all, withAD(t, without(t.ad, i)))
	}
	for i := range t.cloud {
		all = append(all, withCloud(t, without(t.cloud, i)))
	}
	for i, rec := range t.ad {
		for _, plainer := range plainerRecords(rec) {
			all = append(all, withAD(t, replaced(t.ad, i, plainer)))
		}
	}
	for i, rec := range t.cloud {
		for _, plainer := range plainerRecords(rec) {
			all = append(all, withCloud(t, replaced(t.cloud, i, plainer)))
		}
	}
	return all
}

func withAD(t *slowTenant, ad []*reconcile.Record) *slowTenant {
	u := *t
	u.ad = ad
	return &u
}

func withCloud(t *slowTenant, cloud []*reconcile.Record) *slowTenant {
	u := *t
	u.cloud = cloud
	return &u
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

func replaced[T any](list []T, i int, with T) []T {
	list = slices.Clone(list)
	list[i] = with
	return list
}

// kept are the fields without which a record means nothing.
var kept = []string{"Side", "Source", "Row", "Class", "ID", "SamAccountName"}

func plainerRecords(rec *reconcile.Record) []*reconcile.Record {
	var all []*reconcile.Record
	for i := range rec.ProxyAddresses {
		plainer := *rec
		plainer.ProxyAddresses = without(rec.ProxyAddresses, i)
		all = append(all, &plainer)
	}
	for i := range reflect.TypeFor[reconcile.Record]().NumField() {
		plainer := *rec
		field := reflect.ValueOf(&plainer).Elem().Field(i)
		if !field.IsZero() && !slices.Contains(kept, reflect.TypeFor[reconcile.Record]().Field(i).Name) {
			field.SetZero()
			all = append(all, &plainer)
		}
	}
	return all
}

// dump is the tenant in text, values that are not set left out.
func (t *slowTenant) dump() string {
	var b strings.Builder
	fmt.Fprintf(&b, "options: %+v anchor=%q domains=%v\n", t.options.Tenant, t.options.Anchor, t.options.Domains)
	for _, rec := range t.records() {
		fmt.Fprintf(&b, "%s %s:", rec.Side, short(rec.ID))
		value := reflect.ValueOf(*rec)
		for i := range value.NumField() {
			name := value.Type().Field(i).Name
			if !value.Field(i).IsZero() && name != "Side" && name != "ID" {
				fmt.Fprintf(&b, " %s=%q", name, value.Field(i).Interface())
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
