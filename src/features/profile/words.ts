import type { Described } from "../../command/command.ts";
import { format } from "../../command/formats.ts";
import { onProfiles } from "../../command/on-profiles.ts";
import { word } from "../../command/words.ts";
import { dayOf } from "../../day.ts";
import { jsonText } from "../../text.ts";

export const profile: Described = { words: "profile", summary: "list, show and check profiles" };

export const profileList = onProfiles({
  words: "profile list",
  summary: "the profiles that a name can stand for",
  arguments: {},
  options: format,
  async act() {
    const { profileList } = await import("./work.ts");
    return (_given, places) => profileList(places);
  },
  text: async () => (await import("./text.ts")).profileListText,
});

export const profileShow = onProfiles({
  words: "profile show",
  summary: "the merged profile, each value with where it comes from",
  arguments: {
    name: word<string>({
      spelled: "[name]",
      text: "profile",
      initial: "production",
      values: { lists: ["profiles"], files: true },
    }),
  },
  options: format,
  async act() {
    const { profileShow } = await import("./work.ts");
    return ({ name }, places) => profileShow(name, places);
  },
  text: async () => (await import("./text.ts")).profileShowText,
});

export const profileValidate = onProfiles({
  words: "profile validate",
  summary: "every error at once, with file, line and column",
  arguments: {
    names: word<readonly string[]>({
      spelled: "[name...]",
      text: "profiles; none: all of yours",
      values: { lists: ["profiles"], files: true },
    }),
  },
  options: format,
  async act() {
    const { profileValidate } = await import("./work.ts");
    const today = dayOf(Date.now());
    return ({ names }, places) => profileValidate(names, { ...places, today });
  },
  text: async () => (await import("./text.ts")).profileValidateText,
});

export const profileSchema = onProfiles({
  words: "profile schema",
  summary: "the JSON schema of profiles, for editors",
  arguments: {},
  options: {},
  async act() {
    const { profileSchemaReport } = await import("./work.ts");
    return async (_given, places) => profileSchemaReport(places);
  },
  text: async () => jsonText,
});
