/**
 * How many plain characters a state of the lexer reads, whichever they are. Where that can be told, tokens of plain characters
 * are allowed by their length alone, and only the others are walked. Told by form, for what strings, their lengths and keys
 * come to; where it says nothing, all tokens are walked.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { endless, kinds, leastOf } from "../regex/kinds.ts";
import { SureText } from "../regex/sureText.ts";
import { plainCharacter } from "./slices.ts";

const all = Number.POSITIVE_INFINITY;
/** Bytes of controls, the quote and the backslash: no plain character has one. u32[8] */
const outside = Uint32Array.of(0xffffffff, 1 << 2, 1 << 28, 0, 0, 0, 0, 0);

/** What a repeated part says of plain characters. */
interface Part {
  /** Whether it has each of them. */
  readonly hasAll: boolean;
  /** Whether it has no other text that begins with one. */
  readonly isExact: boolean;
}

export class PlainReach {
  readonly #expressions: Expressions;
  readonly #sureText: SureText;
  readonly #character: Expr;
  readonly #parts = new Map<Expr, Part>();
  readonly #reach = new Map<Expr, number | undefined>();
  readonly #needsOther = new Map<Expr, boolean>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.#sureText = new SureText(expressions.nodes);
    this.#character = plainCharacter(expressions);
  }

  /**
   * Most of them, Infinity for any number; undefined where it cannot be told, or something may end among them.
   * @param members lexeme and residual, alternately
   */
  of(members: readonly number[]): number | undefined {
    let reach: number | undefined;
    for (let i = 1; i < members.length; i += 2) {
      const each = this.#reachOf(members[i]!);
      if (each !== undefined && (each === all || members.length === 2)) reach = each;
    }
    if (reach === undefined) return undefined;
    for (let i = 1; i < members.length; i += 2) if (!this.#endsOutside(members[i]!)) return undefined;
    return reach;
  }

  #reachOf(expr: Expr): number | undefined {
    if (!this.#reach.has(expr)) this.#reach.set(expr, this.#isOpen(expr) ? all : this.#counted(expr));
    return this.#reach.get(expr);
  }

  /** Whether any plain characters can come next, and it can be completed after them by texts of any length. */
  #isOpen(expr: Expr): boolean {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.concat) return this.#isOpen(nodes.a(expr)) && this.#sureText.of(nodes.b(expr));
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.#isOpen(part));
    if (kind === kinds.begun) return this.#isOpen(nodes.a(expr)) && this.#sureText.hasMoreItems(expr);
    if (kind === kinds.and) {
      const others = nodes.parts(expr).filter((part) => !this.#sureText.leavesLong(part));
      if (others.length === 1) return this.#isOpen(others[0]!);
    }
    return kind !== kinds.not && this.#hasLong(expr);
  }

  /** Whether it has every text of enough plain characters. */
  #hasLong(expr: Expr): boolean {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.and) return nodes.parts(expr).every((part) => this.#hasLong(part));
    if (kind === kinds.or) return nodes.parts(expr).some((part) => this.#hasLong(part));
    if (kind === kinds.not) return this.#sureText.leavesLong(expr);
    if (kind === kinds.concat) return this.#hasLongBeside(nodes.a(expr), nodes.b(expr));
    return kind === kinds.repeat && nodes.c(expr) === endless && this.#part(nodes.a(expr)).hasAll;
  }

  /** Of a sequence: where one half may be left out. */
  #hasLongBeside(head: Expr, tail: Expr): boolean {
    const expressions = this.#expressions;
    return (
      (expressions.isNullable(head) && this.#hasLong(tail)) || (expressions.isNullable(tail) && this.#hasLong(head))
    );
  }

  /** x{a,b} and what no plain character begins. */
  #counted(expr: Expr): number | undefined {
    const { nodes } = this.#expressions;
    if (nodes.kind(expr) !== kinds.concat) return undefined;
    const head = nodes.a(expr);
    const tail = nodes.b(expr);
    if (nodes.kind(head) !== kinds.repeat || nodes.c(head) === endless || !this.#sureText.of(tail)) return undefined;
    return this.#isBegun(tail) || !this.#part(nodes.a(head)).isExact ? undefined : nodes.c(head);
  }

  /** Whether a plain character may begin it, or it may be left out. */
  #isBegun(expr: Expr): boolean {
    const expressions = this.#expressions;
    const { partitions } = expressions.nodes;
    const both = partitions.refine(expressions.nodes.classes(expr), expressions.nodes.classes(this.#character));
    const { firstOf } = partitions.get(both);
    const isFirst = (byte: number): boolean => expressions.derive(this.#character, byte) !== expressions.none;
    const bytes = [...firstOf].filter(isFirst);
    return expressions.isNullable(expr) || bytes.some((byte) => expressions.derive(expr, byte) !== expressions.none);
  }

  #part(expr: Expr): Part {
    let part = this.#parts.get(expr);
    if (part === undefined) {
      const expressions = this.#expressions;
      const more = expressions.concat([this.#character, expressions.not(expressions.empty)]);
      const hasAll = expressions.isSubset(this.#character, expr);
      part = { hasAll, isExact: hasAll && expressions.isEmpty(expressions.and([expr, more])) };
      this.#parts.set(expr, part);
    }
    return part;
  }

  /** Whether each text of it has a byte that is in no plain character. */
  #endsOutside(expr: Expr): boolean {
    let known = this.#needsOther.get(expr);
    if (known === undefined) this.#needsOther.set(expr, (known = this.#computeEndsOutside(expr)));
    return known;
  }

  #computeEndsOutside(expr: Expr): boolean {
    const { nodes } = this.#expressions;
    const kind = nodes.kind(expr);
    if (kind === kinds.bytes) return nodes.sets.bits(nodes.a(expr)).every((word, i) => (word & ~outside[i]!) === 0);
    if (kind === kinds.or) return nodes.parts(expr).every((part) => this.#endsOutside(part));
    if (kind === kinds.concat || kind === kinds.and) return nodes.parts(expr).some((part) => this.#endsOutside(part));
    if (kind === kinds.begun) return this.#endsOutside(nodes.a(expr));
    if (kind === kinds.distinct) return leastOf(nodes.c(expr)) > 0 && this.#endsOutside(nodes.a(expr));
    return kind === kinds.repeat && nodes.b(expr) > 0 && this.#endsOutside(nodes.a(expr));
  }
}
