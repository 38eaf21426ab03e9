/** redis and what is made of it, by its command and its configuration. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { parseImage } from "../../../profile/image-name.ts";
import { isEncrypted } from "../../secrets.ts";
import { type Asked, isUsual, setAnew, usualPassword } from "./asked.ts";

const remedy =
  "Have requirepass in a file of its configuration, mode 0400 and its user's, and name that file in the command.";

/** Of images that make the configuration themselves. */
const variables = ["REDIS_PASSWORD", "VALKEY_PASSWORD"];

export function redis(asked: Asked): readonly Fault[] {
  const { value, at, command, view } = asked;
  const open = (found: string): readonly Fault[] => [{ at: at("ALLOW_EMPTY_PASSWORD"), found, remedy }];
  const isBitnami = parseImage(view.image ?? "").repository.startsWith("bitnami/");
  if (isBitnami && variables.some((each) => value(each) || value(`${each}_FILE`)))
    return usualPassword(variables, setAnew)(asked);
  const options = `${command} ${value("REDIS_ARGS", "VALKEY_EXTRA_FLAGS", "REDIS_EXTRA_FLAGS") ?? ""}`;
  const [, given] = /--requirepass[= ]+["']?([^\s"']+)/.exec(options) ?? [];
  if (given !== undefined) return isUsual(given) ? open("its password is one that anybody tries first") : [];
  const [file] = options.match(/\/\S+\.conf\b/) ?? [];
  if (file !== undefined) return byFile(file, asked);
  return /--(?:aclfile|user)\b|\bsh -c\b/.test(options)
    ? unread("a program, or a file of users,", asked)
    : open("it takes commands of anybody: no requirepass in its command, and no file of configuration");
}

function byFile(file: string, asked: Asked): readonly Fault[] {
  const text = asked.files.get(file);
  if (text === undefined || isEncrypted(text))
    // Nobody makes a secret of a configuration without a password; and where this runs it need not be there.
    return file.startsWith("/run/secrets/") ? [] : unread(file, asked);
  return /^\s*(?:requirepass\s+\S|user\s+default\s+(?!.*\bnopass\b)|aclfile\s+\S)/m.test(text)
    ? []
    : [{ at: asked.at(), found: `it takes commands of anybody: ${file} has no requirepass`, remedy }];
}

const unread = (where: string, { at }: Asked): readonly Fault[] => [
  {
    ...{
      at: at(),
      unknown: true,
      found: `whether it wants a password is in ${where} that could not be read`,
    },
    remedy: "Run this beside the files that the service mounts, or try redis-cli ping from a neighbour.",
  },
];
