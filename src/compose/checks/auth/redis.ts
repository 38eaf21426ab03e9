/** redis and what is made of it, by its command and its configuration. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { parseImage } from "../../../profile/image-name.ts";
import { type Asked, isUsual, setAnew, usualPassword } from "./asked.ts";

const redisRemedy =
  "Have requirepass in a file of its configuration, mode 0400 and its user's, and name that file in the command.";

export function redis(asked: Asked): readonly Fault[] {
  const { value, at, files } = asked;
  const options = [asked.command, value("REDIS_ARGS", "VALKEY_EXTRA_FLAGS", "REDIS_EXTRA_FLAGS") ?? ""].join(
    " ",
  );
  const passwords = ["REDIS_PASSWORD", "VALKEY_PASSWORD", "REDIS_PASSWORD_FILE", "VALKEY_PASSWORD_FILE"];
  const open = (found: string): readonly Fault[] => [
    { at: at("ALLOW_EMPTY_PASSWORD"), found, remedy: redisRemedy },
  ];
  const isBitnami = /^bitnami/.test(parseImage(asked.view.image ?? "").repository);
  if (isBitnami && passwords.some((each) => value(each)))
    return usualPassword(passwords.slice(0, 2), setAnew)(asked);
  const [, given] = /--requirepass[= ]+["']?([^\s"']+)/.exec(options) ?? [];
  if (given !== undefined) return isUsual(given) ? open("its password is one that anybody tries first") : [];
  const [file] = options.match(/\/\S+\.conf\b/) ?? [];
  if (file === undefined && !/--(?:aclfile|user)\b/.test(options) && !/\bsh -c\b/.test(options))
    return open("it takes commands of anybody: no requirepass in its command, and no file of configuration");
  const text = file === undefined ? undefined : files.get(file);
  // Nobody makes a secret of a configuration without a password; and where the file is checked it need not be.
  if (text === undefined && file?.startsWith("/run/secrets/")) return [];
  if (text === undefined)
    return [
      {
        at: at(),
        unknown: true,
        found: `whether it wants a password is in ${file ?? "a program or a file"} that could not be read`,
        remedy: "Run this beside the files that the service mounts, or try redis-cli ping from a neighbour.",
      },
    ];
  return /^\s*(?:requirepass\s+\S|user\s+default\s+(?!.*\bnopass\b)|aclfile\s+\S)/m.test(text)
    ? []
    : open(`it takes commands of anybody: ${file} has no requirepass`);
}
