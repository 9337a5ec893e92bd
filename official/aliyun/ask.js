'use strict';
// What users of the vendor's own clients see at the stand-in.
const assert = require('assert');
const fs = require('fs');
const { default: Cloudauth, ContrastFaceVerifyRequest } = require('@alicloud/cloudauth20190307');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { RPCClient } = require('@alicloud/pop-core');

const [about, picture] = [JSON.parse(fs.readFileSync(process.argv[2])), fs.readFileSync(process.argv[3])];
const { base_url: base, credentials: key } = about.vendors.aliyun;
const root = new URL(base);
const person = (code) => about.persons.find((p) => p.codes.aliyun === code);
const order = () => [...Array(32)].map(() => '0123456789abcdef'[Math.floor(Math.random() * 16)]).join('');
const say = (client, what, answer) => console.log(`aliyun, ${client}, ${what}: ${JSON.stringify(answer)}`);

const fields = (who, change) => ({
	SceneId: Number(key.scene_id), OuterOrderNo: order(), ProductCode: 'ID_MIN', CertType: 'IDENTITY_CARD',
	CertName: who.name, CertNo: who.id_number, FaceContrastPicture: picture.toString('base64'), Model: 'FRONT_CAMERA_LIVENESS', ...change,
});

// Each client gives the answer, or the error that its user has to catch.
const cloudauth = (secret, token) => {
	const client = new Cloudauth(new $OpenApiUtil.Config({
		accessKeyId: token ? token.id : key.access_key_id, accessKeySecret: secret, securityToken: token && token.token,
		endpoint: root.host, protocol: 'http', regionId: 'cn-shanghai',
	}));
	return async (who, change) => {
		const request = {};
		for (const [name, value] of Object.entries(fields(who, change))) request[name[0].toLowerCase() + name.slice(1)] = value;
		try {
			const { body } = await client.contrastFaceVerify(new ContrastFaceVerifyRequest(request));
			return { code: body.code, message: body.message, ...(body.resultObject && { subCode: body.resultObject.subCode, passed: body.resultObject.passed }) };
		} catch (e) {
			return { thrown: e.code, message: e.message };
		}
	};
};
const popcore = (secret, token) => {
	const client = new RPCClient({
		accessKeyId: token ? token.id : key.access_key_id, accessKeySecret: secret, securityToken: token && token.token,
		endpoint: base, apiVersion: '2019-03-07',
	});
	return async (who, change) => {
		try {
			const body = await client.request('ContrastFaceVerify', fields(who, change), { method: 'POST', timeout: 10000 });
			return { code: body.Code, message: body.Message, subCode: body.ResultObject.SubCode, passed: body.ResultObject.Passed };
		} catch (e) {
			return { thrown: e.code, message: e.message };
		}
	};
};

const role = { id: 'STS.EXAMPLEEXAMPLE0001', token: 'EXAMPLESTSTOKEN/+==EXAMPLESTSTOKEN0001' };
const roleSecret = 'EXAMPLESECRETEXAMPLESECRET0002';

(async () => {
	for (const [name, make, isThrown] of [['cloudauth20190307', cloudauth, false], ['pop-core', popcore, true]]) {
		const ask = make(key.access_key_secret);
		const see = async (what, asked, want) => {
			const got = await asked;
			say(name, what, got);
			for (const field of Object.keys(want)) assert.strictEqual(got[field], want[field], `${name}, ${what}`);
		};
		await see('a pass', ask(person('match')), { code: '200', subCode: '200', passed: 'T' });
		for (const [what, code, subCode] of [['another face', 'face_mismatch', '204'], ['another name', 'identity_mismatch', '201'],
			['nobody', 'identity_not_found', '202'], ['no photo at the source', 'reference_photo_unavailable', '203'], ['an attack', 'attack_suspected', '205']]) {
			await see(what, ask(person(code)), { code: '200', subCode, passed: 'F' });
		}
		// A code of the service's is an answer to one client, and thrown by the other.
		const said = (code) => (isThrown ? { thrown: code } : { code });
		await see('an unusable photo', ask(person('poor_photo')), said('419'));
		await see('no usable source', ask(person('person_restricted')), said('417'));
		await see('another scene', ask(person('match'), { SceneId: 1 }), said('404'));
		await see('two ways to give the picture', ask(person('match'), { CertifyId: 'x' }), said('420'));
		await see('a data: prefix', ask(person('match'), { FaceContrastPicture: 'data:image/png;base64,' + picture.toString('base64') }), said('419'));
		await see('a wrong secret', make('EXAMPLEWRONG')(person('match')), { thrown: 'SignatureDoesNotMatch' });
		await see('too many calls', ask(person('rate_limited')), { thrown: 'Throttling.User' });
		await see('a temporary key', make(roleSecret, role)(person('match')), { code: '200', subCode: '200', passed: 'T' });
		await see('a token that is none', make(roleSecret, { ...role, token: 'x' })(person('match')), { thrown: 'InvalidSecurityToken.Malformed' });
	}
})().catch((err) => {
	console.error(err);
	process.exit(1);
});
