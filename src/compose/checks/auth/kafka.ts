/** Whether each listener of a Kafka broker asks its clients for a login. Pure. */
import { isUnknown } from "../../unknown.ts";
import { type AuthSubject, textsOf } from "./asked.ts";

/** Of Redpanda, which reads settings of its own. */
const bySasl =
  /\benable_sasl["']?\s*[:= ]\s*["']?true|\bauthentication_method["']?\s*:\s*["']?(?:sasl|mtls_identity)/;

/** A property by its variable, else by a file or `--override`, of which the last one counts. */
function settingOf({ value }: AuthSubject, text: string, name: string): string | undefined {
  const variable = name.toUpperCase().replaceAll(".", "_");
  const lines = text.replace(/\s--override\s+(\S+)/g, "\n$1\n");
  const pattern = new RegExp(`^[ \\t]*${name.replaceAll(".", "\\.")}[ \\t]*[=:][ \\t]*(.*)$`, "gm");
  return (
    value(`KAFKA_${variable}`, `KAFKA_CFG_${variable}`) ??
    [...lines.matchAll(pattern)]
      .at(-1)?.[1]
      ?.trim()
      .replace(/^["']|["']$/g, "")
  );
}

const listed = (text = "") => text.split(",").map((each) => each.trim());

/** A listener of the controllers is for brokers; one of brokers takes whoever comes. */
export function asksEachClient(asked: AuthSubject): boolean {
  const text = textsOf(asked).join("\n");
  const setting = (name: string) => settingOf(asked, text, name);
  const listeners = setting("listeners") ?? setting("advertised.listeners");
  const protocols = setting("listener.security.protocol.map");
  const controllers = listed(setting("controller.listener.names"));
  if (isUnknown(listeners) || isUnknown(protocols)) return true;
  const map = new Map(listed(protocols).map((each) => each.split(":") as [string, string]));
  const clients = listed(listeners).flatMap((each) => {
    const [, name, host] = /^([\w.-]+):\/\/(.*?)(?::\d*)?$/.exec(each) ?? [];
    const isLocal = /^(?:localhost|127\.[\d.]+|\[?::1\]?)$/.test(host ?? "");
    return name === undefined || controllers.includes(name) || isLocal ? [] : [name];
  });
  const asks = (name: string) => {
    const protocol = (map.get(name) ?? name).toUpperCase();
    if (protocol !== "SSL") return protocol.startsWith("SASL_");
    const own = setting(`listener.name.${name.toLowerCase()}.ssl.client.auth`);
    return (own ?? setting("ssl.client.auth")) === "required";
  };
  const isAsked = clients.length > 0 && clients.every(asks);
  return isAsked || bySasl.test(text);
}
