// What ZoneMTA makes of each reply, and email-bounce-parser of each notification: a line of JSON from `bounces` in, one of
// JSON out. node npm.js zone-mta|email-bounce-parser
"use strict";

const readline = require("readline");

// What stands between the header of the notification and its next part: what a person reads.
function textPart(bounce) {
  return bounce.replace(/\r\n/g, "\n").split("\n--=_")[1].replace(/^[^]*?\n\n/, "");
}

const readers = {
  "zone-mta": () => {
    const rules = require("zone-mta/lib/bounces.js");
    return refusal => ({ reason: rules.check(refusal.text).category });
  },
  "email-bounce-parser": () => {
    const Parser = require("email-bounce-parser");
    const parser = new Parser();
    return refusal => {
      const data = parser.read(textPart(refusal.bounce)).data || {};
      const error = data.error || {};
      return { reason: (error.data && error.data.type) || error.type, host: data.server && data.server.hostname };
    };
  },
};

const read = readers[process.argv[2]]();
readline.createInterface({ input: process.stdin }).on("line", line => console.log(JSON.stringify(read(JSON.parse(line)))));
