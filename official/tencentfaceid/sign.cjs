// Signs requests, a line of JSON each, with the vendor's official signer, and compares
// with the signature that our client put on them.
"use strict";
const readline = require("node:readline");
const url = require("url");

// The signer leaves the port out of the host. It is sent, and so it is signed.
class WithPort extends url.URL {
  get hostname() {
    return this.host;
  }
}
url.URL = WithPort;
const Sign = require("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign").default;

async function main() {
  let all = 0, ports = 0, tokens = 0;
  const days = new Set();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const r = JSON.parse(line);
    const theirs = Sign.sign3({
      method: "POST", url: r.url, payload: Buffer.from(r.body, "base64"), timestamp: Number(r.timestamp),
      service: "faceid", secretId: r.id, secretKey: r.key, headers: { "Content-Type": r.contentType },
    });
    if (theirs !== r.signed) {
      throw new Error(`request ${all + 1}\n ours:   ${r.signed}\n theirs: ${theirs}`);
    }
    all++;
    ports += r.host.includes(":") ? 1 : 0;
    tokens += r.token ? 1 : 0;
    days.add(Math.floor(Number(r.timestamp) / 86400));
  }
  if (all < 1000 || ports < 100 || tokens < 100 || days.size < 100) {
    throw new Error("too few requests, or too much alike");
  }
  console.log(`node sign3: seed ${process.argv[2]}: ${all} requests on ${days.size} days, ${ports} with a port, ${tokens} with a temporary key: all signatures are the same`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
