/** Secrets of a project out of what its services say. Pure. */
import { gap, isHiddenPair, isSecretKey, redact, secretsWithin } from "../../secrets/index.ts";
import { type Config, type Definition, listOf, mapOf } from "./config.ts";

/** Shorter ones would take letters out of words. */
const least = 3;
const isSwitch = (value: string) => /^(true|false|yes|no|on|off|none|null)$/i.test(value);

const textsIn = (value: unknown): readonly string[] =>
  typeof value === "string" ? [value] : Object.values(mapOf(value)).concat(listOf(value)).flatMap(textsIn);

function secretsOf({ environment, command, entrypoint, healthcheck, build }: Definition): readonly string[] {
  const pairs = [...Object.entries(mapOf(environment)), ...Object.entries(mapOf(mapOf(build).args))];
  const named = pairs.flatMap(([key, value]) =>
    isSecretKey(key) || isHiddenPair(key, String(value)) ? [String(value)] : [],
  );
  const texts = [
    ...pairs.map(([, value]) => String(value)),
    ...[command, entrypoint, healthcheck].map((each) => textsIn(each).join(" ")),
  ];
  const within = texts.flatMap(secretsWithin);
  return [...named, ...within];
}

/** `files`: what the files of its secrets hold. */
export function secretsIn(
  { services }: Pick<Config, "services">,
  files: readonly string[],
): readonly string[] {
  const lines = files.flatMap((text) => [text, ...text.split("\n")]);
  const all = [...Object.values(services).flatMap(secretsOf), ...lines].map((each) => each.trim());
  // The longest first: another may be a part of it.
  return [...new Set(all)]
    .filter((each) => each.length >= least && !isSwitch(each))
    .sort((one, other) => other.length - one.length);
}

/** Without the secrets, and without what stands where one would. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  redact(secrets.reduce((rest, secret) => rest.replaceAll(secret, gap), text));
