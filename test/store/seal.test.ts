// Records at rest: what they say to whoever reads them, and what becomes of them in other hands.

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sealer, seal, unseal } from '../../src/store/seal.js';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const secret = bytes(32, 64);
const id = bytes(1, 32);

test('what was sealed opens with the same secret, purpose, prefix and id, byte for byte', () => {
  fc.assert(
    fc.property(
      secret,
      fc.string(),
      fc.string(),
      id,
      bytes(0, 2000),
      (key, why, prefix, at, data) => {
        const record = seal(new Sealer(key, why, prefix).placeOf(at).key, data);
        const opened = unseal(new Sealer(key, why, prefix).placeOf(at).key, record);
        expect(opened?.equals(data)).toBe(true);
        expect(record.length - data.length).toBe(29);
      },
    ),
  );
});

test('nothing opens with another secret, purpose, prefix or id, and the names differ', () => {
  const four = fc.tuple(secret, fc.string(), fc.string(), id);
  fc.assert(
    fc.property(four, four, fc.nat(3), bytes(1, 200), (one, other, which, data) => {
      const changed = one.map((value, i) => (i === which ? other[i] : value)) as typeof one;
      fc.pre(
        Buffer.compare(Buffer.from(String(one[which])), Buffer.from(String(other[which]))) !== 0,
      );
      const place = ([key, why, prefix, at]: typeof one) =>
        new Sealer(key, why, prefix).placeOf(at);
      expect(unseal(place(changed).key, seal(place(one).key, data))).toBeNull();
      expect(place(changed).name).not.toBe(place(one).name);
    }),
  );
});

test('a record that was changed, cut or lengthened does not open', () => {
  const { key } = new Sealer(randomBytes(32), 'session', '').placeOf('id');
  const record = seal(key, randomBytes(100));
  for (let at = 0; at < record.length; at++) {
    const changed = Buffer.from(record);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(unseal(key, changed), `byte ${at}`).toBeNull();
    expect(unseal(key, record.subarray(0, at)), `cut at ${at}`).toBeNull();
  }
  expect(unseal(key, Buffer.concat([record, Buffer.of(0)]))).toBeNull();
  fc.assert(
    fc.property(bytes(0, 200), (garbage) => {
      expect(unseal(key, garbage)).toBeNull();
    }),
  );
});

test('neither the name nor the record shows the id, the secret or the data', () => {
  fc.assert(
    fc.property(secret, bytes(16, 32), bytes(16, 100), (key, at, data) => {
      const place = new Sealer(key, 'session', 'tls:').placeOf(at);
      const seen = Buffer.concat([Buffer.from(place.name), seal(place.key, data)]);
      for (const hidden of [key, at, data, place.key]) {
        expect(seen.includes(Buffer.from(hidden))).toBe(false);
        expect(seen.includes(Buffer.from(hidden).toString('hex'))).toBe(false);
        expect(seen.includes(Buffer.from(hidden).toString('base64url'))).toBe(false);
      }
    }),
  );
});

test('the same data sealed again is another record: no nonce comes twice', () => {
  const { key } = new Sealer(randomBytes(32), 'session', '').placeOf('id');
  const records = new Set(
    Array.from({ length: 1000 }, () => seal(key, Buffer.from('the same')).toString('hex', 1, 13)),
  );
  expect(records.size).toBe(1000);
});
