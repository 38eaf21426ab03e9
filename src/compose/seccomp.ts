/** What a seccomp profile of a service's own lets through. Pure. */
import { z } from "zod";

/** Calls with which containers are broken out of; the engine's own profile refuses them to one without capabilities. */
const refused = [
  ...["add_key", "bpf", "delete_module", "finit_module", "fsmount", "fsopen", "init_module"],
  ...["kexec_file_load", "kexec_load", "keyctl", "mount", "move_mount", "open_by_handle_at", "open_tree"],
  ...["perf_event_open", "pivot_root", "request_key", "setns", "umount2", "unshare", "userfaultfd"],
];

const some = z.array(z.unknown()).nullish();
/** https://github.com/moby/moby/blob/master/profiles/seccomp/default.json */
const profile = z.object({
  defaultAction: z.string(),
  syscalls: z
    .array(
      z.object({
        name: z.string().nullish(),
        names: z.array(z.string()).nullish(),
        action: z.string(),
        args: some,
        includes: z.object({ caps: some }).nullish(),
      }),
    )
    .nullish(),
});

const letsThrough = (action: string) => /^SCMP_ACT_(ALLOW|LOG|TRACE|NOTIFY)$/.test(action);

/** The profile's file that an option of security_opt names, or its text, as the engine has it; undefined: the engine's own, or none. */
export function profileIn(option: string): string | undefined {
  const [, own] = /^seccomp[:=]([\s\S]+)$/.exec(option) ?? [];
  return own === undefined || own === "unconfined" || own === "builtin" ? undefined : own;
}

/** What is wrong with a profile's text; undefined where it holds as the engine's own does. */
export function faultIn(text: string): string | undefined {
  const { success, data } = profile.safeParse(jsonOf(text));
  if (!success) return "is none that the engine reads";
  if (letsThrough(data.defaultAction)) return `lets through what it doesn't name (${data.defaultAction})`;
  const open = (data.syscalls ?? [])
    .filter(({ action, args, includes }) => letsThrough(action) && !args?.length && !includes?.caps?.length)
    .flatMap(({ name, names }) => [...(names ?? []), ...(name ? [name] : [])]);
  const found = refused.filter((each) => open.includes(each));
  return found.length === 0
    ? undefined
    : `lets through ${found.join(", ")}, which the engine's own profile refuses`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
