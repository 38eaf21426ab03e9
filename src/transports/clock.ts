/** A time-out that begins anew with each step and can wait for a person. */
export interface Clock {
  start(): void;
  stop(): void;
}

export function createClock(ms: number, expired: () => void): Clock {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  return {
    start() {
      stop();
      timer = setTimeout(expired, ms);
    },
    stop,
  };
}

/** Waits for the end of something, but not longer than this. */
export async function within(ms: number, ended: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}
