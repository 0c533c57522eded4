// Reads {secret, headers, body} as JSON from standard input; exit code 0 where the independent verifier accepts the message.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
new Webhook(secret).verify(body, headers);
