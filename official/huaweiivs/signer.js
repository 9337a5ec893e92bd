// Holds our signatures, which the file has one on a line, to those of the vendor's
// signer for Node.
'use strict';
const fs = require('fs');
const { AKSKSigner } = require('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner');

const lines = fs.readFileSync(process.argv[2], 'utf8').trimEnd().split('\n');
lines.forEach((line, i) => {
  const ours = JSON.parse(line);
  const data = JSON.parse(ours.Body);
  if (JSON.stringify(data) !== ours.Body) throw new Error(`body ${i} is not as JSON.stringify writes it`);
  const request = {
    method: ours.Method, endpoint: ours.Endpoint + ours.Path, headers: { ...ours.Headers }, queryParams: {}, data,
  };
  const credential = { getAk: () => ours.Key, getSk: () => ours.Secret };
  const theirs = AKSKSigner.sign(request, credential).Authorization;
  if (theirs !== ours.Authorization) throw new Error(`signature ${i}: ${ours.Authorization}, the vendor's is ${theirs}`);
});
console.log(`node signer: ${lines.length} signatures are the same`);
