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
