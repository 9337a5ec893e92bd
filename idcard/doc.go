// Package idcard parses and checks the identity numbers of mainland China, and folds the names that go with them.
// It does no input or output, reads no environment and keeps no state: a number that it accepts is well formed,
// not known to have been issued.
//
// # Numbers
//
// Three documents carry a number of the same form: 18 characters, 17 digits and a
// check digit.
//
//	positions  resident 居民身份证, and the         foreign permanent resident
//	           residence permit 港澳台居民居住证    外国人永久居留身份证 (2023)
//	1 – 6      address code                         9, province (2 digits), nationality (3 digits)
//	7 – 14     birth date, YYYYMMDD                 birth date, YYYYMMDD
//	15 – 17    sequence, odd male, even female      sequence, odd male, even female
//	18         check digit, ISO 7064 MOD 11-2, X is ten
//
// [Parse] folds first: it drops white space and invisible characters around the
// number, as [Trim] says, converts full-width digits and letters to ASCII, and x and
// the Roman numeral Ⅹ to X. Nothing is removed from the middle. Then it applies these
// rules, and the first that fails is the [Error] returned:
//
//  1. [RuleLength]: 18 characters. The 15 digits of the first generation are refused here: those cards ceased to be
//     valid on 2013-01-01, and their holders have had 18 characters since 1999.
//  2. [RuleCharacter]: 17 digits, then a digit or X.
//  3. [RuleAddress]: a resident's first two digits are a province of GB/T 2260. What follows them is free: county codes
//     are abolished and people keep them. An address that begins with 81, 82 or 83 must be that of a residence permit:
//     810000 (Hong Kong), 820000 (Macao) or 830000 (Taiwan). 71, Taiwan's own code in GB/T 2260, is a province like the
//     others. A first digit of 9 marks a foreign permanent resident, whose province and nationality are not checked.
//  4. [RuleBirthDate]: a day of the calendar.
//  5. [RuleBirthTooEarly]: not before 1900-01-01.
//  6. [RuleBirthInFuture]: not after today, as the day is counted in UTC+8.
//  7. [RuleCheckDigit].
//
// # Privacy
//
// A [Number] is masked wherever it is printed, logged or encoded; in an unexported
// field, where fmt bypasses its methods, fmt prints an address. No error contains a
// character of the input. Only [Number.Reveal] returns the whole number.
//
// # Sources
//
//   - GB 11643-1999 公民身份号码; GB/T 2260 for the provinces; ISO 7064 for the check digit.
//   - 港澳台居民居住证申领发放办法 (2018), article 3: https://www.gov.cn/zhengce/content/2018-08/19/content_5314865.htm
//   - GA 2102-2023 外国人永久居留身份证技术规范: https://www.nia.gov.cn/20231013/20231031.pdf
//   - 民委发〔2016〕33号, for the dot in names: https://www.neac.gov.cn/seac/xxgk/201605/1073253.shtml
package idcard
