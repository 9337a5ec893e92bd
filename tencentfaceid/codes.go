package tencentfaceid

import (
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// The vendor's threshold is inclusive: 70 is the same person. The newer documents say
// that it is fixed, and publish a false-accept rate of 1e-4 for this value only.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	Scale:     idverify.Scale{Min: 0, Max: 100},
	Pass:      idverify.AtLeast,
	Threshold: 70,
	FAR:       []idverify.FARStep{{Threshold: 70, Rate: 1e-4}},
}

const (
	success       = "Success"
	lowSimilarity = "FailedOperation.CompareLowSimilarity"
)

// Codes lists the vendor's codes and what they mean here: those of this interface, those
// of the gateway before all interfaces, and those of the product's other interfaces,
// which should not occur. They come in Result or in Error, all with HTTP status 200.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable(slices.Concat(ofThis, ofGateway, ofSiblings))

// ofThis are the codes that the vendor documents for ImageRecognitionV2.
var ofThis = []idverify.CodeRow{
	// The source's answers about name, number and registered photo.
	{VendorCode: success, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "compared; the similarity decides", NoteZH: "已完成比对，由 Sim 判定"},
	{VendorCode: lowSimilarity, Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the face is not the registered one", NoteZH: "人脸与登记照不是同一人，相似度未达标"},
	{VendorCode: "FailedOperation.IdNameMisMatch", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "name and number do not belong together", NoteZH: "姓名与号码不一致"},
	{VendorCode: "FailedOperation.IdNoExistSystem", Code: idverify.CodeIdentityNotFound,
		Note: "the source does not hold the number; the police station of the household register can correct it; a sister product says free", NoteZH: "库中无此号码，可联系户籍所在地派出所处理；仅同类产品文档注明不计费"},
	{VendorCode: "FailedOperation.IdPhotoNoExist", Code: idverify.CodeReferencePhotoUnavailable,
		Note: "the source has no photo for the number; a sister product says free", NoteZH: "库中没有该号码的登记照；仅同类产品文档注明不计费"},
	{VendorCode: "FailedOperation.IdPhotoPoorQuality", Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledNo,
		Note: "the registered photo is too poor to compare with", NoteZH: "登记照质量不足以比对"},

	// The photo.
	{VendorCode: "FailedOperation.LifePhotoDetectFake", Code: idverify.CodeAttackSuspected, Billed: idverify.BilledNo,
		Note: "the photo did not pass the check for a real person", NoteZH: "照片未通过真人检测，疑为攻击"},
	{VendorCode: "FailedOperation.LifePhotoDetectNoFaces", Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no complete face in the photo", NoteZH: "照片中没有完整人脸"},
	{VendorCode: "FailedOperation.LifePhotoDetectFaces", Code: idverify.CodeMultipleFaces, Billed: idverify.BilledNo,
		Note: "several faces in the photo", NoteZH: "照片中有多张人脸"},
	{VendorCode: "FailedOperation.LifePhotoPoorQuality", Code: idverify.CodePoorPhoto,
		Note: "the photo's resolution is too low", NoteZH: "照片分辨率过低"},
	{VendorCode: "FailedOperation.LifePhotoSizeError", Code: idverify.CodePoorPhoto,
		Note: "the photo is too large or too small; the vendor does not say which", NoteZH: "照片过大或过小，厂商未区分"},
	{VendorCode: "FailedOperation.CompareFail", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the comparison failed, without a stated cause; another photo may do", NoteZH: "比对失败，原因未说明，可换一张照片"},

	// Name and number.
	{VendorCode: "FailedOperation.IdFormatError", Code: idverify.CodeInvalidIDNumber,
		Note: "the number is malformed; a sister product says free", NoteZH: "号码格式有误；仅同类产品文档注明不计费"},
	{VendorCode: "FailedOperation.NameFormatError", Code: idverify.CodeInvalidName,
		Note: "the name is malformed; a sister product says free", NoteZH: "姓名格式有误；仅同类产品文档注明不计费"},
	{VendorCode: "FailedOperation.IdentityAuthLimitExceeded", Code: idverify.CodeTooManyAttempts,
		Note: "too many checks of this number or name: 15 a minute or 30 a day of a number, 500 a day of a name; try tomorrow", NoteZH: "该号码或姓名核验过于频繁（号码每分钟 15 次、每日 30 次，姓名每日 500 次），请次日再试"},

	// The source and the vendor. It is not documented whether these are charged
	// for.
	{VendorCode: "FailedOperation.CompareLibServiceUnavailable", Code: idverify.CodeSourceUnavailable,
		Note: "the source is under maintenance", NoteZH: "权威库维护中"},
	{VendorCode: "FailedOperation.IdPhotoSystemNoanswer", Code: idverify.CodeSourceUnavailable,
		Note: "the source did not hand out the photo in time", NoteZH: "权威库未返回登记照，可稍后再试"},
	{VendorCode: "FailedOperation.CompareSystemError", Code: idverify.CodeVendorUnavailable,
		Note: "the comparison engine could not be called; may have been billed", NoteZH: "比对引擎调用失败，可能已计费"},
	{VendorCode: "FailedOperation.UnKnown", Code: idverify.CodeVendorUnavailable,
		Note: "unexplained fault inside the vendor; a sister product says free", NoteZH: "厂商内部未知故障；仅同类产品文档注明不计费"},

	// The request.
	{VendorCode: "FailedOperation.DecryptSystemError", Code: idverify.CodeInvalidRequest,
		Note: "an encrypted field could not be decrypted; this package encrypts none", NoteZH: "加密字段解密失败；本包不加密字段"},
	{VendorCode: "InvalidParameter", Code: idverify.CodeInvalidRequest,
		Note: "a parameter is malformed; a sister product says free", NoteZH: "参数有误；仅同类产品文档注明不计费"},
	{VendorCode: "InvalidParameter.UnsupportEncryptField", Code: idverify.CodeInvalidRequest,
		Note: "a field is named as encrypted that cannot be; this package encrypts none", NoteZH: "指定了不支持加密的字段；本包不加密字段"},
	{VendorCode: "InvalidParameterValue", Code: idverify.CodeInvalidRequest,
		Note: "the value of a parameter is not allowed; a sister product says free", NoteZH: "参数取值有误；仅同类产品文档注明不计费"},
	{VendorCode: "UnsupportedOperation", Code: idverify.CodeInvalidRequest,
		Note: "the operation is not supported", NoteZH: "不支持该操作"},

	// The account. The vendor refuses the request before it looks at the person.
	{VendorCode: "FailedOperation.StsUnAuthErrError", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "STS is not authorised", NoteZH: "STS 未授权"},
	{VendorCode: "UnauthorizedOperation", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the account may not do this; a sister product says free", NoteZH: "无权进行该操作；仅同类产品文档注明不计费"},
	{VendorCode: "UnauthorizedOperation.Arrears", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the account is in arrears; a sister product says free", NoteZH: "账号欠费；仅同类产品文档注明不计费"},
	{VendorCode: "UnauthorizedOperation.NonAuthorize", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the account has no enterprise verification; a sister product says free", NoteZH: "账号未完成企业实名认证；仅同类产品文档注明不计费"},
	{VendorCode: "UnauthorizedOperation.Nonactivated", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the service is not opened for the account; a sister product says free", NoteZH: "账号未开通该服务；仅同类产品文档注明不计费"},
}
