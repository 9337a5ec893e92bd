package contestant

import (
	"encoding/base64"

	"github.com/idverify/idverify/bench/internal/work"
)

// Code shared by the by-hand clients and SDKs of the five vendors that can be bought:
// fields of the question, and the definition of a pass.

// aliyunFields are the fields of the form.
func aliyunFields(order string, photo []byte) map[string]string {
	return map[string]string{
		"CertName":            work.PersonName,
		"CertNo":              work.PersonIDNumber,
		"CertType":            "IDENTITY_CARD",
		"FaceContrastPicture": base64.StdEncoding.EncodeToString(photo),
		"OuterOrderNo":        order,
		"ProductCode":         "ID_MIN",
		"SceneId":             work.AliyunScene,
	}
}

// volcengineQuestion is the JSON object; encoding/json writes the photo in base64.
func volcengineQuestion(photo []byte) any {
	return struct {
		ReqKey string `json:"req_key"`
		Name   string `json:"idcard_name"`
		Number string `json:"idcard_no"`
		Image  []byte `json:"image"`
	}{"cert_src_face_comp", work.PersonName, work.PersonIDNumber, photo}
}

var megviiFields = [][2]string{
	{"api_key", work.MegviiKey.ID},
	{"api_secret", work.MegviiKey.Secret},
	{"comparison_type", "1"},
	{"face_image_type", "raw_image"},
	{"fail_when_multiple_faces", "1"},
	{"idcard_name", work.PersonName},
	{"idcard_number", work.PersonIDNumber},
}

// tencentFaceIDAnswer is read by both the SDK and the by-hand client.
type tencentFaceIDAnswer struct {
	Response *struct {
		Result *string  `json:"Result,omitempty" name:"Result"`
		Sim    *float64 `json:"Sim,omitempty" name:"Sim"`
	} `json:"Response"`
}

func (a *tencentFaceIDAnswer) verdict() error {
	r := a.Response
	if r == nil || r.Result == nil || *r.Result != "Success" || r.Sim == nil || *r.Sim < 70 {
		return errNoPass
	}
	return nil
}

type aliyunAnswer struct {
	Code         string
	ResultObject *struct{ SubCode, Passed string }
}

func (a *aliyunAnswer) verdict() error {
	r := a.ResultObject
	if a.Code != "200" || r == nil || r.SubCode != "200" || r.Passed != "T" {
		return errNoPass
	}
	return nil
}

type huaweiIVSAnswer struct {
	Result struct {
		Data []struct {
			Result string `json:"verification_result"`
			Code   int    `json:"verification_code"`
		} `json:"resp_data"`
	} `json:"result"`
}

func (a *huaweiIVSAnswer) verdict() error {
	if all := a.Result.Data; len(all) != 1 || all[0].Result != "valid" || all[0].Code != 1000 {
		return errNoPass
	}
	return nil
}

type volcengineAnswer struct {
	Code int `json:"code"`
	Data struct {
		Result    bool `json:"result"`
		Algorithm *struct {
			Status int `json:"status_code"`
		} `json:"algorithm_base_resp"`
		Details struct {
			Score      *float64           `json:"score"`
			Thresholds map[string]float64 `json:"thresholds"`
		} `json:"source_comp_details"`
	} `json:"data"`
}

func (a *volcengineAnswer) verdict() error {
	d := a.Data
	threshold, known := d.Details.Thresholds[rate]
	if a.Code != 10000 || !d.Result || d.Algorithm == nil || d.Algorithm.Status != 0 || !known || d.Details.Score == nil || *d.Details.Score < threshold {
		return errNoPass
	}
	return nil
}

// rate is the false accept rate whose threshold is used.
const rate = "1e-4"

type megviiAnswer struct {
	Error  string `json:"error_message"`
	Result struct {
		Confidence *float64           `json:"confidence"`
		Thresholds map[string]float64 `json:"thresholds"`
	} `json:"result_faceid"`
}

func (a *megviiAnswer) verdict() error {
	threshold, known := a.Result.Thresholds[rate]
	if a.Error != "" || !known || a.Result.Confidence == nil || *a.Result.Confidence < threshold {
		return errNoPass
	}
	return nil
}
