/**
 * Functions whose last bit belongs to the JavaScript engine (ECMA-262 §21.3.2 leaves `Math.log` and its like to the
 * implementation, and `**` too). What decides a token, an offset or a log-probability may not use them.
 */
import { type Program, Visitor } from "oxc-parser";

export interface InexactUse {
  /** `Math.log`, `**`. */
  what: string;
  /** Names of the functions, variables and properties that it stands in, the outermost first. */
  within: string[];
}

const exact = new Set(
  "PI E LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2 abs ceil clz32 floor fround imul max min round sign sqrt trunc random".split(
    " ",
  ),
);

interface Named {
  type: string;
  name?: unknown;
  value?: unknown;
}

const nameOf = (node: Named | null | undefined): string =>
  String(node?.type === "Literal" ? node.value : (node?.name ?? ""));

export function inexactUsesIn(program: Program): InexactUse[] {
  const uses: InexactUse[] = [];
  const scopes: string[] = [];
  const add = (what: string): void => void uses.push({ what, within: scopes.filter((name) => name !== "") });
  const enter = (node: Named | null | undefined): void => void scopes.push(nameOf(node));
  const leave = (): void => void scopes.pop();
  // `Math` as the object of a member whose function rounds correctly
  const allowed = new Set<unknown>();
  new Visitor({
    FunctionDeclaration: (node) => enter(node.id),
    "FunctionDeclaration:exit": leave,
    VariableDeclarator: (node) => enter(node.id),
    "VariableDeclarator:exit": leave,
    Property: (node) => enter(node.key),
    "Property:exit": leave,
    MethodDefinition: (node) => enter(node.key),
    "MethodDefinition:exit": leave,
    MemberExpression: (node) => {
      const isMath = node.object.type === "Identifier" && node.object.name === "Math";
      const name = node.computed && node.property.type !== "Literal" ? "[…]" : nameOf(node.property);
      if (!isMath) return;
      allowed.add(node.object);
      if (!exact.has(name)) add(`Math.${name}`);
    },
    Identifier: (node) => {
      if (node.name === "Math" && !allowed.has(node)) add("Math");
    },
    BinaryExpression: (node) => {
      if (node.operator === "**" && !isPowerOfTwo(node.left, node.right)) add("**");
    },
    AssignmentExpression: (node) => {
      if (node.operator === "**=") add("**=");
    },
  }).visit(program);
  return uses;
}

/** 2 to the power of a whole number that is written down, or whole numbers: every engine has it exactly. */
function isPowerOfTwo(left: Named, right: Named & { argument?: unknown }): boolean {
  if (typeof left.value === "bigint") return true;
  const exponent = right.type === "UnaryExpression" ? (right.argument as Named) : right;
  return left.value === 2 && exponent?.type === "Literal" && Number.isInteger(exponent.value);
}
