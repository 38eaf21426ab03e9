/**
 * What this client speaks, in its order of preference. ssh2 has no post-quantum key exchange;
 * diffie-hellman-group-exchange is left out because it blocks the thread for over a second, SHA-1
 * because nobody should need it.
 */
import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from "ssh2";
export const clientAlgorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
  ],
  ciphers: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
  ],
  macs: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  hostKeys: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
} as const satisfies {
  kex: readonly KexAlgorithm[];
  ciphers: readonly CipherAlgorithm[];
  macs: readonly MacAlgorithm[];
  hostKeys: readonly ServerHostKeyAlgorithm[];
};

/** Host key algorithms with those of the known key types first: else an RSA-only entry looks like a changed key. */
export function hostKeyOrder(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = (algorithm: string) =>
    knownTypes.includes(algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm);
  return [
    ...clientAlgorithms.hostKeys.filter(known),
    ...clientAlgorithms.hostKeys.filter((algorithm) => !known(algorithm)),
  ];
}
