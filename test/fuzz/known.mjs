// Faults that are known and not mended yet, each with its row: the run passes over them. To be gone
// when all is mended.

// cases.md 2.6: SSL_export_keying_material takes minutes for 2^31 bytes.
export const takesForEver = (name, value) => /export_keying/.test(name) && Number(value) > 0x10000;
