import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameMeter } from "./frameMeter.ts";

interface Frame {
  readonly length: number;
  readonly fin: boolean;
  readonly isControl: boolean;
}

/** A frame as a client sends it: masked, with the shortest form of its length. */
function bytesOf({ length, fin, isControl }: Frame, isFirst: boolean): Buffer {
  const opcode = isControl ? 9 : isFirst ? 2 : 0;
  const size = isControl ? length % 126 : length;
  const extended = Buffer.alloc(size < 126 ? 0 : size < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(size);
  else if (extended.length === 8) extended.writeBigUInt64BE(BigInt(size));
  const short = extended.length === 0 ? size : extended.length === 2 ? 126 : 127;
  const head = Buffer.from([(fin || isControl ? 0x80 : 0) | opcode, 0x80 | short]);
  return Buffer.concat([head, extended, Buffer.alloc(4 + size)]);
}

it("knows what is unfinished, however the frames are cut, control frames between fragments included", () => {
  const frame = fc.record({
    length: fc.oneof(fc.nat(200), fc.nat(70_000), fc.constantFrom(0, 125, 126, 65_535, 65_536)),
    fin: fc.boolean(),
    isControl: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.integer({ min: 1, max: 50_000 }), (frames, cut) => {
      const meter = new FrameMeter();
      let isFirst = true;
      let messageBytes = 0;
      let ended = 0;
      for (const each of frames) {
        const bytes = bytesOf(each, isFirst);
        for (let offset = 0; offset < bytes.length; offset += cut)
          ended += meter.push(bytes.subarray(offset, offset + cut));
        if (!each.isControl) {
          isFirst = each.fin;
          messageBytes = each.fin ? 0 : messageBytes + each.length + 128;
        }
        expect(meter.isUnfinished).toBe(!isFirst);
        expect(meter.unfinishedBytes).toBe(messageBytes);
      }
      expect(ended).toBe(frames.length);
      meter.push(Buffer.from([0x82]));
      expect(meter.isUnfinished).toBe(true);
      meter.push(Buffer.from([0xfe, 1, 0, 0, 0, 0, 0, 1, 2, 3]));
      expect(meter.unfinishedBytes).toBe(messageBytes + 3 + 8);
    }),
    { numRuns: 60 },
  );
});
