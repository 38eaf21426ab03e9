import type { Suite } from "./suites.mjs";

export function listSuites(file: string): Suite[];
