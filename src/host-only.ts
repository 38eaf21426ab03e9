/** A value that goes back to the host that it is of, and nowhere else: JSON, a saved plan and a log leave it out. */
export class HostOnly<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  toJSON(): undefined {
    return undefined;
  }
}
