// Makes calls with the npm package ae_sdk as it is installed, and writes what came back.
//
// Reads {"base", "credentials", "calls": [[method, ...arguments], ...]} as JSON from standard input and writes a list of
// {"returned"} or {"thrown"}. The package has the platform's two addresses in fields of the client: they are set from
// outside, nothing of the package is touched.
"use strict";

const { readFileSync } = require("node:fs");
const { DropshipperClient } = require("ae_sdk");

async function main() {
  const { base, credentials, calls } = JSON.parse(readFileSync(0, "utf8"));
  const client = new DropshipperClient(credentials);
  client.migrated_apis_url = `${base}/sync`;
  client.new_apis_url = `${base}/rest`;
  const outcomes = [];
  for (const [method, ...args] of calls) {
    try {
      outcomes.push({ returned: await client[method](...args) });
    } catch (error) {
      outcomes.push({ thrown: error.name, message: error.message });
    }
  }
  process.stdout.write(JSON.stringify(outcomes));
}

main();
