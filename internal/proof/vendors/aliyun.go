package vendors

import (
	"fmt"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

func aliyunVendor() Vendor {
	v := Vendor{
		Name: aliyun.Name,
		Keys: []Key{
			{Field: "AccessKeyID", Value: idverifytest.AliyunAccessKeyID},
			{Field: "AccessKeySecret", Value: idverifytest.AliyunAccessKeySecret},
			{Field: "SceneID", Value: idverifytest.AliyunSceneID, Digits: true},
		},
		Anything: []string{"Credentials", "Crop", "PhotoURLs"},
		Media:    idverifytest.Photo,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, AnyBytes: true},
			{URL: func(url string) idverify.Evidence { return idverify.PhotoURL(url) }, Fetched: true},
			{Texts: func(names ...string) idverify.Evidence { return aliyun.OSSObject(names[0], names[len(names)-1]) },
				Fetched: true, Short: true, Known: []string{idverifytest.AliyunOSSBucket, idverifytest.AliyunOSSObject}},
			{Texts: func(id ...string) idverify.Evidence { return aliyun.CertifyID(id[0]) }, Known: []string{idverifytest.AliyunCertifyID}},
		},
		Smallest: 1,
		Largest:  749_997,
		Path:     "/",
		Signs:    true,
		Digests:  true,
		Codes:    aliyun.Codes,
		Replayed: "SignatureNonceUsed",
		Lost:     []string{"500", "501", "InternalError", "UnknownError", "ServiceUnavailable"},
		Says:     aliyunSays,
		Scored: func(map[idverify.CheckKind]string) string {
			return `{"Code":"200","Message":"success","RequestId":"R1","ResultObject":{"CertifyId":"c1","SubCode":"200","Passed":"T"}}`
		},
		Repeats: aliyunRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			material := &aliyun.Material{FaceAttack: words, FaceOcclusion: words, OSSBucketName: words, OSSObjectName: words}
			return map[string]any{
				"aliyun.Model":    aliyun.FrontCamera,
				"aliyun.Material": *material,
				"aliyun.Reply":    &aliyun.Reply{Code: "200", SubCode: "200", Passed: "T", Message: words, RequestID: "r", CertifyID: words, Material: material},
			}
		},
		Open: []any{aliyun.Reply{}, aliyun.Material{}},
		Reveals: map[string][]string{
			"aliyun.Reply":    {"Message", "CertifyID"},
			"aliyun.Material": {"FaceAttack", "FaceOcclusion", "OSSBucketName", "OSSObjectName"},
		},
		Allocations: 150,
		Documented:  "`Photo`, `PhotoURL`, `aliyun.OSSObject`, `CertifyID`",
	}
	config := func(a Account) aliyun.Config {
		return aliyun.Config{AccessKeyID: v.key(a, "AccessKeyID"), AccessKeySecret: v.key(a, "AccessKeySecret"),
			SceneID: v.key(a, "SceneID"), PhotoURLs: true, HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(aliyun.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		return append(
			refused(config(a), aliyun.New, "Model", func(c *aliyun.Config) { c.Model = "no_liveness" }),
			refused(config(a), aliyun.New, "AccessKeySecret",
				func(c *aliyun.Config) { c.AccessKeyID, c.AccessKeySecret = c.AccessKeySecret, "LTAI"+c.AccessKeyID })...)
	}
	return v
}

// aliyunSays answers a numeric code as the service does, and a word as the gateway
// does.
func aliyunSays(row idverify.CodeRow) Answer {
	a := Answer{Status: row.HTTPStatus, ID: "R1", Message: row.VendorReason}
	passed := "F"
	switch {
	case row.VendorCode != "200":
		a.Body = fmt.Sprintf(`{"RequestId":"R1","HostId":"cloudauth.aliyuncs.com","Code":%q,"Message":%q}`, row.VendorCode, row.VendorReason)
		if strings.HasPrefix(row.VendorReason, "FaceContrast") {
			a.Evidence = idverify.PhotoURL(idverifytest.MediaURL)
		}
		return a
	case row.VendorReason == "200": // without the vendor's yes it decides nothing
		passed, a.Message = "", ""
	}
	a.Body = fmt.Sprintf(`{"Code":"200","Message":%q,"RequestId":"R1","ResultObject":{"SubCode":%q,"Passed":%q}}`,
		row.VendorReason, row.VendorReason, passed)
	return a
}

var aliyunRepeats = map[string]string{
	"match":      `{"Code":"200","Message":%[1]s,"RequestId":%[1]s,"ResultObject":{"CertifyId":%[1]s,"SubCode":"200","Passed":"T","MaterialInfo":%[1]s}}`,
	"mismatch":   `{"Code":"200","Message":%[1]s,"ResultObject":{"CertifyId":%[1]s,"SubCode":"204","Passed":"F","IdentityInfo":%[1]s}}`,
	"decision":   `{"Code":"200","Message":%[1]s,"ResultObject":{"SubCode":"201","Passed":"F","MaterialInfo":{"faceAttack":%[1]s,"faceOcclusion":%[1]s,"ossBucketName":%[1]s,"ossObjectName":%[1]s}}}`,
	"error":      `{"Code":"401","Message":%[1]s,"RequestId":%[1]s}`,
	"no SubCode": `{"Code":"200","Message":%[1]s,"ResultObject":{"SubCode":%[1]s,"Passed":%[1]s}}`,
	"no verdict": `{"Code":"200","Message":%[1]s,"ResultObject":{"SubCode":"200","Passed":%[1]s,"CertifyId":%[1]s}}`,
	"contrary":   `{"Code":"200","Message":%[1]s,"ResultObject":{"SubCode":%[1]s,"Passed":"T","CertifyId":%[1]s}}`,
	"unlisted":   `{"Code":%[1]s,"Message":%[1]s,"RequestId":%[1]s}`,
	"gateway":    `{"RequestId":%[1]s,"HostId":%[1]s,"Code":"SignatureDoesNotMatch","Message":%[1]s,"Recommend":%[1]s}`,
	"no code":    `{"Message":%[1]s,"RequestId":%[1]s,%[1]s:%[1]s}`,
	"said twice": `{"Code":"200","CODE":%[1]s,"Message":%[1]s}`,
	"cut off":    `{"Code":%[1]s,"Message":%[1]s`,
}
