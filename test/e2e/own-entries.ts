/** What the test hosts have of their own: two accounts, one of them with sudo by a file, and a recorder in PAM. */
import { readFileSync } from "node:fs";
import { testKey } from "../../docker/key.mjs";
import { fingerprintIn } from "../../src/kinds/keys/line.ts";

const key = fingerprintIn(readFileSync(`${testKey}.pub`, "utf8"));

/** A profile's section that accepts it. */
export const ownEntries = `privileges:
  accepted:
    logins: [admin, op]
    login-keys: [root ${key}, admin ${key}, op ${key}]
    root-groups: [sudo op]
    sudo-rules: ["admin (ALL) NOPASSWD: ALL"]
    pam-modules: [pam_exec.so quiet type=open_session /usr/local/sbin/record-proof]
`;
