// Package idverifytest stands in for the vendors, so that a service that
// verifies people can be tested offline and free of charge.
//
// It serves real HTTP, checks every request as strictly as the vendors'
// documents say, and answers in the vendors' own shapes and codes. It shares
// no code with the packages that speak to the vendors, so that a mistake there
// cannot hide here. A test in ten lines:
//
//	srv := idverifytest.Start(t)
//	lf, err := linkface.New(linkface.Config{
//		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Linkface)},
//		APIID:   idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
//	})
//	p := idverifytest.FaceMismatch()
//	res, err := lf.Verify(ctx, &idverify.Request{
//		Name: p.Name, IDNumber: p.IDNumber,
//		Evidence: []idverify.Evidence{linkface.Capture(idverify.Bytes(idverifytest.Capture()))},
//	})
//	// res.Code is idverify.CodeFaceMismatch, and srv.Bill().Total() is 1.
//
// # Persons
//
// The name and the ID number choose the outcome, never the picture: see
// [Persons]. The same [Person] has the same outcome at every vendor that has
// words for it; a number that is nobody's is answered as [Person] says.
// [Server.SetScores] gives [Match] other scores, and
// [Server.Script] gives any answer at all.
//
// # Faults
//
// [Server.Inject] puts faults in front of a vendor:
//
//	srv.Inject(idverifytest.Linkface, idverifytest.ResetAfterBody())      // the next call
//	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(3)) // the next three
//	srv.Inject(idverifytest.BaiduToken, idverifytest.Hang().Always())     // until Clear
//
// # What was asked and what it would have cost
//
// [Server.Bill] lists what would have been charged for, [Server.Calls] and
// [Server.TokenFetches] count, and [Server.Exchanges] tells the shape of every
// request: names and sizes, no values. The server keeps no name, number or
// picture beyond the exchange, and writes no log.
//
// # What the documents leave open
//
// Where they are silent or contradict each other, the stand-in does this, and
// no client should rely on it. For all vendors:
//
//   - A name is 1 to 128 characters: letters of any script with their marks, 〇
//     and its like, private use characters, the dots · • ‧ ・ . and ' ’ - and
//     single spaces inside. A lower-case x in a number is malformed.
//   - A field given twice, or a second file, is refused: INVALID_ARGUMENT at
//     Linkface, 21 at Tencent, invalid_request at Baidu's token endpoint.
//   - A request that breaks off is a malformed one, whatever of it can be read.
//   - What a failed call costs is told at [Bill].
//
// Linkface:
//
//   - Missing credentials are UNAUTHORIZED, like wrong ones.
//   - Two pieces of evidence are INVALID_ARGUMENT. An empty value is none: HTML
//     forms send it for a field that was left empty.
//   - A file name on a part that is text does not matter.
//
// Baidu:
//
//   - A number that belongs to nobody is verify_status 1, which the page gives
//     this meaning too. [IdentityNotFound] alone gets the error 222354, which
//     is V3's and may still come.
//   - A picture of exactly 1920 × 1080 is accepted, although the page says
//     smaller. A picture with a side under 64 pixels is refused with 222309: at
//     the vendor, the rule is about the face in it.
//   - A parameter that is no string gets the code for its format, or 216100.
//   - The gateway answers 413 above 32 MiB, and the token endpoint 400 for a
//     request that lacks something.
//
// Tencent:
//
//   - Errors have HTTP status 200; GET and unknown paths have 404.
//   - The header Content-Length is required: a chunked body is 3.
//   - A missing appid is 21, and so is a malformed name; a malformed number is
//     -5804.
//   - The image is the raw bytes of the picture, as the vendor's own clients
//     send it: base64 text in its place, as its page has it, cannot be decoded.
//   - A GIF, or another format that is known and not accepted, is -1400.
//   - Liveness is never looked at by the real interface: see [AttackSuspected].
package idverifytest
