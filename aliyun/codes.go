package aliyun

import (
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// The vendor decides, and publishes no scale, threshold or false-accept rate.
var similarity = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor}

const codeOK, subCodeOK = "200", "200"

// Codes lists the vendor's codes and what they mean here: SubCodes, as the reason of
// Code 200; other Codes of the service, which are numbers; and error names of the
// gateway, with the documented HTTP status. The vendor's page says that all SubCodes
// are charged, and nothing about the others: "no" was inferred for requests that are
// refused before they are processed.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable(slices.Concat(subCodes, codes, words))

// Reasons that narrow a code: a parameter named in the message, and a picture that
// the vendor had to fetch.
const reasonName, reasonNumber, reasonFetched = "certName", "certNo", fieldURL

// subCodes come with Passed T (200 alone) or F.
var subCodes = []idverify.CodeRow{
	{VendorCode: codeOK, VendorReason: subCodeOK, HTTPStatus: 200, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "verified: name, number and face agree", NoteZH: "认证通过，姓名、号码与人脸一致"},
	{VendorCode: codeOK, VendorReason: "201", HTTPStatus: 200, Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "name and number do not agree; for a while the vendor answers 417 about the person", NoteZH: "姓名与号码不一致，此后一段时间对该人返回 417"},
	{VendorCode: codeOK, VendorReason: "202", HTTPStatus: 200, Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledYes,
		Note: "the source holds no such identity: moved household, soldiers; for a while the vendor answers 417 about the person", NoteZH: "权威库查无此身份，如户口迁移、现役军人，此后一段时间对该人返回 417"},
	{VendorCode: codeOK, VendorReason: "203", HTTPStatus: 200, Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "the source holds no photo, or one that cannot be used; for a while the vendor answers 417 about the person", NoteZH: "库中无登记照或登记照不可用，此后一段时间对该人返回 417"},
	{VendorCode: codeOK, VendorReason: "204", HTTPStatus: 200, Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the faces differ, or the photo is too poor to tell", NoteZH: "人脸与登记照不是同一人，照片质量差时也会如此"},
	{VendorCode: codeOK, VendorReason: "205", HTTPStatus: 200, Code: idverify.CodeAttackSuspected, Billed: idverify.BilledYes,
		Note: "the vendor sees the risk of an attack in the photo", NoteZH: "活体检测认为照片存在攻击风险"},
	{VendorCode: codeOK, VendorReason: "206", HTTPStatus: 200, Code: idverify.CodePersonRestricted, Billed: idverify.BilledYes,
		Note: "the scene's risk rules refuse: unusual device, or too frequent; the console has an allow list", NoteZH: "被场景的业务或风险策略拦截，如设备异常、过于频繁，可在控制台加白名单"},
	{VendorCode: codeOK, VendorReason: "207", HTTPStatus: 200, Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the face is not that of the card photo; listed for another plan", NoteZH: "人脸与证件照不符，属其他认证方案"},
	{VendorCode: codeOK, VendorReason: "209", HTTPStatus: 200, Code: idverify.CodeSourceUnavailable,
		Note: "the authority's source is faulty; listed for another plan", NoteZH: "权威库异常，属其他认证方案"},
}

// codes are the service's own. A photo should not get those of its other interfaces.
var codes = []idverify.CodeRow{
	{VendorCode: "400", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a parameter is empty", NoteZH: "参数为空"},
	{VendorCode: "401", VendorReason: reasonName, Code: idverify.CodeInvalidName, Billed: idverify.BilledNo,
		Note: "the name is not one that the vendor takes", NoteZH: "姓名不合厂商要求"},
	{VendorCode: "401", VendorReason: reasonNumber, Code: idverify.CodeInvalidIDNumber, Billed: idverify.BilledNo,
		Note: "the number is not one that the vendor takes", NoteZH: "号码不合厂商要求"},
	{VendorCode: "401", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a parameter is not valid", NoteZH: "参数不合法"},
	{VendorCode: "402", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the configuration of the application is missing", NoteZH: "应用配置不存在"},
	{VendorCode: "403", Code: idverify.CodeBadResponse,
		Note: "a code of the interface that fetches results", NoteZH: "属查询结果接口的错误码"},
	{VendorCode: "404", Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the scene is not configured: check SceneID", NoteZH: "认证场景未配置，请检查 SceneID"},
	{VendorCode: "405", Code: idverify.CodePersonRestricted,
		Note: "the person is under 14; review by hand", NoteZH: "未满 14 岁，需人工审核"},
	{VendorCode: "406", Code: idverify.CodeBadResponse,
		Note: "a code of the interface that fetches results", NoteZH: "属查询结果接口的错误码"},
	{VendorCode: "410", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the service was not activated", NoteZH: "服务未开通"},
	{VendorCode: "411", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the RAM user lacks AliyunAntCloudAuthFullAccess, or OSS was not authorised", NoteZH: "RAM 用户缺少 AliyunAntCloudAuthFullAccess 权限，或未授权访问 OSS"},
	{VendorCode: "412", Code: idverify.CodeAccountSuspended, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the account is in arrears", NoteZH: "账号欠费"},
	{VendorCode: "414", Code: idverify.CodeBadResponse,
		Note: "a code of the capture flow", NoteZH: "属采集流程的错误码"},
	{VendorCode: "415", Code: idverify.CodeBadResponse,
		Note: "a code of the capture flow", NoteZH: "属采集流程的错误码"},
	{VendorCode: "416", Code: idverify.CodeBadResponse,
		Note: "a code of the capture flow", NoteZH: "属采集流程的错误码"},
	{VendorCode: "417", Code: idverify.CodePersonRestricted,
		Note: "there is no usable source for this identity, as after 201 to 203; review by hand", NoteZH: "该身份暂无可用权威库，201 至 203 之后常见，需人工审核"},
	{VendorCode: "418", Code: idverify.CodeTooManyAttempts,
		Note: "too many failures of this identity today", NoteZH: "该身份当日认证失败次数过多"},
	{VendorCode: "419", VendorReason: reasonFetched, Code: idverify.CodeEvidenceUnreachable,
		Note: "the picture could not be fetched or used; send the photo itself instead", NoteZH: "图片无法获取或不可用，可改为上传图片"},
	{VendorCode: "419", Code: idverify.CodePoorPhoto,
		Note: "the picture cannot be used: empty, of another size, or without the features of a face", NoteZH: "图片不可用：为空、分辨率不符或提取不到人脸特征"},
	{VendorCode: "420", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the picture was given in more than one way", NoteZH: "同时以多种方式传入图片"},
	{VendorCode: "421", Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the picture is larger than 1 MB; up to 749,997 bytes are safe", NoteZH: "图片超过 1MB，不超过 749,997 字节最为稳妥"},
	{VendorCode: "422", Code: idverify.CodeEvidenceUnreachable,
		Note: "fetching the picture took more than three seconds; send the photo itself instead", NoteZH: "下载图片超过 3 秒，可改为上传图片"},
	{VendorCode: "423", Code: idverify.CodeEvidenceExpired, Billed: idverify.BilledNo,
		Note: "the CertifyID is not of a verification that passed", NoteZH: "CertifyID 对应的认证未通过"},
	{VendorCode: "424", Code: idverify.CodeBadResponse,
		Note: "a code of the interface that fetches results", NoteZH: "属查询结果接口的错误码"},
	{VendorCode: "427", Code: idverify.CodePersonRestricted,
		Note: "the vendor's risk rules refuse; review by hand", NoteZH: "被厂商风险策略拦截，需人工审核"},
	{VendorCode: "500", Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryUnanswered,
		Note: "fault inside the vendor; may have been billed", NoteZH: "厂商内部错误，可能已计费"},
	{VendorCode: "501", Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryUnanswered,
		Note: "fault inside the vendor; may have been billed", NoteZH: "厂商内部错误，可能已计费"},
}
