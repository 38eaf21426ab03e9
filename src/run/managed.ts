/** Which controls are looked at. */
import { controls } from "../controls/index.ts";
import { HardenError } from "../errors.ts";
import type { Control } from "../plan/control.ts";
import type { Managed } from "../plan/managed.ts";
import type { Profile } from "../profile/profile.ts";
import { oneLine } from "../text.ts";
import type { ProfileChoice } from "./ports.ts";

/** The controls that a profile manages, without those that --only and --skip leave out. Throws on a wrong name, and where nothing is left. */
export function managedBy({ profile, only, skip }: ProfileChoice): readonly Managed[] {
  const wrong = [...only, ...skip].filter((id) => !controls.some((control) => control.id === id));
  if (wrong.length > 0)
    throw new HardenError("usage", `There is no control ${wrong.join(", ")}.`, {
      hint: `The controls are ${controls.map(({ id }) => id).join(", ")}.`,
    });
  const chosen = (control: Control) =>
    (only.length === 0 || only.includes(control.id)) && !skip.includes(control.id);
  const managed = controls.filter(chosen).flatMap((control) => {
    const section = profile.sections[control.id];
    if (section === undefined) return [];
    const { enabled, apply, ...params } = section;
    return [{ control, params, mode: enabled ? (apply ? "apply" : "measure") : "off" } as const];
  });
  if (managed.length === 0) throw nothingManaged(profile);
  return managed;
}

/** To check nothing is no success: a file that was emptied by accident, or a word of --only, would be green for ever. */
function nothingManaged({ name, sections }: Profile): HardenError {
  const has = Object.keys(sections);
  return has.length === 0
    ? new HardenError(
        "profile",
        `The profile ${oneLine(name)} manages nothing: it has no section of a control.`,
        {
          hostState: "nothing was changed",
          hint: `Write "extends: production", or a section such as "${controls[0]!.id}: {}".`,
        },
      )
    : new HardenError("usage", `--only and --skip leave nothing of the profile ${name}.`, {
        hostState: "nothing was changed",
        hint: `It has ${has.join(", ")}.`,
      });
}
