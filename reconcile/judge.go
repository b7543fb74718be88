package reconcile

import "context"

// Options are the settings of a judgement.
type Options struct {
	Tenant   Tenant                          // see [DefaultTenant]
	Domains  Domains                         // nil if no list of verified domains was given
	Anchor   AnchorMode                      // empty means [AnchorAuto]
	Progress func(phase string, records int) // may be nil
}

// Judge is being written: judges.
func Judge(ctx context.Context, ad, cloud []Source, o Options) (*Result, error) { panic("soon") }

// Result soon.
type Result struct{}
