const everyMs = 15_000;

/** Says what is being built, from time to time that it still is, and how long it took. @param {string} what @param {() => Promise<unknown>} work */
export async function building(what, work) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
  say(`building ${what}…`);
  const clock = setInterval(() => say(`still building ${what}, for ${seconds()}…`), everyMs);
  try {
    await work();
  } finally {
    clearInterval(clock);
  }
  say(`built ${what} in ${seconds()}`);
}
