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
//		BaseURL: srv.BaseURL(idverifytest.Linkface),
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
// words for it. [Server.SetScores] gives [Match] other scores, and
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
// Where they are silent, the stand-in does this, and no client should rely on
// it: Tencent's errors have HTTP status 200; a lower-case x in a number is
// malformed; a name is 2 to 50 letters, dots and spaces; Baidu's gateway
// answers 413 above 32 MiB, and its token endpoint 400 for a request that
// lacks something; two pieces of evidence at Linkface are INVALID_ARGUMENT; a
// malformed number is -5804 at Tencent, and a malformed name 21. What a failed
// call costs is told at [Bill].
package idverifytest
