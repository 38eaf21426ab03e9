/** `ssh -G`: what OpenSSH's own configuration says about a destination, as its text. */
import { execFile, spawn } from "node:child_process";
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import { createNonce } from "./bootstrap.ts";

export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const timeoutMs = 10_000;

/** @throws HardenError `usage` where ssh is missing, or can't read its configuration. */
export function askOne(to: Destination, file?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("ssh", wordsOf(to, file), { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") {
        reject(
          new HardenError("usage", "There is no ssh on this machine.", { hint: "Install openssh-client." }),
        );
      } else {
        const said = oneLine(stderr.trim().split("\n").at(-1) ?? "");
        reject(
          new HardenError("usage", `ssh cannot read its configuration: ${said}.`, {
            cause: error,
            hint: "See what it says of it: ssh -G HOST; --ssh-config FILE names another one.",
          }),
        );
      }
    });
  });
}

const wordsOf = ({ host, user, port }: Destination, file: string | undefined): readonly string[] => [
  ...(file === undefined ? [] : ["-F", file]),
  ...(port === undefined ? [] : ["-p", String(port)]),
  ...(user === undefined ? [] : ["-l", user]),
  ...["-G", "--", host],
];

/** $1 nonce, $2 file, then host, user and port of each; what is not given is empty. */
const loop = [
  "nonce=$1 file=$2",
  "shift 2",
  "while [ $# -gt 0 ]; do",
  '  ssh ${file:+-F "$file"} ${3:+-p "$3"} ${2:+-l "$2"} -G -- "$1" 2>/dev/null',
  '  printf "\\n%s %s %s\\n" "$nonce" $# $?',
  "  shift 3",
  "done",
].join("\n");

/**
 * The same for many, in their order as they come; undefined where there was no answer, and `askOne` knows why. A shell
 * starts a program for a third of what it costs this process.
 */
export function askMany(all: readonly Destination[], file?: string): readonly Promise<string | undefined>[] {
  const nonce = createNonce();
  const words = all.flatMap(({ host, user = "", port = "" }) => [host, user, String(port)]);
  const child = spawn("/bin/sh", ["-c", loop, "sh", nonce, file ?? "", ...words], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: timeoutMs + all.length * 100,
  });
  const waiting: ((text: string | undefined) => void)[] = [];
  const answers = all.map(() => new Promise<string | undefined>((resolve) => waiting.push(resolve)));
  const giveUp = () => {
    child.stdout.destroy();
    for (const resolve of waiting) resolve(undefined);
  };
  // Also where a program that the configuration calls holds the output open.
  const timer = setTimeout(giveUp, timeoutMs + all.length * 100);
  timer.unref();
  // The number of words that were left says whose answer it was.
  const end = new RegExp(`\\n${nonce} (\\d+) (\\d+)\\n`);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let found = end.exec(text); found !== null; found = end.exec(text)) {
      const answered = waiting[all.length - Number(found[1]) / 3];
      answered?.(found[2] === "0" ? text.slice(0, found.index) : undefined);
      text = text.slice(found.index + found[0].length);
    }
  });
  child.on("error", giveUp);
  child.on("close", () => {
    clearTimeout(timer);
    giveUp();
  });
  return answers;
}
