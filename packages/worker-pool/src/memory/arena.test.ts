import { strict as assert } from "node:assert";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, blockSize, largestPowerOfTwo } from "./arena.ts";

interface Block {
  readonly offset: number;
  readonly size: number;
}

const start = 4096;

it("the largest power of two up to a number is exact around every power, beyond 32 bits too", () => {
  for (let exponent = 0; exponent <= 40; exponent++) {
    const power = 2 ** exponent;
    expect(largestPowerOfTwo(power)).toBe(power);
    expect(largestPowerOfTwo(2 * power - 1)).toBe(power);
  }
});

describe("Arena", () => {
  it("gives aligned blocks inside its memory that never overlap, and counts what is in use", () => {
    const action = fc.oneof(
      fc.record({ allocate: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 20_000 })) }),
      fc.record({ free: fc.nat() }),
    );
    const property = (capacityBytes: number, actions: ({ allocate: number } | { free: number })[]) => {
      const arena = new Arena(start, capacityBytes);
      const held: Block[] = [];
      for (const one of actions) {
        if ("allocate" in one) {
          const offset = arena.allocate(one.allocate);
          if (offset === undefined) continue;
          const end = offset + one.allocate;
          assert.equal(offset % 64, 0);
          assert.ok(offset >= start && end <= start + capacityBytes);
          assert.ok(held.every((other) => offset >= other.offset + other.size || other.offset >= end));
          held.push({ offset, size: one.allocate });
        } else if (held.length > 0) {
          const [block] = held.splice(one.free % held.length, 1);
          arena.free(block!.offset, block!.size);
        }
        expect(arena.usedBytes).toBe(held.reduce((sum, { size }) => sum + blockSize(size), 0));
      }
      for (const { offset, size } of held) arena.free(offset, size);
      expect(arena.usedBytes).toBe(0);
      // Everything is free: one block of all of it can be had, whatever happened before.
      expect(arena.allocate(largestClassWithin(capacityBytes))).toBeDefined();
    };
    const actions = fc.array(action, { maxLength: 200, size: "max" });
    fc.assert(fc.property(fc.integer({ min: 256, max: 60_000 }), actions, property), { numRuns: 300 });
  });

  it("gives a freed block to the next request of its size, also when the arena is full", () => {
    const arena = new Arena(start, 10 * 320);
    const blocks = Array.from({ length: 10 }, () => arena.allocate(300)!);
    expect(arena.allocate(300)).toBeUndefined();
    arena.free(blocks[4]!, 300);
    expect(arena.allocate(257)).toBe(blocks[4]);
    expect(arena.allocate(1)).toBeUndefined();
  });

  it("splits a larger free block and merges the parts again", () => {
    const arena = new Arena(start, 4096);
    const large = arena.allocate(2048)!;
    const rest = arena.allocate(2048)!;
    arena.free(large, 2048);
    const small = [arena.allocate(64)!, arena.allocate(64)!];
    expect(small).toEqual([large, large + 64]);
    expect(arena.allocate(2048)).toBeUndefined();
    for (const offset of small) arena.free(offset, 64);
    expect(arena.allocate(2048)).toBe(large);
    arena.free(rest, 2048);
  });

  it("cannot join free blocks around one in use: no block moves", () => {
    const arena = new Arena(start, 4 * 1024);
    const blocks = Array.from({ length: 4 }, () => arena.allocate(1024)!);
    arena.free(blocks[0]!, 1024);
    arena.free(blocks[2]!, 1024);
    expect(arena.usedBytes).toBe(2048);
    expect(arena.allocate(2048)).toBeUndefined();
    arena.free(blocks[1]!, 1024);
    expect(arena.allocate(3072)).toBe(start);
  });

  it("rounds requests up by less than a quarter, to 64 bytes where they are small", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (sizeBytes) => {
        const size = blockSize(sizeBytes);
        expect(size % 64).toBe(0);
        expect(size).toBeGreaterThanOrEqual(sizeBytes);
        expect(size - sizeBytes).toBeLessThan(Math.max(64, sizeBytes / 4));
        expect(blockSize(size)).toBe(size);
      }),
    );
  });
});

/** The largest request that a fresh arena of that size can grant. */
function largestClassWithin(capacityBytes: number): number {
  let best = 64;
  for (let power = 64; power <= capacityBytes; power *= 2) {
    for (const quarters of [4, 5, 6, 7]) {
      const size = blockSize((power * quarters) / 4);
      if (size <= capacityBytes) best = Math.max(best, size);
    }
  }
  return best;
}
