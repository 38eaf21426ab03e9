/** The one door: ssh2 is loaded only where a route needs it. */
import type { Connect } from "./transport.ts";

export const connect: Connect = async (route, o) => {
  if (route.kind === "local") return (await import("./local.ts")).connectLocal(route, o);
  return (await import("./ssh.ts")).connectSsh(route, o);
};
