/** What `--profile` stands for. */
import { join } from "node:path";
import { placesFrom } from "../src/process/places.ts";
import { loadProfile } from "../src/profile/load.ts";
import type { ProfileChoice } from "../src/run/ports.ts";

/** All of a profile, by its name or its file; of a project nothing is taken. */
export async function choiceOf(name: string): Promise<ProfileChoice> {
  const packagedDir = join(import.meta.dirname, "../profiles");
  const places = await placesFrom({ cwd: packagedDir, packagedDir }, async () => new Uint8Array());
  return { profile: await loadProfile(name, places), only: [], skip: [] };
}
