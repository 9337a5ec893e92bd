package tencentfaceid

import "github.com/idverify/idverify"

// ofGateway are the gateway's codes for any interface. What the gateway refuses
// does not reach the product, and costs nothing.
var ofGateway = []idverify.CodeRow{
	// Keys and signature.
	{VendorCode: "AuthFailure.SignatureExpire", Code: idverify.CodeSignatureExpired, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the time signed for is more than five minutes off", NoteZH: "签名时间与服务器相差超过 5 分钟"},
	{VendorCode: "AuthFailure.SignatureFailure", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the signature does not match the request: check SecretKey, or for a proxy that changes Host", NoteZH: "签名与请求不符，请检查 SecretKey，或是否有代理改写 Host"},
	{VendorCode: "AuthFailure.InvalidAuthorization", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the Authorization header is malformed, or is for another service or date", NoteZH: "Authorization 头格式有误，或其服务名、日期不对"},
	{VendorCode: "AuthFailure.SecretIdNotFound", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "there is no such SecretID: deleted, disabled or mistyped", NoteZH: "SecretId 不存在，可能已删除、禁用或填错"},
	{VendorCode: "AuthFailure.InvalidSecretId", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the SecretID is no key of the cloud API", NoteZH: "SecretId 不是云 API 密钥"},
	{VendorCode: "AuthFailure.TokenFailure", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the token of a temporary key is wrong or has expired", NoteZH: "临时密钥的 Token 有误或已过期"},
	{VendorCode: "AuthFailure.MFAFailure", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the second factor failed", NoteZH: "多因子认证失败"},
	{VendorCode: "AuthFailure.UnauthorizedOperation", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the access policy (CAM) does not allow the action", NoteZH: "访问策略（CAM）不允许该操作"},
	{VendorCode: "IpInBlacklist", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "this machine's address is on a deny list", NoteZH: "本机 IP 在黑名单中"},
	{VendorCode: "IpNotInWhitelist", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "this machine's address is not on the allow list", NoteZH: "本机 IP 不在白名单中"},

	// Rates and quotas.
	{VendorCode: "RequestLimitExceeded", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls of this interface; not processed", NoteZH: "接口调用过于频繁，请求未被处理"},
	{VendorCode: "RequestLimitExceeded.IPLimitExceeded", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls from this address; not processed", NoteZH: "本机 IP 调用过于频繁，请求未被处理"},
	{VendorCode: "RequestLimitExceeded.UinLimitExceeded", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls of the main account; not processed", NoteZH: "主账号调用过于频繁，请求未被处理"},
	{VendorCode: "RequestLimitExceeded.GlobalRegionUinLimitExceeded", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls of the main account in all regions; not processed", NoteZH: "主账号全地域调用过于频繁，请求未被处理"},
	{VendorCode: "LimitExceeded", Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused,
		Note: "a quota is used up", NoteZH: "配额已用尽"},

	// The request.
	{VendorCode: "MissingParameter", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a required parameter is missing", NoteZH: "缺少必填参数"},
	{VendorCode: "UnknownParameter", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a parameter is not documented", NoteZH: "存在未定义的参数"},
	{VendorCode: "InvalidRequest", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the body is malformed", NoteZH: "请求体格式有误"},
	{VendorCode: "RequestSizeLimitExceeded", Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the request is larger than 10 MB", NoteZH: "请求超过 10MB"},

	// What is asked for: check HTTP.BaseURL.
	{VendorCode: "InvalidAction", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "there is no such interface at this address; check HTTP.BaseURL", NoteZH: "该地址下没有此接口，请检查 HTTP.BaseURL"},
	{VendorCode: "NoSuchVersion", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "there is no such version of the interface; check HTTP.BaseURL", NoteZH: "没有该接口版本，请检查 HTTP.BaseURL"},
	{VendorCode: "NoSuchProduct", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "there is no such product at this address; check HTTP.BaseURL", NoteZH: "该地址下没有此产品，请检查 HTTP.BaseURL"},
	{VendorCode: "ActionOffline", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the interface has been retired", NoteZH: "接口已下线"},
	{VendorCode: "UnsupportedProtocol", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the HTTP method is not supported", NoteZH: "不支持该 HTTP 方法"},
	{VendorCode: "UnsupportedRegion", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the region is not supported; check HTTP.BaseURL", NoteZH: "不支持该地域，请检查 HTTP.BaseURL"},

	// Faults of the vendor's. The answer does not say what happened to the request.
	{VendorCode: "InternalError", Code: idverify.CodeVendorUnavailable,
		Note: "fault inside the vendor; a sister product says free", NoteZH: "厂商内部错误；仅同类产品文档注明不计费"},
	{VendorCode: "ServiceUnavailable", Code: idverify.CodeVendorUnavailable,
		Note: "the service is temporarily out of service; may have been billed", NoteZH: "服务暂不可用，可能已计费"},
	{VendorCode: "ResourceUnavailable", Code: idverify.CodeVendorUnavailable,
		Note: "a resource of the vendor is not available; may have been billed", NoteZH: "资源不可用，可能已计费"},
	{VendorCode: "ResourceInsufficient", Code: idverify.CodeVendorUnavailable,
		Note: "the vendor lacks resources; may have been billed", NoteZH: "资源不足，可能已计费"},
	{VendorCode: "ResponseSizeLimitExceeded", Code: idverify.CodeVendorUnavailable,
		Note: "the answer was too large to be given; may have been billed", NoteZH: "返回内容过大，可能已计费"},
	{VendorCode: "FailedOperation", Code: idverify.CodeVendorUnavailable,
		Note: "the operation failed, without a stated cause; may have been billed", NoteZH: "操作失败，原因未说明，可能已计费"},
	{VendorCode: "ResourceInUse", Code: idverify.CodeUnknown,
		Note: "makes no sense for this interface", NoteZH: "与本接口无关的公共错误码：资源被占用"},
	{VendorCode: "ResourceNotFound", Code: idverify.CodeUnknown,
		Note: "makes no sense for this interface", NoteZH: "与本接口无关的公共错误码：资源不存在"},
	{VendorCode: "DryRunOperation", Code: idverify.CodeUnknown,
		Note: "makes no sense for this interface", NoteZH: "与本接口无关的公共错误码：DryRun"},

	// How a related product reports the state of an account. It is not documented for
	// this one.
	{VendorCode: "ResourceUnavailable.InArrears", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the account is in arrears", NoteZH: "账号欠费"},
	{VendorCode: "ResourceUnavailable.LowBalance", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the balance is too low", NoteZH: "余额不足"},
	{VendorCode: "ResourceUnavailable.ChargeStatusException", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the billing state of the account is not in order", NoteZH: "计费状态异常"},
	{VendorCode: "ResourceUnavailable.Freeze", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the account is frozen", NoteZH: "账号已冻结"},
	{VendorCode: "ResourceUnavailable.NotExist", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the service is not known for the account", NoteZH: "计费状态未知，请确认是否已开通服务"},
	{VendorCode: "ResourceUnavailable.NotReady", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the service is not opened", NoteZH: "服务未开通"},
}
