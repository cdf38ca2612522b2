/** The same for the same record, so that a repeated clip is the same file. 32 hexadecimal digits. */
export async function fingerprint(record: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
