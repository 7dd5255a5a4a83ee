import { describe, expect, it } from "vitest";
import { errorOf, messageOf } from "./messageOf.ts";

const throws = (): never => {
  throw new Error("unreadable");
};

const unreadable: [string, unknown][] = [
  [
    "whose toString throws",
    {
      toString: throws,
    },
  ],
  ["without a prototype", Object.create(null)],
  ["without a text of its own", {}],
  [
    "whose message is a getter that throws",
    Object.defineProperty(new Error("x"), "message", {
      get: throws,
    }),
  ],
  [
    "whose message does not convert",
    Object.assign(new Error("x"), {
      message: {
        toString: throws,
      },
    }),
  ],
  ["that is a revoked proxy", revoked()],
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
  revoke();
  return proxy;
}

describe("the text of what was thrown", () => {
  it.each([
    [new Error("late"), "late"],
    [new RangeError(""), ""],
    ["text", "text"],
    [3, "3"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [7n, "7"],
    [{ toString: () => "own" }, "own"],
  ])("of %o is %s", (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });

  it.each(unreadable)("of a value %s is a fixed one", (_, thrown) => {
    expect(messageOf(thrown)).toBe("an error without a text");
  });

  it.each(unreadable)("is that of an Error made of a value %s", (_, thrown) => {
    expect(errorOf(thrown).message).toBe("an error without a text");
  });

  it("keeps an Error as it is", () => {
    const error = new TypeError("x");
    expect(errorOf(error)).toBe(error);
  });
});
