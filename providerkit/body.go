package providerkit

import (
	"fmt"
	"net/url"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
)

// Member is one member of a body, made by [With]. It prints as its type's name.
type Member struct {
	memberMask
	name  string
	value *any // behind a pointer, which fmt does not follow
}

type memberMask = Mask[Member]

// Object is an object within JSON, with its members in order.
type Object []Member

// With makes a member with a string, an [Attachment], or, in JSON, a bool, int, int64
// or float64, an [Object], or a list ([]any) of values other than the first two. Any
// other value is refused when the body is made, and nothing is sent.
//
//	c.JSON(providerkit.With("name", subject.Name()), providerkit.With("photo", photo))
func With(name string, value any) Member { return Member{name: name, value: &value} }

// said is the value, nil for a member that With did not make.
func (m Member) said() any {
	if m.value == nil {
		return nil
	}
	return *m.value
}

// JSON makes an object with the members in order. An attachment becomes a base64
// string.
func (c *Call) JSON(members ...Member) (Body, error) {
	all, err := c.object(members)
	if err != nil {
		return Body{}, err
	}
	return c.made(body.JSON(all))
}

// Form makes an application/x-www-form-urlencoded body. An attachment becomes
// escaped base64.
func (c *Call) Form(members ...Member) (Body, error) {
	values, attached := url.Values{}, false
	var all []body.Member
	for _, m := range members {
		one, err := c.plain(m)
		if err != nil {
			return Body{}, err
		}
		all = append(all, one)
		values.Add(m.name, one.Value)
		attached = attached || one.Media != nil
	}
	if !attached {
		return c.made(body.Form(values), nil)
	}
	content, err := c.own().Form(all)
	if err != nil {
		return Body{}, err
	}
	return c.made(content, nil)
}

// Multipart makes a multipart/form-data body with at most one attachment, sent
// unchanged with the file name "file", because a real file name may say who is in
// the picture.
func (c *Call) Multipart(members ...Member) (Body, error) {
	var fields []body.Field
	var file *body.File
	for _, m := range members {
		one, err := c.plain(m)
		switch {
		case err != nil:
			return Body{}, err
		case one.Media == nil:
			fields = append(fields, body.Field{Name: one.Name, Value: one.Value})
		case file != nil:
			return Body{}, c.unfit(m, "is a second attachment")
		default:
			file = &body.File{Field: m.name, FileName: "file", ContentType: "application/octet-stream", Media: one.Media}
		}
	}
	return c.made(body.Multipart(fields, file))
}

func (c *Call) made(content *body.Body, err error) (Body, error) {
	if err != nil {
		return Body{}, c.own().RefuseFor(err, idverify.CodeInvalidRequest, "", "the request's body could not be made")
	}
	return Body{length: content.Len(), content: hide(content)}, nil
}

func (c *Call) object(members []Member) (body.Object, error) {
	all := make(body.Object, 0, len(members))
	for _, m := range members {
		switch m.said().(type) {
		case string, Attachment:
			one, err := c.plain(m)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		default:
			other, err := c.value(m, m.said())
			if err != nil {
				return nil, err
			}
			all = append(all, body.Member{Name: m.name, Other: other})
		}
	}
	return all, nil
}

// plain is a member that is text or an attachment.
func (c *Call) plain(m Member) (body.Member, error) {
	switch value := m.said().(type) {
	case string:
		if !utf8.ValidString(value) {
			return body.Member{}, c.unfit(m, "is not UTF-8")
		}
		return body.Member{Name: m.name, Value: value}, nil
	case Attachment:
		if value.media == nil {
			return body.Member{}, c.unfit(m, "is an attachment that Photo or Capture did not make")
		}
		return body.Member{Name: m.name, Media: value.media}, nil
	}
	return body.Member{}, c.unfit(m, fmt.Sprintf("is a %T, and must be text or an attachment", m.said()))
}

// value is what is neither text nor an attachment.
func (c *Call) value(m Member, value any) (body.Value, error) {
	switch v := value.(type) {
	case bool:
		return body.Bool(v), nil
	case int:
		return body.Int(v), nil
	case int64:
		return body.Int(v), nil
	case float64:
		return body.Float(v), nil
	case Object:
		return c.object(v)
	case []any:
		list := make(body.List, 0, len(v))
		for _, item := range v {
			one, err := c.value(m, item)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	}
	return nil, c.unfit(m, fmt.Sprintf("is a %T, which no body has", value))
}

func (c *Call) unfit(m Member, problem string) *idverify.Error {
	return c.own().Refuse(idverify.CodeInvalidRequest, m.name, "the member "+problem)
}
