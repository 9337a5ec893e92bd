// Package idverifytest is a stand-in for the vendors, so that a service that verifies
// people can be tested offline and free of charge.
//
// It serves real HTTP, checks every request as strictly as the vendors' documents say,
// and answers in the vendors' own shapes and codes. It shares no code with the packages
// that call the vendors, so that a mistake there is not repeated here. A test in ten
// lines:
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
// The name and the ID number choose the outcome, the picture never does: see [Persons].
// The same [Person] has the same outcome at every vendor that can express it; for a
// number that belongs to nobody, see [Person]. [Server.SetScores] changes the scores of
// [Match], and [Server.Script] sends any answer at all.
//
// # Faults
//
// [Server.Inject] puts faults in front of a vendor:
//
//	srv.Inject(idverifytest.Linkface, idverifytest.ResetAfterBody())      // the next call
//	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(3)) // the next three
//	srv.Inject(idverifytest.BaiduToken, idverifytest.Hang().Always())     // until Clear
//	srv.Inject(idverifytest.BaiduV4, idverifytest.VendorError("222361"))  // any error of the vendor's own
//
// # What was asked and what it would have cost
//
// [Server.Bill] lists what would have been charged for, [Server.Calls] and
// [Server.TokenFetches] count, and [Server.Exchanges] describes every request: names and
// sizes, no values. The server keeps no name, number or picture after the exchange, and
// writes no log.
//
// # Limits
//
// A stand-in that a team shares has to survive any request. It uses at most 64 MiB of
// memory for requests: pictures and captures are examined while they arrive and are not
// kept. A request above these limits gets the vendor's own error for a malformed request,
// or for one that is too large where the vendor has such an error.
//
//	headers                      100
//	parameters of a query         64
//	fields of a form              64; a name has 128 bytes, the head of a part 2 KiB
//	members and items of JSON     64 in all, on 16 levels; a name has 128 bytes
//	a text                      8 KiB are kept, and a longer one fits no rule
//	all texts                  64 KiB are kept
//	a body                     what the vendor takes, and 65 MiB at the most
//
// [Server.Exchanges] and [Bill] document what they keep. All requests being read share 16
// MiB; one that does not get its share within 10 s is answered with the vendor's error
// for too many calls. [Start] and [Server.Serve] also limit connections, heads and time;
// if you mount [New] in a server of your own, set limits there.
//
// # What the documents leave open
//
// Where the documents are silent or contradict each other, the stand-in behaves as
// follows; no client should rely on it. For all vendors:
//
//   - A name is 1 to 128 characters: letters of any script with their marks, 〇
//     and its like, private use characters, the dots · • ‧ ・ . and ' ’ - and
//     single spaces inside. A lower-case x in a number is malformed.
//   - A field given twice, or a second file, is refused, in the vendor's words for
//     a request that is not valid.
//   - Requests are checked in an order of our own: signature or key, form, name and
//     number, picture, person. A [Person] whom every vendor refuses without looking at
//     the picture, such as the one for rate_limited, is refused before the picture is
//     checked.
//   - A path may lack the stand-in's prefix, as in "/face/idcardcompare": some of
//     the vendors' own SDKs can be configured with a host but no path.
//   - A request that is cut off counts as malformed, whatever part of it can be read.
//   - For what a failed call costs, see [Bill].
//
// What applies to one vendor is documented at its name, such as [Linkface].
package idverifytest
