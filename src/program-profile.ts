/** The commands on profiles; no host is contacted. */
import type { Command } from "commander";
import { type Reach, withFormat } from "./arguments.ts";
import type { App } from "./cli.ts";

export function addProfile(profile: Command, app: App): void {
  withFormat(profile.command("list"))
    .description("the profiles that a name can stand for")
    .action(async ({ format }: Reach) => {
      const [{ profileList }, { profileListText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileList(await app.places());
      format === "json" ? app.printJson(report) : app.print(profileListText(report));
    });
  withFormat(profile.command("show"))
    .argument("[name]", "profile", "production")
    .description("the merged profile, each value with where it comes from")
    .action(async (name: string, { format }: Reach) => {
      const [{ profileShow }, { profileShowText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report } = await profileShow(name, await app.places());
      format === "json" ? app.printJson(report) : app.print(profileShowText(report));
    });
  withFormat(profile.command("validate"))
    .argument("[name...]", "profiles; none: all of yours")
    .description("every error at once, with file, line and column")
    .action(async (names: string[], { format }: Reach) => {
      const [{ profileValidate }, { profileValidateText }] = await Promise.all([
        import("./commands/profile.ts"),
        import("./reports/profile.ts"),
      ]);
      const { report, status } = await profileValidate(names, await app.places());
      format === "json" ? app.printJson(report) : app.print(profileValidateText(report));
      app.setStatus(status);
    });
  profile
    .command("schema")
    .description("the JSON schema of profiles, for editors")
    .action(async () => {
      const { profileSchemaReport } = await import("./commands/profile.ts");
      app.printJson(profileSchemaReport(await app.places()).report);
    });
}
