/** The program git, which only reads, whatever the repository's own configuration says. */
import { spawn } from "node:child_process";

export interface GitAnswer {
  /** Null where it was ended, undefined where there is no such program. */
  readonly code: number | null | undefined;
  readonly out: Buffer;
  /** The first line of what it complains of. */
  readonly complaint: string;
  /** It had more to say, or took longer. */
  readonly cut: boolean;
}

export interface Bounds {
  readonly ms: number;
  readonly bytes: number;
}

/** What a hook or another git would hand on, https://git-scm.com/docs/git#_environment_variables. */
const inherited = [
  ...["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"],
  ...["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_EXTERNAL_DIFF"],
];

const environment = [
  ...inherited.flatMap((name) => ["-u", name]),
  ...["LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0"],
  ...["GIT_LITERAL_PATHSPECS=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null"],
  // A partial clone would fetch what it lacks by whatever its configuration names; this one is above protocol.*.allow.
  ...["GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none"],
];

/** Above the repository's own: what would start another program, or leave something out. */
const settings = [
  ...["core.fsmonitor=false", "core.pager=cat", "core.hooksPath=/dev/null", "protocol.allow=never"],
  ...["safe.bareRepository=explicit", "log.showRoot=true", "log.showSignature=false", "log.follow=false"],
  ...["core.quotePath=true", "core.attributesFile=/dev/null", "submodule.recurse=false"],
  ...["diff.orderFile=/dev/null"],
].flatMap((each) => ["-c", each]);

/** Never rejects. */
export function git(folder: string, words: readonly string[], { ms, bytes }: Bounds): Promise<GitAnswer> {
  const all = [...environment, "git", "--no-pager", ...settings, "-C", folder, ...words];
  return new Promise((done) => {
    const child = spawn("env", all, { stdio: ["ignore", "pipe", "pipe"] });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    let [size, cut] = [0, false];
    const end = () => {
      cut = true;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(end, ms);
    child.stdout.on("data", (chunk: Buffer) => {
      if (size <= bytes) out.push(chunk);
      size += chunk.length;
      if (size > bytes) end();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (errors.length < 8) errors.push(chunk);
    });
    const settle = (code: GitAnswer["code"]) => {
      clearTimeout(timer);
      const complaint = Buffer.concat(errors).toString("utf8").split("\n")[0]!.slice(0, 200);
      done({ code, out: Buffer.concat(out), complaint, cut });
    };
    child.on("error", () => settle(undefined));
    // `env` says 127 of a program that it doesn't find.
    child.on("close", (code) => settle(code === 127 ? undefined : code));
  });
}
