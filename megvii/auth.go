package megvii

import (
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/redact"
)

// credentials go into the form of every request, because there is no signature.
type credentials struct{ apiKey, apiSecret redact.Secret }

func (c credentials) addTo(form []body.Field) []body.Field {
	return append(form,
		body.Field{Name: partKey, Value: c.apiKey.Reveal()},
		body.Field{Name: partSecret, Value: c.apiSecret.Reveal()})
}
