/** Whether a path that a user of the host chose can be said in a plan: collectors put `?` for control characters. */
export const canBeNamed = (path: string): boolean =>
  /^\/[^?\ufffd\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u.test(path) && path.length < 1000;
