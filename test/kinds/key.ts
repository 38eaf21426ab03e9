/** A key of its own for each number. */
export const key = (number: number, comment = `key${number}`) => {
  const type = "ssh-ed25519";
  const blob = Buffer.alloc(4 + type.length + 4 + 32, number);
  blob.writeUInt32BE(type.length, 0);
  blob.write(type, 4);
  blob.writeUInt32BE(32, 4 + type.length);
  return `${type} ${blob.toString("base64")} ${comment}`;
};
