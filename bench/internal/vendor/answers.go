package vendor

import (
	"cmp"
	"encoding/json"
	"net/http"
)

// Paths of the vendors' interfaces.
const (
	TencentPath    = "/face/idcardcompare"
	BaiduPath      = "/rest/2.0/face/v4/mingjing/verify"
	BaiduTokenPath = "/oauth/2.0/token"
	HuaweiIVSPath  = "/v2.0/ivs-standard"
	MegviiPath     = "/faceid/v2/verify"
	RootPath       = "/" // of all interfaces of three vendors, which use actions
)

// Actions of interfaces whose path is RootPath.
const (
	TencentCloudAction = "ImageRecognitionV2"
	AliyunAction       = "ContrastFaceVerify"
	VolcengineAction   = "CertSrcFaceComp"
)

type object = map[string]any

// answers are passes in the form that the vendors document.
var answers = map[string][]byte{
	TencentPath: encode(object{
		"data": object{"similarity": 92.5, "session_id": ""}, "code": 0, "message": "OK",
	}),
	BaiduPath: encode(object{
		"log_id": 1370579072568000512,
		"result": object{"verify_status": 0, "score": 92.5, "liveness_score": 0.95, "spoofing_score": 0.0001},
	}),
	BaiduTokenPath: encode(object{"access_token": "24.EXAMPLE-ACCESS-TOKEN", "expires_in": 2592000}),
	RootPath + TencentCloudAction: encode(object{"Response": object{
		"Result": "Success", "Description": "成功", "Sim": 92.5, "RequestId": "EXAMPLE-REQUEST",
	}}),
	RootPath + AliyunAction: encode(object{
		"Code": "200", "Message": "success", "RequestId": "EXAMPLE-REQUEST",
		"ResultObject": object{"CertifyId": "EXAMPLE", "SubCode": "200", "Passed": "T"},
	}),
	HuaweiIVSPath: encode(object{"result": object{"count": 1, "service_name": "ivs-standard", "resp_data": []object{{
		"verification_result": "valid", "verification_message": "valid", "verification_code": 1000, "similarity": "92",
	}}}}),
	RootPath + VolcengineAction: encode(object{
		"code": 10000, "status": 10000, "message": "Success", "request_id": "EXAMPLE-REQUEST",
		"data": object{
			"result": true, "algorithm_base_resp": object{"status_code": 0},
			"source_comp_details": object{"score": 92.5, "thresholds": thresholds},
		},
	}),
	MegviiPath: encode(object{
		"request_id": "EXAMPLE-REQUEST", "time_used": 1020,
		"result_faceid": object{"confidence": 92.5, "thresholds": thresholds},
		"id_exceptions": object{"id_attacked": 0, "id_photo_monochrome": 0},
	}),
}

var thresholds = object{"1e-3": 62.169, "1e-4": 69.315, "1e-5": 74.399, "1e-6": 78.038}

func encode(answer object) []byte {
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return text
}

// AnswerTo is the pass for a request, or empty.
func AnswerTo(r *http.Request) string { return string(answers[interfaceOf(r)]) }

// interfaceOf is the path of a request, with its action if it has one.
func interfaceOf(r *http.Request) string {
	if r.URL.Path != RootPath && r.URL.Path != "" {
		return r.URL.Path
	}
	return RootPath + cmp.Or(r.Header.Get("X-Tc-Action"), r.Header.Get("X-Acs-Action"), r.URL.Query().Get("Action"))
}
