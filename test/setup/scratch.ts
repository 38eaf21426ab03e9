import { makeScratch, type Scratch } from "./scratch.mjs";

let scratch: Scratch | undefined;

export function setup() {
  scratch = makeScratch();
}

export function teardown() {
  scratch?.remove();
}
