// Where the key, the disks and the logs of the test hosts are kept between runs.
import { accessSync, constants, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** By the XDG base directory specification: what is empty or relative doesn't count. */
function folder() {
  const { XDG_CACHE_HOME: cache = "", HOME: home = "" } = process.env;
  if (isAbsolute(cache)) return cache;
  return join(isAbsolute(home) ? home : userInfo().homedir, ".cache");
}

export const cacheFolder = join(folder(), "harden-test");

/** Makes it where it is missing. */
export function makeCache() {
  try {
    mkdirSync(cacheFolder, { recursive: true });
    accessSync(cacheFolder, constants.W_OK);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(`${message}: name a folder that can be written in XDG_CACHE_HOME; nothing was built`);
  }
}
