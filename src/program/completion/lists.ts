/** What is looked up for completion: names that are there now. Contacts no host; what can't be read is no candidate. */
import type { Outside } from "../../command/command.ts";
import type { ListName } from "../../command/words.ts";
import type { Candidate, Lists } from "./offer.ts";

export const listsFor = (outside: Pick<Outside, "places" | "project">): Lists => {
  const read: Readonly<Record<ListName, () => Promise<readonly Candidate[]>>> = {
    async hosts() {
      const [{ aliases }, project] = await Promise.all([
        import("../../transports/aliases.ts"),
        outside.project().catch(() => undefined),
      ]);
      const { hosts = {}, groups = {} } = project?.values ?? {};
      const own = Object.keys(hosts);
      return [
        ...named(own, "a host of harden.yaml"),
        ...named(
          own.length === 0 ? [] : ["@all", ...Object.keys(groups).map((each) => `@${each}`)],
          "a group",
        ),
        ...named(
          (await aliases()).filter((name) => !own.includes(name)),
          "~/.ssh/config",
        ),
      ];
    },
    async profiles() {
      const [{ availableNames }, { folders, isName }, places] = await Promise.all([
        import("../../profile/chain.ts"),
        import("../../profile/search.ts"),
        outside.places(),
      ]);
      return named((await availableNames(folders(places), places)).filter(isName), "");
    },
    async controls() {
      const { controls } = await import("../../controls/index.ts");
      return controls.map(({ id, title }) => ({ value: id, about: title }));
    },
    async checks() {
      const { explanations } = await import("../../features/explain/work.ts");
      return named([...explanations().keys()], "");
    },
  };
  return (name) => read[name]().catch(() => []);
};

const named = (values: readonly string[], about: string) => values.map((value) => ({ value, about }));
