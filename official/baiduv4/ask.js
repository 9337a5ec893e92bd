'use strict';
// What a user of Baidu's own kit sees at the stand-in: a pass, each kind of "no", and
// errors, the exchange for an access token included. One line a case.
const assert = require('assert');
const fs = require('fs');
const { face: AipFace, HttpClient } = require('baidu-aip-sdk');

const [about, picture] = [JSON.parse(fs.readFileSync(process.argv[2])), fs.readFileSync(process.argv[3])];
const { base_url: base, credentials: key } = about.vendors.baiduv4;
const person = (code) => about.persons.find((p) => p.codes.baiduv4 === code);

// The kit knows one host, and lets its users change the options of each request.
const paths = [];
HttpClient.setRequestInterceptor((options) => {
	const url = options.url.replace('https://aip.baidubce.com', base);
	paths.push(url.slice(base.length).split('?')[0]);
	return { ...options, url, proxy: null };
});

const verify = (client, who, options) =>
	client.faceMingJingVerify(who.id_number, who.name, picture.toString('base64'), {
		image_type: 'BASE64', quality_control: 'LOW', liveness_control: 'NORMAL', spoofing_control: 'NORMAL',
		get_liveness_score: '1', get_spoofing_score: '1', ...options,
	});
const say = (what, answer) => console.log(`baiduv4, ${what}: ${JSON.stringify(answer)}`);

(async () => {
	const client = new AipFace('0', key.client_id, key.client_secret);

	const pass = await verify(client, person('match'));
	say('a pass', pass.result);
	assert.strictEqual(pass.result.verify_status, 0);
	assert.ok(pass.result.score > 80 && pass.result.liveness_score > 0 && pass.result.spoofing_score >= 0);
	assert.deepStrictEqual(paths, ['/oauth/2.0/token', '/rest/2.0/face/v4/mingjing/verify']);

	const other = await verify(client, person('face_mismatch'));
	say('another face', other.result);
	assert.strictEqual(other.result.verify_status, 0, 'compared, and below 80');
	assert.ok(other.result.score <= 80);

	const mismatch = await verify(client, person('identity_mismatch'));
	say('another name', mismatch.result);
	assert.strictEqual(mismatch.result.verify_status, 1);

	const unphotographed = await verify(client, person('reference_photo_unavailable'));
	say('no photo at the source', unphotographed.result);
	assert.strictEqual(unphotographed.result.verify_status, 2);

	const faceless = await verify(client, person('no_face'));
	say('no face', faceless);
	assert.strictEqual(faceless.error_code, 222202);

	const wrong = await verify(client, person('match'), { quality_control: 'EXAMPLE' });
	say('a wrong option', wrong);
	assert.strictEqual(wrong.error_code, 223118);
	assert.strictEqual(paths.filter((p) => p === '/oauth/2.0/token').length, 1, 'one token for all calls');

	client.setAccessToken('EXAMPLE-NO-TOKEN');
	const refused = await verify(client, person('match'));
	say('a token that is none', refused);
	assert.strictEqual(refused.error_code, 110);

	// Of a key that is refused, the kit thinks that it is one for another of Baidu's
	// signatures, and asks without a token.
	const stranger = await verify(new AipFace('0', key.client_id, 'EXAMPLE-WRONG'), person('match'));
	say('a wrong key', stranger);
	assert.ok([100, 110].includes(stranger.error_code));
	assert.ok(!JSON.stringify(stranger).includes('EXAMPLE-WRONG'));
})().catch((err) => {
	console.error(err);
	process.exit(1);
});
