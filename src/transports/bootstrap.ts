/** A run's own 128 random bits in hex: what tells our lines from everything else on the same streams. */
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { onceByText } from "../once.ts";
export function createNonce(): string {
  return randomBytes(16).toString("hex");
}

/*
 * Both texts are passed through the login shell inside single quotes, so that sh, fish and csh read
 * the same words: no quote, no newline, no `!`, no double backslash.
 */

/** What a login's environment may change in the programs that scripts call: their options, folders and libraries. */
const harmful =
  "POSIXLY_CORRECT CDPATH TMPDIR QUOTING_STYLE BLOCK_SIZE DF_BLOCK_SIZE BLOCKSIZE TAR_OPTIONS APT_CONFIG DPKG_ROOT DPKG_ADMINDIR DPKG_FORCE PERL5OPT PERL5LIB PYTHONHOME PYTHONPATH LD_PRELOAD LD_LIBRARY_PATH SYSTEMD_IN_CHROOT SYSTEMD_UNIT_PATH XTABLES_LIBDIR GZIP";

/** $1 nonce, $2 privilege, $3 SSH_CONNECTION: announces itself, reads the whole script, then runs it. */
const stage = [
  "n=$1",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "LC_ALL=C",
  "export PATH LC_ALL",
  `unset ${harmful}`,
  "cd /",
  'case $2 in sudo) /bin/true 2>/dev/null || { echo "sudo lets its shell start no program (noexec)" >&2; exit 5; } ;; esac',
  'command -v gzip >/dev/null || { echo "gzip is missing" >&2; exit 5; }',
  'echo "$n ready" >&2',
  'echo "$n ready $2 $3"',
  "read -r l || exit 4",
  's=$(head -c "$l" | gzip -dc 2>/dev/null) || exit 4',
  'case $s in "# $n begin"*"# $n whole") ;; *) exit 4 ;; esac',
  '(set --; eval "$s") </dev/null',
  "r=$?",
  'echo "$n end $r" >&2',
  'echo "$n end $r"',
  "exit 0",
].join("; ");

/**
 * $1 stage, $2 nonce, $3 `ask` when we have a password: finds the way to root. sudo answers 1 when
 * it refuses and the shell 127 when there is none; the stage never ends with either.
 */
const bootstrap = [
  'if [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$1" harden "$2" root "$SSH_CONNECTION"; fi',
  "LC_ALL=C",
  "export LC_ALL",
  'sudo -n /bin/sh -c "$1" harden "$2" sudo "$SSH_CONNECTION"',
  "r=$?",
  'case $r in 1|127) ;; *) exit "$r" ;; esac',
  'if [ "$r$3" = 1ask ]; then exec sudo -S -p "$2 password" /bin/sh -c "$1" harden "$2" sudo "$SSH_CONNECTION"; fi',
  'exec /bin/sh -c "$1" harden "$2" none "$SSH_CONNECTION"',
].join("; ");

/** The words to spawn: a shell that finds its privilege, prints a ready line and waits for a script. */
export function bootstrapArgv(nonce: string, canAnswerSudo: boolean): readonly string[] {
  return ["/bin/sh", "-c", bootstrap, "harden", stage, nonce, canAnswerSudo ? "ask" : "no"];
}

/** The same as one command line for any login shell. */
export function bootstrapCommand(nonce: string, canAnswerSudo: boolean): string {
  return `exec ${bootstrapArgv(nonce, canAnswerSudo)
    .map((word) => `'${word}'`)
    .join(" ")}`;
}

const zip = promisify(gzip);

/** A third of the text is left, for 2 ms; the smallest that there is would be less by a tenth, for twice the time. In one piece. */
const pack = (text: string): Promise<Buffer> =>
  zip(text, { level: constants.Z_BEST_SPEED + 2, chunkSize: 64 * 1024 });

/** The same for each host of a plan. */
const packOnce = onceByText(pack, 2, 1024 * 1024);

/** Packs what a script will call, in a thread of its own, while a host is still to answer; whoever sends it is told of a failure. */
export function packAhead(library: string): void {
  packOnce(library).catch(() => {});
}

/**
 * What goes to the waiting shell's stdin, which stays open because sshd takes no signal for a shell after it. The first line
 * is the length of the rest in bytes, which is gzip's (RFC 1952): a plan's script has 140 KB, an apply's 200, and a line to a
 * host may be slow. `library`: what the script calls. Without both ends of the text nothing starts, and as one function it is
 * parsed to its end before its first command runs. The last comment keeps the script's exit status.
 */
export async function frameScript(script: string, nonce: string, library = ""): Promise<Buffer> {
  // What is packed in parts is unpacked as one.
  const packed = await Promise.all([
    pack(`# ${nonce} begin\nharden_script() {\n:\n`),
    ...(library === "" ? [] : [packOnce(library)]),
    pack(`\n${script}\n}\nharden_script\n# ${nonce} whole`),
  ]);
  const length = packed.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(`${length}\n`), ...packed]);
}
