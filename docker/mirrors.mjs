import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The mirrors that this machine itself uses; elsewhere they must be named. */
export async function mirrors() {
  const format = "$(REPO_URI) $(ORIGIN) $(LABEL)";
  const { stdout } = await run("apt-get", ["indextargets", "--format", format]).catch(() => ({ stdout: "" }));
  const rows = stdout.split("\n").map((line) => line.split(" "));
  /** @param {string} label */
  const find = (label) => rows.find(([, origin, theirs]) => origin === "Debian" && theirs === label)?.[0];
  const main = process.env.HARDEN_TEST_MIRROR ?? find("Debian");
  const security = process.env.HARDEN_TEST_SECURITY_MIRROR ?? find("Debian-Security");
  if (main && security) return { main, security };
  throw new Error("name Debian's mirrors in HARDEN_TEST_MIRROR and HARDEN_TEST_SECURITY_MIRROR");
}
