/** By which paths of the host the engine is asked. Pure. */
import { posix } from "node:path";

/** What a host says of the engine's sockets. */
export interface EngineSockets {
  /** Their paths. */
  readonly paths: ReadonlySet<string>;
  /** `SOURCE:TARGET` of mounts that are no sockets. */
  readonly others: ReadonlySet<string>;
  /** Why it can't be told whether a mount has one, by its source. */
  readonly unsure: ReadonlyMap<string, string>;
}

/** By its name, and on a host by where the engine listens. */
export function isEngineSocket(path: string, engine: EngineSockets | undefined): boolean {
  const plain = posix.normalize(path);
  return /(^|\/)(docker|podman|containerd|crio)\.sock\/?$/.test(plain) || engine?.paths.has(plain) === true;
}
