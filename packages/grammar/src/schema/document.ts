/**
 * A schema document as resources with identifiers and anchors, and what references in it lead to (RFC 3986, RFC 6901, JSON
 * Schema core §8 and §9). Nothing is fetched: what is not in the document is refused.
 */
import { type Dialect, dialectOf, unnamed } from "./dialect.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import { inArray, inRecord, inSchema } from "./keywords.ts";
import { isObject, type SchemaObject } from "./schemaObject.ts";
import { Shapes } from "./shapes.ts";

/** A schema with an identifier of its own, or the document. */
export interface Resource {
  readonly index: number;
  readonly uri: string;
  readonly dialect: Dialect;
  readonly root: Location;
  readonly anchors: Map<string, Location>;
  /** Names of `anchors` that dynamic references look for. */
  readonly dynamicAnchors: Set<string>;
}

/** A place in the document where a schema stands. */
export interface Location {
  readonly pointer: string;
  readonly value: unknown;
  readonly resource: Resource;
}

interface Resolved {
  readonly target: Location;
  readonly anchor: string | undefined;
}

/** A URI that no document has, for relative identifiers. */
const documentUri = "schema://document/";

const anchorKeywords = ["$anchor", "$dynamicAnchor"] as const;
const holdsSchemas: ReadonlySet<string> = new Set([...inArray, ...inRecord, ...inSchema]);

export function escapeToken(token: string): string {
  if (!/[~/]/.test(token)) return token;
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

export class SchemaDocument {
  readonly root: Location;
  /** Some reference depends on the resources that were entered before. */
  hasDynamicReferences = false;
  readonly #locations = new Map<string, Location>();
  /** By resource and reference. */
  readonly #resolved = new Map<string, Resolved>();
  readonly #resources = new Map<string, Resource>();
  readonly #shapes = new Shapes();
  /** By shape: the first place of it. */
  readonly #first = new Map<number, Location>();

  constructor(schema: unknown) {
    const root = { pointer: "", value: schema, resource: undefined as unknown as Resource };
    root.resource = this.#addResource(documentUri, unnamed, root);
    this.root = this.#index(root);
  }

  /** The place under a schema's keyword, and under a name or index of it. */
  at(parent: Location, keyword: string, token?: string | number): Location {
    let value = (parent.value as SchemaObject)[keyword];
    let pointer = `${parent.pointer}/${keyword}`;
    if (token !== undefined) {
      value = (value as SchemaObject)[token];
      pointer += `/${typeof token === "number" ? token : escapeToken(token)}`;
    }
    return this.#locations.get(pointer) ?? this.#index({ pointer, value, resource: parent.resource });
  }

  /**
   * The place that stands for all those with the same schema. A reference leads from all of them to the same place, as long
   * as they are of one resource and none depends on the way to it.
   */
  firstLike(location: Location): Location {
    if (!isObject(location.value) || location.resource !== this.root.resource) return location;
    if (this.#resources.size > 1 || this.hasDynamicReferences) return location;
    const shape = this.#shapes.numberOf(location.value);
    const first = this.#first.get(shape);
    if (first === undefined) this.#first.set(shape, location);
    return first ?? location;
  }

  /** What a reference leads to, and the anchor's name if it is by one. @throws UnsupportedSchemaError */
  resolve(from: Location, keyword: string, reference: unknown): Resolved {
    const key = `${from.resource.uri} ${String(reference)}`;
    let resolved = this.#resolved.get(key);
    if (!resolved) this.#resolved.set(key, (resolved = this.#resolve(from, keyword, reference)));
    return resolved;
  }

  #resolve(from: Location, keyword: string, reference: unknown): Resolved {
    const refuse = (reason: string): never => {
      throw new UnsupportedSchemaError(keyword, from.pointer, reason);
    };
    if (typeof reference !== "string") return refuse("it is no URI reference");
    const uri = resolveUri(reference, from.resource.uri);
    if (uri === undefined) return refuse(`${JSON.stringify(reference)} is no URI reference`);
    const { base, fragment } = splitFragment(uri);
    const resource = this.#resources.get(base);
    if (!resource) return refuse(`${JSON.stringify(reference)} is not in the document, and nothing is fetched`);
    if (fragment !== "" && !fragment.startsWith("/")) {
      const target = resource.anchors.get(fragment);
      return target ? { target, anchor: fragment } : refuse(`there is no anchor ${JSON.stringify(fragment)}`);
    }
    const target = this.#follow(resource.root, fragment);
    return target ? { target, anchor: undefined } : refuse(`nothing is at ${JSON.stringify(reference)}`);
  }

  #follow(start: Location, pointer: string): Location | undefined {
    const known = this.#locations.get(start.pointer + pointer);
    if (known) return known;
    let at = start;
    for (const token of pointer.split("/").slice(1)) {
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      const { value } = at;
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
      const next = `${at.pointer}/${escapeToken(key)}`;
      at = this.#locations.get(next) ?? { pointer: next, value: (value as SchemaObject)[key], resource: at.resource };
    }
    return this.#locations.get(at.pointer) ?? this.#index(at);
  }

  #addResource(uri: string, dialect: Dialect, root: Location): Resource {
    const index = this.#resources.size;
    const resource = { index, uri, dialect, root, anchors: new Map(), dynamicAnchors: new Set<string>() };
    if (!this.#resources.has(uri)) this.#resources.set(uri, resource);
    return resource;
  }

  /** Enters the place and all schemas under it. */
  #index(start: Location): Location {
    const pending = [start];
    for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
      const location = isObject(each.value) ? this.#identify(each, each.value) : each;
      this.#locations.set(location.pointer, location);
      if (!isObject(location.value)) continue;
      for (const keyword of Object.keys(location.value)) {
        const value = location.value[keyword];
        if (typeof value !== "object" || !holdsSchemas.has(keyword)) continue;
        const pointer = `${location.pointer}/${keyword}`;
        const add = (token: string | undefined, inner: unknown): void => {
          const at = token === undefined ? pointer : `${pointer}/${escapeToken(token)}`;
          if (!this.#locations.has(at)) pending.push({ pointer: at, value: inner, resource: location.resource });
        };
        if (Array.isArray(value) && inArray.includes(keyword)) value.forEach((inner, i) => add(String(i), inner));
        else if (isObject(value) && inRecord.includes(keyword))
          for (const [name, inner] of Object.entries(value)) add(name, inner);
        else if (isObject(value) && inSchema.includes(keyword)) add(undefined, value);
      }
    }
    return this.#locations.get(start.pointer)!;
  }

  /** The place in its own resource, if it has an identifier; and its anchors. */
  #identify(location: Location, schema: SchemaObject): Location {
    let { resource } = location;
    let found = location;
    const dialect = dialectOf(schema, location.pointer, resource.dialect);
    const id = schema[dialect.idKeyword];
    const isAlone = dialect.refStandsAlone && "$ref" in schema;
    if (typeof id === "string" && !isAlone) {
      const uri = resolveUri(id, resource.uri);
      if (uri === undefined)
        throw new UnsupportedSchemaError(dialect.idKeyword, location.pointer, "it is no URI reference");
      const { base, fragment } = splitFragment(uri);
      if (base !== resource.uri || location.pointer === "") {
        const own = { ...location };
        own.resource = this.#addResource(base, dialect, own);
        ({ resource } = own);
        found = own;
      }
      if (fragment !== "") resource.anchors.set(fragment, found);
    } else if (dialect !== resource.dialect) {
      const own = { ...location };
      own.resource = resource = { ...resource, dialect, root: location.pointer === "" ? own : resource.root };
      if (location.pointer === "") this.#resources.set(resource.uri, resource);
      found = own;
    }
    if (dialect.isModern) this.#addAnchors(resource, found, schema);
    return found;
  }

  #addAnchors(resource: Resource, location: Location, schema: SchemaObject): void {
    for (const keyword of anchorKeywords) {
      const name = schema[keyword];
      if (typeof name !== "string") continue;
      if (!resource.anchors.has(name)) resource.anchors.set(name, location);
      if (keyword === "$dynamicAnchor") resource.dynamicAnchors.add(name);
    }
    if (schema["$recursiveAnchor"] === true) resource.dynamicAnchors.add("");
    if ("$dynamicRef" in schema || "$recursiveRef" in schema) this.hasDynamicReferences = true;
  }
}

function resolveUri(reference: string, base: string): string | undefined {
  try {
    return new URL(reference, base).href;
  } catch {
    return undefined;
  }
}

function splitFragment(uri: string): { base: string; fragment: string } {
  const at = uri.indexOf("#");
  if (at < 0) return { base: uri, fragment: "" };
  const raw = uri.slice(at + 1);
  let fragment = raw;
  try {
    fragment = decodeURIComponent(raw);
  } catch {
    // a fragment that is not encoded stands for itself
  }
  return { base: uri.slice(0, at), fragment };
}
