export interface Scratch {
  readonly path: string;
  remove(): void;
}

export function makeScratch(): Scratch;
