// Asks the stand-in with the vendor's own client for Node, and says what its users see.
// node ask.js ABOUT.json PHOTO
'use strict';
const fs = require('fs');
const { Service } = require('@volcengine/openapi');

const about = JSON.parse(fs.readFileSync(process.argv[2]));
const image = fs.readFileSync(process.argv[3]).toString('base64');
const vendor = about.vendors.volcengine;

function client(secretKey = vendor.credentials.secret_access_key) {
  const service = new Service({
    host: new URL(vendor.base_url).host, protocol: 'http:', serviceName: 'cv', region: 'cn-north-1', defaultVersion: '2022-08-31',
    accessKeyId: vendor.credentials.access_key_id, secretKey,
  });
  const api = service.createJSONAPI('CertSrcFaceComp', { Version: '2022-08-31' }); // the kit has no method for it
  // The vendor's page wants the host signed, and the kit signs it only where it is given.
  return (question, headers = { Host: new URL(vendor.base_url).host }) => api(question, { headers });
}

async function expect(what, ask, person, sees, change = {}, headers = undefined) {
  const answer = await ask({ req_key: 'cert_src_face_comp', idcard_name: person.name, idcard_no: person.id_number, image, ...change }, headers);
  const data = answer.data || {};
  const seen = answer.ResponseMetadata ? answer.ResponseMetadata.Error.Code
    : [answer.code, data.algorithm_base_resp && data.algorithm_base_resp.status_code, data.result].filter((x) => x !== undefined && x !== null).join(' ');
  console.log(`volcengine, Node, ${what}: ${seen}`);
  if (seen !== sees) throw new Error(`${what}: saw ${seen}, not ${sees}: ${JSON.stringify(answer)}`);
}

(async () => {
  const person = (code) => about.persons.find((p) => p.code === code);
  const ask = client();
  await expect('a pass', ask, person('match'), '10000 0 true');
  await expect('another face', ask, person('face_mismatch'), '10000 210311 false');
  await expect('another name', ask, person('identity_mismatch'), '10000 210207');
  await expect('a fault of the source', ask, person('source_unavailable'), '50501 100001');
  await expect('a picture with a prefix', ask, person('match'), '10000 201302', { image: 'data:image/png;base64,' + image });
  await expect('a picture on several lines', ask, person('match'), '10000 201302', { image: image.replace(/(.{76})/g, '$1\n') });
  await expect('a picture that is cut off', ask, person('match'), '10000 201302', { image: image.slice(0, -5) });
  await expect('a wrong req_key', ask, person('match'), '50400', { req_key: 'other' });
  await expect('a host that is not signed', ask, person('match'), 'InvalidAuthorization', {}, {});
  await expect('a wrong secret', client('RVhBTVBMRQ=='), person('match'), 'SignatureDoesNotMatch');
})().catch((err) => {
  console.error(String(err));
  process.exit(1);
});
