// `npm start`: plans this very machine, reads only; where it isn't Debian or Ubuntu, a recorded host instead.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
const own = /^ID=("?)(debian|ubuntu)\1$/m.test(release);
if (!own)
  console.log("This system is not Debian or Ubuntu: here is the plan of a recorded Debian 13 host.\n");
const recorded = own ? [] : ["--recorded", here("../test/fixtures/hosts/debian13.json")];
const args = [here("../dist/cli.js"), "plan", "--profile", "production", ...recorded];
process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
