package aliyun

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

var _, _ idverify.ContentEvidence = OSSObjectEvidence{}, CertifyIDEvidence{}

// OSSObjectEvidence is a photo in a bucket of Alibaba Cloud's object storage.
// [OSSObject] makes it; its zero value is refused.
type OSSObjectEvidence struct {
	ossMask

	bucket, object redact.Secret
}

type ossMask = redact.Mask[OSSObjectEvidence]

// OSSObject is a photo in a bucket that was opened to the service in its console,
// for pictures that are too large to be sent. Each name has at most 4,096 bytes.
// The vendor waits three seconds for the picture.
func OSSObject(bucket, object string) OSSObjectEvidence {
	return OSSObjectEvidence{bucket: redact.NewSecret(bucket), object: redact.NewSecret(object)}
}

// EvidenceKind is "aliyun.oss_object".
func (OSSObjectEvidence) EvidenceKind() string { return "aliyun.oss_object" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e OSSObjectEvidence) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text(e.bucket.Reveal())
	text(e.object.Reveal())
	return e
}

// CertifyIDEvidence is the photo of an earlier verification. [CertifyID] makes it; its
// zero value is refused.
type CertifyIDEvidence struct {
	certifyMask

	id redact.Secret
}

type certifyMask = redact.Mask[CertifyIDEvidence]

// CertifyID is the photo of an earlier verification that passed, by the CertifyID of
// its [Reply], at most 4,096 bytes; any other is answered with CodeEvidenceExpired. It
// does not prove that the person is present now. The vendor's newest page no longer
// lists it.
func CertifyID(id string) CertifyIDEvidence { return CertifyIDEvidence{id: redact.NewSecret(id)} }

// EvidenceKind is "aliyun.certify_id".
func (CertifyIDEvidence) EvidenceKind() string { return "aliyun.certify_id" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e CertifyIDEvidence) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text(e.id.Reveal())
	return e
}
