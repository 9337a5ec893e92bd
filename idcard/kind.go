package idcard

// Kind is the document that a number belongs to.
type Kind string

const (
	// KindResident is the resident identity card 居民身份证.
	KindResident Kind = "resident"
	// KindHongKongPermit is the residence permit of a Hong Kong resident 港澳居民居住证, address code 810000.
	KindHongKongPermit Kind = "hong_kong_permit"
	// KindMacaoPermit is the residence permit of a Macao resident 港澳居民居住证, address code 820000.
	KindMacaoPermit Kind = "macao_permit"
	// KindTaiwanPermit is the residence permit of a Taiwan resident 台湾居民居住证, address code 830000.
	KindTaiwanPermit Kind = "taiwan_permit"
	// KindForeignPermanentResident is the foreigner's permanent residence card 外国人永久居留身份证 in its form of
	// 2023, first digit 9. The 15 characters of the form before it are refused by RuleLength.
	KindForeignPermanentResident Kind = "foreign_permanent_resident"
)

// Sex is what a number encodes; the empty Sex is unknown.
type Sex string

const (
	// SexMale is an odd sequence number.
	SexMale Sex = "male"
	// SexFemale is an even sequence number.
	SexFemale Sex = "female"
)

// kindOf tells the kind of 18 folded characters. What is no other kind is taken for a resident's.
func kindOf(text string) Kind {
	switch address := text[:addressLen]; {
	case address == "810000":
		return KindHongKongPermit
	case address == "820000":
		return KindMacaoPermit
	case address == "830000":
		return KindTaiwanPermit
	case address[0] == '9':
		return KindForeignPermanentResident
	default:
		return KindResident
	}
}
