'use strict';
// The vendor's own signer over requests that ours has signed, one JSON object a line.
const assert = require('assert');
const fs = require('fs');
const querystring = require('querystring');
const { default: OpenApiUtil } = require('@alicloud/openapi-util');

const [seed, ...lines] = fs.readFileSync(process.argv[2], 'utf8').trim().split('\n');
const scheme = 'ACS3-HMAC-SHA256';
const seen = new Set();
let temporary = 0;
for (const line of lines) {
	const r = JSON.parse(line);
	const body = Buffer.from(r.body, 'base64');
	const digest = OpenApiUtil.hexEncode(OpenApiUtil.hash(body, scheme));
	assert.strictEqual(r.headers['x-acs-content-sha256'], digest);
	const wanted = OpenApiUtil.getAuthorization(
		{ method: r.method, pathname: '/', query: r.query, headers: r.headers }, scheme, digest, r.id, r.secret);
	assert.strictEqual(r.headers.authorization, wanted);
	assert.strictEqual(querystring.parse(body.toString('utf8')).CertName, r.name);
	seen.add(r.headers['x-acs-signature-nonce']);
	temporary += 'x-acs-security-token' in r.headers ? 1 : 0;
}
assert.strictEqual(lines.length, 1000);
assert.strictEqual(seen.size, lines.length, 'a nonce of its own for each');
assert.ok(temporary > 100);
console.log(`aliyun, openapi-util: the same ${lines.length} signatures, ${temporary} with temporary keys (${seed})`);
