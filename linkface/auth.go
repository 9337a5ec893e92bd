package linkface

import (
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/redact"
)

// credentials go into the form of every request. The vendor also accepts them in
// the query, where access logs and errors would keep them.
type credentials struct{ apiID, apiSecret redact.Secret }

func (c credentials) fields() []body.Field {
	return []body.Field{
		{Name: "api_id", Value: c.apiID.Reveal()},
		{Name: "api_secret", Value: c.apiSecret.Reveal()},
	}
}
