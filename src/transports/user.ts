/** Who runs this process. */
import { homedir, userInfo } from "node:os";

export interface User {
  readonly username: string;
  readonly uid: number;
  readonly homedir: string;
}

/** A process in a container may have an id that no name belongs to (getpwuid(3)), as in many a CI: then that is its name. */
export function currentUser(): User {
  try {
    return userInfo();
  } catch {
    const uid = process.getuid?.() ?? -1;
    return { username: String(uid), uid, homedir: "" };
  }
}

/** Where ssh looks for its files; HOME where the system knows no folder of the user. */
export function homeOf(user: User): string {
  if (user.homedir !== "") return user.homedir;
  try {
    return homedir();
  } catch {
    return "/";
  }
}
