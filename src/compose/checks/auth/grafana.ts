/** Grafana, by its variables, its command and grafana.ini. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { isUnknown } from "../../unknown.ts";
import { type AuthSubject, isOn, isUsual } from "./asked.ts";

/** Values of an ini file by `section.key`. */
function iniOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, value = ""] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) section = name.trim();
    else if (key !== undefined)
      found.set(
        `${section}.${key}`,
        value.replace(/^(["'`]+)(.*)\1$/, "$2").replace(/^([^"'`]*?)\s+[;#].*$/, "$1"),
      );
  }
  return found;
}

interface Setting {
  /** What sets it: a variable, or a path. */
  readonly name: string;
  /** Undefined where it is in a file that is not here. */
  readonly text: string | undefined;
}

/** The command comes before variables, and those before the file. */
function settingOf(asked: AuthSubject, section: string, key: string): Setting | undefined {
  const { words, files, password, value } = asked;
  const variable = `GF_${section}_${key}`.toUpperCase().replace(/[.-]/g, "_");
  const option = new RegExp(`^cfg:(?:default\\.)?${section.replace(".", "\\.")}\\.${key}=(.*)$`);
  const byWord = words.findLast((word) => option.test(word));
  if (byWord !== undefined) return { name: "command", text: option.exec(byWord)![1] };
  const own = password(variable);
  if (own !== undefined) return own;
  for (const [path, text] of files) {
    const found = path.endsWith(".ini") ? iniOf(text).get(`${section}.${key}`) : undefined;
    if (found === undefined) continue;
    const [, file, named] = /^\$__file\{([^}]+)\}$|^(?:\$__env\{|\$\{)([^}]+)\}$/.exec(found) ?? [];
    if (file !== undefined) return { name: path, text: files.get(file)?.trim() };
    return { name: path, text: named === undefined ? found : value(named) };
  }
  return undefined;
}

/** How somebody without a login of theirs gets a role: keys of one section. */
interface Way {
  readonly by: string;
  readonly role: string;
  readonly found: string;
  readonly remedy: string;
}

export function grafana(asked: AuthSubject): readonly Fault[] {
  const { at } = asked;
  const setting = (section: string, key: string) => settingOf(asked, section, key);
  /** Where the first setting is on, and the second one gives a role that may change it. */
  const opened = (section: string, way: Way): readonly Fault[] => {
    const by = setting(section, way.by);
    const role = isOn(by?.text) || isUnknown(by?.text) ? setting(section, way.role) : undefined;
    if (!isOn(by?.text) || role === undefined || !/^(?:admin|editor)$/i.test(role.text ?? "")) return [];
    return [{ at: at(role.name), what: role.name, found: way.found, remedy: way.remedy }];
  };
  const proxy = setting("auth.proxy", "enabled");
  const callers = setting("auth.proxy", "whitelist");
  const byHeader: readonly Fault[] =
    proxy === undefined || !isOn(proxy.text) || (callers !== undefined && callers.text?.trim() !== "")
      ? []
      : [
          {
            at: at(proxy.name),
            what: proxy.name,
            found: "whoever reaches it names an account in a header, and is that",
            remedy: "Give auth.proxy a whitelist: the address of the proxy that asks for the login.",
          },
        ];
  const anybody = [
    ...byHeader,
    ...opened("auth.anonymous", {
      by: "enabled",
      role: "org_role",
      found: "whoever reaches it may change it without a login",
      remedy: "Leave the role at Viewer, or take the anonymous access out.",
    }),
    ...opened("users", {
      by: "allow_sign_up",
      role: "auto_assign_org_role",
      found: "whoever reaches it may sign up, and change it",
      remedy: "Leave the role at Viewer, or take the sign-up out.",
    }),
  ];
  if (isOn(setting("security", "disable_initial_admin_creation")?.text)) return anybody;
  const own = setting("security", "admin_password");
  const isGuessed =
    own === undefined || (own.text !== undefined && !isUnknown(own.text) && isUsual(own.text));
  if (!isGuessed) return anybody;
  return [
    ...anybody,
    {
      at: at(own?.name ?? ""),
      found: "it lets in admin with a password that anybody tries first",
      remedy:
        "Set GF_SECURITY_ADMIN_PASSWORD__FILE before its first start; else grafana cli admin reset-admin-password.",
    },
  ];
}
