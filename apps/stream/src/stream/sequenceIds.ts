/**
 * Ids of the sequences of one run. A request without an id gets its number in the input, so neither concurrency nor
 * other requests' fate changes what it draws; an id is used once, so that output can be grouped by it.
 */
export class SequenceIds {
  readonly #given: Set<number | bigint> = new Set();
  /** Numbers that no request got, as the request of that number came with an id. */
  readonly #unused: Set<number | bigint> = new Set();

  /**
   * @param number the request's number, rising from call to call
   * @throws RangeError if the id belongs to an earlier request.
   */
  claim(number: number, wanted: number | bigint | undefined): number | bigint {
    if (wanted === undefined) {
      if (this.#given.has(number))
        throw new RangeError(taken(number, `an earlier request; give every request an id, or none`));
      return number;
    }
    if (this.#given.has(wanted)) throw new RangeError(taken(wanted, "an earlier request"));
    if (wanted < number && !this.#unused.has(wanted)) {
      throw new RangeError(taken(wanted, `request ${wanted}, which has none of its own`));
    }
    this.#given.add(wanted);
    this.#unused.add(number);
    return wanted;
  }
}

function taken(id: number | bigint, by: string): string {
  return `"sequenceId" expected one of its own, got ${id} of ${by}`;
}
