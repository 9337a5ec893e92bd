// Asks the stand-in with the vendor's official Node client, and says what its users see.
"use strict";
const http = require("node:http");
const { CommonClient } = require("tencentcloud-sdk-nodejs-common");

const about = JSON.parse(process.argv[2]);
const port = new URL(about.url).port;
// The client takes the service from the endpoint's first label. The name is looked up
// here and nowhere else.
const agent = new http.Agent({
  lookup: (_, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4)),
});

async function ask([secretId, secretKey, token], person) {
  const client = new CommonClient(`faceid.localhost:${port}`, "2018-03-01", {
    credential: { secretId, secretKey, token },
    profile: { httpProfile: { protocol: "http://", agent } },
  });
  try {
    const r = await client.request("ImageRecognitionV2", {
      IdCard: person.IDNumber, Name: person.Name, ImageBase64: about.photo, Extra: "order-1",
    });
    return `resolved, Result ${r.Result}, Sim ${r.Sim}, Extra ${r.Extra}`;
  } catch (error) {
    return `rejected, code ${error.code}, ${error.requestId ? "with" : "without"} a request id`;
  }
}

async function main() {
  const key = [about.id, about.key];
  const cases = [
    ["a pass", key, about.match, "resolved, Result Success, Sim 91.27, Extra order-1"],
    ["a no", key, about.mismatch, "resolved, Result FailedOperation.CompareLowSimilarity, Sim 31.5, Extra order-1"],
    ["an error", [about.id, "EXAMPLEWRONGKEY"], about.match, "rejected, code AuthFailure.SignatureFailure, with a request id"],
    ["a temporary key", about.temporary, about.match, "resolved, Result Success, Sim 91.27, Extra order-1"],
  ];
  for (const [name, credential, person, want] of cases) {
    const seen = await ask(credential, person);
    console.log(`node common: ${name}: ${seen}`);
    if (seen !== want) {
      throw new Error(`the official Node client saw something else; want: ${want}`);
    }
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
