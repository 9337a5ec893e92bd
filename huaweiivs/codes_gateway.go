package huaweiivs

import "github.com/idverify/idverify"

// gatewayRows are the codes of the gateway before the service. Some codes have
// several meanings, which the HTTP status distinguishes.
var gatewayRows = append([]idverify.CodeRow{
	{VendorCode: "APIG.0101", HTTPStatus: 404, Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "no such interface: check HTTP.BaseURL and the region", NoteZH: "没有此接口，请检查 HTTP.BaseURL 与区域"},
	{VendorCode: "APIG.0201", VendorReason: "400", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the gateway could not read the request", NoteZH: "网关无法识别该请求"},
	{VendorCode: "APIG.0201", VendorReason: "413", HTTPStatus: 413, Code: idverify.CodeTooLarge, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the request is larger than the gateway's 12 MB", NoteZH: "请求超过网关的 12MB 上限"},
	{VendorCode: "APIG.0201", VendorReason: "414", HTTPStatus: 414, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the address is too long for the gateway", NoteZH: "请求地址过长"},
	{VendorCode: "APIG.0201", VendorReason: "494", HTTPStatus: 494, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the headers are too large for the gateway", NoteZH: "请求头过大"},
	{VendorCode: "APIG.0602", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the gateway takes the request for a bad one", NoteZH: "网关判定请求有误"},
	{VendorCode: "APIG.0607", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the gateway does not take this protocol", NoteZH: "网关不接受该协议"},

	// Signature, key and account. Five of 0301 in a row lock the key for five minutes.
	{VendorCode: codeSignature, VendorReason: "locked", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the key is locked for five minutes after five refused signatures", NoteZH: "连续五次签名失败，该 AK 已被锁定五分钟"},
	{VendorCode: codeSignature, VendorReason: "no such key", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "there is no such AK", NoteZH: "没有此 AK"},
	{VendorCode: codeSignature, VendorReason: "token", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the token was refused, or has expired", NoteZH: "令牌无效或已过期"},
	{VendorCode: codeSignature, VendorReason: reasonClock, HTTPStatus: 401, Code: idverify.CodeSignatureExpired, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the signature was refused, and its time is more than 15 minutes from the vendor's", NoteZH: "签名未被接受，且签名时间与厂商时间相差超过 15 分钟"},
	{VendorCode: codeSignature, HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the signature was refused: look at AK and SK; five in a row lock the key for five minutes", NoteZH: "签名未被接受，请检查 AK 与 SK；连续五次会锁定该 AK 五分钟"},
	{VendorCode: "APIG.0302", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the user may not use this interface", NoteZH: "该用户无权使用此接口"},
	{VendorCode: "APIG.0303", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the application was not authenticated; not used here", NoteZH: "应用认证失败，本库不使用"},
	{VendorCode: "APIG.0304", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the application may not use this interface; not used here", NoteZH: "应用无权使用此接口，本库不使用"},
	{VendorCode: "APIG.0305", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the authentication information is wrong; not used here", NoteZH: "认证信息有误，本库不使用"},
	{VendorCode: "APIG.0306", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "access to the interface is denied", NoteZH: "禁止访问此接口"},
	{VendorCode: "APIG.0307", HTTPStatus: 401, Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the token must be renewed, or is of another region", NoteZH: "令牌需要更新，或属于其他区域"},
	{VendorCode: "APIG.0308", HTTPStatus: 429, Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls: an account has 10 per second unless agreed otherwise", NoteZH: "调用过于频繁，默认每账号每秒 10 次"},
	{VendorCode: "APIG.0310", HTTPStatus: 403, Code: idverify.CodeAccountSuspended, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the project is not available", NoteZH: "项目不可用"},
	{VendorCode: "APIG.0401", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the IP address is on a list of those refused", NoteZH: "IP 地址在黑名单中"},
	{VendorCode: "APIG.0402", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the IP address is not on the list of those allowed", NoteZH: "IP 地址不在白名单中"},
	{VendorCode: "APIG.0404", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the IP address is not allowed", NoteZH: "IP 地址不被允许"},
	{VendorCode: "APIG.0501", HTTPStatus: 405, Code: idverify.CodeQuotaExceeded, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the application's quota is used up", NoteZH: "应用配额已用尽"},
	{VendorCode: "APIG.0502", HTTPStatus: 405, Code: idverify.CodeAccountSuspended, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the application is frozen: the balance is too low", NoteZH: "应用已冻结，余额不足"},
	{VendorCode: "APIG.0801", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the user may not use this interface", NoteZH: "该用户无权使用此接口"},
	{VendorCode: "APIG.0802", HTTPStatus: 403, Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the IAM user may not be used in this region", NoteZH: "该 IAM 用户在此区域被禁用"},

	// Between the gateway and the service. The service may have finished.
	{VendorCode: "APIG.0201", VendorReason: "502", HTTPStatus: 502, Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryUnanswered,
		Note: "the gateway does not reach the service; may have been billed", NoteZH: "网关无法访问后端服务，可能已计费"},
	{VendorCode: "APIG.0202", HTTPStatus: 502, Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryUnanswered,
		Note: "the gateway does not reach the service; may have been billed", NoteZH: "网关无法访问后端服务，可能已计费"},
	{VendorCode: "APIG.0201", VendorReason: "504", HTTPStatus: 504, Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered,
		Note: "the service took too long for the gateway; may have been billed; a smaller picture can help", NoteZH: "后端服务超时，可能已计费；缩小图片可能有帮助"},
	{VendorCode: "APIG.0203", HTTPStatus: 504, Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered,
		Note: "the service took too long for the gateway; may have been billed; a smaller picture can help", NoteZH: "后端服务超时，可能已计费；缩小图片可能有帮助"},
}, append(
	gatewayFaults(idverify.CodeRow{Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused, NoRepeat: true,
		Note:   "the gateway's own configuration is at fault; nothing was compared, and a repeat does not help",
		NoteZH: "网关自身配置有误，尚未比对，重试无用"},
		"APIG.0103", "APIG.0104", "APIG.0105", "APIG.0106"),
	gatewayFaults(idverify.CodeRow{Delivery: idverify.DeliveryUnanswered,
		Note: "fault inside the gateway; may have been billed", NoteZH: "网关内部故障，可能已计费"},
		"APIG.0601", "APIG.0605", "APIG.0606", "APIG.0608", "APIG.0609", "APIG.0610", "APIG.0611", "APIG.0612", "APIG.0613", "APIG.0705")...,
)...)

// gatewayFaults are codes with one meaning and several HTTP statuses.
func gatewayFaults(row idverify.CodeRow, codes ...string) []idverify.CodeRow {
	var rows []idverify.CodeRow
	row.Code = idverify.CodeVendorUnavailable
	for _, row.VendorCode = range codes {
		rows = append(rows, row)
	}
	return rows
}
