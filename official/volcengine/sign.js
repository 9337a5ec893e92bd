// Prints random requests with the vendor's own signature, one JSON object a line.
// node sign.js SEED COUNT
'use strict';
const Signer = require('@volcengine/openapi/lib/base/sign').default;

let state = Number(process.argv[2]) >>> 0;
const count = Number(process.argv[3]);

// mulberry32: the same seed gives the same requests everywhere.
function random(n) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[random(list.length)];

// Characters of all planes that have some, and those that escaping knows.
const planes = [[0x20, 0x5f], [0xa1, 0x200], [0x3400, 0x1900], [0x4e00, 0x5100], [0xf900, 0x100], [0x20000, 0xa6d0], [0x2a700, 0x2000], [0x30000, 0x1340], [0x1f600, 0x40], [0xe0100, 0x80]];
function text(most, from = planes) {
  let all = '';
  for (let i = 1 + random(most); i > 0; i--) {
    const [first, size] = pick(from);
    all += String.fromCodePoint(first + random(size));
  }
  return all;
}
const word = () => Array.from({ length: 4 + random(30) }, () => pick([...'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789'])).join('');
const escape = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

// A moment around midnight in UTC or in Beijing, on any day.
function moment() {
  const day = Date.UTC(2000 + random(60), random(12), 1 + random(28));
  return new Date(day + pick([0, 16 * 3600e3]) + (random(7200) - 3600) * 1000);
}

// The kit leaves the content type out of its signature; its Go sister signs it, and so
// does our package. Everything else is the kit's own.
Signer.prototype.isSignableHeader = (name) => ['content-type', 'host', 'x-content-sha256', 'x-date', 'x-security-token'].includes(name);

for (let i = 0; i < count; i++) {
  const params = { Action: 'CertSrcFaceComp', Version: '2022-08-31' };
  // The kit sorts names by UTF-16 units and the vendor by bytes: beyond U+FFFF they differ.
  // JavaScript has names that are numbers first, wherever they are sorted to.
  for (let n = random(4); n > 0; n--) params[text(6, planes.slice(0, 4)).replace(/^[0-9]/, 'n')] = random(8) ? text(12) : '';
  const segments = pick([[], [], ['volcengine', ''], [text(5).replace(/[/.]/g, '_'), text(5).replace(/[/.]/g, '_')]]);
  const host = pick(['visual.volcengineapi.com', 'gateway.example.com', '127.0.0.1']);
  const port = pick(['', '', ':443', ':80', ':8443', ':' + (1024 + random(60000))]);
  const body = JSON.stringify({ req_key: 'cert_src_face_comp', idcard_name: text(20), idcard_no: '11010519000101' + random(10000), image: word() });
  const key = { accessKeyId: 'AKLT' + word(), secretKey: word() + pick(['', '==', '=']), sessionToken: random(3) ? '' : 'STS' + word() };
  const pathname = '/' + segments.map(escape).join('/');
  const request = {
    method: 'POST', region: 'cn-north-1', pathname, params, body,
    headers: { 'Content-Type': pick(['application/json', 'application/json; charset=utf-8']), Host: host + port.replace(/^:(80|443)$/, ''), 'User-Agent': word() },
  };
  const contentType = request.headers['Content-Type'];
  const query = Object.keys(params).map((name) => escape(name) + '=' + escape(params[name])).join('&');
  const at = moment();
  new Signer(request, 'cv').addAuthorization(key, at);
  console.log(JSON.stringify({
    url: 'https://' + host + port + pathname + '?' + query, contentType, body, at: at.getTime() / 1000,
    id: key.accessKeyId, secret: key.secretKey, token: key.sessionToken, authorization: request.headers.Authorization,
  }));
}
