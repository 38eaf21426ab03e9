/** Absolute paths without `.`, `..` and a slash at their end. Pure. */

/** Whether a path is the folder, or lies in it. Nothing lies in a folder without a name. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || (folder !== "" && path.startsWith(folder === "/" ? "/" : `${folder}/`));
